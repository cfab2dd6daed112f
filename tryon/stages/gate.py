"""Choose the winner, hold it to every rule, say why: in a report, in a file, in MLflow."""

import json

from tryon import gates
from tryon.data.prepared import PreparedStore
from tryon.metrics.result import Evaluation
from tryon.paths import absolute, relative, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.reports.comparison import adversarial_gain, comparison_page
from tryon.stages.evaluate import SPLIT, baselines, score
from tryon.stages.record import bundle_of
from tryon.tracking.registry import CHAMPION, version_at
from tryon.tracking.runs import RunLog
from tryon.types import DecisionRef, EvaluationRef, PreparedRef


def gate(
    prepared: PreparedRef, scored: list[EvaluationRef], recipe: Recipe
) -> tuple[DecisionRef, str]:
    """The candidate that may ship; returns the decision and the HTML comparison.

    The champion is scored again, on the same test split. The report is written before the verdict
    is enforced, so that a failed gate can be read.

    Raises:
        GateFailed: no candidate passes every rule; lists all that failed.
    """
    task, config = TASKS[recipe.task], recipe.config
    split = PreparedStore.open(absolute(prepared.path)).split(SPLIT)
    evaluations = {one.candidate.name: Evaluation.read(absolute(one.path)) for one in scored}
    compared = baselines(prepared, split, recipe)
    current = version_at(recipe.task, CHAMPION)
    champion = None
    if current is not None:
        network = absolute(bundle_of(recipe.task, current.version)) / "model.onnx"
        champion = score(network, split, recipe, f"champion (version {current.version})")
    rules = task.evaluation.rules(config)
    verdicts = {
        name: gates.check(rules, evaluation, compared, champion)
        for name, evaluation in evaluations.items()
    }
    passing = [name for name, verdict in verdicts.items() if verdict.passed]
    primary = task.evaluation.PRIMARY
    winner = gates.choose(evaluations, verdicts, primary) if passing else None
    controls = [one.candidate.name for one in scored if _is_control(one)]
    stats = {one.candidate.name: absolute(one.candidate.path) / "stats.jsonl" for one in scored}
    report = comparison_page(
        recipe.task, evaluations, compared, verdicts, winner, task.evaluation.METRICS, primary,
        controls, champion, stats,
    )  # fmt: skip
    folder = workspace() / "reports" / recipe.task
    (folder / "comparison.html").write_text(report)
    record = {
        "winner": winner,
        "champion": current.version if current else None,
        "gain": adversarial_gain(evaluations, controls, task.evaluation.METRICS),
        "candidates": {name: verdict.as_dict() for name, verdict in verdicts.items()},
    }
    (folder / "gate.json").write_text(json.dumps(record, indent=2, ensure_ascii=False))
    for one in scored:
        name = one.candidate.name
        run = RunLog(one.candidate.run_id)
        run.tags(
            {
                "gate": "passed" if verdicts[name].passed else "failed",
                "gate.table": verdicts[name].table(),
                "winner": str(name == winner).lower(),
            }
        )
        run.file(folder / "comparison.html", "evaluation")
        run.file(folder / "gate.json", "evaluation")
    best = gates.choose(evaluations, verdicts, primary)
    decision = DecisionRef(
        winner=next(one for one in scored if one.candidate.name == best),
        path=relative(folder),
        rules=verdicts[best].table(),
        champion=current.version if current else "",
    )
    return decision, report


def _is_control(one: EvaluationRef) -> bool:
    options = json.loads((absolute(one.candidate.path) / "options.json").read_text())
    return bool(options["adversarial"] == "none")
