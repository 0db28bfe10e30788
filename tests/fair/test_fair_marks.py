"""Nothing right is lost in silence, nothing empty earns, and what is told is true.

One course, made, released and graded by the commands that an instructor types; `rows` says who
hands in what, and what is right.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import nbformat
import pytest

from classroom import REPOSITORY, UNTRIED, save
from downloads import ROSTER, box
from fair.bent import BENT, bent
from fair.rows import ROWS, VISIBLE
from grader.cli import main
from grader.course import Course
from grader.course.gradebook import open_gradebook
from grader.course.pages.scores import scores_of
from hand_in import filled_in
from students import MATRICES, blank, solved

COLLECTED = "noether"
JSON = dict[str, Any]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which each row's student has handed in, and one brought in two notebooks."""
    made = Course(tmp_path_factory.mktemp("fair") / "course")
    assert main(["init", str(made.root)]) == 0
    with made.config.open("a") as settings:
        settings.write(UNTRIED)
    save(bent(), made.solution(BENT))
    assert main(["release", "--course", str(made.root)]) == 0
    for student, row in ROWS.items():
        path = made.submitted(student, row.hand_in.assignment)
        save(filled_in(made, row.hand_in), path)
    collect_twice(made)
    return made


def collect_twice(course: Course) -> None:
    """A Canvas download in which the later notebook is the untouched one."""
    (course.root / "roster.csv").write_text(ROSTER)
    first, later = (
        nbformat.writes(filled_in(course, one)) for one in (solved(MATRICES), blank(MATRICES))
    )
    name = f"noetheremmy_4322_9877{{}}_{MATRICES}{{}}.ipynb"
    source = box(
        course.root / "download.zip", {name.format(0, ""): first, name.format(1, "-1"): later}
    )
    assert main(["collect", str(source), "--course", str(course.root)]) == 0


@pytest.fixture(scope="module")
def graded(course: Course) -> dict[str, JSON]:
    """By student: what `grader grade --json` says."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "--json", "--course", course.root],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {one["student"]: one for one in map(json.loads, done.stdout.splitlines())}


def cells(result: JSON) -> dict[str, JSON]:
    return {cell["grade_id"]: cell for cell in result["cells"]}


@pytest.mark.parametrize("student", ROWS)
def test_each_gets_the_points_that_are_right(graded, student) -> None:
    result = graded[student]
    assert (result["status"], result["score"]) == ("graded", pytest.approx(ROWS[student].points))


def test_the_gradebook_holds_the_same(course, graded) -> None:
    with open_gradebook(course) as book:
        for student, row in ROWS.items():
            found = scores_of(book, student, row.hand_in.assignment)
            assert found.score == pytest.approx(row.points)


@pytest.mark.parametrize("student", ROWS)
def test_a_person_is_asked_where_one_is_needed_and_nowhere_else(graded, student) -> None:
    asked = {name for name, cell in cells(graded[student]).items() if cell["person"]}
    assert asked == ROWS[student].waits


@pytest.mark.parametrize("student", [student for student, row in ROWS.items() if row.cell])
def test_what_is_said_about_it(graded, student) -> None:
    row = ROWS[student]
    cell = cells(graded[student])[row.cell]
    assert (cell["status"], tuple(cell["flags"])) == (row.status, row.flags)
    assert row.said in cell["message"]


def test_of_two_notebooks_in_a_download_the_one_with_work_is_graded(graded) -> None:
    assert graded[COLLECTED]["score"] == graded[COLLECTED]["max_score"]


@pytest.mark.parametrize("student", VISIBLE)
def test_the_check_beneath_an_answer_is_the_same_as_when_grading(
    course, graded, student, capsys
) -> None:
    """Where a prediction is asked, the line says that only its form was looked at."""
    path = course.submitted(student, VISIBLE[student].hand_in.assignment)
    main(["check", str(path), "--json"])
    by_check, by_grade = cells(json.loads(capsys.readouterr().out)), cells(graded[student])
    other = {n: cell for n, cell in by_check.items() if cell["status"] != by_grade[n]["status"]}
    assert other.keys() == by_check.keys() & {"accumulation_test", "misplaced_bias_test_line"}
    assert all("form only, values when graded" in cell["message"] for cell in other.values())
