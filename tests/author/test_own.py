"""Everybody's own formula: who gets which, and that nobody is graded against another's."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from zipfile import ZipFile

import nbformat
import pytest

from classroom import REPOSITORY, save
from grader.author.edition import edition
from grader.author.own import own_task
from grader.author.tasks import Assignment
from grader.autograde.grade import grade, grade_all
from grader.autograde.record import result_of
from grader.cli import main
from grader.course import Course
from grader.course.draws import numbers
from grader.course.gradebook import open_gradebook

OWN = "own_activation"
STUDENTS = ["ada", "bob", "eve"]
POINTS = 10


def roster(course: Course, students: list[str]) -> None:
    lines = "".join(f'"{student}",,,\n' for student in students)
    (course.root / "roster.csv").write_text(f"id,first_name,last_name,email\n{lines}")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with the assignment `own`, of which each student has an edition. Do not change."""
    course = Course(tmp_path_factory.mktemp("own"))
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.config)
    roster(course, STUDENTS)
    where = ["--course", str(course.root)]
    assert main(["new", "own", "--generate", "activation", "--seed", "autumn", *where]) == 0
    assert main(["release", "own", *where]) == 0
    return course


@pytest.fixture
def course(released: Course, tmp_path: Path) -> Course:
    shutil.copytree(released.root, tmp_path, dirs_exist_ok=True)
    return Course(tmp_path)


def formula(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return next(cell.source for cell in cells if cell.id == f"{OWN}_problem")


def solved(course: Course, student: str):
    """What the student would hand in who solves their own formula."""
    number = numbers(course, "own").get(student, 0)
    task = own_task(OWN, "activation", "autumn", number)
    notebook, left = edition(Assignment((task,)), "own", Random(0))
    assert not left
    return notebook


def hand_in(course: Course, student: str, notebook) -> None:
    save(notebook, course.submitted(student, "own"))


def test_each_student_gets_a_formula_of_their_own(released) -> None:
    own = [formula(released.handout(student, "own")) for student in STUDENTS]
    assert len({*own, formula(released.released("own"))}) == 4


def test_an_edition_says_nothing_of_the_others(released) -> None:
    text = released.handout("ada", "own").read_text()
    assert "autumn" not in text
    assert "BEGIN SOLUTION" not in text
    assert formula(released.released("own")) not in text


def test_a_roster_that_grows_and_is_sorted_anew_changes_nobodys_formula(course) -> None:
    before = {student: formula(course.handout(student, "own")) for student in STUDENTS}
    roster(course, ["zoe", *reversed(STUDENTS), "al.2"])
    assert main(["release", "own", "--course", str(course.root)]) == 0
    assert {student: formula(course.handout(student, "own")) for student in STUDENTS} == before
    assert numbers(course, "own") == {"ada": 1, "bob": 2, "eve": 3, "zoe": 4, "al.2": 5}


def test_another_seed_is_refused_once_editions_are_out_unless_asked_for(course, capsys) -> None:
    """Nothing is written before: neither the model nor anybody's edition."""
    paths = set(course.root.glob("*/**/own.ipynb")) - {course.solution("own")}
    before = {path: path.read_bytes() for path in paths}
    notebook = nbformat.read(course.solution("own"), as_version=4)
    notebook.metadata["grader"]["drawn"][OWN]["seed"] = "winter"
    save(notebook, course.solution("own"))
    where = ["own", "--course", str(course.root)]
    assert main(["release", *where]) == 3
    assert "ada/own.ipynb, cell own_activation: this was handed out" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in paths}
    assert main(["release", *where, "--redraw"]) == 0
    out = [path for path in paths if "handout" in path.parts]
    assert all(path.read_bytes() != before[path] for path in out)
    assert main(["release", *where]) == 0


def test_who_solves_their_own_earns_all(course) -> None:
    for student in STUDENTS:
        hand_in(course, student, solved(course, student))
    results = list(grade_all(course, course.submissions()))
    assert [result.score for result in results] == [POINTS] * 3


def test_an_untouched_edition_earns_nothing(course) -> None:
    hand_in(course, "ada", nbformat.read(course.handout("ada", "own"), as_version=4))
    result = grade(course, "ada", "own")
    assert result.score == 0
    assert {cell.status for cell in result.cells} == {"missing"}


def test_anothers_work_earns_nothing_for_code_whatever_the_file_says(course) -> None:
    """Bob hands in Eve's notebook as it is, her formula in it."""
    hand_in(course, "bob", solved(course, "eve"))
    result = grade(course, "bob", "own")
    tests = [cell for cell in result.cells if cell.grade_id.endswith("_test")]
    assert [cell.score for cell in tests] == [0, 0]
    assert result.score < POINTS / 2
    graded = nbformat.read(course.autograded("bob", "own"), as_version=4)
    assert any(f"cell {OWN}_problem was changed" in cell.source for cell in graded.cells)
    assert formula(course.handout("bob", "own")) in [cell.source for cell in graded.cells]


def test_a_problem_said_again_in_a_students_cell_changes_nothing(course) -> None:
    theirs, hers = solved(course, "bob"), solved(course, "eve")
    said = next(cell for cell in hers.cells if cell.id == f"{OWN}_problem").source
    for index, cell in enumerate(theirs.cells):
        if cell.id == f"{OWN}_grad_W":
            answer = next(c for c in hers.cells if c.id == cell.id).source
            theirs.cells[index].source = f"from grader import Problem\n{said}\n{answer}"
    hand_in(course, "bob", theirs)
    lost = [cell.grade_id for cell in grade(course, "bob", "own").cells if cell.score == 0]
    assert lost == [f"{OWN}_grad_W_test"]


