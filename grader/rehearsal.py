"""Run a notebook as it would be graded, on the student's own machine and without isolation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.notebook import (
    UNWRITTEN,
    Cell,
    Outcome,
    broken_set_up,
    is_test,
    is_untouched,
    last_line,
    outcome,
    title,
)

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
    from nbclient.exceptions import DeadKernelError

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
    try:
        client.execute()
    except DeadKernelError:
        return [Line("notebook", "error", "The kernel died: a cell crashed or ended Python.")]
    broken = broken_set_up(notebook.cells)
    if broken:
        return [Line(broken[0], "error", f"{broken[1]} (is everything installed?)")]
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
    printed = "".join(output.get("text", "") for output in cell.get("outputs", []))
    said = last_line(printed) if found.status == "ok" else ""
    return Line(name, found.status, said or found.message)


def _written(cell: Cell) -> Outcome:
    return UNWRITTEN if is_untouched(cell) else Outcome("manual", "A person will read this.")
