"""A progress bar on a terminal, and nothing elsewhere, so that logs stay quiet."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import TypeVar

T = TypeVar("T")


def progress(items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    """The items as they come, with a bar on standard error while they do."""
    if sys.stderr.isatty() and find_spec("rich"):
        return _with_bar(items, total, doing)
    return iter(items)


def _with_bar(items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    # What is printed meanwhile goes above the bar, unless it goes into a file or a pipe.
    to_screen, console = sys.stdout.isatty(), Console(stderr=True)
    columns = (
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
    )  # a bar, the time left, how many
    with Progress(*columns, console=console, transient=True, redirect_stdout=to_screen) as bar:
        yield from bar.track(items, total=total, description=doing)
