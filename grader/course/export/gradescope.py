"""Gradescope: a `results.json` for each submission, as an autograder there has to leave one.

The zip has a folder a submission, called as Gradescope's export called it (`submission_1001`), or
by the student's id where the work came another way. Whoever handed in nothing has no folder; a
submission that could not be graded has a results.json without a score, which Gradescope shows as
an autograder that failed, and no zero.

Documentation: https://gradescope-autograders.readthedocs.io/en/latest/specs/ ("Output format").
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from grader.course.export.standing import FAILED, GRADED, Cell, Standing
from grader.course.export.tickets import tickets
from grader.course.layout import Course
from grader.graded import graded_of

SORRY = "This hand-in could not be graded. Your instructor has been told why."
PENALTY = "Late: {penalty:g} of {raw:g} points were taken off."


def results(course: Course, standings: Sequence[Standing]) -> bytes:
    """The zip of all results."""
    known, made = tickets(course, "gradescope"), io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        for name, one in sorted(_folders(standings, known).items()):
            said = json.dumps(result(course, one), ensure_ascii=False, indent=1)
            box.writestr(f"{name}/results.json", said + "\n")
    return made.getvalue()


def _folders(
    standings: Sequence[Standing], known: dict[tuple[str, str], str]
) -> dict[str, Standing]:
    """The standings that have a result, by folder; a group shares one."""
    return {
        f"{one.assignment}/{known.get((one.student.id, one.assignment), one.student.id)}": one
        for one in standings
        if one.status in (GRADED, FAILED)
    }


def result(course: Course, one: Standing) -> dict[str, Any]:
    """The results.json of one submission."""
    if one.status == FAILED:
        return {"output": SORRY, "extra_data": {"status": one.status}}
    late = PENALTY.format(penalty=one.penalty, raw=one.raw_score or 0.0) if one.penalty else ""
    said = _messages(course, one)
    return {
        "score": one.score,
        "output": late,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"status": one.status, "waiting": one.waiting},
        "tests": [_test(cell, said.get(cell.name, "")) for cell in one.cells],
    }


def _test(cell: Cell, said: str) -> dict[str, Any]:
    score = cell.score or 0.0
    test = {"name": cell.name, "score": score, "max_score": cell.max_score, "output": said}
    if cell.score is not None:
        test["status"] = "passed" if score >= cell.max_score else "failed"
    return test


def _messages(course: Course, one: Standing) -> dict[str, str]:
    """What the student reads of each test cell, and nothing of a hidden test."""
    import nbformat

    notebook = nbformat.read(course.autograded(one.student.id, one.assignment), as_version=4)
    return {cell.name: cell.message for cell in graded_of(notebook).cells if cell.kind == "test"}
