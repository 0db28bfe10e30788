"""Say of each graded cell what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.catalogue import Reason, sentence
from grader.graded import GradedCell, Ran, of_derivation, record
from grader.graded.outputs import runs_by_outputs
from grader.graded.record import points_of
from grader.notebook import (
    Cell,
    broken_set_up,
    derivation_checks,
    is_test,
    is_unwritten,
    last_line,
    title,
)


@dataclass(frozen=True)
class Line:
    """What is said of one graded cell: its name, and what it came to."""

    grade_id: str
    status: str
    message: str


def lines_of(notebook: Any, runs: Mapping[int, Ran] | None) -> list[Line]:
    """What came of each graded cell of a prepared notebook that was run; by its outputs, if so."""
    broken = broken_set_up(notebook.cells)
    if broken:
        return [Line(broken[0], "error", f"{broken[1]} (is everything installed?)")]
    cells, known = notebook.cells, runs if runs is not None else runs_by_outputs(notebook.cells)
    checks = {cell.metadata["checks"]: cell for cell in cells if "checks" in cell.metadata}
    graded = record(cells, known, lambda index: _written(cells[index], checks))
    printed = {title(cell, index): _printed(cell) for index, cell in enumerate(cells)}
    return [_line(cell, printed[cell.name]) for cell in graded]


def prepare(notebook: Any) -> None:
    """Add a code cell for each derivation that checks it: by the end every problem is defined."""
    from nbformat.v4 import new_code_cell

    written = [
        (cell.metadata.nbgrader.grade_id, cell.source)
        for cell in notebook.cells
        if _graded(cell) and not is_test(cell) and not is_unwritten(cell)
    ]
    for (name, _), code in zip(written, derivation_checks(written), strict=True):
        if code:
            notebook.cells.append(new_code_cell(code, metadata={"checks": name}))


def _graded(cell: Cell) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _line(cell: GradedCell, printed: str) -> Line:
    """A right answer is told with the last check line that was printed."""
    said = last_line(printed) if cell.status == "ok" and cell.kind == "test" else ""
    told = cell.message or (sentence(Reason.of("person.will_read")) if cell.person else "")
    return Line(cell.name, cell.status, said or told)


def _printed(cell: Cell) -> str:
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def _written(cell: Cell, checks: Mapping[str, Cell]) -> GradedCell | None:
    """What was found in a derivation; None if it was not checked."""
    check = checks.get(cell.metadata.nbgrader.grade_id)
    try:
        found = json.loads(_printed(check)) if check else None
    except ValueError:
        found = None
    if found is None:
        return None
    why = found["findings"]["person"]
    person = Reason.from_dict(why) if why else None
    return of_derivation(cell, found, found["share"] * points_of(cell), person)
