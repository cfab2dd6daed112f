"""The winner's bundle, its card, its version, its alias."""

import json

from tryon.data.card import Card
from tryon.gates import GateReport
from tryon.metrics.result import Evaluation
from tryon.paths import absolute, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.reports.card import model_card
from tryon.serving.bundle import MODEL, Bundle, Meta
from tryon.stages.evaluate import read_baselines
from tryon.stages.record import bundle_of
from tryon.tracking.registry import CHAMPION, challenge, promote, version_at
from tryon.tracking.registry import register as register_version
from tryon.types import DatasetRef, DecisionRef, Lineage, RegisteredRef


def register(
    dataset: DatasetRef, decision: DecisionRef, recipe: Recipe
) -> tuple[RegisteredRef, str]:
    """Register the winner and make it the champion; returns the reference and the model card.

    Between the two it is the challenger, and stays it where the promotion fails.
    A winner whose network is the champion's, bit for bit, is the champion: nothing moves.
    """
    candidate = decision.winner.candidate
    current = version_at(recipe.task, CHAMPION)
    if current is not None and current.tags.get("sha256") == candidate.digest:
        version = current.version
    else:
        bundle, words = _bundle(dataset, decision, recipe), _words(decision, recipe)
        version = register_version(
            recipe.task, candidate.run_id, bundle.folder, _tags(decision, bundle), words
        )
        challenge(recipe.task, version, words, decision.rules)
        promote(recipe.task, version, words, decision.rules)
    folder = bundle_of(recipe.task, version)
    bundle = Bundle.open(absolute(folder))
    reference = RegisteredRef(
        task=recipe.task,
        version=version,
        bundle=folder,
        sha256=bundle.meta.sha256,
        lineage=bundle.meta.lineage,
    )
    return reference, bundle.card


def _bundle(dataset: DatasetRef, decision: DecisionRef, recipe: Recipe) -> Bundle:
    task, config, candidate = TASKS[recipe.task], recipe.config, decision.winner.candidate
    run = absolute(candidate.path)
    lineage = Lineage.model_validate_json((run / "lineage.json").read_text())
    record = json.loads((absolute(decision.path) / "gate.json").read_text())
    evaluation = Evaluation.read(absolute(decision.winner.path))
    card = model_card(
        recipe.task,
        task.evaluation.CARD,
        evaluation,
        read_baselines(decision.winner),
        GateReport.from_dict(record["candidates"][candidate.name]),
        lineage,
        Card.read(absolute(dataset.path)),
        config,
        task.evaluation.METRICS,
        task.evaluation.PRIMARY,
        record["gain"],
    )
    meta = Meta(
        task=recipe.task,
        lineage=lineage,
        metrics={k: v for k, v in evaluation.metrics.items() if v == v},
        parity=candidate.parity,
        licence=dataset.licence,
        created_by=f"candidate {candidate.name}, run {candidate.run_id}",
        settings=task.export.settings(config),
    )
    folder = workspace() / "bundles" / recipe.task / f"candidate-{candidate.digest[:12]}"
    others = {path.stem: path for path in run.glob("*.onnx") if path.name != MODEL}
    return Bundle.write(folder, run / MODEL, meta, card, others)


def _tags(decision: DecisionRef, bundle: Bundle) -> dict[str, str]:
    candidate = decision.winner.candidate
    return {
        "candidate": candidate.name,
        "sha256": candidate.digest,
        "licence": bundle.meta.licence,
        "gate": decision.rules,
        "replaces": decision.champion or "nothing",
        "report.comparison": f"{decision.path}/comparison.html",
        "report.evaluation": f"{decision.winner.path}/report.html",
        "report.pictures": f"{decision.winner.path}/pictures",
        "report.progress": f"{candidate.path}/pictures",
        **bundle.meta.lineage.as_tags(),
    }


def _words(decision: DecisionRef, recipe: Recipe) -> str:
    primary = TASKS[recipe.task].evaluation.PRIMARY
    value = decision.winner.metrics[primary.name]
    return (
        f"candidate {decision.winner.candidate.name}: {primary.label} "
        f"{value:.{primary.digits}f} {primary.unit}".strip()
    )
