"""Run a notebook as it would be graded, on the student's own machine and without isolation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.derivation.cell import code_for
from grader.notebook import (
    UNWRITTEN,
    Cell,
    Outcome,
    broken_set_up,
    is_test,
    is_untouched,
    last_line,
    outcomes,
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
    graded = [cell for cell in notebook.cells if _graded(cell)]
    _add_derivation_checks(notebook)
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
    checks = {cell.metadata["checks"]: cell for cell in notebook.cells if "checks" in cell.metadata}
    told = outcomes(notebook.cells)
    names = [cell.metadata.nbgrader.grade_id for cell in graded]
    return [
        _line(cell, checks.get(name), told.get(name))
        for cell, name in zip(graded, names, strict=True)
    ]


def _add_derivation_checks(notebook: Any) -> None:
    """Add a code cell for each derivation that checks it: by the end every problem is defined."""
    from nbformat.v4 import new_code_cell

    for cell in list(notebook.cells):
        if _graded(cell) and not is_test(cell) and not is_untouched(cell):
            name = cell.metadata.nbgrader.grade_id
            code = code_for(name, cell.source)
            if code:
                notebook.cells.append(new_code_cell(code, metadata={"checks": name}))


def read(path: Path) -> Any:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds for many sorts of damage
        raise Unreadable(f"{path} is no notebook ({error})") from error


def _graded(cell: Cell) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _line(cell: Cell, check: Cell | None, of_test: Outcome | None) -> Line:
    found = of_test or _written(cell, check)
    said = last_line(_printed(cell)) if found.status == "ok" else ""
    return Line(cell.metadata.nbgrader.grade_id, found.status, said or found.message)


def _printed(cell: Cell) -> str:
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def _written(cell: Cell, check: Cell | None) -> Outcome:
    if is_untouched(cell):
        return UNWRITTEN
    try:
        found = json.loads(_printed(check)) if check else None
    except ValueError:
        found = None
    if found is None:
        return Outcome("manual", "A person will read this.")
    status = "ok" if found["share"] >= 1 else "wrong" if found["verdict"] == "wrong" else "partial"
    return Outcome("manual" if found["needs_person"] else status, " ".join(found["summary"]))
