"""Random states as plain tensors, so that checkpoints hold no pickled objects."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor


def capture() -> dict[str, Tensor]:
    """The states of Python's, numpy's and torch's generators; shapes are the same everywhere."""
    version, words, gauss = random.getstate()
    legacy = np.random.get_state(legacy=False)
    states = {
        "python": torch.tensor([version, *words], dtype=torch.int64),
        "python_gauss": _optional(gauss),
        "numpy": torch.from_numpy(legacy["state"]["key"].astype(np.int64)),
        "numpy_place": torch.tensor([legacy["state"]["pos"], legacy["has_gauss"]]),
        "numpy_gauss": torch.tensor([legacy["gauss"]], dtype=torch.float64),
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def restore(states: dict[str, Tensor]) -> None:
    """Put back what `capture` took."""
    states = {name: state.cpu() for name, state in states.items()}
    version, *words = states["python"].tolist()
    gauss = float(states["python_gauss"])
    random.setstate((version, tuple(words), None if np.isnan(gauss) else gauss))
    place, has_gauss = states["numpy_place"].tolist()
    np.random.set_state(
        (
            "MT19937",
            states["numpy"].numpy().astype(np.uint32),
            place,
            has_gauss,
            float(states["numpy_gauss"]),
        )
    )
    torch.set_rng_state(states["torch"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


def seed_all(seed: int) -> None:
    """Seed Python, numpy and torch on every device."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


@contextmanager
def isolated(seed: int) -> Iterator[None]:
    """Run a block under `seed` and leave the caller's random states as they were."""
    before = capture()
    seed_all(seed)
    try:
        yield
    finally:
        restore(before)


def _optional(value: float | None) -> Tensor:
    return torch.tensor([float("nan") if value is None else value], dtype=torch.float64)
