"""What the caption predictor must know of its network: a bundle's settings, typed and closed."""

from pydantic import BaseModel, ConfigDict, Field

from tryon.caption.config import DecodingConfig


class Settings(BaseModel):
    """How pictures are prepared and captions are read off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=16, le=4096, description="side of the square pictures, pixels")
    decoding: DecodingConfig = Field(description="unless a request says otherwise")
