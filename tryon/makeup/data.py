"""The raw schema of makeup datasets."""

from datasets import Features, Image, List, Value

SCHEMA_VERSION = 1
KINDS = ("pair", "bare", "made_up")
LANDMARKS = 478  # MediaPipe face mesh with irises

FEATURES = Features(
    {
        "image_id": Value("string"),
        "identity": Value("string"),  # no identity is in two splits
        "image": Image(decode=False),  # the bare face, or the only photo
        "target": Image(decode=False),  # the same face made up; null unless kind is "pair"
        "look": Value("string"),  # JSON of tryon.makeup.look.Look; "" = not known
        "kind": Value("string"),  # one of KINDS
        "landmarks": List(Value("float32")),  # 478 × (x, y) pixels, flattened; empty = not known
        "parsing": Image(decode=False),  # canonical labels, 8-bit grey PNG; null = not known
        "skin_tone": Value("int32"),  # Monk 1-10; 0 = not known
        "attributes": Value("string"),  # JSON; "" = none
    }
)
