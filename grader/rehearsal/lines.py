"""Say of each graded cell what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from grader.notebook import (
    UNWRITTEN,
    Cell,
    Outcome,
    broken_set_up,
    derivation_check,
    is_test,
    is_untouched,
    last_line,
    outcomes,
)


@dataclass(frozen=True)
class Line:
    """What is said of one graded cell: its name, and what it came to."""

    grade_id: str
    status: str
    message: str


def lines_of(notebook: Any) -> list[Line]:
    """What came of each graded cell of a prepared notebook that was run."""
    broken = broken_set_up(notebook.cells)
    if broken:
        return [Line(broken[0], "error", f"{broken[1]} (is everything installed?)")]
    checks = {cell.metadata["checks"]: cell for cell in notebook.cells if "checks" in cell.metadata}
    graded = [cell for cell in notebook.cells if _graded(cell)]
    told = outcomes(notebook.cells)
    names = [cell.metadata.nbgrader.grade_id for cell in graded]
    return [
        _line(cell, checks.get(name), told.get(name))
        for cell, name in zip(graded, names, strict=True)
    ]


def prepare(notebook: Any) -> None:
    """Add a code cell for each derivation that checks it: by the end every problem is defined."""
    from nbformat.v4 import new_code_cell

    for cell in list(notebook.cells):
        if _graded(cell) and not is_test(cell) and not is_untouched(cell):
            name = cell.metadata.nbgrader.grade_id
            code = derivation_check(name, cell.source)
            if code:
                notebook.cells.append(new_code_cell(code, metadata={"checks": name}))


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
