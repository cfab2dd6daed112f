"""Unpacking archives from elsewhere: only plain files, only inside the folder, only so much."""

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from tqdm import tqdm

from tryon.errors import DataError

MAX_BYTES = 500 * 2**30
MAX_FILES = 5_000_000
_BLOCK = 2**20
_SYMLINK = 0o120000  # the file type in a zip member's Unix mode
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, RuntimeError)


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    plain: bool  # a regular file, neither link nor device
    open: Callable[[], IO[bytes] | None]


def unpack(
    archive: Path,
    folder: Path,
    keep: tuple[str, ...] = ("**",),
    max_bytes: int = MAX_BYTES,
    max_files: int = MAX_FILES,
) -> int:
    """Unpack a zip or tar file (any compression tar knows) into `folder`; returns the file count.

    Args:
        archive: The file; told from its content.
        folder: Where to; made if missing.
        keep: Patterns of the members to unpack.
        max_bytes: Of all files together, counted while unpacking: headers are not believed.
        max_files: Most files.

    Raises:
        DataError: `unsafe_archive` (a path outside, a link, a device, too much), `broken_archive`.
    """
    budget, count = max_bytes, 0
    try:
        for member in _members(archive):
            path = _inside(member, folder, archive)
            if not any(fnmatch(member.name, pattern) for pattern in keep):
                continue
            count += 1
            if count > max_files or member.size > budget:
                raise _unsafe(archive, f"it holds more than {max_files:,} files or {max_bytes:,} B")
            budget -= _write(member, path, budget, archive)
    except _BROKEN as error:
        raise DataError(
            f"{archive.name} is damaged: {error}",
            code="broken_archive",
            hint="remove it and fetch it again",
        ) from error
    return count


def is_archive(path: Path) -> bool:
    """Whether the file is a zip or tar archive, by its content."""
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def _members(archive: Path) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as pack:
            for info in tqdm(pack.infolist(), desc=f"unpacking {archive.name}", unit="file"):
                if info.is_dir():
                    continue
                plain = (info.external_attr >> 16) & 0o170000 != _SYMLINK
                yield _Member(info.filename, info.file_size, plain, partial(pack.open, info))
        return
    with tarfile.open(archive) as tar:
        for entry in tqdm(tar, desc=f"unpacking {archive.name}", unit="file"):
            if entry.isdir():
                continue
            open_entry = partial(tar.extractfile, entry)
            yield _Member(entry.name, entry.size, entry.isreg(), open_entry)


def _inside(member: _Member, folder: Path, archive: Path) -> Path:
    """Where a member goes.

    Raises:
        DataError: `unsafe_archive`.
    """
    name = PurePosixPath(member.name.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or (name.parts and ":" in name.parts[0]):
        raise _unsafe(archive, f"{member.name!r} would be written outside the folder")
    if not member.plain:
        raise _unsafe(archive, f"{member.name!r} is a link or a device")
    return folder / name


def _write(member: _Member, path: Path, budget: int, archive: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = member.open()
    if source is None:
        raise _unsafe(archive, f"{member.name!r} is no file")
    written = 0
    with source, path.open("wb") as sink:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > budget:
                raise _unsafe(archive, f"{member.name!r} is larger than it says")
            sink.write(block)
    return written


def _unsafe(archive: Path, why: str) -> DataError:
    return DataError(
        f"{archive.name} was not unpacked: {why}",
        code="unsafe_archive",
        hint="check where the archive comes from",
    )
