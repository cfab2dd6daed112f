"""`tryon`: what people do by hand around the pipeline."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from tryon.console import one_line_errors, out
from tryon.data.cli import app as data
from tryon.errors import ConfigError
from tryon.registry import TASKS, find

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
export = typer.Typer(no_args_is_help=True, help="Write figures for other tools.")
app.add_typer(export, name="export")
app.add_typer(data, name="data")
TaskName = Annotated[str, typer.Argument(help=", ".join(TASKS))]


@app.command()
@one_line_errors
def sample(task: TaskName, folder: Annotated[Path | None, typer.Option()] = None) -> None:
    """Render a task's sample dataset into its raw folder."""
    from tryon.config import load_params
    from tryon.paths import absolute

    chosen, params = find(task), load_params()
    if task not in params.tasks:
        raise ConfigError(f"params.yaml has no tasks.{task}", hint="add the section")
    target = folder or absolute(f"data/raw/{task}")
    chosen.sample.generate(params.tasks[task], target, params.seed, params.workers)
    out.print(f"rendered {target}")


@app.command()
@one_line_errors
def lineage(task: TaskName) -> None:
    """Print the whole record: champion, where it comes from, every version, every move."""
    from tryon.stages.record import lineage_text

    out.print(lineage_text(find(task).name), markup=False)


@app.command()
@one_line_errors
def rollback(
    task: TaskName,
    why: Annotated[str, typer.Option(help="kept on record")] = "by hand",
    to: Annotated[str | None, typer.Option(help="version; default: the previous champion")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would happen")] = False,
) -> None:
    """Serve the previous champion again: move the alias, pack its bundle."""
    from tryon.stages.record import roll_back

    out.print(roll_back(find(task).name, why, to, dry_run), markup=False)


@app.command()
@one_line_errors
def summary() -> None:
    """Say what a finished run left where, and what to do next."""
    from tryon.stages.record import summary_text

    out.print(summary_text(), markup=False)


@export.command("metrics")
@one_line_errors
def export_metrics() -> None:
    """Write metrics/champions.json and metrics/curves.csv for `dvc metrics` and `dvc plots`."""
    from tryon.stages.record import export_metrics as write

    for path in write():
        out.print(f"wrote {path}")


@app.command()
@one_line_errors
def doctor() -> None:
    """Check that this machine can run the project, and say what is missing."""
    from tryon.stages.doctor import examine

    for line in examine():
        out.print(line)


def main() -> None:
    """The entry point."""
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    logging.getLogger("tryon").setLevel(logging.INFO)  # other libraries: warnings and worse
    app()


if __name__ == "__main__":
    main()
