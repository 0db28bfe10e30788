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
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    is_grade,
    is_solution,
    is_task,
    parse_utc,
)
from sqlalchemy import bindparam, func, insert, select, update

from grader.autograde.derivations import is_derivation, needs_person, points_of_derivation

Scores = dict[str, dict[str, Any]]
Row = dict[str, Any]

_WITH_POINTS = {GradeCell.__name__, TaskCell.__name__}  # as BaseCell.type names them
_WITH_COMMENT = {SolutionCell.__name__, TaskCell.__name__}
_GRADE_CELLS, _TASK_CELLS = GradeCell.__table__, TaskCell.__table__
_MOST = func.coalesce(_GRADE_CELLS.c.max_score, _TASK_CELLS.c.max_score).label("max_score")
_OF_STUDENT = (
    Assignment.name == bindparam("assignment"),
    SubmittedAssignment.student_id == bindparam("student"),
)
_OF_NOTEBOOK = (*_OF_STUDENT, Notebook.name == bindparam("assignment"))
_SUBMISSION = select(SubmittedAssignment.id).join(Assignment).where(*_OF_STUDENT)
_GRADES = (
    select(
        BaseCell.name, _MOST, Grade.id, Grade.auto_score, Grade.manual_score,
        Grade.needs_manual_grade, Grade.extra_credit,
    )
    .join(Grade.cell).outerjoin(_GRADE_CELLS).outerjoin(_TASK_CELLS)
    .join(Grade.notebook).join(SubmittedNotebook.notebook)
    .join(SubmittedNotebook.assignment).join(SubmittedAssignment.assignment)
    .where(*_OF_NOTEBOOK)
)  # fmt: skip
_COMMENTS = (
    select(BaseCell.name, Comment.id, Comment.auto_comment)
    .join(Comment.cell)
    .join(Comment.notebook).join(SubmittedNotebook.notebook)
    .join(SubmittedNotebook.assignment).join(SubmittedAssignment.assignment)
    .where(*_OF_NOTEBOOK)
)  # fmt: skip
_NOTEBOOKS = (
    select(Notebook.id, Notebook.assignment_id)
    .join(Assignment)
    .where(Assignment.name == bindparam("assignment"))
)
_CELLS = select(BaseCell.id, BaseCell.type).where(BaseCell.notebook_id == bindparam("notebook"))


def save_scores(book: Gradebook, student: str, assignment: str, notebook: Any, when: Any) -> Scores:
    """Save what `notebook` came to, all of it or nothing; the scores by grade_id."""
    db, whose = book.db(), {"student": student, "assignment": assignment}
    submission = db.scalar(_SUBMISSION, whose) or _enter(db, student, assignment)
    if when:
        db.execute(update(SubmittedAssignment), [{"id": submission, "timestamp": parse_utc(when)}])
    grades = {row.name: row for row in db.execute(_GRADES, whose)}
    comments = {row.name: row for row in db.execute(_COMMENTS, whose)}
    if rows := list(_judged(notebook, grades)):
        db.execute(update(Grade), rows)
    if rows := list(_commented(notebook, comments)):
        db.execute(update(Comment), rows)
    scores = scores_of(book, student, assignment)
    db.commit()
    return scores


def scores_of(book: Gradebook, student: str, assignment: str) -> Scores:
    """What the gradebook holds on each graded cell of a submission."""
    return {
        row.name: {
            "auto_score": row.auto_score,
            "manual_score": row.manual_score,
            "waits": bool(row.needs_manual_grade),
            "extra_credit": row.extra_credit,
            "max_score": float(row.max_score),
        }
        for row in book.db().execute(_GRADES, {"student": student, "assignment": assignment})
    }


def points_of(grade: dict[str, Any]) -> float:
    """A cell's points: by hand if a person gave some, else ours; and extra credit."""
    by_hand, ours = grade["manual_score"], grade["auto_score"]
    return float((ours or 0.0) if by_hand is None else by_hand) + float(grade["extra_credit"] or 0)


def assess(notebook: Any, index: int) -> tuple[float | None, bool]:
    """Our points for a graded cell, and whether a person must look at it."""
    cell = notebook.cells[index]
    if not is_derivation(cell):
        points, _ = determine_grade(cell)
        return points, points is None
    waits, found = needs_person(notebook, index), points_of_derivation(cell)
    untouched = None if waits else 0.0
    return (untouched if found is None else found), waits


def _enter(db: Any, student: str, assignment: str) -> str:
    """Make a student's submission as nbgrader does: blank grades and comments for its cells."""
    if db.scalar(select(Student.id).where(Student.id == student)) is None:
        db.execute(insert(Student), [{"id": student}])
    notebooks = db.execute(_NOTEBOOKS, {"assignment": assignment}).all()
    submission: str = new_uuid()
    known = notebooks[0].assignment_id
    entry = {"id": submission, "assignment_id": known, "student_id": student}
    db.execute(insert(SubmittedAssignment), [entry])
    for notebook in notebooks:
        _enter_notebook(db, submission, notebook.id)
    return submission


def _enter_notebook(db: Any, submission: str, notebook: str) -> None:
    submitted = new_uuid()
    entry = {"id": submitted, "assignment_id": submission, "notebook_id": notebook}
    db.execute(insert(SubmittedNotebook), [entry])
    cells = db.execute(_CELLS, {"notebook": notebook}).all()
    for table, kinds in ((Grade, _WITH_POINTS), (Comment, _WITH_COMMENT)):
        rows = [{"cell_id": c.id, "notebook_id": submitted} for c in cells if c.type in kinds]
        if rows:
            db.execute(insert(table), rows)


def _judged(notebook: Any, grades: dict[str, Any]) -> Iterator[Row]:
    for index, cell in enumerate(notebook.cells):
        if is_grade(cell):
            grade = grades[cell.metadata.nbgrader.grade_id]
            points, waits = assess(notebook, index)
            waits = waits or grade.manual_score is not None
            yield {"id": grade.id, "auto_score": points, "needs_manual_grade": waits}


def _commented(notebook: Any, comments: dict[str, Any]) -> Iterator[Row]:
    for cell in notebook.cells:
        if is_solution(cell) or is_task(cell):
            same = cell.metadata.nbgrader.checksum == compute_checksum(cell)
            said = "No response." if same and not is_task(cell) else None
            comment = comments[cell.metadata.nbgrader.grade_id]
            if said != comment.auto_comment:
                yield {"id": comment.id, "auto_comment": said}
