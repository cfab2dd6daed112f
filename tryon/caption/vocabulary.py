"""The words a network knows, and how its ids become text: plain JSON, so that the service can.

The tokenizer of `tryon.caption.tokenizer` is kept as its library's own JSON inside the network's
file. To read captions off a network only the list of words is needed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from tryon.errors import BundleError

PAD, BEGIN, END, UNKNOWN = "<pad>", "<begin>", "<end>", "<unknown>"
SPECIAL = (PAD, BEGIN, END, UNKNOWN)  # ids 0 to 3
METADATA = "tokenizer"  # key of the tokenizer's JSON in the network's file
_NO_SPACE = re.compile(r" ([,.;:!?%)\]])|([(\[]) ")


@dataclass(frozen=True)
class Vocabulary:
    """Every word, by id."""

    words: tuple[str, ...]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read off a tokenizer's JSON.

        Raises:
            BundleError: `no_words`, where it is no tokenizer of this project.
        """
        try:
            ids: Mapping[str, int] = json.loads(text)["model"]["vocab"]
            words = tuple(sorted(ids, key=ids.__getitem__))
        except (ValueError, TypeError, KeyError) as error:
            raise BundleError(
                f"the network's file holds no words: {type(error).__name__} {error}",
                code="no_words",
                hint="export the model again with this release",
            ) from error
        if words[: len(SPECIAL)] != SPECIAL or sorted(ids.values()) != list(range(len(words))):
            raise BundleError(
                f"the network's words begin with {', '.join(words[: len(SPECIAL)])}, expected "
                f"{', '.join(SPECIAL)}, and ids without gaps",
                code="no_words",
                hint="export the model again with this release",
            )
        return cls(words)

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """Word → id."""
        return {word: number for number, word in enumerate(self.words)}

    def text(self, ids: Sequence[int]) -> str:
        """A caption as people write it: single spaces, none before a comma; no special words."""
        said = [self.words[number] for number in ids if number >= len(SPECIAL)]
        return _NO_SPACE.sub(lambda found: found[1] or found[2], " ".join(said))
