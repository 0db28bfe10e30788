"""Read back what grading left: nbgrader's gradebook and autograded notebooks, and our failures."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from grader.autograde.result import CellResult, Result
from grader.autograde.scores import Scores, scores_of
from grader.catalogue import sentence, sentences
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.graded import Mark, graded_of
from grader.notebook import STAMP


def result_of(course: Course, student: str, assignment: str) -> Result:
    """The result of a submission that nbgrader has autograded."""
    notebook = nbformat.read(course.autograded(student, assignment), as_version=4)
    return result_from(notebook, _scores(course, student, assignment), student, assignment)


def result_from(notebook: Any, scores: Scores, student: str, assignment: str) -> Result:
    """The result of a graded notebook whose scores are in the gradebook."""
    graded = graded_of(notebook, assignment)
    cells = [_cell_result(Mark(cell, scores[cell.name]), assignment) for cell in graded.cells]
    return Result(
        student=student,
        assignment=assignment,
        status="graded",
        error=None,
        sandbox=graded.sandbox,
        score=round(sum(cell.score for cell in cells), 6),
        max_score=sum(cell.max_score for cell in cells),
        seconds=graded.seconds,
        cells=cells,
        repairs=sentences(graded.repairs),
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


def _cell_result(mark: Mark, assignment: str) -> CellResult:
    return CellResult(
        notebook=mark.cell.notebook or assignment,
        grade_id=mark.name,
        tested=mark.cell.tested,
        score=mark.points,
        max_score=mark.max_points,
        status=mark.status,
        message=mark.message,
        diagnosis=list(mark.cell.diagnosis),
        flags=[flag.name for flag in mark.flags],
        person=sentence(mark.person) if mark.person else None,
    )


def _scores(course: Course, student: str, assignment: str) -> Scores:
    with open_gradebook(course) as book:
        return scores_of(book, student, assignment)
