"""`tryon data`: fetch, import, list and validate datasets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tryon.console import one_line_errors, out
from tryon.registry import TASKS, find

if TYPE_CHECKING:
    from tryon.data.card import Card

app = typer.Typer(no_args_is_help=True, help="Fetch, import, list and validate datasets.")
TaskName = Annotated[str, typer.Option(help="whose schema and rules")]
FIRST = next(iter(TASKS))
Mirror = Annotated[
    str | None, typer.Option(help="folder or address that holds the files, instead of their own")
]


@app.command("list")
@one_line_errors
def list_() -> None:
    """What `get` can fetch, and which datasets are here."""
    from tryon.data.card import CARD_NAME, Card
    from tryon.data.sources import load_sources
    from tryon.paths import project_root

    table = Table("source", "what", "licence", "ready", title="open datasets", title_justify="left")
    for name, source in load_sources().items():
        ready = "yes" if source.pinned else f"tryon data pin {name}"
        table.add_row(name, escape(source.title), source.licence, ready)
    out.print(table)
    for path in sorted((project_root() / "data" / "raw").glob(f"*/{CARD_NAME}")):
        _tell(path.parent, Card.read(path.parent))


@app.command()
@one_line_errors
def get(
    name: Annotated[str, typer.Argument(help="see `tryon data list`")],
    mirror: Mirror = None,
    to: Annotated[Path | None, typer.Option("--out", help="default: data/raw/NAME")] = None,
) -> None:
    """Fetch an open dataset, check its sha256, import it. An interrupted call is continued."""
    from tryon.data.obtain import get as obtain
    from tryon.data.sources import find_source

    source = find_source(name)
    folder = to or _raw(name)
    card = obtain(name, source, _downloads(), folder, mirror)
    _tell(folder, card)
    _next(folder, source.task)


@app.command()
@one_line_errors
def pin(
    name: Annotated[str, typer.Argument(help="see `tryon data list`")], mirror: Mirror = None
) -> None:
    """Fetch a source unchecked and print the sha256 lines for data/sources.yaml."""
    from tryon.data.obtain import pin as take
    from tryon.data.sources import find_source

    for file, (digest, size) in take(find_source(name), _downloads(), mirror).items():
        out.print(f"    - file: {escape(file)}\n      sha256: {digest}\n      bytes: {size}")
    out.print(f"look at what came, then put these into data/sources.yaml under {escape(name)}")


@app.command("import")
@one_line_errors
def import_(
    format: Annotated[str, typer.Argument(help="folder, or a layout of the task's field")],
    path: Annotated[Path, typer.Argument(help="the folder or file to read")],
    task: TaskName = FIRST,
    to: Annotated[Path | None, typer.Option("--out", help="default: data/raw/FOLDER")] = None,
    identity: Annotated[
        str | None, typer.Option(help="a person is a file, a folder, or auto (default)")
    ] = None,
    coding: Annotated[
        str | None, typer.Option(help="of the label maps: A-D, LIP or ATR; default: detected")
    ] = None,
    category: Annotated[
        str | None, typer.Option(help="garment: upper, lower or whole, where the layout has none")
    ] = None,
    pseudo_targets: Annotated[
        bool | None,
        typer.Option("--pseudo-targets", help="makeup: take warped pseudo ground truth"),
    ] = None,
    validation_share: Annotated[float, typer.Option(min=0, max=0.5)] = 0.1,
    test_share: Annotated[float, typer.Option(min=0, max=0.5)] = 0.2,
    source: Annotated[str, typer.Option(help="where the pictures come from, for the card")] = "",
    licence: Annotated[str, typer.Option(help="of the pictures, for the card")] = "unknown",
) -> None:
    """Turn a layout of the field, or a plain folder of photos, into a raw dataset."""
    from tryon.data.obtain import import_dataset

    folder = to or _raw(path.resolve().stem)
    given = {
        "identity": identity,
        "coding": coding,
        "category": category,
        "pseudo_targets": pseudo_targets,
    }
    card = import_dataset(
        find(task),
        format,
        path,
        folder,
        name=folder.name,
        source=source or path.resolve().name,
        licence=licence,
        options={
            **{name: value for name, value in given.items() if value is not None},
            "validation_share": validation_share,
            "test_share": test_share,
            "say": lambda text: out.print(escape(text)),
        },
    )
    _tell(folder, card)
    _next(folder, task)


@app.command()
@one_line_errors
def validate(
    task: TaskName = FIRST,
    dataset: Annotated[Path | None, typer.Option(help="default: the task's own")] = None,
    to: Annotated[Path | None, typer.Option("--out", help="folder of the report")] = None,
) -> None:
    """Check every row against the rules of params.yaml; write the report and the quarantine."""
    from tryon.config import load_params
    from tryon.data.card import Card
    from tryon.errors import ConfigError
    from tryon.paths import absolute, workspace

    chosen, params = find(task), load_params()
    if task not in params.tasks:
        raise ConfigError(f"params.yaml has no tasks.{task}", hint="add the section")
    config = params.tasks[task]
    folder = dataset or absolute(config.folder(task))
    Card.read(folder)  # a wrong folder is told at once: what follows takes seconds to load
    from tryon.data.validation import validate as check

    result = check(
        chosen,
        folder,
        config.validation,
        to or workspace() / "validation" / folder.name,
        params.workers,
    )
    for rule, count in result.quarantined.items():
        out.print(f"set aside by {rule}: {count}")
    out.print(f"kept {_counts(result.passed)}; report {escape(str(result.report_path))}")


def _raw(name: str) -> Path:
    from tryon.paths import project_root

    return project_root() / "data" / "raw" / name


def _downloads() -> Path:
    from tryon.paths import workspace

    return workspace() / "downloads"


def _tell(folder: Path, card: "Card") -> None:
    people = sum(card.identities.values())
    out.print(
        f"{escape(str(folder))}: {card.task}, {_counts(card.counts)}, {people} identities, "
        f"licence {escape(card.licence)}"
    )


def _next(folder: Path, task: str) -> None:
    out.print(f"check it:   tryon data validate --task {task} --dataset {escape(str(folder))}")
    out.print(f"version it: dvc add {escape(str(folder))}")
    out.print(f"train on it: set tasks.{task}.dataset in params.yaml to this folder")


def _counts(rows: dict[str, int]) -> str:
    from tryon.data.card import SPLITS

    return ", ".join(f"{split} {rows[split]:,}" for split in SPLITS if split in rows)
