"""VITON-HD and CP-VTON: `{train,test}/{image,cloth,…}` and pair lists.

| what | VITON-HD | its sample set | CP-VTON, CP-VTON+ |
|---|---|---|---|
| garment mask | `cloth-mask` (grey JPEG), `cloth_mask` | `cloth-mask` | `cloth-mask` (JPEG) |
| label map | `image-parse-v3` | `image-parse` | `image-parse`, `image-parse-new` |
| keypoints | `openpose_json` | `openpose-json` | `pose` |
| a person's own garment | the same name | the same name | `_0` becomes `_1` |

`image-parse-agnostic`, `agnostic` and densepose folders are not read: they are made anew. The
second column of a test list is another garment: such a row is unpaired, and the person's own
garment makes a paired row beside it. Lists with a third column (GP-VTON) are read likewise.
"""

import re
from pathlib import Path

from tryon.data.importing import Imported
from tryon.data.shards import ShardWriter
from tryon.errors import DataError
from tryon.garment.importers.common import (
    Entry,
    ImportOptions,
    existing,
    first_folder,
    read_pairs,
    write_entries,
)
from tryon.garment.importers.openpose import openpose

SPLITS = ("train", "test")
MASKS = ("cloth-mask", "cloth_mask")
PARSES = ("image-parse-v3", "image-parse-new", "image-parse")
POSES = ("openpose_json", "openpose-json", "pose")
OWN = re.compile(r"_0$")  # CP-VTON's person; its garment ends in _1


def import_viton_hd(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import VITON-HD in either spelling of its folders.

    Raises:
        DataError: `unknown_layout`, `missing_files`, `unknown_coding`, `broken_keypoints`.
    """
    return _import(path, writer, options, "VITON-HD")


def import_cp_vton(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import the CP-VTON form of VITON, CP-VTON+ included.

    Raises:
        DataError: `unknown_layout`, `missing_files`, `unknown_coding`, `broken_keypoints`.
    """
    return _import(path, writer, options, "CP-VTON")


def _import(path: Path, writer: ShardWriter, options: ImportOptions, layout: str) -> Imported:
    entries: list[Entry] = []
    for split in SPLITS:
        base = path / split
        if (base / "image").is_dir() and (base / "cloth").is_dir():
            entries += _Split(path, split, options).entries()
    if not entries:
        raise DataError(
            f"{path} has no {layout} layout: no train/ or test/ with image/, cloth/ and pair lists",
            code="unknown_layout",
            hint="name the folder that holds train/, test/ and train_pairs.txt",
        )
    return write_entries(entries, writer, options, layout)


class _Split:
    """One split's folders, whatever their spelling."""

    def __init__(self, root: Path, split: str, options: ImportOptions) -> None:
        self.root, self.split = root, split
        self.base = base = root / split
        self.mask, self.parse, self.pose = (
            first_folder(base, *names) for names in (MASKS, PARSES, POSES)
        )
        self.category = options.category or "upper"
        found = ", ".join(p.name for p in (self.mask, self.parse, self.pose) if p is not None)
        options.say(f"{split}: image, cloth, {found or 'nothing else'}; category {self.category}")

    def entries(self) -> list[Entry]:
        """Paired and unpaired rows, none twice."""
        rows: dict[str, Entry] = {}
        for file in sorted({*self.root.glob(f"{self.split}_pairs*.txt"),
                            *self.base.glob(f"{self.split}_pairs*.txt")}):  # fmt: skip
            for person, cloth, *_ in (line for line in read_pairs(file) if len(line) > 1):
                own = self._own(Path(person).stem)
                if own is not None:
                    entry = self._entry(person, own)
                    rows.setdefault(entry.image_id, entry)
                if own is None or Path(cloth).stem != own.stem:
                    entry = self._entry(person, self.base / "cloth" / cloth)
                    rows.setdefault(entry.image_id, entry)
        return list(rows.values())

    def _own(self, person: str) -> Path | None:
        cloth = self.base / "cloth"
        if OWN.search(person) and (found := existing(cloth, OWN.sub("_1", person))):
            return found
        return existing(cloth, person)

    def _entry(self, person: str, cloth: Path) -> Entry:
        stem = Path(person).stem
        own = self._own(stem)
        paired = own is not None and cloth.stem == own.stem
        poses = (self.pose / f"{stem}_keypoints.json") if self.pose is not None else None
        return Entry(
            image_id=f"{self.split}/{stem}" + ("" if paired else f"+{cloth.stem}"),
            identity=f"{self.split}/{stem}",
            garment_id=f"{self.split}/{cloth.stem}",
            category=self.category,
            kind="paired" if paired else "unpaired",
            image=self.base / "image" / person,
            garment=cloth,
            mask=existing(self.mask, cloth.stem),
            parsing=existing(self.parse, stem),
            keypoints=openpose(poses),
            split=self.split,
        )
