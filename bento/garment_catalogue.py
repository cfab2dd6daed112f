"""The sample garments as the service lists them, and a form's garment: one of them or a photo."""

from typing import Annotated, Self

from fastapi import Path, UploadFile
from pydantic import BaseModel, Field

from bento.forms import read_photo
from tryon.errors import RequestError
from tryon.garment.catalogue import Entry, catalogue, named
from tryon.garment.garment import CATEGORIES, Category

Name = Annotated[
    str,
    Path(description="as listed in /garments", json_schema_extra={"enum": [*catalogue()]}),
]


class GarmentInfo(BaseModel):
    """A garment of the catalogue."""

    name: str = Field(description="what the field `garment` of /garment takes")
    category: Category
    kind: str
    says: str = Field(description="what it is")
    picture: str = Field(description="where its picture is")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """As the catalogue has it."""
        return cls(
            name=entry.name, category=entry.category, kind=entry.kind, says=entry.says,
            picture=f"/garments/{entry.name}",
        )  # fmt: skip


class Garments(BaseModel):
    """The catalogue and the categories."""

    garments: list[GarmentInfo]
    categories: list[Category]

    @classmethod
    def all(cls) -> Self:
        """Every garment."""
        listed = [GarmentInfo.of(entry) for entry in catalogue().values()]
        return cls(garments=listed, categories=list(CATEGORIES))


async def read_garment(
    garment: UploadFile | str, category: Category | None, mask: UploadFile | None
) -> bytes | Entry:
    """A form's garment: the bytes of a photo, or an entry of the catalogue.

    Raises:
        RequestError: `unknown_garment`; `contradiction` where category or mask are not those that
            the catalogue knows.
    """
    if not isinstance(garment, str):
        return await read_photo(garment)
    entry = named(garment.strip())
    if category not in (None, entry.category):
        raise RequestError(
            f"category: {category}, but {entry.name} is worn as {entry.category}",
            code="contradiction",
            hint="leave the category of a catalogue garment out",
        )
    if mask is not None:
        raise RequestError(
            f"mask: the one of {entry.name} is known",
            code="contradiction",
            hint="send a mask with a photo of your own",
        )
    return entry
