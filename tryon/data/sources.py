"""`data/sources.yaml`: open datasets, where they lie and how to know that they arrived whole."""

from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tryon.errors import DataError
from tryon.paths import project_root


class SourceFile(BaseModel):
    """One file of a source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(description="name it is kept under, here and in a mirror")
    address: str = Field(description="anything fsspec opens: https, s3, a path")
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    bytes: int | None = Field(None, gt=0)

    @field_validator("file")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if PurePosixPath(value).name != value or value.startswith("."):
            raise ValueError("must be a plain file name")
        return value


class Source(BaseModel):
    """An open dataset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    task: str
    licence: str = Field(description="SPDX identifier")
    homepage: str
    importer: str = Field(description="name of one of the task's importers")
    files: tuple[SourceFile, ...] = Field(min_length=1)
    subfolder: str = Field("", description="of the unpacked files, given to the importer")
    keep: tuple[str, ...] = Field(("**",), description="patterns of archive members to unpack")
    options: dict[str, Any] = Field(default={}, description="of the importer")
    notes: str = ""

    @property
    def pinned(self) -> bool:
        """Whether every file has its checksum."""
        return all(file.sha256 for file in self.files)


def load_sources(path: Path | None = None) -> dict[str, Source]:
    """Read the list of sources.

    Args:
        path: The file; by default `data/sources.yaml` of the project.

    Raises:
        DataError: `broken_sources`, naming the entry and the key.
    """
    path = path or project_root() / "data" / "sources.yaml"
    if not path.is_file():
        raise DataError(f"no file {path}", code="broken_sources", hint="run from the project")
    entries = yaml.safe_load(path.read_text()) or {}
    sources = {}
    for name, values in entries.items():
        try:
            sources[name] = Source.model_validate(values)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = ".".join(map(str, (name, *problem["loc"])))
            raise DataError(
                f"{path.name}: {where}: {problem['msg']}", code="broken_sources"
            ) from None
    return sources


def find_source(name: str, path: Path | None = None) -> Source:
    """The source of that name.

    Raises:
        DataError: `unknown_source`, listing what there is.
    """
    sources = load_sources(path)
    if name not in sources:
        raise DataError(
            f"no source {name!r}",
            code="unknown_source",
            hint=f"there are {', '.join(sorted(sources))}",
        )
    return sources[name]
