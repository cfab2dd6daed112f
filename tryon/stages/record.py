"""What is on record about a task's models, in words; and going back to an earlier one."""

import csv
import json

from tryon.errors import RegistryError
from tryon.paths import absolute, project_root, relative, workspace
from tryon.registry import TASKS
from tryon.serving.bundle import Bundle
from tryon.stages.package import package
from tryon.tracking.client import tracking_uri
from tryon.tracking.registry import (
    CHALLENGER,
    CHAMPION,
    PREVIOUS,
    Version,
    fetch,
    history,
    model_name,
    rollback,
    version_at,
    versions,
)
from tryon.tracking.runs import run_curve, run_metrics


def bundle_of(task: str, version: str) -> str:
    """A registered version's bundle, fetched from the registry; folder relative to the root."""
    folder = workspace() / "bundles" / task / version
    if not (folder / "meta.json").is_file():
        fetch(task, version, folder)
        Bundle.open(folder).versioned(version)
    return relative(folder)


def lineage_text(task: str) -> str:
    """The whole record of a task: what serves, where it comes from, every version and move.

    Raises:
        RegistryError: nothing is registered yet.
    """
    known = versions(task)
    if not known:
        raise RegistryError(
            f"{model_name(task)} has no version", hint="`zenml pipeline run training` makes one"
        )
    aliases = _aliases(task)
    lines = [f"{model_name(task)} — {TASKS[task].summary}", f"registry  {tracking_uri()}", ""]
    for one in known:
        names = ", ".join(aliases.get(one.version, [])) or "–"
        lines.append(f"version {one.version}  [{names}]  {one.created}  run {one.run_id}")
        lines += [
            f"  {key:32} {value}"
            for key, value in sorted(one.tags.items())
            if not key.startswith(("move.", "mlflow."))
        ]
    lines += ["", "moves, oldest first"]
    for move in history(task):
        lines.append(
            f"  {move.time}  {move.who}  {move.action}  version {move.version}"
            f" replaced {move.replaced or 'nothing'}: {move.why}"
        )
        lines += [f"    {line}" for line in move.gate.splitlines()]
    return "\n".join(lines)


def roll_back(task: str, why: str, to: str | None, dry_run: bool) -> str:
    """Serve an earlier version again; with `dry_run` only say what would happen.

    Raises:
        RegistryError: there is nothing to go back to.
    """
    move = rollback(task, why, to, dry_run)
    said = f"{model_name(task)}: version {move.version} instead of {move.replaced}"
    if dry_run:
        return f"would serve {said} (dry run: nothing was changed)"
    tags = package(champion_bundles())
    return f"serves {said}; packed as {tags[task]}, restart `bentoml serve` to load it"


def champion_bundles() -> dict[str, str]:
    """Every task that has a champion → its bundle."""
    champions = {task: version_at(task, CHAMPION) for task in TASKS}
    return {task: bundle_of(task, one.version) for task, one in champions.items() if one}


def export_metrics() -> list[str]:
    """Write the champions' figures and their training curves where DVC looks for them."""
    folder = project_root() / "metrics"
    folder.mkdir(exist_ok=True)
    champions = {task: one for task in TASKS if (one := version_at(task, CHAMPION))}
    figures = {
        task: Bundle.open(absolute(bundle_of(task, one.version))).meta.metrics
        for task, one in champions.items()
    }
    (folder / "champions.json").write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
    with (folder / "curves.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["task", "version", "term", "step", "value"])
        for task, one in champions.items():
            for term in sorted(run_metrics(one.run_id)):
                if term.startswith(("generator/", "discriminator/")):
                    for step, value in run_curve(one.run_id, term):
                        writer.writerow([task, one.version, term, step, f"{value:.6g}"])
    return ["metrics/champions.json", "metrics/curves.csv"]


def summary_text() -> str:
    """What a finished run left where, and what to do next."""
    lines = []
    for task in TASKS:
        champion = version_at(task, CHAMPION)
        if champion is None:
            lines.append(f"{task}: no champion yet")
            continue
        lines.append(f"{task}: version {champion.version} serves ({champion.description})")
        lines += [
            f"  {key.removeprefix('report.'):12} {value}" for key, value in _reports(champion)
        ]
    return "\n".join(
        [
            *lines,
            "",
            "next (in the activated environment: source .venv/bin/activate)",
            "  mlflow ui --backend-store-uri sqlite:///mlflow.db     compare the experiments",
            "  bentoml serve                                         answer photos on port 3000",
            *(f"  curl {task.example}" for task in TASKS.values()),
            *(f"  {f'tryon lineage {task}':52}  the whole record" for task in TASKS),
        ]
    )


def _reports(version: Version) -> list[tuple[str, str]]:
    return sorted((key, value) for key, value in version.tags.items() if key.startswith("report."))


def _aliases(task: str) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for alias in (CHAMPION, CHALLENGER, PREVIOUS):
        if one := version_at(task, alias):
            named.setdefault(one.version, []).append(alias)
    return named
