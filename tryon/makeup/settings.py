"""What the makeup predictor must know of its network: a bundle's settings, typed and closed."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tryon.makeup.look import REGIONS


class Settings(BaseModel):
    """How the network's inputs are prepared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=16, le=4096, description="side of the aligned square input, pixels")
    margin: float = Field(ge=1, le=4, description="crop side ÷ longest side of the face")
    regions: tuple[str, ...] = Field(description="order of the region axis")

    @field_validator("regions")
    @classmethod
    def _known(cls, regions: tuple[str, ...]) -> tuple[str, ...]:
        if regions != REGIONS:
            raise ValueError(f"got {', '.join(regions)}; this release has {', '.join(REGIONS)}")
        return regions
