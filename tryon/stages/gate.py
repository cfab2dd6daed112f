"""Choose the winner, hold it to every rule, say why: in a report, in a file, in MLflow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tryon import gates
from tryon.data.prepared import PreparedStore
from tryon.errors import GateFailed
from tryon.metrics.result import Evaluation
from tryon.paths import absolute, relative, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.reports.comparison import adversarial_gain, comparison_page
from tryon.stages.evaluate import SPLIT, read_baselines, score
from tryon.stages.record import bundle_of
from tryon.tracking.registry import CHAMPION, Version, version_at
from tryon.tracking.runs import RunLog
from tryon.types import CandidateRef, DecisionRef, EvaluationRef, PreparedRef


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
    evaluations = {one.candidate.name: Evaluation.read(absolute(one.path)) for one in scored}
    compared = read_baselines(scored[0])
    current = version_at(recipe.task, CHAMPION)
    champion = _score_champion(current, prepared, recipe) if current else None
    rules = task.evaluation.rules(config)
    controls = [one.candidate.name for one in scored if _is_control(one)]
    control = evaluations[controls[0]] if controls else None
    verdicts = {
        name: gates.check(
            rules, evaluation, compared, champion, None if name in controls else control
        )
        for name, evaluation in evaluations.items()
    }
    judged = _Judged(recipe.task, scored, evaluations, compared, verdicts, current, champion)
    try:
        winner = gates.choose(evaluations, verdicts, task.evaluation.PRIMARY)
    except GateFailed:
        judged.publish(None)
        raise
    report = judged.publish(winner)
    decision = DecisionRef(
        winner=next(one for one in scored if one.candidate.name == winner),
        path=relative(judged.folder),
        rules=verdicts[winner].table(),
        champion=current.version if current else "",
    )
    return decision, report


@dataclass(frozen=True)
class _Judged:
    """Candidates and their verdicts, for the record."""

    task: str
    scored: Sequence[EvaluationRef]
    evaluations: Mapping[str, Evaluation]
    baselines: Mapping[str, Evaluation]
    verdicts: Mapping[str, gates.GateReport]
    current: Version | None
    champion: Evaluation | None

    @property
    def folder(self) -> Path:
        """Where the record goes."""
        return workspace() / "reports" / self.task

    def publish(self, winner: str | None) -> str:
        """Write the comparison and the verdicts, to files and to every candidate's run."""
        evaluation = TASKS[self.task].evaluation
        controls = [one.candidate.name for one in self.scored if _is_control(one)]
        stats = {o.candidate.name: absolute(o.candidate.path) / "stats.jsonl" for o in self.scored}
        report = comparison_page(
            self.task, self.evaluations, self.baselines, self.verdicts, winner,
            evaluation.METRICS, evaluation.PRIMARY, controls, self.champion, stats,
        )  # fmt: skip
        record = {
            "winner": winner,
            "champion": self.current.version if self.current else None,
            "gain": adversarial_gain(self.evaluations, controls, evaluation.METRICS),
            "candidates": {name: verdict.as_dict() for name, verdict in self.verdicts.items()},
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "comparison.html").write_text(report)
        (self.folder / "gate.json").write_text(json.dumps(record, indent=2, ensure_ascii=False))
        for one in self.scored:
            self._tell(one.candidate, winner)
        return report

    def _tell(self, candidate: CandidateRef, winner: str | None) -> None:
        verdict, run = self.verdicts[candidate.name], RunLog(candidate.run_id)
        run.tags(
            {
                "gate": "passed" if verdict.passed else "failed",
                "gate.table": verdict.table(),
                "winner": str(candidate.name == winner).lower(),
            }
        )
        run.file(self.folder / "comparison.html", "evaluation")
        run.file(self.folder / "gate.json", "evaluation")


def _score_champion(current: Version, prepared: PreparedRef, recipe: Recipe) -> Evaluation:
    split = PreparedStore.open(absolute(prepared.path)).split(SPLIT)
    network = absolute(bundle_of(recipe.task, current.version)) / "model.onnx"
    return score(network, split, recipe, f"champion (version {current.version})")


def _is_control(one: EvaluationRef) -> bool:
    options = json.loads((absolute(one.candidate.path) / "options.json").read_text())
    return bool(options["adversarial"] == "none")
