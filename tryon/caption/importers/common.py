"""What every caption importer shares: pictures by name, splits, rows."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tryon.data.importing import Imported, ImportOptions, pictures, split_of
from tryon.data.shards import Row, ShardWriter
from tryon.errors import DataError

SPLIT_NAMES = {
    "train": "train", "training": "train", "restval": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip


@dataclass
class Entry:
    """One captioned picture of a source, before it becomes a row."""

    image_id: str
    file: Path | None  # None = the source names a file that is not there
    captions: list[str] = field(default_factory=list)
    identity: str = ""  # empty = the picture's own
    split: str | None = None  # where the source says so
    width: int = 0
    height: int = 0


class Gallery:
    """The picture files below a folder, found by the names that lists give them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._named: defaultdict[str, list[Path]] = defaultdict(list)
        for path in pictures(root):
            self._named[path.name].append(path)

    def find(self, name: str, folder: str = "") -> Path | None:
        """The file a list means by `name`, which may hold folders, perhaps of `folder`.

        Nothing outside the root is ever found. Where several files have the name, the one the
        folders fit, then the one least deep counts.
        """
        wanted = Path(folder, name).parts
        found = self._named.get(Path(name).name, ())
        return min(found, key=lambda path: (-_common(path.parts, wanted), path), default=None)


def _common(path: Sequence[str], wanted: Sequence[str]) -> float:
    """How many parts agree from the end, less a little for depth."""
    agreed = 0
    for own, other in zip(reversed(path), reversed(wanted), strict=False):
        if own != other:
            break
        agreed += 1
    return agreed - len(path) / 1000


def existing(path: Path) -> Path:
    """The path, if something is there.

    Raises:
        DataError: `no_folder`.
    """
    if not path.exists():
        raise DataError(f"no folder {path}", code="no_folder", hint="check the path")
    return path


def tidy(text: object) -> str:
    """A caption on one line with single spaces, composed letters; what is no text becomes empty."""
    return unicodedata.normalize("NFC", " ".join(text.split())) if isinstance(text, str) else ""


def own_split(name: str, where: str) -> str:
    """A source's word for a split → ours.

    Raises:
        DataError: `unknown_split`.
    """
    split = SPLIT_NAMES.get(name.strip().lower())
    if split is None:
        raise DataError(
            f"{where}: unknown split {name!r}",
            code="unknown_split",
            hint=f"known are {', '.join(SPLIT_NAMES)}",
        )
    return split


def read_json(path: Path) -> Any:
    """A JSON file.

    Raises:
        DataError: `unknown_layout`.
    """
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name} is no JSON: {error}", code="unknown_layout") from None


def write_entries(
    entries: Sequence[Entry],
    writer: ShardWriter,
    options: ImportOptions,
    layout: str,
    **parameters: Any,
) -> Imported:
    """Write captioned pictures, one row each, splits by identity unless the source has its own.

    A row whose picture is missing is kept without it, and validation sets it aside.

    Raises:
        DataError: `no_captions`, `no_pictures`.
    """
    if not entries:
        raise DataError(
            f"no captions found for the {layout} layout",
            code="no_captions",
            hint="check the path, or import with another format",
        )
    missing = [entry.image_id for entry in entries if entry.file is None]
    if len(missing) == len(entries):
        raise DataError(
            f"none of the {len(entries)} captioned pictures is there, such as {missing[0]}",
            code="no_pictures",
            hint="put the pictures below the folder that holds the captions, and name that folder",
        )
    texts = sum(len(entry.captions) for entry in entries)
    options.say(f"{len(entries)} pictures, {texts} captions, layout {layout}")
    if missing:
        options.say(f"{len(missing)} pictures are missing, the first is {missing[0]}")
    for entry in tqdm(entries, desc="importing", unit="picture"):
        identity = entry.identity or entry.image_id
        writer.write(entry.split or split_of(identity, options), _row(entry, identity))
    return Imported(layout, (), {"captions": texts, "missing": len(missing)} | parameters)


def _row(entry: Entry, identity: str) -> Row:
    return {
        "image_id": entry.image_id,
        "identity": identity,
        "image": entry.file.read_bytes() if entry.file is not None else None,
        "width": entry.width,
        "height": entry.height,
        "captions": entry.captions,
        "attributes": "",
    }
