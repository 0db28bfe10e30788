"""Put a graded notebook's scores into nbgrader's gradebook, as nbgrader itself would.

One open gradebook serves a whole class, where nbgrader's own steps open ten for each submission.
Rows are read and written as rows of its tables: as its objects they would take three times as long.
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
from sqlalchemy import Connection, bindparam, func, insert, select, update

from grader.graded import GradedCell, graded_of, marks

Scores = dict[str, marks.Grade]
Row = dict[str, Any]

_WITH_POINTS = {GradeCell.__name__, TaskCell.__name__}  # as BaseCell.type names them
_WITH_COMMENT = {SolutionCell.__name__, TaskCell.__name__}

_STUDENTS, _ASSIGNMENTS, _NOTEBOOKS, _SUBMISSIONS, _SUBMITTED, _CELLS, _GRADE_CELLS = (
    entity.__table__ for entity in (
        Student, Assignment, Notebook, SubmittedAssignment, SubmittedNotebook, BaseCell, GradeCell
    )
)  # fmt: skip
_TASK_CELLS, _GRADES, _COMMENTS = (entity.__table__ for entity in (TaskCell, Grade, Comment))
# Each query goes by the tables' own indices, so a large class takes no longer than a small one.
_SUBMITTED_BY = (
    select(_SUBMITTED.c.id, _SUBMITTED.c.notebook_id, _SUBMITTED.c.assignment_id)
    .join(_NOTEBOOKS, _SUBMITTED.c.notebook_id == _NOTEBOOKS.c.id)
    .join(_SUBMISSIONS, _SUBMITTED.c.assignment_id == _SUBMISSIONS.c.id)
    .join(_ASSIGNMENTS, _SUBMISSIONS.c.assignment_id == _ASSIGNMENTS.c.id)
    .where(
        _ASSIGNMENTS.c.name == bindparam("assignment"),
        _NOTEBOOKS.c.name == bindparam("assignment"),
        _SUBMISSIONS.c.student_id == bindparam("student"),
    )
)
_GRADE = "cell_id", "id", "auto_score", "manual_score", "needs_manual_grade", "extra_credit"
_MOST = func.coalesce(_GRADE_CELLS.c.max_score, _TASK_CELLS.c.max_score).label("max_score")
_CELLS_OF = (
    select(_CELLS.c.id, _CELLS.c.name, _CELLS.c.type, _MOST)
    .outerjoin(_GRADE_CELLS, _GRADE_CELLS.c.id == _CELLS.c.id)
    .outerjoin(_TASK_CELLS, _TASK_CELLS.c.id == _CELLS.c.id)
    .where(_CELLS.c.notebook_id == bindparam("notebook"))
)
_SOME_CELLS: Any = bindparam("cells", expanding=True)  # the indices begin with the cell
_GRADES_OF = select(*(_GRADES.c[name] for name in _GRADE)).where(
    _GRADES.c.cell_id.in_(_SOME_CELLS), _GRADES.c.notebook_id == bindparam("submitted")
)
_COMMENTS_OF = select(_COMMENTS.c.cell_id, _COMMENTS.c.id, _COMMENTS.c.auto_comment).where(
    _COMMENTS.c.cell_id.in_(_SOME_CELLS), _COMMENTS.c.notebook_id == bindparam("submitted")
)
_NOTEBOOKS_OF = (
    select(_NOTEBOOKS.c.id, _NOTEBOOKS.c.assignment_id)
    .join(_ASSIGNMENTS, _NOTEBOOKS.c.assignment_id == _ASSIGNMENTS.c.id)
    .where(_ASSIGNMENTS.c.name == bindparam("assignment"))
)


def save_scores(book: Gradebook, student: str, assignment: str, notebook: Any, when: Any) -> Scores:
    """Save what `notebook` came to, all of it or nothing; the scores by grade_id."""
    db = book.db.connection()
    submitted = _find(db, student, assignment) or _enter(db, student, assignment)
    if when:
        _change(db, _SUBMISSIONS, [{"row": submitted.assignment_id, "timestamp": parse_utc(when)}])
    cells = _cells(db, submitted.notebook_id)
    _change(db, _GRADES, list(_judged(notebook, _by_name(db, _GRADES_OF, submitted, cells))))
    _change(db, _COMMENTS, list(_commented(notebook, _by_name(db, _COMMENTS_OF, submitted, cells))))
    scores = _scores(db, submitted, cells)
    book.db.commit()
    return scores


def scores_of(book: Gradebook, student: str, assignment: str) -> Scores:
    """What the gradebook holds on each graded cell of a submission; MissingEntry if nothing."""
    db = book.db.connection()
    submitted = _find(db, student, assignment)
    if submitted is None:
        raise MissingEntry(f"the gradebook has no scores of {student} for {assignment}")
    return _scores(db, submitted, _cells(db, submitted.notebook_id))


def _scores(db: Connection, submitted: Any, cells: dict[str, Any]) -> Scores:
    return {
        name: marks.Grade(
            float(cells[row.cell_id].max_score),
            row.auto_score,
            row.manual_score,
            row.extra_credit or 0.0,
            bool(row.needs_manual_grade),
        )
        for name, row in _by_name(db, _GRADES_OF, submitted, cells).items()
    }


def _change(db: Connection, table: Any, rows: list[Row]) -> None:
    """Give columns of rows new values; `row` is the id of each."""
    if rows:
        db.execute(update(table).where(table.c.id == bindparam("row")), rows)


def _find(db: Connection, student: str, assignment: str) -> Any:
    """The ids of what a student submitted; None if the gradebook has nothing."""
    return db.execute(_SUBMITTED_BY, {"student": student, "assignment": assignment}).first()


def _cells(db: Connection, notebook: str) -> dict[str, Any]:
    """The cells of a notebook that count for something, by id."""
    return {cell.id: cell for cell in db.execute(_CELLS_OF, {"notebook": notebook})}


def _by_name(db: Connection, query: Any, submitted: Any, cells: dict[str, Any]) -> dict[str, Any]:
    """A submission's rows by the names of their cells."""
    which = {"cells": list(cells), "submitted": submitted.id}
    return {cells[row.cell_id].name: row for row in db.execute(query, which)}


