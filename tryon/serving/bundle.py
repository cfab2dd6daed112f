"""A bundle: what one trained task ships. Its files are checked when they are opened.

model.onnx   the network, one file, no external data
NAME.onnx    further networks, for a task whose predictor needs more than one
meta.json    `Meta`: what the network expects, where it comes from, what it scored
card.md      the model card, for people
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from tryon.errors import BundleError
from tryon.serving.session import OnnxSession
from tryon.types import Lineage

SCHEMA_VERSION = 2
UNREGISTERED = "unregistered"
MODEL, META, CARD = "model.onnx", "meta.json", "card.md"
Settings = TypeVar("Settings", bound=BaseModel)


class NetworkFile(BaseModel):
    """A further network's file, NAME.onnx."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    bytes: int = Field(ge=0)


class Meta(BaseModel):
    """Everything a predictor needs to know about a network, and everything people ask about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str = Field(min_length=1)
    schema_version: int = SCHEMA_VERSION
    version: str = Field(UNREGISTERED, description="number given by the model registry")
    settings: dict[str, JsonValue] = Field(
        description="how the network's inputs are prepared; each task's predictor has its own"
    )
    lineage: Lineage
    metrics: dict[str, float] = Field(description="on the held-out test split")
    parity: float = Field(ge=0, description="max |ONNX - torch| at export, values 0-1")
    licence: str = Field(min_length=1)
    created_by: str = Field(min_length=1, description="who or what ran the export")
    sha256: str = Field("", description="of model.onnx; filled in by Bundle.write")
    bytes: int = Field(0, ge=0, description="of model.onnx; filled in by Bundle.write")
    networks: dict[str, NetworkFile] = Field(
        default_factory=dict, description="further networks by name; filled in by Bundle.write"
    )


class _Versioned(BaseModel):
    """What of meta.json is read first: fields change from version to version."""

    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True)
class Bundle:
    """An opened, verified bundle."""

    folder: Path
    meta: Meta
    card: str
    _sessions: dict[str, OnnxSession] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def write(
        cls,
        folder: Path,
        onnx: Path | bytes,
        meta: Meta,
        card: str,
        others: Mapping[str, Path | bytes] | None = None,
    ) -> Self:
        """Write a bundle and open it; `meta.json` comes last, so a torn bundle never opens.

        Args:
            folder: Made if missing; files of an earlier bundle are replaced.
            onnx: The network's file or its bytes, without external data.
            meta: `sha256`, `bytes` and `networks` are filled in here.
            card: Markdown.
            others: Further networks by name, alike.

        Raises:
            BundleError: the network does not load, or the card is empty.
        """
        content = _content(onnx)
        if not card.strip():
            raise BundleError("the model card is empty", hint="generate it from the run's record")
        extra = {name: _content(one) for name, one in sorted((others or {}).items())}
        for one in (content, *extra.values()):
            OnnxSession(one)
        main = _file_of(content)
        meta = meta.model_copy(
            update={
                "sha256": main.sha256,
                "bytes": main.bytes,
                "networks": {name: _file_of(one) for name, one in extra.items()},
            }
        )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / META).unlink(missing_ok=True)
        for old in folder.glob("*.onnx"):
            old.unlink()
        _write(folder / MODEL, content)
        for name, one in extra.items():
            _write(folder / f"{name}.onnx", one)
        _write(folder / CARD, card.encode())
        _write(folder / META, meta.model_dump_json(indent=2).encode())
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a bundle after checking that it is whole and unaltered.

        Raises:
            BundleError: `no_bundle` names the missing file, `invalid_meta` the key of meta.json,
                `altered_bundle` the size or hash that differs.
        """
        for name in (META, MODEL, CARD):
            if not (folder / name).is_file():
                raise BundleError(
                    f"{folder} holds no {name}",
                    code="no_bundle",
                    hint="a bundle is a folder with " + ", ".join((MODEL, META, CARD)),
                )
        meta = _read_meta(folder / META)
        _check(folder / MODEL, NetworkFile(sha256=meta.sha256, bytes=meta.bytes))
        for name, said in meta.networks.items():
            _check(folder / f"{name}.onnx", said)
        return cls(folder, meta, (folder / CARD).read_text())

    @property
    def files(self) -> tuple[str, ...]:
        """The names of everything in it."""
        return (MODEL, *(f"{name}.onnx" for name in self.meta.networks), META, CARD)

    def network(self, name: str) -> OnnxSession:
        """One of the further networks, loaded once.

        Raises:
            BundleError: `no_bundle` where it holds none of that name.
        """
        if name not in self.meta.networks:
            raise BundleError(
                f"{self.folder} holds no network {name!r}, only {sorted(self.meta.networks)}",
                code="no_bundle",
                hint="export the model again with this release",
            )
        if name not in self._sessions:
            self._sessions[name] = OnnxSession(self.folder / f"{name}.onnx")
        return self._sessions[name]

    def versioned(self, version: str) -> Self:
        """The same bundle with the number the model registry gave it, written to meta.json."""
        meta = self.meta.model_copy(update={"version": version})
        _write(self.folder / META, meta.model_dump_json(indent=2).encode())
        return type(self).open(self.folder)

    def settings(self, task: str, kind: type[Settings]) -> Settings:
        """The settings as the closed model of the task that is to use them.

        Raises:
            BundleError: `invalid_meta` says which task it is for, or which setting is wrong.
        """
        if self.meta.task != task:
            raise BundleError(
                f"{self.folder} is for task {self.meta.task!r}, expected {task!r}",
                code="invalid_meta",
                hint="name the folder of that task's bundle",
            )
        try:
            return kind.model_validate(self.meta.settings)
        except ValidationError as error:
            raise BundleError(
                f"{self.folder / META}: {_problems(error, 'settings')}",
                code="invalid_meta",
                hint="export the model again with this release",
            ) from None

    @cached_property
    def session(self) -> OnnxSession:
        """The network, loaded once."""
        return OnnxSession(self.folder / MODEL)


def _content(onnx: Path | bytes) -> bytes:
    return onnx if isinstance(onnx, bytes) else onnx.read_bytes()


def _file_of(content: bytes) -> NetworkFile:
    return NetworkFile(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _check(path: Path, said: NetworkFile) -> None:
    """Compare a network's file with what meta.json says of it."""
    if not path.is_file():
        raise BundleError(
            f"{path.parent} holds no {path.name}",
            code="no_bundle",
            hint="write the bundle again from the registered model",
        )
    found = _file_of(path.read_bytes())
    if found != said:
        raise BundleError(
            f"{path} has {found.bytes} bytes, sha256 {found.sha256[:12]}…; "
            f"{META} says {said.bytes} bytes, sha256 {said.sha256[:12]}…",
            code="altered_bundle",
            hint="write the bundle again from the registered model",
        )


def _read_meta(path: Path) -> Meta:
    content = path.read_bytes()
    try:
        given = _Versioned.model_validate_json(content).schema_version
        if given != SCHEMA_VERSION:
            raise BundleError(
                f"{path}: schema_version {given}, this release reads {SCHEMA_VERSION}",
                code="invalid_meta",
                hint="export the model again with this release",
            )
        return Meta.model_validate_json(content)
    except ValidationError as error:
        raise BundleError(f"{path}: {_problems(error)}", code="invalid_meta") from None


def _problems(error: ValidationError, *at: str) -> str:
    return "; ".join(
        f"{'.'.join(map(str, (*at, *problem['loc']))) or 'file'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    )


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one move, so that no reader sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)
