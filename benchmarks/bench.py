"""Compare our engine with stock nbgrader: CPU and wall time a submission, side by side.

    make bench                                    # 40 submissions of each assignment, half an hour
    python benchmarks/bench.py --count 20         # sooner, and rougher

The same submissions are graded by `nbgrader autograde` as it comes, by the same with kernels shut
down at once, and by `grader grade --workers 1`. Scores must be equal. CPU is that of the whole
process with all its children. Each engine is run on a few submissions and on all; the difference is
what a submission costs, the rest is starting up.

A machine is not as fast in one minute as in the next. So beside each run, on another core, the
floor is measured: what the cells themselves cost, executed, figures drawn, in a fork of a process
that has loaded everything. Overhead is what a submission costs beyond that. Ours and stock take
turns; in each turn ours grades all submissions, and stock its share of them, another in each. Of
the turns the median counts.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import nbformat
from cost import Cost, of_children
from floor import Floor

from grader.course import Course
from grader.course.release import release
from hand_in import model_answers

Scores = list[tuple[str, str, float]]  # student, cell, points

REPOSITORY = Path(__file__).parents[1]
ASSIGNMENTS = ("matrix_derivative", "two_layer_regression")
FEW = 2
TURNS = 5
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "nabla"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.Execute.shutdown_kernel = "{shutdown}"
"""
# Every third student gets one thing wrong.
MISTAKES = {
    "matrix_derivative": ("affine_grad_W", "def affine_grad_W(X, W, B):\n    return X.T @ X"),
    "two_layer_regression": ("predict", "def predict(X, W1, b1, W2, b2):\n    return X @ W1 @ W2"),
}  # fmt: skip


def make_course(root: Path, assignment: str, count: int) -> Course:
    """A course with `count` submissions of one assignment."""
    course = Course(root)
    shutil.copytree(REPOSITORY / "solutions", root / "solutions")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    release(course, [assignment])
    for number in range(count):
        path = course.submitted(f"s{number:04d}", assignment)
        path.parent.mkdir(parents=True)
        nbformat.write(submission(course, assignment, wrong=number % 3 == 2), path)
    return course


