"""The MT dataset in the layouts its users gave it; which one it is, is told from the folders.

| layout | pictures and masks | lists |
|---|---|---|
| PSGAN, EleGANt | `images/`, `segs/` | `makeup.txt`, `non-makeup.txt` |
| SCGAN, BeautyREC | `images/`, `parsing/` | the same or `nomakeup.txt`; `*_test.txt` |
| BeautyGAN_pytorch | anywhere | `train_CLASS.txt`, `test_CLASS.txt`: picture, mask |
| CSD-MT, SSAT | `images/`, `seg1/` | none; SSAT adds `warp/` |
| SHMT | `train/images/`, `train/segs/`, no classes | none |

`landmarks/` and `lms/` hold pickles and another numbering: they are never opened, landmarks are
found anew by preprocessing.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tryon.data.importing import Imported, pictures, require
from tryon.data.shards import ShardWriter
from tryon.errors import DataError
from tryon.makeup.importers.common import (
    Entry,
    ImportOptions,
    write_photos,
)
from tryon.makeup.importers.warp import write_warped_pairs

ROOTS = (".", "data", "mtdataset", "MT-Dataset", "MT", "train")
MASK_FOLDERS = ("segs", "parsing", "seg1")
KINDS = {
    "makeup": "made_up",
    "M": "made_up",
    "non-makeup": "bare",
    "non_makeup": "bare",
    "nomakeup": "bare",
    "N": "bare",
}


def import_mt(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import MT in any of its layouts; the layout and the label coding are printed.

    Every photo is its own identity. Makeup photos become "made_up", the others "bare". Test lists
    of the source are kept as the test split. With `options.pseudo_targets`, the third tiles of
    `warp/` become targets of pairs.

    Raises:
        DataError: `unknown_layout`, `missing_files`, `unknown_coding`.
    """
    root, layout, entries = _find(path)
    if any(entry.split for entry in entries):
        options = replace(options, test_share=0.0)
    found = write_photos(entries, writer, options, layout)
    warp = root / "warp"
    if warp.is_dir() and options.pseudo_targets:
        coding = found.parameters.get("coding")
        found.parameters["pairs"] = write_warped_pairs(warp, entries, writer, options, coding)
    elif warp.is_dir():
        options.say("warp/ is left out: take its pseudo ground truth with --pseudo-targets")
    return found


def _find(path: Path) -> tuple[Path, str, list[Entry]]:
    roots = [path / name for name in ROOTS if (path / name).is_dir()]
    for root in roots:
        if lists := _lists(root, columns=2):
            return root, "MT, two-column lists", _from_pairs(root, lists)
    for root in roots:
        if (root / "images").is_dir():
            masks = next((name for name in MASK_FOLDERS if (root / name).is_dir()), "")
            if lists := _lists(root, columns=1):
                layout = f"MT, images/ and {masks or 'no masks'}, listed"
                return root, layout, _from_lists(root, masks, lists)
            return root, f"MT, images/ and {masks or 'no masks'}", _from_folders(root, masks)
    raise DataError(
        f"{path} has no MT layout: neither images/ nor train_CLASS.txt lists",
        code="unknown_layout",
        hint="for a plain folder of photos use `tryon data import folder`",
    )


def _lists(root: Path, columns: int) -> list[tuple[str, str | None, list[list[str]]]]:
    """(kind, split, lines) of each list file with that many columns."""
    found = []
    for file in sorted(root.glob("*.txt")):
        name, split = file.stem, None
        for affix, meaning in (("train_", None), ("test_", "test")):
            if name.startswith(affix):
                name, split = name.removeprefix(affix), meaning
        if name.endswith("_test"):
            name, split = name.removesuffix("_test"), "test"
        lines = [line.split() for line in file.read_text().splitlines() if line.strip()]
        if name in KINDS and lines and all(len(line) == columns for line in lines):
            found.append((KINDS[name], split, lines))
    return sorted(found, key=lambda each: each[1] is None)  # a test list wins over a train list


def _from_pairs(root: Path, lists: list[tuple[str, str | None, list[list[str]]]]) -> list[Entry]:
    entries: dict[str, Entry] = {}
    for kind, split, lines in lists:
        for image, mask in lines:
            entry = _entry(image, kind, root / image, root / mask, split)
            entries.setdefault(entry.image_id, entry)
    require([entry.image for entry in entries.values()], "pictures")
    return list(entries.values())


def _from_lists(
    root: Path, masks: str, lists: list[tuple[str, str | None, list[list[str]]]]
) -> list[Entry]:
    entries: dict[str, Entry] = {}
    for kind, split, lines in lists:
        for (name,) in lines:
            image = root / "images" / name
            entry = _entry(name, kind, image, _mask(root, masks, name), split)
            entries.setdefault(entry.image_id, entry)
    require([entry.image for entry in entries.values()], "pictures")
    return list(entries.values())


def _from_folders(root: Path, masks: str) -> list[Entry]:
    """By class folders; without any, all photos count as made up, which is the careful guess."""
    images = root / "images"
    names = [path.relative_to(images) for path in pictures(images)]
    return list(_by_folder(root, masks, names))


def _by_folder(root: Path, masks: str, names: Iterable[Path]) -> Iterable[Entry]:
    for name in names:
        kind = KINDS.get(name.parts[0], "made_up") if len(name.parts) > 1 else "made_up"
        mask = _mask(root, masks, name.as_posix())
        yield _entry(name.as_posix(), kind, root / "images" / name, mask, None)


def _entry(name: str, kind: str, image: Path, mask: Path | None, split: str | None) -> Entry:
    own = Path(name).with_suffix("").as_posix()
    return Entry(own, own, kind, image, mask if mask and mask.is_file() else None, split)


def _mask(root: Path, folder: str, name: str) -> Path | None:
    """The mask of a photo: the same name, or the same name as PNG."""
    if not folder:
        return None
    same = root / folder / name
    return same if same.is_file() else same.with_suffix(".png")
