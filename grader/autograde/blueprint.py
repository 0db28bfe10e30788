"""Say what an assignment is: its cells in order, by the gradebook and the instructor edition.

A submission says nothing about this. What is a test, its code and its points are what release put
into the gradebook.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import nbformat

from grader.author.own import Draws, draws_of
from grader.course import Course
from grader.referee.plan import GRADIENTS, Plan, make_plan

_STRANGER = "draws.csv has no formula for this student, so the model's was asked"


@dataclass(frozen=True)
class Known:
    """A cell that nbgrader knows."""

    name: str
    kind: str  # code or markdown
    source: str  # as released: a solution's stub, a test in full
    locked: bool
    graded: bool
    answer: bool
    task: bool
    points: float
    checksum: str

    @property
    def is_test(self) -> bool:
        return self.graded and not self.answer

    @property
    def mark(self) -> dict[str, Any]:
        """Its nbgrader metadata, made anew."""
        points = {"points": self.points} if self.graded or self.task else {}
        return {
            "schema_version": 3,
            "grade_id": self.name,
            "grade": self.graded,
            "solution": self.answer,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.kind,
            "checksum": self.checksum,
            **points,
        }


@dataclass(frozen=True)
class Blueprint:
    """An assignment: its known cells in order, and where each runs."""

    assignment: str
    cells: tuple[Known, ...]
    plan: Plan
    digest: str  # changes when a test, a point or a name does
    draws: Draws | None = None  # where each student has a formula of their own
    remarks: tuple[str, ...] = ()  # on what was asked of a student

    @property
    def points(self) -> float:
        """What can be earned in it."""
        return sum(cell.points for cell in self.cells if cell.graded)

    def of(self, student: str) -> Blueprint:
        """The student's own: what was drawn stands in it, whatever was handed in."""
        if self.draws is None:
            return self
        own = self.draws.cells(student)
        cells = tuple(replace(c, source=own[c.name]) if c.name in own else c for c in self.cells)
        remarks = () if student in self.draws.numbers else (_STRANGER,)
        drawn = _digest(cells, self.plan)
        return replace(self, cells=cells, digest=drawn, draws=None, remarks=remarks)


def blueprint_of(
    course: Course, book: Any, assignment: str, gradients: str = GRADIENTS
) -> Blueprint:
    """The blueprint of a released assignment, from the gradebook and the instructor edition."""
    edition = nbformat.read(course.solution(assignment), as_version=4)
    plan = make_plan(edition.cells, gradients)
    order = [c.metadata.get("nbgrader", {}).get("grade_id") for c in edition.cells]
    place = {name: index for index, name in enumerate(order)}
    cells = sorted(_known(book, assignment), key=lambda known: place.get(known.name, len(place)))
    draws = draws_of(course, assignment, edition)
    return Blueprint(assignment, tuple(cells), plan, _digest(tuple(cells), plan), draws)


def _digest(cells: tuple[Known, ...], plan: Plan) -> str:
    return hashlib.sha256(repr((cells, sorted(plan.names))).encode()).hexdigest()


def _known(book: Any, assignment: str) -> list[Known]:
    notebook = book.find_notebook(assignment, assignment)
    graded = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    tasks = {cell.name: float(cell.max_score) for cell in notebook.task_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    return [
        Known(
            name=cell.name,
            kind=cell.cell_type,
            source=cell.source,
            locked=bool(cell.locked),
            graded=cell.name in graded,
            answer=cell.name in answers,
            task=cell.name in tasks,
            points=graded.get(cell.name, tasks.get(cell.name, 0.0)),
            checksum=cell.checksum,
        )
        for cell in notebook.source_cells
    ]
