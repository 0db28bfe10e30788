"""Scores, comments and penalties of submissions, read from nbgrader's gradebook in two queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grader.graded import Grade

__all__ = ["NOTHING", "Grade", "Place", "Scores", "all_scores", "scores_of"]
Place = tuple[str, str]  # student, assignment


@dataclass(frozen=True)
class Scores:
    """What the gradebook holds of one submission; cells go by their grade_id."""

    grades: Mapping[str, Grade] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)  # by a person
    name: str = ""  # of the student, if it is known
    penalty: float = 0.0
    handed_in: datetime | None = None
    seconds_late: float = 0.0

    @property
    def score(self) -> float:
        earned = sum(grade.score for grade in self.grades.values())
        return max(0.0, earned - self.penalty)

    @property
    def max_score(self) -> float:
        return sum(grade.max_score for grade in self.grades.values())


NOTHING = Scores()


def scores_of(book: Any, student: str, assignment: str) -> Scores:
    """The scores of one submission; empty when it was never graded."""
    return all_scores(book, student, assignment).get((student, assignment), NOTHING)


def all_scores(
    book: Any, student: str | None = None, assignment: str | None = None
) -> dict[Place, Scores]:
    """The scores of all submissions, or of those of one student and assignment."""
    grades: dict[Place, dict[str, Grade]] = {}
    comments: dict[Place, dict[str, str]] = {}
    about: dict[Place, Any] = {}
    points = _points(book)
    for row in _grades(book, student, assignment):
        place = row.student, row.assignment
        grades.setdefault(place, {})[row.name] = _grade(row, points.get(row.cell, 0.0))
        about[place] = row
    for row in _comments(book, student, assignment):
        comments.setdefault((row.student, row.assignment), {})[row.name] = row.manual_comment
    return {
        place: _scores(grades[place], comments.get(place, {}), row) for place, row in about.items()
    }


def _scores(grades: Mapping[str, Grade], comments: Mapping[str, str], row: Any) -> Scores:
    name = " ".join(filter(None, (row.first_name, row.last_name)))
    return Scores(grades, comments, name, row.penalty or 0.0, row.timestamp, _late(row))


def _late(row: Any) -> float:
    """Seconds after the due date, which may have been put off for this student."""
    if row.timestamp is None or row.duedate is None:
        return 0.0
    due = row.duedate + row.extension if row.extension else row.duedate
    return max(0.0, float((row.timestamp - due).total_seconds()))


def _grade(row: Any, points: float) -> Grade:
    extra = row.extra_credit or 0.0
    return Grade(points, row.auto_score, row.manual_score, extra, bool(row.needs_manual_grade))


def _points(book: Any) -> dict[str, float]:
    from nbgrader.api import GradeCell, TaskCell

    cells = (one for kind in (GradeCell, TaskCell) for one in book.db.query(kind))
    return {cell.id: float(cell.max_score) for cell in cells}


def _grades(book: Any, student: str | None, assignment: str | None) -> Any:
    from nbgrader.api import Assignment, BaseCell, Grade, Student
    from nbgrader.api import SubmittedAssignment as Handed
    from nbgrader.api import SubmittedNotebook as Notebook

    columns = (
        *(Student.id.label("student"), Student.first_name, Student.last_name),
        *(Assignment.name.label("assignment"), Assignment.duedate),
        *(Handed.timestamp, Handed.extension),
        Notebook.late_submission_penalty.label("penalty"),
        *(BaseCell.id.label("cell"), BaseCell.name),
        *(Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade),
    )
    found = book.db.query(*columns).select_from(Grade)
    return _chosen(found.join(BaseCell, Grade.cell_id == BaseCell.id), Grade, student, assignment)


def _comments(book: Any, student: str | None, assignment: str | None) -> Any:
    from nbgrader.api import Assignment, BaseCell, Comment, Student

    columns = (
        *(Student.id.label("student"), Assignment.name.label("assignment"), BaseCell.name),
        Comment.manual_comment,
    )
    found = book.db.query(*columns).select_from(Comment)
    found = found.join(BaseCell, Comment.cell_id == BaseCell.id)
    found = found.filter(Comment.manual_comment.is_not(None), Comment.manual_comment != "")
    return _chosen(found, Comment, student, assignment)


def _chosen(found: Any, kind: Any, student: str | None, assignment: str | None) -> Any:
    """Rows joined to their submission, of one student and assignment if these are named."""
    from nbgrader.api import Assignment, Student
    from nbgrader.api import SubmittedAssignment as Handed
    from nbgrader.api import SubmittedNotebook as Notebook

    found = (
        found.join(Notebook, kind.notebook_id == Notebook.id)
        .join(Handed, Notebook.assignment_id == Handed.id)
        .join(Assignment, Handed.assignment_id == Assignment.id)
        .join(Student, Handed.student_id == Student.id)
    )
    if student is not None:
        found = found.filter(Student.id == student)
    return found if assignment is None else found.filter(Assignment.name == assignment)
