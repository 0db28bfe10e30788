"""Compare our engine with stock nbgrader: CPU and wall time a submission, side by side.

    make bench                                    # 40 submissions of each assignment, half an hour
    python benchmarks/bench.py --count 20         # sooner, and rougher

The same submissions are graded by `nbgrader autograde` as it comes, by the same with kernels shut
down at once, and by `grader grade`. Scores must be equal. CPU is that of the whole process with all
its children. Each engine is run on a few submissions and on all; the difference is what a
submission costs, the rest is starting up. The floor is what the cells themselves cost: executed,
figures drawn, in a fork of a process that has loaded everything. Overhead is the total minus the
floor.

All take turns, since a machine is not as fast in one minute as in the next. In each turn ours and
the floor, which are short, do all submissions, and stock does its share of them, another in each.
Of what the turns say, the median counts.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import nbformat
from cost import Cost, of_children
from floor import floor

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
    return timed(["grader", "grade", assignment, "--json"], course), course


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
        solution = course.solution(assignment)
        students, expected = [student for student, _ in course.submissions()], []
        submissions = [course.submitted(student, assignment) for student in students]
        ours, lowest = Measured("ours"), Measured("floor")
        stock, soon = Measured("stock"), Measured("stock, immediate")
        for turn in range(TURNS):
            lowest.each.append(floor(submissions, solution, os.cpu_count() or 1) / count)
            found = ours.grade(lambda some: by_us(course, assignment, some), students)
            share = students[turn::TURNS]
            expected += stock.grade(lambda s: by_stock(course, assignment, s, "graceful"), share)
            soon.grade(lambda s: by_stock(course, assignment, s, "immediate"), share)
    assert found == sorted(expected), "the scores differ"
    for measured in (stock, soon, ours, lowest):
        print(f"{assignment} {measured}", flush=True)
    return ratios(assignment, stock, ours, lowest)


class Measured:
    """What a submission cost by one engine, several times over, and what starting it did."""

    def __init__(self, name: str) -> None:
        self.name, self.each, self.start = name, list[Cost](), list[Cost]()

    def grade(
        self, engine: Callable[[list[str]], tuple[Cost, Course]], students: list[str]
    ) -> Scores:
        (few, _), (all_of_them, graded) = engine(students[:FEW]), engine(students)
        each = (all_of_them - few) / (len(students) - FEW)
        self.each.append(each)
        self.start.append(few - each * FEW)
        return scores(graded)

    @property
    def cpu(self) -> float:
        return median(each.cpu for each in self.each)

    def __str__(self) -> str:
        told = f"{self.name:17} a submission {Cost(self.cpu, median(c.wall for c in self.each))}"
        if len(self.each) > 1:
            times = sorted(cost.cpu for cost in self.each)
            told += f" (CPU {times[0]:.3f} to {times[-1]:.3f})"
        if self.start:
            told += f", start {median(cost.cpu for cost in self.start):.1f} s CPU"
        return told


def ratios(assignment: str, stock: Measured, ours: Measured, lowest: Measured) -> list[str]:
    """How many times more stock takes: in all, turn by turn, and beyond the floor, by medians."""
    if ours.cpu <= lowest.cpu:  # then the noise is greater than what is measured
        raise SystemExit(f"{assignment}: ours came out below the floor; use a quieter machine")
    total = [theirs.cpu / mine.cpu for theirs, mine in zip(stock.each, ours.each, strict=True)]
    overhead = (stock.cpu - lowest.cpu) / (ours.cpu - lowest.cpu)
    print(f"{assignment} stock/ours CPU turn by turn: {', '.join(f'{r:.1f}' for r in total)}")
    return [
        f"stock/ours CPU ratio {assignment}: {median(total):.1f}",
        f"stock/ours overhead ratio {assignment}: {overhead:.1f}",
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
