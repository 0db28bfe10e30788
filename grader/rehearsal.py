"""Run a notebook as it would be graded, on the student's own machine and without isolation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.notebook import Cell, Outcome, is_test, kind, outcome, title

SECONDS_A_CELL = 120


@dataclass(frozen=True)
class Line:
    """What is said of one graded cell: its name, and what it came to."""

    grade_id: str
    status: str
    message: str


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """The file is no notebook."""


def rehearse(path: Path) -> list[Line]:
    """Run all cells in a fresh kernel, from the notebook's folder, and tell of each graded one."""
    import nbclient

    notebook = read(path)
    client = nbclient.NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    client.execute()
    return [_line(title(cell, i), cell) for i, cell in enumerate(notebook.cells) if _graded(cell)]


def read(path: Path) -> Any:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds for many sorts of damage
        raise Unreadable(f"{path} is no notebook ({error})") from error


def _graded(cell: Cell) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _line(name: str, cell: Cell) -> Line:
    found = outcome(cell) if is_test(cell) else _written(cell)
    return Line(name, found.status, found.message)


def _written(cell: Cell) -> Outcome:
    assert kind(cell) == "written"
    return Outcome("manual", "A person will read this.")
