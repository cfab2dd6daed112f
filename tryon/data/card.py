"""`dataset.json`: what a raw dataset is, where it came from and what may be done with it."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tryon.errors import DataError

CARD_NAME = "dataset.json"
SPLITS = ("train", "validation", "test")


class Card(BaseModel):
    """The card of a raw dataset. It holds no timestamp: equal data gives equal bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    task: str
    source: str  # where the pictures came from, in words or an address
    licence: str  # SPDX identifier where there is one
    schema_version: int = 1
    provides: tuple[str, ...] = ()  # columns every row must fill, e.g. ("parsing", "landmarks")
    counts: dict[str, int] = Field(default={}, description="rows per split, filled by the writer")
    identities: dict[str, int] = Field(default={}, description="per split, filled by the writer")
    parameters: dict[str, Any] = Field(default={}, description="of the generator or importer")

    def write(self, folder: Path) -> None:
        """Write `dataset.json` into `folder`."""
        text = json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True)
        (folder / CARD_NAME).write_text(text + "\n")

    @classmethod
    def read(cls, folder: Path) -> "Card":
        """Read the card of a dataset folder.

        Raises:
            DataError: `no_dataset` or `broken_card`.
        """
        path = folder / CARD_NAME
        if not path.is_file():
            raise DataError(
                f"no dataset at {folder}: {CARD_NAME} is missing",
                code="no_dataset",
                hint="make one with `dvc repro`, `tryon data get` or `tryon data import`",
            )
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            raise DataError(
                f"{path}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}",
                code="broken_card",
            ) from None
