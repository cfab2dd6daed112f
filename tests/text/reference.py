"""The published reference: 129 COCO images scored by pycocoevalcap 1.2, and aac-metrics live."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# our name → the reference's
NAMES = {
    "bleu_1": "Bleu_1", "bleu_2": "Bleu_2", "bleu_3": "Bleu_3", "bleu_4": "Bleu_4",
    "rouge_l": "ROUGE_L", "cider_d": "CIDEr",
}  # fmt: skip


def coco(real: Path) -> dict[str, Any]:
    """References, captions, their tokens and their scores; skips where they are not at hand."""
    file = real / "captions" / "coco_fakecap_129.json"
    if not file.is_file():
        pytest.skip(f"no reference captions at {file}")
    return json.loads(file.read_text())


def pure(name: str) -> ModuleType:
    """A module of aac-metrics; its package itself would load language models' libraries."""
    if "aac_metrics" not in sys.modules:
        found = importlib.util.find_spec("aac_metrics")
        assert found is not None, "aac-metrics is pinned among the development requirements"
        for path, at in (("aac_metrics", ""), ("aac_metrics.functional", "functional")):
            bare = ModuleType(path)
            bare.__path__ = [str(Path(found.origin).parent / at)]
            sys.modules[path] = bare
    return importlib.import_module(f"aac_metrics.functional.{name}")
