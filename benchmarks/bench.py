"""Compare our engine with stock nbgrader: CPU and wall time a submission, side by side.

    make bench                                    # 40 submissions of each assignment, an hour
    python benchmarks/bench.py --count 8          # sooner, and rougher

Each assignment is graded three times from the same submissions: by `nbgrader autograde` as it
comes, by the same with kernels shut down at once, and by `grader grade`. Scores must be equal. CPU
is that of the whole process with all its children. Each engine is run on a few submissions and on
all; the difference is what a submission costs, the rest is starting up. The floor is what the cells
themselves cost: executed, figures drawn, in a fork of a process that has loaded everything.
"""

import argparse
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from floor import floor

from grader.course import Course
from grader.course.release import release
from hand_in import model_answers

REPOSITORY = Path(__file__).parents[1]
ASSIGNMENTS = ("matrix_derivative", "two_layer_regression")
FEW = 2
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


@dataclass(frozen=True)
class Cost:
    """What something took: seconds of CPU, and by the clock."""

    cpu: float
    wall: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.cpu - other.cpu, self.wall - other.wall)

    def __truediv__(self, count: float) -> "Cost":
        return Cost(self.cpu / count, self.wall / count)

    def __str__(self) -> str:
        return f"{self.cpu:8.3f} s CPU {self.wall:8.3f} s wall"


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
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", *command], cwd=course.root, env=environment, check=True,
        capture_output=True,
    )  # fmt: skip
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def by_stock(source: Course, assignment: str, count: int, shutdown: str) -> tuple[Cost, Course]:
    course = with_submissions(source, count)
    course.config.write_text(STOCK.format(shutdown=shutdown))
    return timed(["nbgrader", "autograde", assignment, "--log-level=ERROR"], course), course


def by_us(source: Course, assignment: str, count: int) -> tuple[Cost, Course]:
    course = with_submissions(source, count)
    return timed(["grader", "grade", assignment, "--json"], course), course


def with_submissions(source: Course, count: int) -> Course:
    """A copy of the course with the first few submissions."""
    course = Course(Path(tempfile.mkdtemp(prefix="bench-", dir=source.root.parent)) / "course")
    shutil.copytree(source.root, course.root)
    for folder in sorted((course.root / "submitted").iterdir())[count:]:
        shutil.rmtree(folder)
    return course


def scores(course: Course) -> list[tuple[str, str, float]]:
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
        engines = {
            "stock": lambda n: by_stock(course, assignment, n, "graceful"),
            "stock, immediate": lambda n: by_stock(course, assignment, n, "immediate"),
            "ours": lambda n: by_us(course, assignment, n),
        }
        each, found = {}, {}
        for name, engine in engines.items():
            (few, _), (all_of_them, graded) = engine(FEW), engine(count)
            each[name] = (all_of_them - few) / (count - FEW)
            found[name] = scores(graded)
            start = few - Cost(each[name].cpu * FEW, each[name].wall * FEW)
            print(f"{assignment} {name:17} a submission {each[name]}   start {start}", flush=True)
        assert found["stock"] == found["ours"], "the scores differ"
        lowest = Cost(*floor(course.submitted("s0000", assignment), course.solution(assignment)))
        print(f"{assignment} {'floor':17} a submission {lowest}", flush=True)
    return ratios(assignment, each, lowest)


def ratios(assignment: str, each: dict[str, Cost], lowest: Cost) -> list[str]:
    stock, ours = each["stock"], each["ours"]
    over = (stock - lowest).cpu / (ours - lowest).cpu
    return [
        f"stock/ours CPU ratio {assignment}: {stock.cpu / ours.cpu:.1f}",
        f"stock/ours overhead ratio {assignment}: {over:.1f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare our engine with stock nbgrader.")
    parser.add_argument("--count", type=int, default=40, help="submissions of each assignment")
    parser.add_argument("assignments", nargs="*", default=ASSIGNMENTS)
    chosen = parser.parse_args()
    lines = [line for name in chosen.assignments for line in compare(name, chosen.count)]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
