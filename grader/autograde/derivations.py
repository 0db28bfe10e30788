"""Have derivation cells checked in the referee, and put what was found where people read it.

A derivation's findings go into its cell's metadata, from which the score and the feedback page are
made, and as a table into a cell behind it, which formgrader shows beside the box for the points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from grader.notebook import STAMP, Cell, derivation_check, is_untouched, kind
from grader.referee.case import CellRun, CellToRun
from grader.referee.plan import Place

PICTURE = re.compile(r"!\[[^\]]*\]\(|<img\b", re.IGNORECASE)


def derivations_to_check(notebook: Any) -> Iterator[CellToRun]:
    """The checks of the derivations that something was written in."""
    for index, cell in enumerate(notebook.cells):
        if is_derivation(cell) and not is_untouched(cell):
            code = derivation_check(cell.metadata.nbgrader.grade_id, cell.source)
            if code:
                yield CellToRun(index, code, Place.REFEREE)


def is_derivation(cell: Cell) -> bool:
    """Whether the cell is a graded one in which mathematics is written."""
    return kind(cell) == "written" and bool(cell.metadata.nbgrader.grade)


def note_findings(notebook: Any, run: CellRun) -> None:
    """Keep what was found in a derivation; one that could not be checked is left to a person."""
    found = _printed(run)
    if found is None:
        return
    cell = notebook.cells[run.index]
    points = round(found.pop("share") * float(cell.metadata.nbgrader.points), 2)
    found["points"] = points
    found["needs_person"] |= _says_more(notebook.cells, run.index)
    cell.metadata.setdefault(STAMP, NotebookNode())["derivation"] = found


def _printed(run: CellRun) -> dict[str, Any] | None:
    """The findings that the check printed."""
    text = "".join(o["text"] for o in run.outputs if o["output_type"] == "stream")
    try:
        found = json.loads(text) if run.passed else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _says_more(cells: list[Cell], index: int) -> bool:
    """Whether the answer goes on where it cannot be read: in a picture, or in an added cell."""
    cell = cells[index]
    return has_picture(cell) or is_continued(cells, index)


def has_picture(cell: Cell) -> bool:
    """Whether a picture stands in the cell, such as a photo of a derivation on paper."""
    return bool(cell.get("attachments")) or bool(PICTURE.search(cell.source))


def is_continued(cells: list[Cell], index: int) -> bool:
    """Whether the student wrote on in a Markdown cell behind this one."""
    behind = cells[index + 1] if index + 1 < len(cells) else None
    return behind is not None and behind.cell_type == "markdown" and is_students_own(behind)


def is_students_own(cell: Cell) -> bool:
    """Whether the student added the cell: it is neither the assignment's nor ours."""
    return kind(cell) == "plain" and not cell.metadata.get(STAMP, {}).get("ours")


def needs_person(notebook: Any, index: int) -> bool:
    """Whether the points of a derivation are for a person to give or to confirm."""
    cell = notebook.cells[index]
    noted = cell.metadata.get(STAMP, {})
    if noted.get("person"):
        return True
    if (found := noted.get("derivation")) is not None:
        return bool(found["needs_person"])
    return not is_untouched(cell) or _says_more(notebook.cells, index)


def points_of_derivation(cell: Cell) -> float | None:
    """The checker's points for a derivation; None if it has none to give."""
    found = cell.metadata.get(STAMP, {}).get("derivation")
    return None if found is None else float(found["points"])


def show_tables(notebook: Any) -> None:
    """Put the table of each checked derivation behind it."""
    for index in reversed(range(len(notebook.cells))):
        cell = notebook.cells[index]
        found = cell.metadata.get(STAMP, {}).get("derivation")
        if found is not None:
            name = f"{cell.metadata.nbgrader.grade_id}-table"[:64]
            table = new_markdown_cell(found.pop("table"), id=name, metadata={STAMP: {"ours": True}})
            notebook.cells.insert(index + 1, table)
