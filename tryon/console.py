"""Output of the command line: plain lines, and errors made on purpose as one clear line."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from tryon.errors import TryonError

P = ParamSpec("P")
R = TypeVar("R")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def one_line_errors(function: Callable[P, R]) -> Callable[P, R]:
    """Turn an error made on purpose into one clear line, its fix, and exit code 1."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except TryonError as error:
            err.print(f"[red]{escape(error.code)}[/]: {escape(error.message)}")
            if error.hint:
                err.print(f"  fix: {escape(error.hint)}")
            raise typer.Exit(1) from None

    return guarded
