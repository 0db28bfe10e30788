"""Give each student a formula of their own: `own_editions(course, "own")` writes handout/.

The instructor edition holds the model, which no student gets, and says in its metadata from which
family and by which seed the others are drawn. A student's number (`grader.course.draws`) says which
one is theirs; `Draws.cells` are the cells that differ. Grading puts the very same cells in place of
what was handed in, so that nobody is asked another's formula, whatever the file says.

Release and grading ask this module of every course, most of which draw nothing: so it loads what
writes cells, and torch with it, only when there is something to draw.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.author.families import FAMILIES, draw
from grader.course.draws import give_numbers, numbers
from grader.course.fault import CourseError, Fault
from grader.course.layout import Course
from grader.course.roster import FILE, RosterError, roster_of
from grader.course.source import faults
from grader.notebook import STAMP

if TYPE_CHECKING:
    from grader.author.tasks import Task

ADD = "List the students in roster.csv and release it again"
ANOTHER = "this was handed out, and another formula would be drawn now"
REDRAW = "Restore family, seed and draws.csv, or give everybody a new formula with --redraw"


@dataclass(frozen=True)
class Draws:
    """What is drawn in an assignment, and which number each student has."""

    problems: tuple[tuple[str, str, str], ...]  # name, family, seed
    numbers: Mapping[str, int] = field(default_factory=dict)

    def cells(self, student: str) -> dict[str, str]:
        """The student's own cells by name, as released; a stranger's are the model's."""
        from grader.author.edition import drawn_cells

        number = self.numbers.get(student, 0)
        tasks = (own_task(*problem, number) for problem in self.problems)
        return {name: text for task in tasks for name, text in drawn_cells(task).items()}


def own_task(name: str, family: str, seed: str, number: int) -> Task:
    """The problem that the student with this number has."""
    from grader.author.tasks import Task

    drawn = draw(family, seed, number)
    asked = FAMILIES[family].asked
    return Task(name, drawn.formula, drawn.vars, asked, FAMILIES[family].title,
                family=family, seed=seed)  # fmt: skip


def draws_of(course: Course, assignment: str, edition: Any) -> Draws | None:
    """What an instructor edition draws for each student; None if all get the same."""
    drawn = edition.metadata.get(STAMP, {}).get("drawn")
    if not drawn:
        return None
    problems = tuple((name, one["family"], one["seed"]) for name, one in drawn.items())
    return Draws(problems, numbers(course, assignment))


def refuse_other_formulas(course: Course, assignment: str) -> None:
    """Raise `CourseError` if the students hold editions, but would get other formulas now.

    All are drawn alike: one student's edition tells for everybody's.
    """
    import nbformat

    solution = course.solution(assignment)
    if faults(solution):
        return  # release says which
    draws = draws_of(course, assignment, nbformat.read(solution, as_version=4))
    if draws is None:
        return
    _enough(solution, draws, draws.numbers)
    held = [s for s in draws.numbers if course.handout(s, assignment).is_file()]
    for student in held[:1]:
        edition = course.handout(student, assignment)
        changed = _not_in(edition, draws, draws.numbers[student])
        if changed:
            raise CourseError([Fault(edition, name, ANOTHER, REDRAW) for name in changed])


def _not_in(edition: Path, draws: Draws, number: int) -> list[str]:
    """The problems whose formula, as it is drawn now, does not stand in an edition."""
    text = edition.read_text(encoding="utf-8", errors="replace")
    formulas = {name: draw(family, seed, number).formula for name, family, seed in draws.problems}
    return [name for name, formula in formulas.items() if json.dumps(formula)[1:-1] not in text]


def own_editions(course: Course, assignment: str) -> list[Path]:
    """Write handout/STUDENT/ASSIGNMENT.ipynb for each student, where formulas are drawn."""
    import nbformat

    solution = course.solution(assignment)
    draws = draws_of(course, assignment, nbformat.read(solution, as_version=4))
    if draws is None:
        return []
    students = _roster(course)
    if not students and not draws.numbers:
        raise CourseError([Fault(solution, "", "each student has a formula, but who is?", ADD)])
    _enough(solution, draws, {*students, *draws.numbers})
    given = Draws(draws.problems, give_numbers(course, assignment, students))
    return [_write(course, assignment, given, student) for student in given.numbers]


def _roster(course: Course) -> list[str]:
    try:
        return [student.id for student in roster_of(course).students]
    except RosterError as error:
        what = str(error).rstrip(".")
        raise CourseError([Fault(course.root / FILE, "", what, "Correct it")]) from None


def _enough(solution: Path, draws: Draws, students: Collection[str]) -> None:
    for name, family, _ in draws.problems:
        most = len(FAMILIES[family]) - 1
        if len(students) > most:
            what = f"{len(students)} students, but {family} has {most} formulas"
            raise CourseError([Fault(solution, name, what, "Choose a larger family")])


def _write(course: Course, assignment: str, draws: Draws, student: str) -> Path:
    import nbformat
    from nbgrader.utils import compute_checksum

    notebook = nbformat.read(course.released(assignment), as_version=4)
    own = draws.cells(student)
    for cell in notebook.cells:
        if cell.get("id") in own:
            cell.source = own[cell.id]
            cell.metadata.nbgrader.checksum = compute_checksum(cell)
    path = course.handout(student, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.v4.writes(notebook) + "\n", encoding="utf-8")
    return path
