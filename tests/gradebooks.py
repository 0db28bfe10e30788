"""A gradebook with scores in it, made without running a notebook."""

import json
from datetime import UTC, datetime
from typing import Any

from classroom import TINY, hand_in
from grader.course import Course
from grader.course.gradebook import open_gradebook

CELLS = {"double_test": 2.0, "shout_test": 1.0, "double_derivation": 3.0}


def score(
    course: Course, student: str, *points: float | None, when: datetime | None = None
) -> None:
    """Record that our engine gave these points for the cells of the tiny assignment."""
    if not course.submitted(student, TINY).is_file():
        hand_in(course, student, {})
    with open_gradebook(course) as book:
        book.update_or_create_student(student)
        book.update_or_create_submission(TINY, student, timestamp=when)
        for name, given in zip(CELLS, points, strict=True):
            grade = book.find_grade(name, TINY, TINY, student)
            grade.auto_score, grade.needs_manual_grade = given, given is None
        book.db.commit()
    stamp(course, student)


def stamp(course: Course, student: str) -> None:
    """Leave the autograded notebook that our engine would."""
    notebook = json.loads(course.submitted(student, TINY).read_text())
    notebook["metadata"]["grader"] = {"engine": "test"}
    path = course.autograded(student, TINY)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))


def fail(course: Course, student: str, why: str) -> None:
    """Leave the reason why a hand-in could not be graded."""
    hand_in(course, student, {})
    path = course.failure(student, TINY)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"student": student, "status": "failed", "error": why}))


def by_hand(course: Course, student: str, cell: str, points: float | None) -> None:
    """Score a cell as a person does in formgrader."""
    with open_gradebook(course) as book:
        grade = book.find_grade(cell, TINY, TINY, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def value(course: Course, student: str, cell: str, what: str) -> Any:
    with open_gradebook(course) as book:
        return getattr(book.find_grade(cell, TINY, TINY, student), what)


def at(text: str) -> datetime:
    """A time in UTC, as the gradebook wants it: without a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(UTC).replace(tzinfo=None)
