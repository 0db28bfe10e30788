"""Read back what grading left: nbgrader's gradebook and autograded notebooks, and our failures."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from grader.autograde.plugin import STAMP
from grader.autograde.result import CellResult, Result
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.notebook import UNWRITTEN, Cell, Outcome, is_test, outcome

WAITS = Outcome("manual", "A person will read this.")


def result_of(course: Course, student: str, assignment: str) -> Result:
    """The result of a submission that nbgrader has autograded."""
    notebook = nbformat.read(course.autograded(student, assignment), as_version=4)
    stamp, scores = notebook.metadata.get(STAMP, {}), _scores(course, student, assignment)
    cells = [_cell_result(cell, scores) for cell in notebook.cells if _is_graded(cell)]
    return Result(
        student=student,
        assignment=assignment,
        status="graded",
        error=None,
        sandbox=stamp.get("sandbox", "unknown"),
        score=sum(cell.score for cell in cells),
        max_score=sum(cell.max_score for cell in cells),
        seconds=stamp.get("seconds", 0.0),
        cells=cells,
    )


def stamp_of(course: Course, student: str, assignment: str) -> dict[str, Any]:
    """How and from which file a submission was graded; empty when it was not by our engine."""
    path = course.autograded(student, assignment)
    if not path.is_file():
        return {}
    return dict(nbformat.read(path, as_version=4).metadata.get(STAMP, {}))


def keep_failure(course: Course, result: Result) -> None:
    path = course.failure(result.student, result.assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.to_json() + "\n", encoding="utf-8")


def forget_failure(course: Course, student: str, assignment: str) -> None:
    course.failure(student, assignment).unlink(missing_ok=True)


def latest_results(course: Course) -> list[Result]:
    """The result of every submission; one that failed when last tried is a failure."""
    failed = {(one.student, one.assignment): one for one in _failures(course)}
    graded = (result_of(course, *one) for one in course.graded() if one not in failed)
    return [*graded, *failed.values()]


def _failures(course: Course) -> list[Result]:
    """Submissions that could not be graded when last tried."""
    found = sorted(course.root.glob("reports/failed/*/*.json"))
    return [Result(**json.loads(path.read_text(encoding="utf-8"))) for path in found]


def _is_graded(cell: Cell) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _cell_result(cell: Cell, scores: dict[str, Any]) -> CellResult:
    name = cell.metadata.nbgrader.grade_id
    grade = scores[name]
    said = _said(cell, grade)
    return CellResult(name, grade["score"], grade["max_score"], said.status, said.message)


def _said(cell: Cell, grade: dict[str, Any]) -> Outcome:
    if grade["manual_score"] is not None:
        return _by_hand(grade)
    if is_test(cell):
        return outcome(cell)
    return WAITS if grade["auto_score"] is None else UNWRITTEN


def _by_hand(grade: dict[str, Any]) -> Outcome:
    share = grade["score"] / grade["max_score"] if grade["max_score"] else 1.0
    status = "ok" if share >= 1 else "wrong" if share <= 0 else "partial"
    return Outcome(status, "Scored by a person.")


def _scores(course: Course, student: str, assignment: str) -> dict[str, dict[str, Any]]:
    fields = ("score", "max_score", "auto_score", "manual_score")
    with open_gradebook(course) as book:
        grades = book.find_submission_notebook(assignment, assignment, student).grades
        return {grade.name: {f: getattr(grade, f) for f in fields} for grade in grades}
