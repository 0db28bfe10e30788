"""A hidden test was wrong: grade again only what it touches, and see who gains first.

The corrected instructor edition is tried in a course of its own beside the real one, with its own
gradebook; from there only the scores of the touched cells are taken over, and only after somebody
has seen the preview. A score that a person gave stays, and is put up for that person to look at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from grader.course.audit import because
from grader.course.fault import CourseError, Fault
from grader.course.layout import Course
from grader.course.release import release
from grader.names import bound_names, needed_names
from grader.notebook import Cell, kind

Scores = Mapping[str, float | None]  # cell -> points, None where a person has to read it
NEW_RELEASE = "Release it under a new name: scores cannot be carried over"


@dataclass(frozen=True)
class Rescore:
    """What a cell's score becomes."""

    student: str
    cell: str
    before: float | None
    after: float | None
    by_hand: float | None  # a person's score, which stays
    max_score: float

    @property
    def gain(self) -> float:
        """What the student gains in points that count; a loss is negative."""
        return 0.0 if self.by_hand is not None else (self.after or 0.0) - (self.before or 0.0)


def touched(course: Course, book: Any, assignment: str) -> list[str]:
    """The graded cells whose result a change of the instructor edition may change."""
    path = course.solution(assignment)
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if kind(cell) != "plain"]
    graded_from = {one.name: one.source for one in _source_cells(book, assignment)}
    _refuse_other_changes(path, cells, book, assignment)
    changed = {
        _name(cell)
        for cell in cells
        if kind(cell) in ("test", "locked") and cell.source != graded_from.get(_name(cell))
    }
    reached = _reached(cells, changed)
    return [_name(cell) for cell in cells if _graded(cell) and _name(cell) in reached]


def _reached(cells: list[Cell], changed: set[str]) -> set[str]:
    """The changed cells, and those that use a name which one of them binds."""
    code = {_name(cell): cell.source for cell in cells if cell.cell_type == "code"}
    reached = set(changed)
    while True:
        names = {name for cell in reached & set(code) for name in bound_names(code[cell])}
        more = {cell for cell in code if needed_names(code[cell]) & names} - reached
        if not more:
            return reached
        reached |= more


def _refuse_other_changes(path: Path, cells: list[Cell], book: Any, assignment: str) -> None:
    """Scores mean the same before and after only if cells and points are the same."""
    notebook = book.find_notebook(assignment, assignment)
    before = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    now = {_name(cell): float(cell.metadata.nbgrader.points) for cell in cells if _graded(cell)}
    faults = [
        Fault(path, name, "its points, or whether it is there, changed", NEW_RELEASE)
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    if faults:
        raise CourseError(faults)


def trial(course: Course, assignment: str, students: Iterable[str], root: Path) -> Course:
    """A course in `root` with the corrected edition, these hand-ins, and a gradebook of its own."""
    made = Course(root)
    shutil.copytree(course.solution(assignment).parent, made.solution(assignment).parent)
    own = f'\nc.CourseDirectory.db_url = "sqlite:///{made.gradebook}"\n'
    made.config.write_text(course.config.read_text(encoding="utf-8") + own, encoding="utf-8")
    if course.draws.is_file():
        shutil.copyfile(course.draws, made.draws)
    for student in students:
        source = course.submitted(student, assignment).parent
        shutil.copytree(source, made.submitted(student, assignment).parent, symlinks=True)
    return made


def preview(
    book: Any, assignment: str, cells: Iterable[str], scores: Mapping[str, Scores]
) -> list[Rescore]:
    """What would change, by student and cell; scores are those of the trial."""
    wanted = set(cells)
    return [
        Rescore(
            student,
            grade.name,
            grade.auto_score,
            new[grade.name],
            grade.manual_score,
            grade.max_score,
        )
        for student, new in sorted(scores.items())
        for grade in sorted(_grades(book, assignment, student), key=lambda grade: str(grade.name))
        if grade.name in wanted and grade.name in new and new[grade.name] != grade.auto_score
    ]


def take_over(book: Any, assignment: str, changes: Iterable[Rescore], why: str) -> None:
    """Write the new scores, all or none; a person's score stays and is marked for a second look."""
    with because(book, why):
        for change in changes:
            grade = book.find_grade(change.cell, assignment, assignment, change.student)
            grade.auto_score = change.after
            grade.needs_manual_grade = change.by_hand is not None or change.after is None


def adopt(course: Course, tried: Course, assignment: str, students: Iterable[str]) -> None:
    """Make the corrected edition the released one, and its runs those that feedback shows."""
    release(course, [assignment])
    for student in students:
        new, old = tried.autograded(student, assignment), course.autograded(student, assignment)
        if new.is_file():
            unfinished = old.with_suffix(".unfinished")
            shutil.copyfile(new, unfinished)
            os.replace(unfinished, old)


def _grades(book: Any, assignment: str, student: str) -> list[Any]:
    return list(book.find_submission_notebook(assignment, assignment, student).grades)


def _source_cells(book: Any, assignment: str) -> list[Any]:
    return list(book.find_notebook(assignment, assignment).source_cells)


def _name(cell: Cell) -> str:
    return str(cell.metadata.nbgrader.grade_id)


def _graded(cell: Cell) -> bool:
    return bool(cell.metadata.nbgrader.get("grade"))
