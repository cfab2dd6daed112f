"""Every task of the project, one line each."""

from tryon.errors import ConfigError
from tryon.task import Task

MAKEUP = Task(
    "makeup",
    "tryon.makeup",
    "a face photo and a look → the made-up face",
    "-F photo=@face.jpg -F 'look=classic red' localhost:3000/makeup -o made-up.png",
)
TASKS: dict[str, Task] = {task.name: task for task in (MAKEUP,)}


def find(name: str) -> Task:
    """The task of that name.

    Raises:
        ConfigError: there is none; the hint names those there are.
    """
    if name not in TASKS:
        raise ConfigError(f"no task {name!r}", hint=f"one of {', '.join(sorted(TASKS))}")
    return TASKS[name]
