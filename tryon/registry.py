"""Every task of the project, one line each."""

from tryon.errors import ConfigError
from tryon.task import Task

MAKEUP = Task(
    "makeup",
    "tryon.makeup",
    "a face photo and a look → the made-up face",
    "-F photo=@face.jpg -F 'look=classic red' localhost:3000/makeup -o made-up.png",
)
GARMENT = Task(
    "garment",
    "tryon.garment",
    "a person photo and a garment photo → the person wearing it",
    "-F photo=@person.jpg -F garment=@shirt.jpg localhost:3000/garment -o dressed.png",
)
CAPTION = Task(
    "caption",
    "tryon.caption",
    "a photo → text describing it",
    "-F photo=@photo.jpg localhost:3000/caption",
)
TASKS: dict[str, Task] = {task.name: task for task in (MAKEUP, GARMENT, CAPTION)}


def find(name: str) -> Task:
    """The task of that name.

    Raises:
        ConfigError: there is none; the hint names those there are.
    """
    if name not in TASKS:
        raise ConfigError(f"no task {name!r}", hint=f"one of {', '.join(sorted(TASKS))}")
    return TASKS[name]
