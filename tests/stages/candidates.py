"""Trained and scored candidates without the training: what the last stages read of a run."""

import json
from collections.abc import Mapping

import pandas as pd

from tests.serving.networks import meta, zero_network
from tryon.data.card import Card
from tryon.metrics.result import Evaluation
from tryon.metrics.slices import by_bins, slice_table
from tryon.paths import absolute
from tryon.recipe import Recipe
from tryon.tracking.runs import RunLog
from tryon.types import CandidateRef, DatasetRef, EvaluationRef

DATA, BASELINES = "data/raw/makeup", "var/baselines"
LINEAGE = meta().lineage
FIGURES = {
    "ssim": 0.99, "ssim_regions": 0.95, "shade_lips": 1.0, "outside": 0.0, "worst_bin_loss": 0.5,
    "non_finite": 0.0, "parity": 1e-6,
}  # fmt: skip


def recipe(stage: str) -> Recipe:
    """One of a run with two candidates."""
    values = {"candidates": {"lsgan": {"adversarial": "lsgan"}, "l1": {"adversarial": "none"}}}
    return Recipe(task="makeup", stage=stage, seed=1, values=values, code="", workspace="")


def dataset() -> DatasetRef:
    """The card of a raw dataset, without its rows."""
    card = Card(name="few", task="makeup", source="a test", licence="CC0-1.0", counts={"test": 30})
    absolute(DATA).mkdir(parents=True)
    card.write(absolute(DATA))
    return DatasetRef(task="makeup", path=DATA, digest="d", rows=card.counts, licence=card.licence)


def baselines(scores: Mapping[str, float]) -> None:
    """Baselines by name with their PSNR in the regions, weakest first."""
    for place, (name, psnr) in enumerate(scores.items()):
        evaluation(name, psnr).write(absolute(BASELINES) / f"{place} {name}")


def candidate(name: str, psnr: float, adversarial: str) -> EvaluationRef:
    """A run folder, an MLflow run and an evaluation."""
    folder = absolute(f"var/runs/{name}")
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(zero_network())
    (folder / "lineage.json").write_text(LINEAGE.model_dump_json())
    (folder / "options.json").write_text(json.dumps({"adversarial": adversarial}))
    (folder / "stats.jsonl").write_text("")
    scored = evaluation(name, psnr)
    scored.write(absolute(f"var/reports/makeup/{name}"))
    return EvaluationRef(
        candidate=CandidateRef(
            task="makeup",
            name=name,
            path=f"var/runs/{name}",
            digest=f"sha256 of {name}",
            run_id=RunLog.start("makeup", name).run_id,
            parity=1e-6,
        ),
        path=f"var/reports/makeup/{name}",
        metrics=dict(scored.metrics),
        baselines=BASELINES,
    )


def evaluation(title: str, psnr: float) -> Evaluation:
    """Thirty samples of one PSNR, over all skin tones."""
    samples = pd.DataFrame({"image_id": map(str, range(30)), "identity": map(str, range(30))})
    scores = pd.DataFrame({"psnr_regions": [psnr] * 30})
    tones = by_bins(pd.Series(range(30)) % 10, ((0, 4), (5, 9)), "skin tone")
    return Evaluation(
        title=title,
        metrics={**FIGURES, "psnr_regions": psnr},
        samples=samples.join(scores),
        slices={"skin tone": slice_table(scores, tones, ["0–4", "5–9"])},
        pictures=[],
        protocol={"comparison": "declared so"},
        counts={},
        distances={},
    )
