"""Which module of this room serves a task: one line each.

Such a module has `router(backend)`, the task's routes, and `warm_up(predictor)`, which makes the
first request as quick as the others.
"""

from importlib import import_module
from types import ModuleType

MODULES = {
    "makeup": "bento.api_makeup",
    "garment": "bento.api_garment",
    "caption": "bento.api_caption",
}


def module_of(task: str) -> ModuleType:
    """The module that serves a task."""
    return import_module(MODULES[task])
