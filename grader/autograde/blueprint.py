"""Say what an assignment is: its cells in order, by the gradebook and the instructor edition.

A submission says nothing about this. What is a test, its code and its points are what release put
into the gradebook.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat

from grader.author.own import Draws, draws_of
from grader.autograde.reading import Own
from grader.catalogue import Reason
from grader.course import Course
from grader.names import bound_names, needed_names
from grader.notebook import kind
from grader.referee.plan import GRADIENTS, Plan, make_plan

_STRANGER = Reason.of("repair.no_draw")


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
    binds: tuple[str, ...] = ()  # of an answer: the names that tests ask for
    identity: str = field(default="", repr=False)  # its id in the instructor edition

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
    remarks: tuple[Reason, ...] = ()  # on what was asked of a student
    unnamed: tuple[str, ...] = ()  # sources of the assignment's cells that nbgrader does not know

    @property
    def points(self) -> float:
        """What can be earned in it."""
        return sum(cell.points for cell in self.cells if cell.graded)

    @property
    def own(self) -> Own:
        """What its cells are called."""
        ids = {cell.identity: cell.name for cell in self.cells if cell.identity}
        ids |= {cell.name[:64]: cell.name for cell in self.cells}
        return Own(frozenset(cell.name for cell in self.cells), ids)

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
    there = {_name(cell): (index, cell) for index, cell in enumerate(edition.cells)}
    known = _known(book, assignment)
    asked = frozenset[str]().union(*(needed_names(one.source) for one in known if one.is_test))
    known = [
        _as_written(one, there[one.name][1], asked) if one.name in there else one for one in known
    ]
    last = len(edition.cells), None
    cells = tuple(sorted(known, key=lambda one: there.get(one.name, last)[0]))
    unnamed = tuple(cell.source for cell in edition.cells if _name(cell) is None)
    draws = draws_of(course, assignment, edition)
    digest = _digest(cells, plan)
    return Blueprint(assignment, cells, plan, digest, draws, unnamed=unnamed)


def _name(cell: Any) -> str | None:
    name: str | None = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name


def _as_written(known: Known, cell: Any, asked: frozenset[str]) -> Known:
    """With what the instructor edition tells of the cell: the asked names it binds, and its id."""
    answers = known.answer and known.kind == "code"
    binds = bound_names(cell.source) & asked if answers else frozenset[str]()
    return replace(known, binds=tuple(sorted(binds)), identity=str(cell.get("id", "")))


def blueprint_in(
    assignment: str, model: list[Any], released: list[Any], gradients: str = GRADIENTS
) -> Blueprint:
    """The blueprint of an edition that no gradebook knows yet.

    `model` are its cells with the solutions, `released` the same with stubs and all tests.
    """
    plan = make_plan(model, gradients)
    known = [_marked(cell) for cell in released if kind(cell) != "plain"]
    there = {_name(cell): cell for cell in model}
    asked = frozenset[str]().union(*(needed_names(one.source) for one in known if one.is_test))
    cells = tuple(_as_written(one, there[one.name], asked) for one in known)
    unnamed = tuple(cell.source for cell in model if _name(cell) is None)
    return Blueprint(assignment, cells, plan, _digest(cells, plan), unnamed=unnamed)


def _marked(cell: Any) -> Known:
    mark = cell.metadata["nbgrader"]
    graded, task = bool(mark.get("grade")), bool(mark.get("task"))
    return Known(
        name=str(mark["grade_id"]),
        kind=cell.cell_type,
        source=cell.source,
        locked=bool(mark.get("locked")),
        graded=graded,
        answer=bool(mark.get("solution")),
        task=task,
        points=float(mark["points"]) if graded or task else 0.0,
        checksum=mark["checksum"],
    )


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
