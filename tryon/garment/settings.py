"""What the garment predictor must know of its networks: a bundle's settings, typed and closed."""

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from tryon.garment.areas import GROUPS
from tryon.garment.garment import CATEGORIES
from tryon.garment.points import POINTS


class Settings(BaseModel):
    """How the networks' inputs are prepared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    height: int = Field(ge=128, le=1024, multiple_of=128, description="of the frame; width is 3/4")
    groups: tuple[str, ...] = Field(description="order of the parser's labels")
    categories: tuple[str, ...] = Field(description="order of the category's axis")
    points: tuple[str, ...] = Field(description="order of the reader's landmarks")

    @field_validator("groups", "categories", "points")
    @classmethod
    def _known(cls, given: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        lists = {"groups": tuple(GROUPS), "categories": CATEGORIES, "points": POINTS}
        expected = lists[info.field_name or ""]
        if given != expected:
            raise ValueError(f"got {', '.join(given)}; this release has {', '.join(expected)}")
        return given
