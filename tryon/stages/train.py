"""Train one candidate, export what it ships, keep the run's record."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from tryon import lineage
from tryon.config import load_params
from tryon.data.prepared import PreparedStore
from tryon.errors import DataError
from tryon.gan.engine import train as train_gan
from tryon.gan.trail import read_stats
from tryon.paths import absolute, relative, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.tracking.runs import RunLog
from tryon.types import AugmentedRef, CandidateRef

PREVIEWS = 6  # validation samples pictured over time


def train(augmented: AugmentedRef, recipe: Recipe, run: RunLog) -> CandidateRef:
    """Train, or go on training where an earlier attempt with the same recipe was killed.

    Raises:
        TrainingError: a non-finite loss, or no data.
        DataError: the reference says nothing of where the data comes from.
    """
    task, config, prepared = TASKS[recipe.task], recipe.config, augmented.prepared
    ((name, candidate),) = config.candidates.items()
    if prepared.dataset is None:
        raise DataError("prepared data of unknown origin", hint="run the preprocess step again")
    folder = workspace() / "runs" / recipe.task / f"{name}-{_key(augmented, recipe)}"
    folder.mkdir(parents=True, exist_ok=True)
    origin = lineage.current(prepared.dataset.digest, load_params().digest())
    (folder / "lineage.json").write_text(origin.model_dump_json(indent=2))
    run.params({"candidate": name, "seed": recipe.seed, **recipe.values})
    run.tags({"task": recipe.task, "candidate": name, "folder": relative(folder)})
    run.tags(origin.as_tags())
    run.dataset(f"{recipe.task} raw", prepared.dataset.path, prepared.dataset.digest)
    for report in (*prepared.reports.values(), augmented.preview):
        run.file(absolute(report), "data")

    store = PreparedStore.open(absolute(prepared.path))
    samples = task.augmentation.TrainingSet
    dataset = samples(store.split("train"), config.augmentation, recipe.seed)
    for asset, content in getattr(dataset, "assets", {}).items():  # what goes with the weights
        (folder / asset).write_bytes(content)
    shown = samples(store.split("validation"), None, recipe.seed)
    for line in read_stats(folder / "stats.jsonl"):  # of an attempt that was killed
        run.metrics(line, int(line["step"]))
    result = train_gan(
        partial(task.objective.build, config, candidate, recipe.seed),
        dataset,
        config=config.training,
        adversarial=candidate.adversarial,
        seed=recipe.seed,
        folder=folder,
        preview=[shown[index] for index in range(min(PREVIEWS, len(shown)))],
        opening=folder.with_name(f"opening-{_opening_key(augmented, recipe)}"),
        log=run.metrics,
        log_picture=lambda path, step: run.picture(_read(path), "progress", step),
    )
    parity = task.export.ship(result.weights, config, folder / "model.onnx")
    run.metrics({"parity": parity}, result.steps)
    run.file(folder / "stats.jsonl", "training")
    run.file(folder / "options.json", "training")
    digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    return CandidateRef(
        task=recipe.task,
        name=name,
        path=relative(folder),
        digest=digest,
        run_id=run.run_id,
        parity=parity,
    )


def _key(augmented: AugmentedRef, recipe: Recipe) -> str:
    """What decides the weights; the same key finds the folder of a killed attempt."""
    text = f"{augmented.prepared.digest} {augmented.policy} {recipe.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _opening_key(augmented: AugmentedRef, recipe: Recipe) -> str:
    """What decides the steps before the game: all but which candidate it is."""
    common = {**recipe.values, "candidates": {}}
    return _key(augmented, recipe.model_copy(update={"values": common}))


def _read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))
