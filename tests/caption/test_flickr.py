"""A dataset in Flickr8k's form goes all the way with no change of code: files in, bundle out."""

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.caption import squares
from tryon.caption import export
from tryon.caption.augmentation import TrainingSet, check, policy
from tryon.caption.config import Config
from tryon.caption.evaluation import baselines, evaluate
from tryon.caption.objective import build
from tryon.caption.predictor import load
from tryon.caption.preparation import factory
from tryon.config import CandidateConfig
from tryon.data.card import Card
from tryon.data.obtain import import_dataset
from tryon.data.prepared import PreparedStore
from tryon.data.preparing import prepare
from tryon.data.validation import ValidationResult, validate
from tryon.gan.engine import train
from tryon.registry import CAPTION
from tryon.serving.bundle import Bundle, Meta
from tryon.serving.session import OnnxSession
from tryon.types import Lineage
from tryon.vision.images import decode

COUNT = 60
LISTS = {"train": range(44), "dev": range(44, 50), "test": range(50, COUNT)}
CONFIG = Config.model_validate(
    squares.CONFIG.model_dump()
    | {
        "training": squares.CONFIG.training.model_dump()
        | {"steps": 30, "adversarial_from": 0.8, "batch_size": 4},
        "validation": {"min_side": 64, "min_sharpness": 1.0},
    }
)


def flickr8k(root: Path) -> None:
    """Flicker8k_Dataset (sic) and Flickr8k_text with its token file and lists of names."""
    pictures, text = root / "Flicker8k_Dataset", root / "Flickr8k_text"
    pictures.mkdir(parents=True)
    text.mkdir()
    lines = []
    for number in range(COUNT):
        row = squares.row(number)
        large = cv2.resize(decode(row["image"]).image, (80, 80), interpolation=cv2.INTER_CUBIC)
        speckled = np.clip(large + np.random.default_rng(number).normal(0, 6, large.shape), 0, 255)
        cv2.imwrite(str(pictures / name(number)), speckled[..., ::-1])
        lines += [f"{name(number)}#{at}\t{line} ." for at, line in enumerate(row["captions"])]
    (text / "Flickr8k.token.txt").write_text("\n".join(lines) + "\n")
    for word, numbers in LISTS.items():
        listed = "".join(f"{name(number)}\n" for number in numbers)
        (text / f"Flickr_8k.{word}Images.txt").write_text(listed)


def name(number: int) -> str:
    return f"{1000268201 + number}_693b08cb0e.jpg"


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ValidationResult]:
    """Imported and validated."""
    root = tmp_path_factory.mktemp("flickr")
    flickr8k(root / "in")
    import_dataset(
        CAPTION, "flickr8k", root / "in", root / "raw",
        name="flickr8k", source="test", licence="CC0-1.0", options={},
    )  # fmt: skip
    return root, validate(CAPTION, root / "raw", CONFIG.validation, root / "report", 1)


def test_it_is_imported_and_keeps_the_rules(journey):
    root, validated = journey
    counts = Card.read(root / "raw").counts
    assert counts == {"train": 44, "validation": 6, "test": 10}
    assert not validated.quarantined
    assert validated.report_path.is_file()


def test_it_trains_and_ships(journey, tmp_path):
    root, _ = journey
    store: PreparedStore = prepare(
        "caption", root / "raw", factory(CONFIG, 0), inputs={"data": "f"}, folder=root / "prepared"
    )
    check(policy(CONFIG.augmentation), store.split("train"))
    samples = TrainingSet(store.split("train"), CONFIG.augmentation, 0)
    for asset, content in samples.assets.items():
        (tmp_path / asset).write_bytes(content)
    result = train(
        partial(build, CONFIG, CandidateConfig(adversarial="hinge"), 0), samples,
        config=CONFIG.training, adversarial="hinge", seed=0, folder=tmp_path, preview=[samples[0]],
    )  # fmt: skip
    parity = export.ship(result.weights, CONFIG, tmp_path / "model.onnx")
    test = store.split("test")
    evaluation = evaluate(OnnxSession(tmp_path / "model.onnx"), test, CONFIG, "hinge")
    assert set(baselines(test, CONFIG)) == {"no picture", "nearest picture"}
    assert evaluation.metrics["bleu_4"] > 0
    assert np.isnan(evaluation.metrics["attributes_right"])  # such a set says nothing of them
    lineage = Lineage(
        git_commit="0", git_dirty=False, dataset_digest="d", params_digest="p", packages={}
    )
    meta = Meta(
        task="caption", settings=export.settings(CONFIG), lineage=lineage, metrics={},
        parity=parity, licence="CC0-1.0", created_by="test",
    )  # fmt: skip
    bundle = Bundle.write(tmp_path / "bundle", tmp_path / "model.onnx", meta, "card")
    assert load(bundle.folder).caption(np.asarray(test.arrays["image"][0]))[0].text
