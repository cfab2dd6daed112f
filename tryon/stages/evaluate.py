"""Score what a candidate would ship, beside the baselines."""

import hashlib
from pathlib import Path

from tryon import gates
from tryon.data.prepared import PreparedSplit, PreparedStore
from tryon.metrics.result import Evaluation
from tryon.paths import absolute, relative, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.reports.evaluation import evaluation_page
from tryon.serving.session import OnnxSession
from tryon.tracking.runs import RunLog
from tryon.types import CandidateRef, EvaluationRef, PreparedRef

SPLIT = "test"


def evaluate(
    prepared: PreparedRef, candidate: CandidateRef, recipe: Recipe
) -> tuple[EvaluationRef, str]:
    """Evaluate a candidate on the held-out test split; returns the reference and the HTML report.

    The figures and the report go to the candidate's MLflow run too.
    """
    task, config = TASKS[recipe.task], recipe.config
    split = PreparedStore.open(absolute(prepared.path)).split(SPLIT)
    evaluation = score(absolute(candidate.path) / "model.onnx", split, recipe, candidate.name)
    evaluation = evaluation.with_metrics(parity=candidate.parity)
    scored = _score_baselines(prepared, split, recipe)
    compared = _read_all(scored)
    folder = workspace() / "reports" / recipe.task / candidate.name
    evaluation.write(folder)
    report = evaluation_page(
        recipe.task,
        evaluation,
        compared,
        gates.check(task.evaluation.rules(config), evaluation, compared, None),
        task.evaluation.METRICS,
        task.evaluation.PRIMARY,
        stats=absolute(candidate.path) / "stats.jsonl",
    )
    (folder / "report.html").write_text(report)
    run = RunLog(candidate.run_id)
    run.metrics({f"test/{name}": value for name, value in evaluation.metrics.items()})
    run.file(folder / "report.html", "evaluation")
    run.file(folder / "metrics.json", "evaluation")
    reference = EvaluationRef(
        candidate=candidate,
        path=relative(folder),
        metrics=dict(evaluation.metrics),
        baselines=relative(scored),
    )
    return reference, report


def score(model: Path, split: PreparedSplit, recipe: Recipe, title: str) -> Evaluation:
    """Evaluate an exported network."""
    network = OnnxSession(model)
    return TASKS[recipe.task].evaluation.evaluate(network, split, recipe.config, title)


def read_baselines(evaluation: EvaluationRef) -> dict[str, Evaluation]:
    """What the baselines scored on the split of an evaluation, weakest first, by name."""
    return _read_all(absolute(evaluation.baselines))


def _score_baselines(prepared: PreparedRef, split: PreparedSplit, recipe: Recipe) -> Path:
    """The folder of the baselines' evaluations, scored once per data, parameters and code."""
    key = hashlib.sha256(f"{prepared.digest} {recipe.values} {recipe.code}".encode()).hexdigest()
    folder = workspace() / "baselines" / recipe.task / key[:12]
    if not (folder / "done").is_file():
        scored = TASKS[recipe.task].evaluation.baselines(split, recipe.config)
        for place, (name, evaluation) in enumerate(scored.items()):
            evaluation.write(folder / f"{place} {name}")
        (folder / "done").touch()
    return folder


def _read_all(folder: Path) -> dict[str, Evaluation]:
    kept = sorted(path for path in folder.iterdir() if path.is_dir())
    return {path.name.split(" ", 1)[1]: Evaluation.read(path) for path in kept}
