"""A small real training, exported, scored and served."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.caption import squares
from tryon import gates
from tryon.caption import export
from tryon.caption.augmentation import TrainingSet
from tryon.caption.baselines import NEAREST, PRIOR
from tryon.caption.config import DecodingConfig
from tryon.caption.decoding import greedy
from tryon.caption.evaluation import METRICS, PRIMARY, baselines, evaluate, rules
from tryon.caption.objective import build
from tryon.caption.predictor import Predictor, load
from tryon.caption.preparation import TOKENIZER
from tryon.caption.telling import Teller
from tryon.config import CandidateConfig
from tryon.data.prepared import PreparedStore
from tryon.errors import BundleError, ImageError, TrainingError
from tryon.gan.engine import train
from tryon.gan.trail import read_stats
from tryon.serving.bundle import Bundle, Meta
from tryon.serving.session import OnnxSession
from tryon.types import Lineage
from tryon.vision.images import decode

LINEAGE = Lineage(
    git_commit="0", git_dirty=False, dataset_digest="d", params_digest="p", packages={}
)


@dataclass(frozen=True)
class Trained:
    store: PreparedStore
    folder: Path
    parity: float

    @property
    def model(self) -> Path:
        return self.folder / "model.onnx"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Likelihood for most of the steps, then the game."""
    root = tmp_path_factory.mktemp("trained")
    store = squares.prepared(root, 200)
    config = squares.CONFIG.model_copy(
        update={
            "training": squares.CONFIG.training.model_copy(
                update={"steps": 180, "adversarial_from": 0.8}
            )
        }
    )
    samples = TrainingSet(store.split("train"), None, 0)
    folder = root / "run"
    folder.mkdir()
    for name, content in samples.assets.items():
        (folder / name).write_bytes(content)
    result = train(
        lambda: build(config, CandidateConfig(adversarial="bce"), 0),
        samples,
        config=config.training,
        adversarial="bce",
        seed=0,
        folder=folder,
        preview=[samples[0]],
    )
    return Trained(store, folder, export.ship(result.weights, config, folder / "model.onnx"))


def test_it_learns_and_plays(trained):
    stats = read_stats(trained.folder / "stats.jsonl")
    assert stats[-1]["generator/likelihood"] < 0.4 * stats[0]["generator/likelihood"]
    assert "discriminator/adversarial" not in stats[0]
    assert "discriminator/matching" in stats[-1]


def test_the_file_says_the_same_as_the_network(trained):
    assert 0 < trained.parity < 1e-4
    onnx.checker.check_model(onnx.load(trained.model))
    other = build(squares.CONFIG, CandidateConfig(adversarial="none"), 9).generator.eval()
    assert export.parity(other, trained.model, 32) > 1e-2


def test_it_tells_what_it_sees(trained):
    predictor = Predictor(OnnxSession(trained.model))
    rows = [squares.row(number) for number in range(400, 430)]
    photos = [decode(row["image"]).image for row in rows]
    told = predictor.caption_each(photos)
    right = [
        all(word in own[0].text for word in row["captions"][0].split()[1:3])
        for own, row in zip(told, rows, strict=True)
    ]
    assert np.mean(right) > 0.8
    assert told[3] == predictor.caption(photos[3])
    assert all(own[0].score <= 0 for own in told)


def test_several_captions_differ_and_equal_seeds_repeat(trained):
    predictor = Predictor(OnnxSession(trained.model), DecodingConfig(style="sample"))
    photo = decode(squares.row(1)["image"]).image
    texts = [each.text for each in predictor.caption(photo, 2, seed=4)]
    assert len(set(texts)) == len(texts)
    assert texts == [each.text for each in predictor.caption(photo, 2, seed=4)]


def test_decoding_sees_the_exported_network(trained):
    """The words of greedy decoding in numpy are those of the network in torch."""
    import torch

    teller = Teller(OnnxSession(trained.model))
    generator = export.load(trained.folder / "generator.safetensors", squares.CONFIG)
    split = trained.store.split("test")
    scene = teller.see([np.asarray(split.arrays["image"][0])])[0]
    found = greedy(scene, teller.rules(DecodingConfig(no_repeat=0, min_words=0)))
    image = torch.tensor(np.asarray(split.arrays["image"][0])).permute(2, 0, 1)[None] / 255
    ids = torch.tensor([[[1, *found.words, 2]]])
    known = len(teller.vocabulary.words)
    with torch.no_grad():
        memory = generator.encoder(image)
        odds = [
            float(
                generator.tell(memory, ids, torch.tensor([[code]]))[..., :known]
                .log_softmax(3)
                .gather(3, ids[:, :, 1:, None])
                .sum()
            )
            for code in range(2)
        ]
    assert max(odds) == pytest.approx(found.logp, abs=0.02)


def test_scores_and_baselines(trained):
    split = trained.store.split("test")
    evaluation = evaluate(OnnxSession(trained.model), split, squares.CONFIG, "candidate")
    compared = baselines(split, squares.CONFIG)
    assert list(compared) == [PRIOR, NEAREST]
    assert evaluation.metrics["bleu_4"] > compared[PRIOR].metrics["bleu_4"]
    assert set(evaluation.metrics) - {"n"} <= set(METRICS)
    assert PRIMARY.name in evaluation.samples
    assert evaluation.slices["skin tone"]["n"].sum() == len(split)
    assert np.isnan(evaluation.metrics["attributes_right"])  # these data say nothing of them
    report = gates.check(
        rules(squares.CONFIG), evaluation.with_metrics(parity=trained.parity), compared, None
    )
    assert "attributes_right" not in report.table()
    kinds = {row.kind for row in evaluation.pictures}
    assert {"best", "worst", "same"} <= kinds
    assert all({"result", "ground truth"} <= set(row.pictures) for row in evaluation.pictures)


def test_a_bundle_serves(trained, tmp_path):
    meta = Meta(
        task="caption", settings=export.settings(squares.CONFIG), lineage=LINEAGE, metrics={},
        parity=trained.parity, licence="CC0-1.0", created_by="test",
    )  # fmt: skip
    bundle = Bundle.write(tmp_path / "bundle", trained.model, meta, "card")
    photo = decode(squares.row(2)["image"]).image
    assert load(bundle.folder).caption(photo)[0].text


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_photo_is_refused(trained, image):
    with pytest.raises(ImageError, match="expected a photo"):
        Predictor(OnnxSession(trained.model)).caption(image)


def test_a_network_without_words_is_refused(trained, tmp_path):
    model = onnx.load(trained.model)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "bare.onnx")
    with pytest.raises(BundleError) as caught:
        Teller(OnnxSession(tmp_path / "bare.onnx"))
    assert caught.value.code == "no_words"


def test_weights_need_their_tokenizer_and_their_sizes(trained, tmp_path):
    weights = tmp_path / "generator.safetensors"
    weights.write_bytes((trained.folder / "generator.safetensors").read_bytes())
    with pytest.raises(TrainingError, match=TOKENIZER):
        export.ship(weights, squares.CONFIG, tmp_path / "model.onnx")
    (tmp_path / TOKENIZER).write_bytes((trained.folder / TOKENIZER).read_bytes())
    sizes = squares.CONFIG.network.model_copy(update={"hidden": 16})
    other = squares.CONFIG.model_copy(update={"network": sizes})
    with pytest.raises(TrainingError, match="does not fit"):
        export.ship(weights, other, tmp_path / "model.onnx")
    assert not list(tmp_path.glob("*.onnx"))


def test_settings_are_plain():
    assert json.loads(json.dumps(export.settings(squares.CONFIG)))["size"] == 32
