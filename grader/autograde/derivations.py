"""Have derivation cells checked in the referee, and put what was found where people read it.

A derivation's findings go into the record, from which the score and the feedback page are made, and
as a table into a cell behind it, which formgrader shows beside the box for the points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from grader.catalogue import Reason
from grader.graded import GradedCell, of_derivation, of_written
from grader.notebook import STAMP, Cell, derivation_checks, is_unwritten, kind
from grader.referee.case import CellRun, CellToRun
from grader.referee.plan import Place

MOST_READ = 60_000  # characters; the checker takes no more
PICTURE = re.compile(r"<img\b", re.IGNORECASE)


def derivations_to_check(notebook: Any) -> Iterator[CellToRun]:
    """The checks of the derivations that something was written in."""
    written = [
        (index, cell)
        for index, cell in enumerate(notebook.cells)
        if is_derivation(cell) and not is_unwritten(cell) and len(cell.source) <= MOST_READ
    ]
    texts = [(cell.metadata.nbgrader.grade_id, cell.source) for _, cell in written]
    for (index, _), code in zip(written, derivation_checks(texts), strict=True):
        if code:
            yield CellToRun(index, code, Place.REFEREE)


def is_derivation(cell: Cell) -> bool:
    """Whether the cell is a graded one in which mathematics is written."""
    return kind(cell) == "written" and bool(cell.metadata.nbgrader.grade)


def note_findings(notebook: Any, run: CellRun) -> None:
    """Keep what was found in a derivation; one that could not be checked is left to a person."""
    found = _printed(run)
    cell = notebook.cells[run.index]
    if found is None or "too_much" in found:
        cell.metadata.setdefault(STAMP, NotebookNode())["too_much"] = found is not None
        return
    points = round(found.pop("share") * float(cell.metadata.nbgrader.points), 2)
    found["points"] = points
    cell.metadata.setdefault(STAMP, NotebookNode())["derivation"] = found


def _printed(run: CellRun) -> dict[str, Any] | None:
    """The findings that the check printed."""
    text = "".join(o["text"] for o in run.outputs if o["output_type"] == "stream")
    try:
        found = json.loads(text) if run.passed else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def has_picture(cell: Cell) -> bool:
    """Whether a picture stands in the cell, such as a photo of a derivation on paper."""
    source = cell.source
    return bool(cell.get("attachments") or PICTURE.search(source)) or _shows_picture(source)


def _shows_picture(source: str) -> bool:
    """Whether ![words](address) stands in it, looked for from its middle.

    From its beginning it would take for ever where that stands there a hundred thousand times.
    """
    *before, _ = source.split("](")
    return any("![" in part[part.rfind("]") + 1 :] for part in before)


def is_continued(cells: list[Cell], index: int) -> bool:
    """Whether the student wrote on in a Markdown cell behind this one."""
    behind = cells[index + 1] if index + 1 < len(cells) else None
    return behind is not None and behind.cell_type == "markdown" and is_students_own(behind)


def is_students_own(cell: Cell) -> bool:
    """Whether the student added the cell: it is neither the assignment's nor ours."""
    return kind(cell) == "plain" and not cell.metadata.get(STAMP, {}).get("ours")


def person_for(notebook: Any, index: int) -> Reason | None:
    """Why the points of a derivation are for a person to give or to confirm, if they are."""
    cell = notebook.cells[index]
    noted = cell.metadata.get(STAMP, {})
    found = noted.get("derivation")
    if noted.get("person"):  # it was in doubt which cell it is
        return Reason.from_dict(noted["person"])
    if has_picture(cell):
        return Reason.of("person.picture")
    if is_continued(notebook.cells, index):
        return Reason.of("person.added_cell")
    if found is None and not is_unwritten(cell):
        return Reason.of("person.too_much" if _is_too_much(cell) else "person.not_checked")
    if found is None:
        return None
    why = found["findings"]["person"]
    return Reason.from_dict(why) if why else None


def _is_too_much(cell: Cell) -> bool:
    """Whether it is longer than is read, or came when the budget was used up."""
    return len(cell.source) > MOST_READ or bool(cell.metadata.get(STAMP, {}).get("too_much"))


def graded_derivation(notebook: Any, index: int, name: str = "") -> GradedCell | None:
    """What a derivation came to, for the record; None if the cell is none."""
    cell = notebook.cells[index]
    if not is_derivation(cell):
        return None
    found = cell.metadata.get(STAMP, {}).get("derivation")
    person = person_for(notebook, index)
    if found is None:
        return of_written(cell, name, person)
    return of_derivation(cell, found, float(found["points"]), person, name)


def show_tables(notebook: Any) -> None:
    """Put the table of each checked derivation behind it; the record has the rest."""
    for index in reversed(range(len(notebook.cells))):
        cell = notebook.cells[index]
        found = cell.metadata.get(STAMP, {}).pop("derivation", None)
        if found is not None:
            name = f"{cell.metadata.nbgrader.grade_id}-table"[:64]
            table = new_markdown_cell(found.pop("table"), id=name, metadata={STAMP: {"ours": True}})
            notebook.cells.insert(index + 1, table)
