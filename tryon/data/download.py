"""Fetching one file: resumable, checked before anything opens it, never half in place."""

from pathlib import Path
from typing import Any

import aiohttp
import fsspec
from fsspec.core import url_to_fs
from tqdm import tqdm

from tryon.data.hashing import sha256_file
from tryon.data.sources import SourceFile
from tryon.errors import DataError

BLOCK = 4 * 2**20
_BROKEN_OFF = (OSError, aiohttp.ClientError, TimeoutError, ValueError)


def fetch(file: SourceFile, folder: Path, mirror: str | None = None) -> Path:
    """Fetch a file into `folder` and check it; a file that is there and right is kept.

    Bytes go to `FILE.part`, which a later call continues. Only a file whose checksum is right
    loses that suffix.

    Args:
        file: What to fetch; its sha256 must be known.
        folder: Where to keep it.
        mirror: Folder or address that holds the file under its name, instead of its own address.

    Raises:
        DataError: `not_pinned`, `unreachable`, `transfer_broken` (call again to resume),
            `wrong_checksum` (what was fetched is removed).
    """
    if file.sha256 is None:
        raise DataError(
            f"{file.file} has no sha256, so that nobody can know whether it arrives right",
            code="not_pinned",
            hint="`tryon data pin NAME` fetches it and prints the line for data/sources.yaml",
        )
    target = folder / file.file
    if target.is_file() and sha256_file(target) == file.sha256:
        return target
    part = transfer(file, folder, mirror)
    if (found := sha256_file(part)) != file.sha256:
        part.unlink()
        raise DataError(
            f"{file.file} has sha256 {found}, expected {file.sha256}",
            code="wrong_checksum",
            hint="fetch it again; if that repeats, the file at its address is another one now",
        )
    return part.replace(target)


def transfer(file: SourceFile, folder: Path, mirror: str | None = None) -> Path:
    """Bring the bytes to `FILE.part`, continuing what is there; returns its path, unchecked.

    Raises:
        DataError: `unreachable`, `transfer_broken`.
    """
    address = f"{mirror.rstrip('/')}/{file.file}" if mirror else file.address
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{file.file}.part"
    try:
        system, path = url_to_fs(address, **_options(address))
        size = system.info(path)["size"] or file.bytes
    except _BROKEN_OFF as error:
        raise DataError(
            f"cannot reach {address}: {error}",
            code="unreachable",
            hint="check the address and the network, or name a --mirror",
        ) from error
    try:
        _copy(system, path, part, size, file.file)
    except _BROKEN_OFF as error:
        raise _broken(address, part, size, str(error)) from error
    if size is not None and part.stat().st_size != size:
        raise _broken(address, part, size, "the connection ended early")
    return part


def _copy(
    system: fsspec.AbstractFileSystem, path: str, part: Path, size: int | None, name: str
) -> None:
    done = part.stat().st_size if part.is_file() else 0
    if size is not None and done > size:
        done = 0
    if done and done == size:
        return
    with system.open(path, "rb", block_size=BLOCK, cache_type="readahead") as source:
        if done and not _can_seek(source, done):
            done = 0
        with (
            part.open("r+b" if done else "wb") as sink,
            tqdm(total=size, initial=done, desc=name, unit="B", unit_scale=True) as bar,
        ):
            sink.seek(done)
            sink.truncate()
            while block := source.read(BLOCK):
                sink.write(block)
                bar.update(len(block))


def _can_seek(source: Any, to: int) -> bool:
    """Whether the other side can continue in mid-file; some web servers cannot."""
    try:
        return bool(source.seek(to) == to)
    except ValueError:
        return False


def _options(address: str) -> dict[str, Any]:
    if not address.startswith(("http://", "https://")):
        return {}
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=60)
    return {"client_kwargs": {"timeout": timeout}}


def _broken(address: str, part: Path, size: int | None, why: str) -> DataError:
    have = part.stat().st_size if part.is_file() else 0
    return DataError(
        f"the transfer of {address} broke off after {have:,} of "
        f"{f'{size:,}' if size is not None else 'unknown'} bytes: {why}",
        code="transfer_broken",
        hint="run the command again, it continues where it stopped",
    )
