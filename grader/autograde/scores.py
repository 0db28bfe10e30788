"""Put a graded notebook's scores into nbgrader's gradebook, as nbgrader itself would.

One open gradebook serves a whole class, where nbgrader's own steps open ten for each submission.
Rows are read and written as rows: as nbgrader's objects they would take three times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from nbgrader.utils import compute_checksum, is_solution, is_task, parse_utc
from sqlalchemy import bindparam, func, insert, select, update

from grader.graded import GradedCell, graded_of, marks

Scores = dict[str, marks.Grade]
Row = dict[str, Any]

_WITH_POINTS = {GradeCell.__name__, TaskCell.__name__}  # as BaseCell.type names them
_WITH_COMMENT = {SolutionCell.__name__, TaskCell.__name__}
_GRADE_CELLS, _TASK_CELLS = GradeCell.__table__, TaskCell.__table__
_MOST = func.coalesce(_GRADE_CELLS.c.max_score, _TASK_CELLS.c.max_score).label("max_score")
# Each query goes by the tables' own indices, so a large class takes no longer than a small one.
_SUBMITTED = (
    select(SubmittedNotebook.id, SubmittedNotebook.notebook_id, SubmittedNotebook.assignment_id)
    .join(SubmittedNotebook.notebook)
    .join(SubmittedNotebook.assignment)
    .join(SubmittedAssignment.assignment)
    .where(
        Assignment.name == bindparam("assignment"),
        Notebook.name == bindparam("assignment"),
        SubmittedAssignment.student_id == bindparam("student"),
    )
)
_CELLS = (
    select(BaseCell.id, BaseCell.name, BaseCell.type, _MOST)
    .outerjoin(_GRADE_CELLS).outerjoin(_TASK_CELLS)
    .where(BaseCell.notebook_id == bindparam("notebook"))
)  # fmt: skip
_SOME_CELLS: Any = bindparam("cells", expanding=True)  # the indices begin with the cell
_GRADES = select(
    Grade.cell_id, Grade.id, Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade,
    Grade.extra_credit,
).where(Grade.cell_id.in_(_SOME_CELLS), Grade.notebook_id == bindparam("submitted"))  # fmt: skip
_COMMENTS = select(Comment.cell_id, Comment.id, Comment.auto_comment).where(
    Comment.cell_id.in_(_SOME_CELLS), Comment.notebook_id == bindparam("submitted")
)
_NOTEBOOKS = (
    select(Notebook.id, Notebook.assignment_id)
    .join(Assignment)
    .where(Assignment.name == bindparam("assignment"))
)


def save_scores(book: Gradebook, student: str, assignment: str, notebook: Any, when: Any) -> Scores:
    """Save what `notebook` came to, all of it or nothing; the scores by grade_id."""
    db = book.db()
    submitted = _find(db, student, assignment) or _enter(db, student, assignment)
    if when:
        submission = {"id": submitted.assignment_id, "timestamp": parse_utc(when)}
        db.execute(update(SubmittedAssignment), [submission])
    cells = _cells(db, submitted.notebook_id)
    if rows := list(_judged(notebook, _by_name(db, _GRADES, submitted, cells))):
        db.execute(update(Grade), rows)
    if rows := list(_commented(notebook, _by_name(db, _COMMENTS, submitted, cells))):
        db.execute(update(Comment), rows)
    scores = _scores(db, submitted, cells)
    db.commit()
    return scores


def scores_of(book: Gradebook, student: str, assignment: str) -> Scores:
    """What the gradebook holds on each graded cell of a submission; MissingEntry if nothing."""
    submitted = _find(book.db(), student, assignment)
    if submitted is None:
        raise MissingEntry(f"the gradebook has no scores of {student} for {assignment}")
    return _scores(book.db(), submitted, _cells(book.db(), submitted.notebook_id))


def _scores(db: Any, submitted: Any, cells: dict[str, Any]) -> Scores:
    return {
        name: marks.Grade(
            float(cells[row.cell_id].max_score),
            row.auto_score,
            row.manual_score,
            row.extra_credit or 0.0,
            bool(row.needs_manual_grade),
        )
        for name, row in _by_name(db, _GRADES, submitted, cells).items()
    }


def _find(db: Any, student: str, assignment: str) -> Any:
    """The ids of what a student submitted; None if the gradebook has nothing."""
    return db.execute(_SUBMITTED, {"student": student, "assignment": assignment}).first()


def _cells(db: Any, notebook: str) -> dict[str, Any]:
    """The cells of a notebook that count for something, by id."""
    return {cell.id: cell for cell in db.execute(_CELLS, {"notebook": notebook})}


def _by_name(db: Any, query: Any, submitted: Any, cells: dict[str, Any]) -> dict[str, Any]:
    """A submission's rows by the names of their cells."""
    which = {"cells": list(cells), "submitted": submitted.id}
    return {cells[row.cell_id].name: row for row in db.execute(query, which)}


def assess(cell: GradedCell, by_hand: float | None) -> tuple[float | None, bool]:
    """Our points for a graded cell, and whether a person must look at it.

    So must the one who gave it points: they count, and ours may have changed.
    """
    return cell.points, cell.person is not None or by_hand is not None


def _enter(db: Any, student: str, assignment: str) -> Any:
    """Make a student's submission as nbgrader does: blank grades and comments for its cells."""
    if db.scalar(select(Student.id).where(Student.id == student)) is None:
        db.execute(insert(Student), [{"id": student}])
    notebooks = db.execute(_NOTEBOOKS, {"assignment": assignment}).all()
    submission, known = new_uuid(), notebooks[0].assignment_id
    entry = {"id": submission, "assignment_id": known, "student_id": student}
    db.execute(insert(SubmittedAssignment), [entry])
    for notebook in notebooks:
        _enter_notebook(db, submission, notebook.id)
    return _find(db, student, assignment)


def _enter_notebook(db: Any, submission: str, notebook: str) -> None:
    submitted = new_uuid()
    entry = {"id": submitted, "assignment_id": submission, "notebook_id": notebook}
    db.execute(insert(SubmittedNotebook), [entry])
    cells = _cells(db, notebook).values()
    for table, kinds in ((Grade, _WITH_POINTS), (Comment, _WITH_COMMENT)):
        rows = [{"cell_id": c.id, "notebook_id": submitted} for c in cells if c.type in kinds]
        if rows:
            db.execute(insert(table), rows)


def _judged(notebook: Any, grades: dict[str, Any]) -> Iterator[Row]:
    for cell in graded_of(notebook).cells:
        grade = grades[cell.name]
        points, waits = assess(cell, grade.manual_score)
        yield {"id": grade.id, "auto_score": points, "needs_manual_grade": waits}


def _commented(notebook: Any, comments: dict[str, Any]) -> Iterator[Row]:
    for cell in notebook.cells:
        if is_solution(cell) or is_task(cell):
            same = cell.metadata.nbgrader.checksum == compute_checksum(cell)
            said = "No response." if same and not is_task(cell) else None
            comment = comments[cell.metadata.nbgrader.grade_id]
            if said != comment.auto_comment:
                yield {"id": comment.id, "auto_comment": said}
