"""Flickr8k: token files (`NAME#K<TAB>CAPTION`) with split lists, and the CSV variant.

Also Flickr30k's `results_*.token`. Hodosh et al. 2013, "Framing Image Description as a Ranking
Task".
"""

from pathlib import Path

from tryon.caption.importers.common import (
    Entry,
    Gallery,
    existing,
    tidy,
    write_entries,
)
from tryon.caption.importers.folder import caption_table
from tryon.data.importing import SUFFIXES, Imported, ImportOptions
from tryon.data.shards import ShardWriter
from tryon.errors import DataError

TOKEN_FILES = ("Flickr8k.token.txt", "results_*.token")
CSV_FILES = ("captions.txt", "captions.csv")
LISTS = {"train": "train", "dev": "validation", "test": "test"}


def import_flickr(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import a token file or the CSV variant, with the lists of splits where they are.

    Pictures that no list names are left out when there are lists, as in the published splits.

    Raises:
        DataError: `no_folder`, `unknown_layout`, `no_captions`, `no_pictures`.
    """
    root = path.parent if existing(path).is_file() else path
    file = path if path.is_file() else _first(root, TOKEN_FILES) or _first(root, CSV_FILES)
    if file is None:
        raise DataError(
            f"{path} holds neither {' nor '.join(TOKEN_FILES + CSV_FILES)}",
            code="unknown_layout",
            hint="for a folder with a table of your own use the format folder",
        )
    gallery = Gallery(root)
    if _is_table(file):
        named, layout = caption_table(file, gallery, options), "Flickr8k, CSV"
    else:
        named, layout = _entries(file, gallery, options), "Flickr8k, token file"
    entries = _placed(_pictures(named, options), root, options)
    return write_entries(entries, writer, options, layout, file=file.name)


def _first(root: Path, patterns: tuple[str, ...]) -> Path | None:
    return next((file for pattern in patterns for file in sorted(root.rglob(pattern))), None)


def _is_table(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return "\t" not in lines.readline()


def _entries(file: Path, gallery: Gallery, options: ImportOptions) -> dict[str, Entry]:
    """The entries of a token file, by the name of the picture."""
    numbered: dict[str, list[tuple[int, str]]] = {}
    odd: list[str] = []
    for line in file.read_text(encoding="utf-8-sig", errors="replace").split("\n"):
        key, tab, caption = line.partition("\t")
        name, _, number = key.strip().rpartition("#")
        if tab and name and number.isdecimal():
            numbered.setdefault(name, []).append((int(number), tidy(caption)))
        elif line.strip():
            odd.append(line.strip()[:60])
    if odd:
        options.say(f"{len(odd)} lines are no NAME#K<TAB>CAPTION, left out, the first is {odd[0]}")
    return {
        name: Entry(Path(name).stem, gallery.find(name), [text for _, text in sorted(texts)])
        for name, texts in numbered.items()
    }


def _pictures(named: dict[str, Entry], options: ImportOptions) -> list[Entry]:
    """The entries whose name is a picture's: one of the published file, NAME.jpg.1, is not."""
    odd = [name for name in named if Path(name).suffix.lower() not in SUFFIXES]
    if odd:
        options.say(f"{len(odd)} names are no picture's, left out: {', '.join(odd[:3])}")
    return [entry for name, entry in named.items() if name not in odd]


def _placed(entries: list[Entry], root: Path, options: ImportOptions) -> list[Entry]:
    """Entries with the split of the list that names them."""
    splits: dict[str, str] = {}
    for word, split in LISTS.items():
        for file in sorted(root.rglob(f"*{word}Images.txt")):
            names = file.read_text(encoding="utf-8-sig", errors="replace").split("\n")
            splits |= {Path(name.strip()).stem: split for name in names if name.strip()}
    if not splits:
        options.say("no lists of splits: pictures are drawn into them by their names")
        return entries
    listed = [entry for entry in entries if entry.image_id in splits]
    for entry in listed:
        entry.split = splits[entry.image_id]
    if rest := len(entries) - len(listed):
        options.say(f"{rest} pictures are in no list, left out")
    if lost := len(set(splits) - {entry.image_id for entry in listed}):
        options.say(f"{lost} listed pictures have no captions")
    return listed
