"""The raw schema of caption datasets, and the rules a row must keep."""

from datasets import Features, Image, List, Value

from tryon.caption.config import CaptionValidation
from tryon.data.card import Card
from tryon.data.rules import Between, OneOf, Rule

SCHEMA_VERSION = 1

FEATURES = Features(
    {
        "image_id": Value("string"),
        "identity": Value("string"),  # the person, or the picture; no identity is in two splits
        "image": Image(decode=False),  # null = the source names a file that is not there
        "width": Value("int32"),  # as the source says, pixels; 0 = it does not say
        "height": Value("int32"),
        "captions": List(Value("string")),  # one or more texts, as the source has them
        "attributes": Value("string"),  # JSON object; "" = none
    }
)


def rules(config: CaptionValidation, card: Card) -> list[Rule]:
    """The rules of caption rows, after those every image task shares.

    Args:
        config: The thresholds.
        card: Attributes the card says the dataset provides must be there in every row.
    """
    promised = [
        Rule("attributes_present", "The card promises attributes: none lacks them",
             OneOf("attributes_given", (True,)))
    ]  # fmt: skip
    return [
        Rule("image_present", "The picture is there", OneOf("image_given", (True,)), "picture"),
        Rule(
            "image_as_said",
            "The picture has the shape its source says: it is the one that was captioned",
            OneOf("shape_as_said", (True,)),
        ),
        Rule(
            "caption_count",
            "There are captions, and not too many",
            Between("captions", config.min_captions, config.max_captions),
        ),
        Rule("caption_empty", "No caption is empty", Between("empty", None, 0)),
        Rule(
            "caption_short",
            "The shortest caption has enough words",
            Between("shortest", config.min_words),
        ),
        Rule(
            "caption_long",
            "The longest caption has not too many words",
            Between("longest", None, config.max_words),
        ),
        Rule(
            "caption_characters",
            "No caption is endless",
            Between("characters", None, config.max_characters),
        ),
        Rule(
            "caption_distinct",
            "The captions differ (different ÷ all)",
            Between("distinct", config.min_distinct),
        ),
        Rule("caption_text", "The captions are text", OneOf("text_error", ("",))),
        Rule(
            "caption_letters",
            "The captions are words (letters and spaces ÷ characters)",
            Between("letters", config.min_letters),
        ),
        Rule("attributes_readable", "Attributes are JSON", OneOf("attributes_error", ("",))),
        *(promised if "attributes" in card.provides else []),
    ]
