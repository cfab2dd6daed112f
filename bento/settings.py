"""The service's limits, each one an environment variable `TRYON_NAME`."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tryon.config import parse
from tryon.vision.images import Limits

PREFIX = "TRYON_"


class Settings(BaseModel):
    """Everything an operator may set. The defaults serve a small machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bundles: Path | None = Field(None, description="serve these bundles, not the model store's")
    threads: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        le=256,
        description="pictures worked on at the same time; one face finder each",
    )
    queue: int = Field(64, ge=1, description="requests that may wait for a thread, then 429")
    max_body_bytes: int = Field(20_000_000, ge=1_000, description="whole request")
    max_pixels: int = Field(25_000_000, ge=10_000, description="per photo")
    upload_memory_bytes: int = Field(400_000_000, ge=1_000, description="all uploads in flight")
    receive_seconds: float = Field(20.0, gt=0, description="for a whole request to arrive")
    work_seconds: float = Field(60.0, gt=0, description="waiting and working on one request")

    @property
    def photo_limits(self) -> Limits:
        """What `tryon.vision.images.decode` lets in."""
        return Limits(max_bytes=self.max_body_bytes, max_pixels=self.max_pixels)


def load_settings() -> Settings:
    """Read the `TRYON_…` variables this service knows; others are not its business.

    Raises:
        ConfigError: names the variable, its value and what is allowed.
    """
    given = {name: os.environ.get(PREFIX + name.upper(), "") for name in Settings.model_fields}
    return parse(Settings, {name: value for name, value in given.items() if value}, "TRYON")
