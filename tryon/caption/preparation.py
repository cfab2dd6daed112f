"""One raw row → one picture of the network's size, with its texts in the table.

The whole picture is squeezed into the square: a caption tells of all of it, and padding would
waste a quarter of the little there is. Serving does the same (`fitted`).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from tryon.caption.config import Config, PreprocessConfig
from tryon.caption.pictures import fitted
from tryon.caption.tokenizer import Encoder, train_tokenizer
from tryon.data.card import SPLITS
from tryon.data.chunks import ArraySpec, Sample
from tryon.data.prepared import PreparedSplit
from tryon.data.shards import Row
from tryon.errors import Refusal
from tryon.text.words import words
from tryon.vision.images import decode

TOKENIZER = "tokenizer.json"  # beside the splits


class Preparer:
    """Prepares rows of the caption schema (tryon.caption.data).

    Args:
        config: Sizes.
    """

    def __init__(self, config: PreprocessConfig) -> None:
        self.config = config

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The picture; its texts lie in the table until the words of all are known."""
        return {"image": ArraySpec((self.config.size, self.config.size, 3), "uint8")}

    @property
    def columns(self) -> Mapping[str, str]:
        """What the table says of every sample."""
        return {
            "image_id": "string",
            "identity": "string",
            "split": "string",
            "captions": "string",  # JSON list of the texts that have words, at least one
            "attributes": "string",  # JSON; "" = none
        }

    def __enter__(self) -> Self:
        cv2.setNumThreads(1)  # the processes are the parallelism
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is held."""

    def prepare(self, row: Row) -> Sequence[Sample]:
        """The sample of one row.

        Raises:
            Refusal: `no_picture`, `no_caption`.
            ImageError: the bytes are no usable picture.
        """
        if row["image"] is None:
            raise Refusal("the source names a picture that is not there", code="no_picture")
        captions = [text.strip() for text in row["captions"] or [] if text and words(text)]
        if not captions:
            raise Refusal("no caption with a word", code="no_caption")
        record = {name: row[name] for name in ("image_id", "identity", "split")}
        record["captions"] = json.dumps(captions, ensure_ascii=False)
        record["attributes"] = row["attributes"] or ""
        return [Sample({"image": fitted(decode(row["image"]).image, self.config.size)}, record)]

    def conclude(self, folder: Path) -> None:
        """Train the tokenizer on the training captions, and add the captions as ids.

        `FOLDER/tokenizer.json`, and per split `captions.npy`, int64 [N, references, max_words + 2]:
        the first references of each picture, again from the first where there are fewer.

        Raises:
            DataError: `no_words`: there is nothing to learn.
        """
        texts = {
            name: captions_of(PreparedSplit(name, folder / name))
            for name in SPLITS
            if (folder / name).is_dir()
        }
        trained = (text for own in texts.get("train", ()) for text in own)
        tokenizer = train_tokenizer(trained, self.config.words, self.config.min_count)
        (folder / TOKENIZER).write_text(tokenizer)
        encode = Encoder(tokenizer, self.config.max_words)
        count = self.config.references
        for name, every in texts.items():
            rows = [[own[at % len(own)] for at in range(count)] for own in every]
            ids = [encode(row) for row in rows]
            np.save(folder / name / "captions.npy", np.stack(ids))


def captions_of(split: PreparedSplit) -> list[list[str]]:
    """The texts of every sample."""
    return [json.loads(text) for text in split.table["captions"]]


def factory(config: Config, seed: int) -> Preparer:
    """The preparer of a configuration; nothing in it is random."""
    return Preparer(config.preprocess)
