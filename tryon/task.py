"""The face every task shows to the engine, the steps, the gate, the bundle and the service.

A task is a package with these modules, resolved lazily so that serving never imports torch:

    config      Config (a TaskConfig)
    sample      generate(config, folder, seed, workers)        the rendered sample dataset
    importers   IMPORTERS: dict[str, importer]                 the field's layouts → raw rows
    data        FEATURES, Preparer, columns, rules, augmentation, examples
    networks    pure torch
    objective   build(config, candidate) → tryon.gan.objective.Objective
    evaluation  evaluate(...), PRIMARY, gate rules, baselines
    predictor   load(bundle) → numpy in, numpy out
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType


@dataclass(frozen=True)
class Task:
    """One task: its name and the package that holds its modules."""

    name: str
    package: str
    summary: str

    def __getattr__(self, module: str) -> ModuleType:
        if module.startswith("_") or module not in MODULES:
            raise AttributeError(f"a task has {', '.join(MODULES)}; got {module!r}")
        return import_module(f"{self.package}.{module}")


MODULES = (
    "config", "sample", "importers", "data", "networks", "objective", "evaluation", "export",
    "predictor",
)
