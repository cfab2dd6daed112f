"""The local stack, made or mended whenever the pipeline is loaded; nothing else is touched."""

import logging
import os
from typing import Any

import yaml
from zenml.client import Client
from zenml.enums import StackComponentType

from tryon.paths import project_root
from tryon.registry import TASKS
from tryon.tracking.client import tracking_uri
from tryon.tracking.runs import ensure_experiment

CHATTY = (
    "great_expectations",
    "onnxscript",
    "onnx_ir",
    "alembic",
    "mlflow.store.db.utils",
    "datasets",
)


def ensure_stack() -> None:
    """Register what infra/stacks/local.yaml describes and make it this checkout's active stack.

    Where a stack other than ZenML's own default was chosen by hand, that choice stays.
    """
    _quiet()
    root = project_root()
    if Client.find_repository() != root:
        Client.initialize(root)
    client = Client()
    wanted = yaml.safe_load((root / "infra" / "stacks" / "local.yaml").read_text())
    components = {
        StackComponentType(kind): _ensure_component(client, StackComponentType(kind), component)
        for kind, component in wanted["components"].items()
    }
    try:
        client.get_stack(wanted["name"], allow_name_prefix_match=False)
    except KeyError:
        client.create_stack(wanted["name"], components)
    if client.active_stack_model.name == "default":
        client.activate_stack(wanted["name"])
    for task in TASKS:
        ensure_experiment(task)


def _ensure_component(client: Client, kind: StackComponentType, wanted: dict[str, Any]) -> str:
    name = wanted["name"]
    if "flavor" not in wanted:
        return name
    values = {
        key: value.format(tracking_uri=tracking_uri())
        for key, value in wanted["configuration"].items()
    }
    try:
        known = client.get_stack_component(kind, name, allow_name_prefix_match=False)
    except KeyError:
        client.create_stack_component(name, wanted["flavor"], kind, values)
    else:
        if known.configuration != values:
            client.update_stack_component(name, kind, configuration=values)
    return name


def _quiet() -> None:
    """Keep other libraries' start-up chatter out of the pipeline's log."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
