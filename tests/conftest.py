"""The graded class that several test modules look at: graded once, since kernels are slow."""

import json
import os
import sys
from pathlib import Path

import pytest

import grader.autograde  # noqa: F401  (first: nbformat loads sooner behind it)
import hand_in as examples
from classroom import DOUBLE, STUDENTS, TINY, hand_in, make_course, shipped_course
from grader.autograde.grade import grade_all
from grader.course import Course
from grader.course.feedback import feedback
from grader.course.release import release
from schedule import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401

# As in an environment that is activated: nbgrader calls `alembic` by its bare name.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course, released; nobody has handed in yet. Do not change it."""
    course = make_course(tmp_path_factory.mktemp("released"))
    release(course, [TINY])
    return course


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory):
    """The tiny course with a class graded: (course, results by student)."""
    course = make_course(tmp_path_factory.mktemp("graded"))
    release(course, [TINY])
    for student, answers in STUDENTS.items():
        hand_in(course, student, answers)
    _hand_in_broken(course)
    results = {r.student: r for r in grade_all(course, course.submissions(), workers=2)}
    for student, assignment in course.graded():
        feedback(course, student, assignment)
    return course, results


@pytest.fixture(scope="session")
def example_class(tmp_path_factory: pytest.TempPathFactory):
    """The example class, graded: (course, results by student and assignment). Do not change it."""
    course = shipped_course(tmp_path_factory.mktemp("example") / "course")
    examples.hand_in(course)
    results = {
        (result.student, result.assignment): result
        for result in grade_all(course, course.submissions(), workers=2)
    }
    for student, assignment in course.graded():
        feedback(course, student, assignment)
    return course, results


def _hand_in_broken(course: Course) -> None:
    (course.root / "submitted" / "lost" / "tinny").mkdir(parents=True)
    course.submitted("damaged", TINY).parent.mkdir(parents=True)
    course.submitted("damaged", TINY).write_text("{ not json")
    misnamed = hand_in(course, "misnamed", {"double": DOUBLE})
    misnamed.rename(misnamed.with_name("tiny (1).ipynb"))
    _edit(hand_in(course, "deleted", {}), lambda cells: cells.pop(3))
    _edit(hand_in(course, "doubled", {}), lambda cells: cells.append(cells[3] | {"id": "again"}))


def _edit(path: Path, change) -> None:
    notebook = json.loads(path.read_text())
    change(notebook["cells"])
    path.write_text(json.dumps(notebook))
