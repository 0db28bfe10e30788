"""Where each student stands in each assignment, from the gradebook and what grading left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from grader.course.layout import Course
from grader.course.roster import Roster, Student
from grader.graded import Grade
from grader.notebook import STAMP

GRADED, FAILED, MISSING = "graded", "failed", "not handed in"
UNGRADED, UNSTAMPED = "not graded yet", "graded by another engine"


@dataclass(frozen=True)
class Cell:
    """One graded cell of a submission; `score` is None while a person has to read it."""

    name: str
    score: float | None
    max_score: float
    by_hand: bool


@dataclass(frozen=True)
class Standing:
    """One student in one assignment. A score is there only when the status is `graded`."""

    student: Student
    assignment: str
    max_score: float
    status: str
    score: float | None = None  # what counts: after the penalty for lateness
    raw_score: float | None = None
    penalty: float = 0.0
    waiting: int = 0  # cells that a person has to read
    handed_in: datetime | None = None
    why: str = ""
    cells: tuple[Cell, ...] = ()


def standings(
    course: Course, book: Any, roster: Roster, assignments: Iterable[str] = ()
) -> list[Standing]:
    """Every student in every assignment asked for, whether or not anything was handed in."""
    chosen, graded, points = set(assignments), _graded(book), _points(book)
    people = _everybody(course, book, roster)
    return [
        _standing(course, student, name, points[name], graded.get((student.id, name)))
        for name in sorted(points)
        if not chosen or name in chosen
        for student in people
    ]


@dataclass(frozen=True)
class _Submission:
    """What the gradebook holds of a submission."""

    cells: tuple[Cell, ...]
    penalty: float
    handed_in: datetime | None
    waiting: int


def _standing(
    course: Course, student: Student, name: str, points: float, found: _Submission | None
) -> Standing:
    status, why = _status(course, student.id, name, found)
    if status != GRADED or found is None:
        handed_in = found.handed_in if found else None
        return Standing(student, name, points, status, handed_in=handed_in, why=why)
    raw = sum(cell.score or 0.0 for cell in found.cells)
    return Standing(
        student=student,
        assignment=name,
        max_score=points,
        status=GRADED,
        score=max(0.0, raw - found.penalty),
        raw_score=raw,
        penalty=found.penalty,
        waiting=found.waiting,
        handed_in=found.handed_in,
        cells=found.cells,
    )


def _status(course: Course, student: str, name: str, found: object) -> tuple[str, str]:
    failure = course.failure(student, name)
    if failure.is_file():  # what was handed in last could not be graded, whatever came before
        return FAILED, str(json.loads(failure.read_text(encoding="utf-8")).get("error") or "")
    if course.autograded(student, name).is_file() and found:
        if _is_stamped(course, student, name):
            return GRADED, ""
        return UNSTAMPED, f"grade it again: 'grader grade {name} --student {student} --force'"
    if course.submitted(student, name).parent.is_dir():
        return UNGRADED, f"grade it: 'grader grade {name} --student {student}'"
    return MISSING, ""


def _is_stamped(course: Course, student: str, name: str) -> bool:
    """Whether our engine ran it: Jupyter started elsewhere would have used the stock one."""
    try:
        notebook = json.loads(course.autograded(student, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(notebook.get("metadata", {}).get(STAMP))


def _points(book: Any) -> dict[str, float]:
    return {one.name: float(one.max_score) for one in book.assignments}


def _everybody(course: Course, book: Any, roster: Roster) -> list[Student]:
    """Those of the roster, and whoever else is in the gradebook or has handed in."""
    known = {student.id: student for student in roster.students}
    for one in book.students:
        names = (one.first_name or "", one.last_name or "", one.email or "")
        known.setdefault(one.id, Student(one.id, *names))
    for student, _ in course.submissions():
        known.setdefault(student, Student(student))
    return sorted(known.values(), key=lambda one: (one.last_name, one.first_name, one.id))


def _graded(book: Any) -> dict[tuple[str, str], _Submission]:
    """All submissions in the gradebook, by student and assignment, in one query."""
    found: dict[tuple[str, str], list[Any]] = {}
    points = _cell_points(book)
    for row in _rows(book):
        found.setdefault((row.student_id, row.assignment), []).append(row)
    return {place: _submission(rows, points) for place, rows in found.items()}


def _rows(book: Any) -> Iterator[Any]:
    from nbgrader.api import Assignment, BaseCell, Grade, SubmittedAssignment, SubmittedNotebook

    columns = (
        SubmittedAssignment.student_id,
        SubmittedAssignment.timestamp,
        Assignment.name.label("assignment"),
        SubmittedNotebook.id.label("notebook"),
        SubmittedNotebook.late_submission_penalty.label("penalty"),
        BaseCell.id.label("cell"),
        BaseCell.name,
        Grade.auto_score,
        Grade.manual_score,
        Grade.extra_credit,
        Grade.needs_manual_grade,
    )
    query = (
        book.db.query(*columns)
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .order_by(Assignment.name, SubmittedAssignment.student_id, BaseCell.name)
    )
    yield from query


def _cell_points(book: Any) -> dict[str, float]:
    from nbgrader.api import GradeCell, TaskCell

    return {
        one.id: float(one.max_score)
        for kind in (GradeCell, TaskCell)
        for one in book.db.query(kind)
    }


def _submission(rows: list[Any], points: dict[str, float]) -> _Submission:
    penalties = {row.notebook: row.penalty or 0.0 for row in rows}
    grades, when = [_grade(row, points[row.cell]) for row in rows], rows[0].timestamp
    return _Submission(
        cells=tuple(map(_cell, rows, grades)),
        penalty=sum(penalties.values()),
        handed_in=when.replace(tzinfo=UTC) if when else None,
        waiting=sum(grade.waits for grade in grades),
    )


def _grade(row: Any, points: float) -> Grade:
    extra, person = row.extra_credit or 0.0, bool(row.needs_manual_grade)
    return Grade(points, row.auto_score, row.manual_score, extra, person)


def _cell(row: Any, grade: Grade) -> Cell:
    unscored = grade.auto is None and grade.by_hand is None
    score = None if unscored else grade.score
    return Cell(row.name, score, grade.max_score, grade.by_hand is not None)