def submission(course: Course, assignment: str, wrong: bool) -> nbformat.NotebookNode:
    answers = model_answers(course, assignment)
    if wrong:
        name, source = MISTAKES[assignment]
        answers[name] = source
    notebook = nbformat.read(course.released(assignment), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":  # derivations are left out: stock nbgrader cannot check them
            cell.source = answers.get(cell.id, cell.source)
    return notebook


def timed(command: list[str], course: Course) -> Cost:
    """Run a command in the course; its cost with all that it started."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "PATH": programs}
    with of_children() as cost:
        subprocess.run(
            [sys.executable, "-m", *command], cwd=course.root, env=environment, check=True,
            capture_output=True,
        )  # fmt: skip
    return cost


def by_stock(
    source: Course, assignment: str, students: list[str], shutdown: str
) -> tuple[Cost, Course]:
    course = with_submissions(source, students)
    course.config.write_text(STOCK.format(shutdown=shutdown))
    return timed(["nbgrader", "autograde", assignment, "--log-level=ERROR"], course), course


def by_us(source: Course, assignment: str, students: list[str]) -> tuple[Cost, Course]:
    course = with_submissions(source, students)
    return timed(["grader", "grade", assignment, "--json", "--workers", "1"], course), course


def with_submissions(source: Course, students: list[str]) -> Course:
    """A copy of the course with the submissions of some students."""
    course = Course(Path(tempfile.mkdtemp(prefix="bench-", dir=source.root.parent)) / "course")
    shutil.copytree(source.root, course.root)
    for folder in (course.root / "submitted").iterdir():
        if folder.name not in students:
            shutil.rmtree(folder)
    return course


def scores(course: Course) -> Scores:
    """Every automatic score of a test in the gradebook."""
    with sqlite3.connect(course.gradebook) as book:
        return book.execute(
            "select a.student_id, c.name, g.auto_score from grade g"
            " join base_cell c on g.cell_id = c.id"
            " join grade_cells k on k.id = c.id and k.cell_type = 'code'"
            " join submitted_notebook n on g.notebook_id = n.id"
            " join submitted_assignment a on n.assignment_id = a.id order by 1, 2"
        ).fetchall()


def compare(assignment: str, count: int) -> list[str]:
    """Measure one assignment; its two lines for the end."""
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder) / "course", assignment, count)
        students, expected = [student for student, _ in course.submissions()], []
        submissions = [course.submitted(student, assignment) for student in students]
        with Floor(submissions, course.solution(assignment)) as floor:
            ours, stock, soon = (
                Measured(name, floor) for name in ("ours", "stock", "stock, immediate")
            )
            for turn in range(TURNS):
                found = ours.grade(lambda some: by_us(course, assignment, some), students)
                share = students[turn::TURNS]
                expected += stock.grade(
                    lambda some: by_stock(course, assignment, some, "graceful"), share
                )
                soon.grade(lambda some: by_stock(course, assignment, some, "immediate"), share)
    assert found == sorted(expected), "the scores differ"
    for measured in (stock, soon, ours):
        print(f"{assignment} {measured}", flush=True)
    floors = [turn.floor for measured in (stock, soon, ours) for turn in measured.turns]
    print(f"{assignment} {'floor':17} a submission {median(floors):8.3f} s CPU")
    return ratios(assignment, stock, ours)


@dataclass(frozen=True)
class Turn:
    """What a submission cost, what the floor did meanwhile, and what starting took."""

    each: Cost
    floor: float  # seconds of CPU
    start: Cost

    @property
    def overhead(self) -> float:
        return self.each.cpu - self.floor


class Measured:
    """What a submission cost by one engine, several times over."""

    def __init__(self, name: str, floor: Floor) -> None:
        self.name, self.floor, self.turns = name, floor, list[Turn]()

    def grade(
        self, engine: Callable[[list[str]], tuple[Cost, Course]], students: list[str]
    ) -> Scores:
        with self.floor.beside() as before:
            few, _ = engine(students[:FEW])
        with self.floor.beside() as least:
            all_of_them, graded = engine(students)
        few = few * (least.cpu / before.cpu)  # at the same speed
        each = (all_of_them - few) / (len(students) - FEW)
        self.turns.append(Turn(each, least.cpu, few - each * FEW))
        return scores(graded)

    @property
    def overhead(self) -> float:
        return median(turn.overhead for turn in self.turns)

    def __str__(self) -> str:
        cost = Cost(median(t.each.cpu for t in self.turns), median(t.each.wall for t in self.turns))
        beyond = sorted(turn.overhead for turn in self.turns)
        start = median(turn.start.cpu for turn in self.turns)
        return (
            f"{self.name:17} a submission {cost}, overhead {self.overhead:.3f} s CPU"
            f" ({beyond[0]:.3f} to {beyond[-1]:.3f}), start {start:.1f} s CPU"
        )


def ratios(assignment: str, stock: Measured, ours: Measured) -> list[str]:
    """How many times more CPU stock takes, in all and beyond the floor."""
    if ours.overhead <= 0:  # then the noise is greater than what is measured
        raise SystemExit(f"{assignment}: ours came out below the floor; use a quieter machine")
    turns = zip(stock.turns, ours.turns, strict=True)
    total = sorted(theirs.each.cpu / mine.each.cpu for theirs, mine in turns)
    print(f"{assignment} stock/ours CPU, turns: {', '.join(f'{ratio:.1f}' for ratio in total)}")
    return [
        f"stock/ours CPU ratio {assignment}: {median(total):.1f}",
        f"stock/ours overhead ratio {assignment}: {stock.overhead / ours.overhead:.1f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare our engine with stock nbgrader.")
    parser.add_argument("--count", type=int, default=40, help="submissions of each assignment")
    parser.add_argument("assignments", nargs="*", default=ASSIGNMENTS)
    chosen = parser.parse_args()
    if chosen.count < 2 * TURNS * FEW:
        parser.error(f"--count must be at least {2 * TURNS * FEW}")
    lines = [line for name in chosen.assignments for line in compare(name, chosen.count)]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
