"""Every task of the project, one line each."""

from tryon.task import Task

TASKS: dict[str, Task] = {
    task.name: task
    for task in (Task("makeup", "tryon.makeup", "a face photo and a look → the made-up face"),)
}