def test_what_has_not_changed_is_not_graded_again_and_a_new_number_is(course) -> None:
    hand_in(course, "ada", solved(course, "ada"))
    first = grade(course, "ada", "own")
    assert grade(course, "ada", "own").seconds == first.seconds
    rows = list(csv.reader(course.draws.open(newline="")))
    course.draws.write_text("\n".join(",".join(r).replace("ada,1", "ada,9") for r in rows))
    assert grade(course, "ada", "own").score < POINTS


@pytest.mark.slow
def test_nbgrader_gives_the_same_scores(course) -> None:
    hand_in(course, "ada", solved(course, "ada"))
    hand_in(course, "bob", solved(course, "eve"))
    ours = [result.score for result in grade_all(course, course.submissions())]
    shutil.rmtree(course.root / "autograded")
    autograde = [sys.executable, "-m", "nbgrader", "autograde", "own", "--force"]
    ours_too = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run(autograde, cwd=course.root, env=ours_too, check=True, capture_output=True)
    assert [result_of(course, student, "own").score for student in ("ada", "bob")] == ours


def test_a_student_who_is_in_no_roster_has_the_common_edition(course) -> None:
    """So an instructor can try the assignment out."""
    hand_in(course, "me", nbformat.read(course.solution("own"), as_version=4))
    assert grade(course, "me", "own").score == POINTS


def test_without_a_roster_nobody_can_get_an_edition(course, capsys) -> None:
    roster(course, [])
    course.draws.unlink()
    assert main(["release", "own", "--course", str(course.root)]) == 3
    assert "List the students in roster.csv" in capsys.readouterr().err


def test_the_students_zip_leaves_the_model_out(course) -> None:
    """Who worked on the model would be graded against another formula."""
    packed = course.root / "student.zip"
    assert main(["release", "own", "--zip", str(packed), "--course", str(course.root)]) == 0
    with ZipFile(packed) as archive:
        assert "own.ipynb" not in archive.namelist()
        assert "own.ipynb" in archive.read("README.md").decode()


def test_a_roster_with_a_mistake_is_told(course, capsys) -> None:
    roster(course, ["a/b"])
    assert main(["release", "own", "--course", str(course.root)]) == 3
    assert "line 2: 'a/b' cannot name a folder" in capsys.readouterr().err


def test_a_damaged_list_of_numbers_is_told_not_guessed(course, capsys) -> None:
    course.draws.write_text("assignment,student,number\nown,ada,1\nown,bob,1\n")
    assert main(["release", "own", "--course", str(course.root)]) == 3
    assert "two students of own have one number" in capsys.readouterr().err


def test_a_stranger_is_told_that_the_models_formula_was_asked(course) -> None:
    hand_in(course, "zoe", solved(course, "zoe"))
    assert grade(course, "zoe", "own").score == POINTS
    graded = course.autograded("zoe", "own").read_text()
    assert "draws.csv has no formula for this student" in graded


def exchange(course: Course, sources: dict[str, str]) -> dict[str, str]:
    """Put these sources into the instructor edition; what stood in their place."""
    notebook = nbformat.read(course.solution("own"), as_version=4)
    before = {cell.id: cell.source for cell in notebook.cells if cell.id in sources}
    for cell in notebook.cells:
        cell.source = sources.get(cell.id, cell.source)
    save(notebook, course.solution("own"))
    return before


def test_a_corrected_test_is_regraded_with_each_students_own_formula(course, capsys) -> None:
    """Ada and Eve solved their own; Bob hands in Eve's work, and one test let everything pass."""
    where = ["own", "--course", str(course.root)]
    by_w, by_x = f"{OWN}_grad_W_test", f"{OWN}_grad_X_test"
    right = exchange(course, {by_w: f"check({OWN}, W=lambda *all: all[0])", by_x: "pass"})
    with course.config.open("a") as config:  # a trial would find both faults
        config.write("\nc.TryEdition.seeds = 0\n")
    assert main(["release", *where]) == 0
    for student, whose in {"ada": "ada", "bob": "eve", "eve": "eve"}.items():
        hand_in(course, student, solved(course, whose))
    list(grade_all(course, course.submissions()))
    with open_gradebook(course) as book:
        book.find_grade(by_w, "own", "own", "eve").manual_score = 1.5
        book.db.commit()

    exchange(course, right)
    capsys.readouterr()
    assert main(["regrade", "--json", *where]) == 0  # that a person looks at Eve's again is told
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["student"], one["cell"], one["gain"]) for one in shown] == [
        ("ada", by_w, 2),
        ("bob", by_x, -2),
        ("eve", by_w, 0),
    ]
    main(["regrade", "--write", *where])
    scores = {s: {c.grade_id: c.score for c in result_of(course, s, "own").cells} for s in STUDENTS}
    of_code = {student: (cells[by_w], cells[by_x]) for student, cells in scores.items()}
    assert of_code == {"ada": (2, 2), "bob": (0, 0), "eve": (1.5, 2)}
    asked = formula(course.autograded("bob", "own"))
    assert asked == formula(course.handout("bob", "own"))
    edition = nbformat.read(course.handout("bob", "own"), as_version=4)
    assert ["check(" in c.source for c in edition.cells if c.id == by_x] == [True]
