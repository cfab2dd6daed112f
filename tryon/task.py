"""The face every task shows to the engine, the steps, the gate, the bundle and the service.

A task is a package with these modules, loaded when first used, so that serving never loads torch:

    config        Config (a TaskConfig): the task's section of params.yaml
    sample        generate(config, folder, seed, workers): the rendered sample dataset
    importers     IMPORTERS: the field's own layouts → raw rows
    data          FEATURES of a raw row, and the rules it must keep
    inspection    Inspector: the columns that validation measures of one picture
    preparation   raw row → training arrays, or a refusal with its cause
    augmentation  the training-time policy, its check and its preview
    networks      generator and discriminator, pure torch
    objective     build(config, candidate): the terms of both losses
    export        ship(weights, config, path): what the generator becomes, and
                  settings(config): what its predictor must know of it (Bundle.settings)
    evaluation    evaluate(network, split, config, title), baselines(split, config), METRICS,
                  PRIMARY, rules(config) of the gate, CARD
    predictor     load(bundle) → numpy in, numpy out
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

MODULES = (
    "config",
    "sample",
    "importers",
    "data",
    "inspection",
    "preparation",
    "augmentation",
    "networks",
    "objective",
    "export",
    "evaluation",
    "predictor",
)


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: As in params.yaml, in commands and in the service's paths.
        package: Holds its modules.
        summary: What it does, in a sentence.
        example: What `curl` is given to try it on a running service.
    """

    name: str
    package: str
    summary: str
    example: str

    def __getattr__(self, module: str) -> ModuleType:
        if module not in MODULES:
            raise AttributeError(f"a task has {', '.join(MODULES)}; got {module!r}")
        return import_module(f"{self.package}.{module}")
