"""What the importers of all tasks share: options, picture files, splits by identity."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tryon.data.shards import ShardWriter
from tryon.errors import DataError
from tryon.vision.images import Limits

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".png", ".webp")
FILE_LIMITS = Limits(max_bytes=200_000_000)


@dataclass(frozen=True)
class ImportOptions:
    """What a user may decide about any import; a task's own class adds to it.

    Attributes:
        identity: What must stay in one split, in a plain folder: each `file`, each `folder`, or
            `auto`, as the importer's layout suggests.
        validation_share: Of the identities, where the source has no such split of its own.
        test_share: Likewise.
        say: Where to print what was detected and what was left out.

    Raises:
        DataError: `unknown_option`, for a value that is none of these.
    """

    identity: Literal["auto", "file", "folder"] = "auto"
    validation_share: float = 0.1
    test_share: float = 0.2
    say: Callable[[str], None] = print

    def __post_init__(self) -> None:
        one_of("identity", self.identity, ("auto", "file", "folder"))


@dataclass(frozen=True)
class Imported:
    """What an importer found, for the dataset's card."""

    layout: str
    provides: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)


Importer = Callable[[Path, ShardWriter, Any], Imported]  # the last are the task's ImportOptions


def one_of(option: str, value: str, allowed: Sequence[str]) -> None:
    """An option's value must be one of those allowed.

    Raises:
        DataError: `unknown_option`.
    """
    if value not in allowed:
        raise DataError(
            f"unknown {option} {value!r}",
            code="unknown_option",
            hint=f"use {', '.join(allowed)}",
        )


def share_of(identity: str) -> float:
    """A number in [0, 1) that is the identity's own: it never moves when data is added."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8]) / 2**64


def split_of(identity: str, options: ImportOptions) -> str:
    """The split of an identity, where the source has none."""
    place = share_of(identity)
    if place < options.test_share:
        return "test"
    return "validation" if place < options.test_share + options.validation_share else "train"


def pictures(folder: Path) -> list[Path]:
    """The picture files below `folder`, by suffix, sorted; hidden ones are left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def require(paths: Iterable[Path], what: str) -> None:
    """Every listed file must be there.

    Raises:
        DataError: `missing_files`, with the count and the first of them.
    """
    listed = list(paths)
    missing = [path for path in listed if not path.is_file()]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(listed)} listed {what} are missing, the first is {missing[0]}",
            code="missing_files",
            hint="complete the copy of the dataset, or take these lines out of its lists",
        )
