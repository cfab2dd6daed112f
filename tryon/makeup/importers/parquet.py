"""Hugging Face image datasets as Parquet: a column of pictures, whatever else there is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from tryon.data.importing import Imported, split_of
from tryon.data.shards import ShardWriter
from tryon.errors import DataError
from tryon.makeup.importers.common import (
    ImportOptions,
)

BATCH = 64
COLUMN = "image"


def import_parquet(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import the `image` column of Parquet files as bare faces, every photo its own identity.

    Other plain columns (numbers, words) are kept as the row's attributes.

    Raises:
        DataError: `no_pictures`, `unknown_layout`.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
    if not files:
        raise DataError(f"no Parquet files in {path}", code="no_pictures", hint="check the path")
    total = 0
    for file in files:
        for number, (data, attributes) in enumerate(_rows(file)):
            image_id = f"{file.stem}/{number:06d}"
            row = {
                "image_id": image_id,
                "identity": image_id,
                "image": data,
                "kind": "bare",
                "look": "",
                "landmarks": [],
                "skin_tone": 0,
                "attributes": json.dumps(attributes, sort_keys=True),
            }
            writer.write(split_of(image_id, options), row)
            total += 1
    options.say(f"{total} photos from {len(files)} Parquet files")
    return Imported("Parquet with an image column")


def _rows(file: Path) -> Iterator[tuple[bytes, dict[str, object]]]:
    try:
        source = pq.ParquetFile(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(
            f"{file.name} is no Parquet file: {error}", code="unknown_layout"
        ) from error
    schema = source.schema_arrow
    if COLUMN not in schema.names or not pa.types.is_struct(schema.field(COLUMN).type):
        raise DataError(
            f"{file.name} has no {COLUMN!r} column of pictures, but {', '.join(schema.names)}",
            code="unknown_layout",
            hint="rename the column of pictures, or import a folder",
        )
    plain = [field.name for field in schema if pa.types.is_primitive(field.type)]
    words = [field.name for field in schema if pa.types.is_string(field.type)]
    batches = source.iter_batches(BATCH, columns=[COLUMN, *plain, *words])
    with tqdm(total=source.metadata.num_rows, desc=file.name, unit="photo") as bar:
        for batch in batches:
            for row in batch.to_pylist():
                picture = row.pop(COLUMN) or {}
                yield picture.get("bytes") or b"", row
            bar.update(batch.num_rows)