def assess(cell: GradedCell, by_hand: float | None) -> tuple[float | None, bool]:
    """Our points for a graded cell, and whether a person must look at it.

    So must the one who gave it points: they count, and ours may have changed.
    """
    return cell.points, cell.person is not None or by_hand is not None


def _enter(db: Connection, student: str, assignment: str) -> Any:
    """Make a student's submission as nbgrader does: blank grades and comments for its cells."""
    if db.scalar(select(_STUDENTS.c.id).where(_STUDENTS.c.id == student)) is None:
        db.execute(insert(_STUDENTS), {"id": student})
    notebooks = db.execute(_NOTEBOOKS_OF, {"assignment": assignment}).all()
    submission, known = new_uuid(), notebooks[0].assignment_id
    entry = {"id": submission, "assignment_id": known, "student_id": student}
    db.execute(insert(_SUBMISSIONS), entry)
    for notebook in notebooks:
        _enter_notebook(db, submission, notebook.id)
    return _find(db, student, assignment)


def _enter_notebook(db: Connection, submission: str, notebook: str) -> None:
    submitted = new_uuid()
    entry = {"id": submitted, "assignment_id": submission, "notebook_id": notebook}
    db.execute(insert(_SUBMITTED), entry)
    cells = _cells(db, notebook).values()
    for table, kinds in ((_GRADES, _WITH_POINTS), (_COMMENTS, _WITH_COMMENT)):
        rows = [{"cell_id": c.id, "notebook_id": submitted} for c in cells if c.type in kinds]
        if rows:
            db.execute(insert(table), rows)


def _judged(notebook: Any, grades: dict[str, Any]) -> Iterator[Row]:
    for cell in graded_of(notebook).cells:
        grade = grades[cell.name]
        points, waits = assess(cell, grade.manual_score)
        yield {"row": grade.id, "auto_score": points, "needs_manual_grade": waits}


def _commented(notebook: Any, comments: dict[str, Any]) -> Iterator[Row]:
    for cell in notebook.cells:
        if is_solution(cell) or is_task(cell):
            same = cell.metadata.nbgrader.checksum == compute_checksum(cell)
            said = "No response." if same and not is_task(cell) else None
            comment = comments[cell.metadata.nbgrader.grade_id]
            if said != comment.auto_comment:
                yield {"row": comment.id, "auto_comment": said}
