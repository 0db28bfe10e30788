"""Make the record from a notebook's outputs: of one that stock nbgrader graded, or a kernel ran.

Our engine leaves a record in what it graded; only where there is none are outputs read. Of an
exception the type alone is known, so what its text gives away of a hidden test is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.catalogue import Reason
from grader.notebook import ANSI, STAMP, Cell, hidden_lines, is_test, is_untouched, last_line

from .cells import Graded, GradedCell, mistake_in, of_the_whole
from .errors import ASSERTION, CHECK, STUB, Error
from .record import STOPPED, Ran, events, points_of, record

CLOCKS = {"CellTimeoutError", "KeyboardInterrupt"}  # nobody is there to interrupt but the clock
HIDDEN_TESTS = "HIDDEN TESTS"


def graded_of(notebook: Any, name: str = "") -> Graded:
    """The record of a graded notebook: the one it has, else the one made from its outputs."""
    stamp = notebook.metadata.get(STAMP, {})
    return Graded.of_stamp(stamp) or record_of_outputs(notebook.cells, stamp, name)


def record_of_outputs(
    cells: Sequence[Cell], stamp: Mapping[str, Any], notebook: str = ""
) -> Graded:
    """The record of a notebook that has none."""
    runs = runs_by_outputs(cells)
    made = record(cells, runs, lambda index: checked(cells[index], notebook), notebook)
    repairs = tuple(Reason.of("repair.text", text=str(one)) for one in stamp.get("repairs", []))
    return Graded(made, repairs, tuple(events(cells, runs)), **of_the_whole(stamp))


def runs_by_outputs(cells: Sequence[Cell]) -> dict[int, Ran]:
    """What came of each code cell."""
    return {i: ran(cell) for i, cell in enumerate(cells) if cell.cell_type == "code"}


def checked(cell: Cell, notebook: str = "") -> GradedCell | None:
    """A derivation in whose metadata a checker left what it found."""
    found = cell.metadata.get(STAMP, {}).get("derivation")
    if not isinstance(found, Mapping):
        return None
    person = Reason.of("person.not_understood") if found.get("needs_person") else None
    points = found.get("points")
    return of_derivation(cell, found, points, person, notebook)


def of_derivation(
    cell: Cell,
    found: Mapping[str, Any],
    points: float | None,
    person: Reason | None,
    notebook: str = "",
) -> GradedCell:
    """A derivation that was checked; its points stand until a person has looked."""
    found = found.get("findings", found)  # the values alone, where the words stand beside them
    most, mistake = points_of(cell), mistake_in(found)
    status = "missing" if is_untouched(cell) else share_of(points or 0.0, most)
    return GradedCell(
        notebook,
        cell.metadata.nbgrader.grade_id,
        "derivation",
        most,
        points,
        "manual" if person else status,
        person=person,
        diagnosis=(mistake,) if mistake else (),
        derivation=found,
    )


def share_of(points: float, most: float) -> str:
    """Points in a word."""
    share = points / most if most else 1.0
    return "ok" if share >= 1 else "wrong" if share <= 0 else "partial"


def ran(cell: Cell) -> Ran:
    """What came of a code cell, by its outputs."""
    error = _error_in(cell)
    noted = cell.metadata.get(STAMP, {})
    return Ran(
        passed=error is None,
        error=None if error is None else _error(cell, error),
        flags=tuple(map(str, noted.get("flags", []))),
        notes=tuple(map(str, noted.get("notes", []))),
        diagnosis=tuple(map(str, noted.get("diagnosis", []))),
        pictures=tuple(_pictures(cell)),
    )


def _error_in(cell: Cell) -> Any:
    """The error that a cell stopped with; None if it did not."""
    outputs = cell.get("outputs", [])
    return next((output for output in outputs if output.output_type == "error"), None)


def _pictures(cell: Cell) -> Iterator[Mapping[str, Any]]:
    """What a check drew: nobody else has a say in a test's outputs."""
    for output in cell.get("outputs", []) if is_test(cell) else ():
        if any(form.startswith("image/") for form in output.get("data", {})):
            yield output


def _error(cell: Cell, output: Any) -> Error:
    name, said = str(output.ename), last_line(output.evalue)
    if name in CLOCKS or name == STOPPED:
        return Error(name, said, "engine")
    if not is_test(cell):
        return Error(name, said, "submission")
    if name in (CHECK, ASSERTION):
        return _of_check(cell, name, said)
    own = name in ("NameError", STUB)
    return Error(name, said, "test" if own else "submission", _is_hidden(cell.source, output))


def _of_check(cell: Cell, name: str, said: str) -> Error:
    """A check's line, without what a hidden test's call raised."""
    if said.endswith("not written yet"):
        return Error(STUB)
    if HIDDEN_TESTS in cell.source:
        said = re.sub(r"(the call raised (?!Stopped\b)\w+): .*", r"\1", said)
    return Error(name, said)


def _is_hidden(source: str, error: Any) -> bool:
    """Whether a hidden test failed; when the traceback does not say, we take it that one did."""
    hidden = hidden_lines(source)
    where = re.search(
        r"^(?:Cell In\[\d+\], )?line (\d+)", ANSI.sub("", "\n".join(error.traceback)), re.M
    )
    return bool(hidden) and (where is None or int(where[1]) in hidden)
