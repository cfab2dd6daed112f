"""Data rules as plain values: what must hold of which column. `expectations` has them checked."""

from dataclasses import dataclass
from typing import Literal

from tryon.config import ValidationConfig

Scalar = str | int | float | bool


@dataclass(frozen=True)
class Between:
    """Every value lies in [minimum, maximum]; None leaves a side open."""

    column: str
    minimum: float | None = None
    maximum: float | None = None

    @property
    def limit(self) -> str:
        """The bounds in words."""
        if self.minimum is None:
            return f"≤ {self.maximum:g}"
        if self.maximum is None:
            return f"≥ {self.minimum:g}"
        return f"{self.minimum:g} … {self.maximum:g}"


@dataclass(frozen=True)
class OneOf:
    """Every value is one of a closed set."""

    column: str
    values: tuple[Scalar, ...]

    @property
    def limit(self) -> str:
        """The set in words."""
        words = {"": "no fault", "True": "yes", "False": "no"}
        return ", ".join(words.get(str(value), str(value)) for value in self.values)


@dataclass(frozen=True)
class Unique:
    """No two rows of the same part share a value."""

    column: str
    limit: str = "once"


@dataclass(frozen=True)
class OneSplit:
    """No value occurs in two splits. The test split keeps its rows, the others give theirs up."""

    column: str
    limit: str = "one split"


@dataclass(frozen=True)
class NoCopies:
    """No picture, nor a scaled or recompressed copy of it, occurs in two splits."""

    distance: int  # bits of the perceptual hash
    column: str = "phash"

    @property
    def limit(self) -> str:
        """The distance in words."""
        return f"> {self.distance} bits apart"


@dataclass(frozen=True)
class Contains:
    """The column, as a whole, holds each of the values. Its failure stops the run."""

    column: str
    values: tuple[str, ...]

    @property
    def limit(self) -> str:
        """The set in words."""
        return ", ".join(self.values)


Check = Between | OneOf | Unique | OneSplit | NoCopies | Contains


@dataclass(frozen=True)
class Rule:
    """One rule of a dataset.

    Attributes:
        name: Stable snake_case identifier, the reason in the quarantine list.
        title: What must hold, in words.
        check: How it is tested. Null values are not tested.
        stage: `picture` rules ask whether the pixels are usable; `content` rules are asked only
            of rows whose pictures are.
    """

    name: str
    title: str
    check: Check
    stage: Literal["picture", "content"] = "content"


def base_rules(config: ValidationConfig) -> list[Rule]:
    """The rules every image task shares."""
    return [
        Rule("decodable", "The picture can be decoded", OneOf("error", ("",)), "picture"),
        Rule(
            "large_enough",
            "The shorter side has enough pixels",
            Between("short_side", config.min_side),
            "picture",
        ),
        Rule(
            "brightness",
            "The picture is neither too dark nor too bright (mean luma)",
            Between("brightness", config.min_brightness, config.max_brightness),
            "picture",
        ),
        Rule(
            "sharpness",
            "The picture is not blurred (variance of the Laplacian)",
            Between("sharpness", config.min_sharpness),
            "picture",
        ),
        Rule("unique_id", "Every image id occurs once", Unique("image_id")),
        Rule("identity_in_one_split", "No identity occurs in two splits", OneSplit("identity")),
        Rule(
            "no_copy_across_splits",
            "No picture or near copy of it occurs in two splits",
            NoCopies(config.max_duplicate_distance),
        ),
        Rule(
            "splits_present",
            "There is something to train on and something to test on",
            Contains("split", ("train", "test")),
        ),
    ]
