"""Read back what grading left: nbgrader's gradebook and autograded notebooks, and our failures."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from grader.autograde.result import CellResult, Result
from grader.autograde.scores import Scores, points_of, scores_of
from grader.catalogue import Reason, sentences
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.notebook import STAMP, UNWRITTEN, Cell, Outcome, outcomes

WAITS = Outcome("manual", "A person will read this.")


def result_of(course: Course, student: str, assignment: str) -> Result:
    """The result of a submission that nbgrader has autograded."""
    notebook = nbformat.read(course.autograded(student, assignment), as_version=4)
    return result_from(notebook, _scores(course, student, assignment), student, assignment)


def result_from(notebook: Any, scores: Scores, student: str, assignment: str) -> Result:
    """The result of a graded notebook whose scores are in the gradebook."""
    stamp = notebook.metadata.get(STAMP, {})
    told = outcomes(notebook.cells)
    cells = [_cell_result(cell, scores, told) for cell in notebook.cells if _is_graded(cell)]
    return Result(
        student=student,
        assignment=assignment,
        status="graded",
        error=None,
        sandbox=stamp.get("sandbox", "unknown"),
        score=round(sum(cell.score for cell in cells), 6),
        max_score=sum(cell.max_score for cell in cells),
        seconds=stamp.get("seconds", 0.0),
        cells=cells,
        repairs=sentences(map(Reason.from_dict, stamp.get("repairs", []))),
    )


def stamp_of(course: Course, student: str, assignment: str) -> dict[str, Any]:
    """How and from which file a submission was graded; empty when it was not by our engine."""
    path = course.autograded(student, assignment)
    if not path.is_file():
        return {}
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return dict(notebook["metadata"][STAMP])
    except (ValueError, KeyError, TypeError):
        return {}


def keep_failure(
    course: Course, student: str, assignment: str, reason: str, points: float
) -> Result:
    """The result of a submission that could not be graded, kept where reports look for it."""
    result = Result(student, assignment, "failed", reason, "none", 0.0, points, 0.0)
    path = course.failure(student, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.to_json() + "\n", encoding="utf-8")
    return result


def forget_failure(course: Course, student: str, assignment: str) -> None:
    course.failure(student, assignment).unlink(missing_ok=True)


def _is_graded(cell: Cell) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _cell_result(cell: Cell, scores: dict[str, Any], told: dict[str, Outcome]) -> CellResult:
    name = cell.metadata.nbgrader.grade_id
    grade = scores[name]
    said = _said(cell, grade, told.get(name))
    flags = list(cell.metadata.get(STAMP, {}).get("flags", []))
    score = points_of(grade)
    found = cell.metadata.get(STAMP, {}).get("derivation", {})
    named = list(cell.metadata.get(STAMP, {}).get("diagnosis", []))
    named += [found["mistake"]] if found.get("mistake") else []
    return CellResult(name, score, grade["max_score"], said.status, said.message, named, flags)


def _said(cell: Cell, grade: dict[str, Any], of_test: Outcome | None) -> Outcome:
    if grade["manual_score"] is not None:
        return _by_hand(grade)
    if of_test is not None:
        return of_test
    found = cell.metadata.get(STAMP, {}).get("derivation")
    if found is None:
        return WAITS if grade["waits"] else UNWRITTEN
    return _of_derivation(found, grade)


def _of_derivation(found: dict[str, Any], grade: dict[str, Any]) -> Outcome:
    """What the checker of derivations found; where a person must look, the points may change."""
    told = " ".join(found["summary"])
    if grade["waits"]:
        return Outcome("manual", f"{told} A person will read this.")
    return Outcome(_status(grade), told)


def _by_hand(grade: dict[str, Any]) -> Outcome:
    return Outcome(_status(grade), "Scored by a person.")


def _status(grade: dict[str, Any]) -> str:
    share = points_of(grade) / grade["max_score"] if grade["max_score"] else 1.0
    return "ok" if share >= 1 else "wrong" if share <= 0 else "partial"


def _scores(course: Course, student: str, assignment: str) -> Scores:
    with open_gradebook(course) as book:
        return scores_of(book, student, assignment)
