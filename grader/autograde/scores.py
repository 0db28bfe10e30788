"""Put a graded notebook's scores into nbgrader's gradebook, as nbgrader itself would.

One open gradebook serves a whole class; nbgrader's own steps open ten for each submission.
"""

from __future__ import annotations

from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    is_grade,
    is_solution,
    is_task,
    parse_utc,
)
from sqlalchemy import select
from sqlalchemy.orm import with_polymorphic

from grader.autograde.derivations import is_derivation, needs_person, points_of_derivation

Scores = dict[str, dict[str, Any]]


def save_scores(book: Gradebook, student: str, assignment: str, notebook: Any, when: Any) -> Scores:
    """Save what `notebook` came to, all of it or nothing; the scores by grade_id."""
    with book.db.no_autoflush:  # a submission is built in steps, not to be saved one by one
        book.db().expire_on_commit = False  # nothing is read again after it
        cells = _cells(book, assignment)  # held until the end: each score asks for its cell
        submission = _submission(book, student, assignment)
        if when:
            submission.timestamp = parse_utc(when)
        submitted = next(n for n in submission.notebooks if n.name == assignment)
        _save_grades(submitted, notebook)
        _save_comments(submitted, notebook)
        scores = scores_of(submitted)
        book.db.commit()
    del cells
    book.db.expunge_all()  # a class may be large: keep nothing of one submission for the next
    return scores


def _submission(book: Gradebook, student: str, assignment: str) -> SubmittedAssignment:
    """What the gradebook has of a student; a new one is built as nbgrader does, but not yet saved.

    nbgrader saves it empty, to change every score after, which takes twice as long.
    """
    try:
        return book.find_submission(assignment, student)
    except MissingEntry:
        submission = SubmittedAssignment(assignment=book.find_assignment(assignment))
    try:
        submission.student = book.find_student(student)
    except MissingEntry:
        submission.student = Student(id=student)
    for notebook in submission.assignment.notebooks:
        submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
        for cell in [*notebook.grade_cells, *notebook.task_cells]:
            Grade(cell=cell, notebook=submitted)
        for cell in [*notebook.solution_cells, *notebook.task_cells]:
            Comment(cell=cell, notebook=submitted)
    book.db.add(submission)
    return submission


def _cells(book: Gradebook, assignment: str) -> list[Any]:
    """All cells of an assignment, read at once and not one by one."""
    kinds = with_polymorphic(BaseCell, "*")
    notebook = book.find_notebook(assignment, assignment)
    return list(book.db.scalars(select(kinds).where(kinds.notebook_id == notebook.id)))


def _save_grades(submitted: SubmittedNotebook, notebook: Any) -> None:
    grades = {grade.cell.name: grade for grade in submitted.grades}
    for index, cell in enumerate(notebook.cells):
        if is_grade(cell):
            set_grade(grades[cell.metadata.nbgrader.grade_id], notebook, index)


def set_grade(grade: Any, notebook: Any, index: int) -> None:
    """Set our points for a graded cell, and whether a person must look at it."""
    cell = notebook.cells[index]
    if is_derivation(cell):
        waits = needs_person(notebook, index)
        untouched = None if waits else 0.0
        found = points_of_derivation(cell)
        grade.auto_score = untouched if found is None else found
    else:
        grade.auto_score, _ = determine_grade(cell)
        waits = grade.auto_score is None
    grade.needs_manual_grade = waits or grade.manual_score is not None


def scores_of(submitted: SubmittedNotebook) -> Scores:
    """What the gradebook holds on each graded cell."""
    return {
        grade.cell.name: {
            "auto_score": grade.auto_score,
            "manual_score": grade.manual_score,
            "waits": bool(grade.needs_manual_grade),
            "extra_credit": grade.extra_credit,
            "max_score": float(grade.cell.max_score),
        }
        for grade in submitted.grades
    }


def points_of(grade: dict[str, Any]) -> float:
    """A cell's points: by hand if a person gave some, else ours; and extra credit."""
    by_hand, ours = grade["manual_score"], grade["auto_score"]
    return float((ours or 0.0) if by_hand is None else by_hand) + float(grade["extra_credit"] or 0)


def _save_comments(submitted: SubmittedNotebook, notebook: Any) -> None:
    comments = {comment.cell.name: comment for comment in submitted.comments}
    for cell in notebook.cells:
        if is_solution(cell) or is_task(cell):
            same = cell.metadata.nbgrader.checksum == compute_checksum(cell)
            said = "No response." if same and not is_task(cell) else None
            comments[cell.metadata.nbgrader.grade_id].auto_comment = said
