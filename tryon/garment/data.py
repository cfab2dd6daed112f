"""The raw schema of garment datasets, and the rules a row must keep."""

from datasets import Features, Image, List, Value

from tryon.data.card import Card
from tryon.data.rules import Between, OneOf, Rule
from tryon.garment.config import GarmentValidation
from tryon.garment.garment import CATEGORIES

SCHEMA_VERSION = 1
KINDS = ("paired", "cross", "unpaired")

FEATURES = Features(
    {
        "image_id": Value("string"),
        "identity": Value("string"),  # the person; no identity is in two splits
        "garment_id": Value("string"),
        "category": Value("string"),  # one of tryon.garment.garment.CATEGORIES
        # paired: `image` shows the person in this very garment. cross: `image` shows the person in
        # another garment, `target` in this one, pose and all else equal. unpaired: no truth.
        "kind": Value("string"),
        "image": Image(decode=False),
        "target": Image(decode=False),  # null unless cross
        "garment": Image(decode=False),  # the flat photo
        "garment_mask": Image(decode=False),  # 8-bit grey PNG, 0 or 255; null = not known
        "garment_landmarks": List(Value("float32")),  # x, y of LANDMARKS; NaN = it has none
        "garment_raw": Image(decode=False),  # the garment as a phone sees it; null = not known
        "garment_raw_mask": Image(decode=False),
        "garment_raw_landmarks": List(Value("float32")),  # empty = not known, as above
        "parsing": Image(decode=False),  # of `image`: tryon.vision.human.Part, grey PNG; null
        "target_parsing": Image(decode=False),
        "keypoints": List(Value("float32")),  # 18 × x, y, confidence (0: not seen); empty
        "skin_tone": Value("int32"),  # Monk 1-10; 0 = not known
        "attributes": Value("string"),  # JSON object; "" = none
    }
)


def rules(config: GarmentValidation, card: Card) -> list[Rule]:
    """The rules of garment rows, after those every image task shares.

    Columns of `tryon.garment.inspection`. The image: `kind`, `category`, `skin_tone`,
    `attributes_error`, `target_given`, `people`, `keypoints_given`, `keypoints_inside`,
    `keypoint_error`, `parsing_given`; of its garment `garment_error`, `garment_mask_given`,
    `mask_error`, `mask_cover`, `garment_landmarks_given`, `landmarks_error`. The target:
    `people`, `target_fits`. Both: `parsing_error`, `stray_labels`, `label_coding`, `label_fit`,
    `worn_cover`. The garment's photo is no picture of the manifest of its own: photos of plain
    garments are copies of each other to a perceptual hash.

    Args:
        config: The thresholds.
        card: Columns the card says the dataset provides must be there in every row.
    """
    promised = (
        ("parsing", "parsing_given"),
        ("keypoints", "keypoints_given"),
        ("garment_mask", "garment_mask_given"),
        ("garment_landmarks", "garment_landmarks_given"),
    )
    given = [
        Rule(f"{name}_present", f"The card promises {name}: none lacks it", OneOf(column, (True,)))
        for name, column in promised
        if name in card.provides
    ]
    return [
        Rule("person_found", "There is a person", Between("people", 1)),
        Rule("kind_known", "The kind is known", OneOf("kind", KINDS)),
        Rule("category_known", "The category is known", OneOf("category", CATEGORIES)),
        Rule("garment_readable", "The garment photo can be decoded", OneOf("garment_error", ("",))),
        Rule("target_present", "A cross pair has its target", OneOf("target_given", (True,))),
        Rule("target_size", "The target is as large as its image", OneOf("target_fits", (True,))),
        Rule("attributes_readable", "Attributes are JSON", OneOf("attributes_error", ("",))),
        Rule("skin_tone_range", "Skin tone is 0 or a Monk tone", Between("skin_tone", 0, 10)),
        *given,
        Rule(
            "keypoints_inside",
            "Enough keypoints lie in the picture",
            Between("keypoints_inside", config.min_keypoints_inside),
        ),
        Rule(
            "keypoints_true",
            "Keypoints lie where the person is (mean error ÷ shoulder width)",
            Between("keypoint_error", None, config.max_keypoint_error),
        ),
        Rule("parsing_readable", "The label map fits its image", OneOf("parsing_error", ("",))),
        Rule("labels_known", "Only canonical labels occur", OneOf("stray_labels", ("",))),
        Rule("label_coding", "Labels mean what they say: LIP", OneOf("label_coding", ("LIP",))),
        Rule(
            "label_places",
            "Labels lie where a person has its parts",
            Between("label_fit", config.min_label_fit),
        ),
        Rule(
            "garment_worn",
            "The person wears something of the garment's category",
            Between("worn_cover", config.min_worn_cover),
        ),
        Rule("mask_readable", "The garment mask fits its photo", OneOf("mask_error", ("",))),
        Rule(
            "mask_cover",
            "The garment covers a plausible share of its photo",
            Between("mask_cover", config.min_garment_cover, config.max_garment_cover),
        ),
        Rule(
            "landmarks_readable",
            "Garment landmarks are those of its category",
            OneOf("landmarks_error", ("",)),
        ),
    ]
