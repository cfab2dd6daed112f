"""The raw schema of makeup datasets, and the rules a row must keep."""

from datasets import Features, Image, List, Value

from tryon.data.card import Card
from tryon.data.rules import Between, OneOf, Rule
from tryon.makeup.config import MakeupValidation

SCHEMA_VERSION = 1
KINDS = ("pair", "bare", "made_up")
MIN_LANDMARKS_INSIDE = 0.9  # a face may touch the border; landmarks of another size do not fit

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
        "attributes": Value("string"),  # JSON object; "" = none
    }
)


def rules(config: MakeupValidation, card: Card) -> list[Rule]:
    """The rules of makeup rows, after those every image task shares.

    Args:
        config: The thresholds.
        card: Columns the card says the dataset provides must be there in every row.
    """
    given = [
        Rule(f"{name}_present", f"The card promises {name}: none lacks it", OneOf(column, (True,)))
        for name, column in (("parsing", "parsing_given"), ("landmarks", "landmarks_given"))
        if name in card.provides
    ]
    return [
        Rule("face_found", "There is a face", Between("faces", 1)),
        Rule("one_face", "There is no second face", Between("faces", None, 1)),
        Rule(
            "face_size",
            "The face is large enough (eye distance ÷ width)",
            Between("eye_share", config.min_face_share),
        ),
        Rule("kind_known", "The kind is known", OneOf("kind", KINDS)),
        Rule("target_present", "A pair has its target", OneOf("target_given", (True,))),
        Rule("target_size", "The target is as large as its image", OneOf("target_fits", (True,))),
        Rule("look_readable", "The look is a valid look", OneOf("look_error", ("",))),
        Rule("attributes_readable", "Attributes are JSON", OneOf("attributes_error", ("",))),
        Rule("skin_tone_range", "Skin tone is 0 or a Monk tone", Between("skin_tone", 0, 10)),
        *given,
        Rule(
            "landmarks_inside",
            "Landmarks lie in the picture",
            Between("landmarks_inside", MIN_LANDMARKS_INSIDE),
        ),
        Rule(
            "landmarks_true",
            "Landmarks lie where the face is (mean error ÷ eye distance)",
            Between("landmark_error", None, config.max_landmark_error),
        ),
        Rule("parsing_readable", "The label map fits its image", OneOf("parsing_error", ("",))),
        Rule("labels_known", "Only canonical labels occur", OneOf("stray_labels", ("",))),
        Rule("label_coding", "Labels mean what they say: coding C", OneOf("label_coding", ("C",))),
        Rule(
            "label_places",
            "Labels lie where a face has its parts",
            Between("label_fit", config.min_label_fit),
        ),
        Rule(
            "mask_cover",
            "The face covers a plausible share of the label map",
            Between("mask_cover", config.min_mask_cover, config.max_mask_cover),
        ),
    ]
