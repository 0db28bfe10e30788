"""`grader new`: an assignment from a list of formulas, ready to release and graded in full."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from classroom import REPOSITORY, save
from grader.autograde.grade import grade_all
from grader.cli import main
from grader.course import Course
from grader.course.fault import CourseError
from grader.course.release import release
from grader.notebook import kind

FILE = r"""
title = "Least squares"

[[problem]]
name = "ridge"
formula = 'f = \|XW - Y\|_F^2 + \|W\|_F^2'
vars = "X:n,p W:p,q Y:n,q"
asked = "W X"

[[problem]]
name = "net"
title = "A layer"
formula = 'f = \|\sigma(X W_1 + b_1) - Y\|_F^2'
vars = "X:n,p W_1:p,q b_1:1,q Y:n,q"
asked = "W_1 b_1"
"""
LAYER = r"""
[[problem]]
name = "net"
formula = 'f = \|\sigma(X W_1) - Y\|_F^2'
vars = "X:n,p W_1:p,q Y:n,q"
asked = "W_1"
"""
LINE = r"ridge: f = \|XW - Y\|_F^2; X:n,p W:p,q Y:n,q; W"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "nbgrader_config.py").write_text((REPOSITORY / "nbgrader_config.py").read_text())
    return Course(tmp_path)


def new(course: Course, *arguments: str) -> int:
    return main(["new", *arguments, "--course", str(course.root)])


def made(course: Course, text: str = FILE) -> Course:
    """The course with the assignment `squares`, released."""
    (course.root / "squares.toml").write_text(text)
    assert new(course, "squares", "--from", str(course.root / "squares.toml")) == 0
    release(course, ["squares"])
    return course


def both_handed_in(course: Course) -> None:
    """The instructor edition and the untouched student edition, as two students' work."""
    for student, path in [("full", course.solution), ("none", course.released)]:
        save(nbformat.read(path("squares"), as_version=4), course.submitted(student, "squares"))


def test_the_instructor_edition_earns_all_and_the_student_edition_nothing(course) -> None:
    both_handed_in(made(course))
    full, none = grade_all(course, course.submissions())
    assert (full.score, full.max_score, none.score) == (20, 20, 0)
    assert {cell.status for cell in full.cells} == {"ok"}
    assert {cell.status for cell in none.cells} == {"missing"}


@pytest.mark.slow
def test_nbgrader_alone_gives_the_same(course) -> None:
    both_handed_in(made(course))
    autograde = [sys.executable, "-m", "nbgrader", "autograde", "squares"]
    ours_too = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run(autograde, cwd=course.root, env=ours_too, check=True, capture_output=True)
    autograded = [
        nbformat.read(course.autograded(s, "squares"), as_version=4) for s in ("full", "none")
    ]
    assert all(autograded)
    from grader.autograde.record import result_of

    scores = [result_of(course, student, "squares").score for student in ("full", "none")]
    assert scores == [20, 0]


def test_it_has_the_parts_of_a_homework(course) -> None:
    cells = nbformat.read(made(course).solution("squares"), as_version=4).cells
    names = [cell.id for cell in cells]
    assert names[:4] == ["title", "rules", "setup", "ridge_heading"]
    assert names[-1] == "hand_in"
    question = ["ridge_W_heading", "ridge_derivation_W", "ridge_grad_W", "ridge_grad_W_test"]
    assert names[names.index(question[0]) :][:4] == question
    assert all(cell.metadata.nbgrader.locked for cell in cells if kind(cell) == "locked")
    assert cells[0].source.startswith("# Least squares")


def test_students_see_shapes_but_neither_solutions_nor_hidden_tests(course) -> None:
    text = made(course).released("squares").read_text()
    assert "shape (p, q)" in text
    assert "BEGIN SOLUTION" not in text
    assert "seed=" not in text
    assert "langle XW - Y" not in text


def test_one_line_says_a_problem(course) -> None:
    assert new(course, "lines", "--problem", LINE) == 0
    names = [cell.id for cell in nbformat.read(course.solution("lines"), as_version=4).cells]
    assert "ridge_grad_W_test" in names
    assert "ridge_grad_X_test" not in names


def test_what_is_asked_may_be_a_list_as_for_a_derivation(course, tmp_path) -> None:
    head = '[[problem]]\nname = "g"\nvars = "X:n,p W:p,q"\nasked = ["W"]\n'
    text = head + r"formula = 'f = \|XW\|_F^2'"
    (tmp_path / "g.toml").write_text(text)
    assert new(course, "g", "--from", str(tmp_path / "g.toml")) == 0
    names = [cell.id for cell in nbformat.read(course.solution("g"), as_version=4).cells]
    assert ("g_grad_W" in names, "g_grad_X" in names) == (True, False)


def test_a_seed_makes_it_the_same_again(course) -> None:
    new(course, "one", "--problem", LINE, "--seed", "s", "--title", "T")
    first = course.solution("one").read_text()
    new(course, "one", "--problem", LINE, "--seed", "s", "--title", "T", "--force")
    assert course.solution("one").read_text() == first


def test_nothing_is_overwritten(course, capsys) -> None:
    new(course, "lines", "--problem", LINE)
    before = course.solution("lines").read_text()
    assert new(course, "lines", "--problem", LINE) == 2
    assert "--force" in capsys.readouterr().err
    assert course.solution("lines").read_text() == before


def test_what_is_left_to_the_instructor_is_said(course, capsys) -> None:
    hard = r"hard: f = \sum_i \log(1 + \exp(-y_i x_i^\top w)); X:n,p w:p,1 y:n,1; w"
    assert new(course, "logs", "--problem", hard, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["left"] == ["hard, w: the code", "hard, w: the derivation"]
    assert "To the instructor" in course.solution("logs").read_text()
    with pytest.raises(CourseError, match="cell hard_grad_w: it is left to you"):
        release(course, ["logs"])


WRONG = [
    (["3a", "--problem", LINE], "is no name"),
    (["a", "--problem", "f = x"], "should read"),
    (["a", "--problem", r"x: f = \|XV\|_F^2; X:n,p W:p,q"], "V is not declared"),
    (["a", "--problem", r"x: f = \|XX\|_F^2; X:n,p"], "n x p and n x p does not exist"),
    (["a", "--problem", r"x: f = \|X\|_F^2; X:n"], "NAME:ROWS,COLUMNS"),
    (["a", "--problem", r"x: f = \|X\|_F^2; X:n,p; V"], "V is asked but has no sizes"),
    (["a", "--problem", r"lambda: f = \|X\|_F^2; X:n,p"], "no name in Python"),
    (["a", "--problem", LINE, "--problem", LINE], "two problems are called ridge"),
    (["a", "--from", "nowhere.toml"], "cannot be read"),
    (["a", "--generate", "nonsense"], "there is no family 'nonsense'"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=[said for _, said in WRONG])
def test_wrong_use_is_told_with_its_cure(course, capsys, arguments, said) -> None:
    assert new(course, *arguments) == 2
    assert said in capsys.readouterr().err
    assert not (course.root / "solutions").exists()


BAD_FILES = [
    ("[[problem]]\nname = 'a'\n", "formula is missing"),
    ("[[problem]]\nname = 'a'\nformular = 'f'\n", "'formular' is not known"),
    ("title = 'x'\n", "it names no problem"),
    ('[[problem]]\nname = "a"\nformula = "f = \\|X\\|"\n', "is not TOML"),
    ("problem = 3\n", "it names no problem"),
    ("[[problem]]\nname = 'a'\nfamily = 'trace'\n", "seed is missing"),
]


@pytest.mark.parametrize(("text", "said"), BAD_FILES, ids=[said for _, said in BAD_FILES])
def test_a_file_with_a_mistake_is_told_so(course, capsys, text, said) -> None:
    file = course.root / "a.toml"
    file.write_text(text)
    assert new(course, "a", "--from", str(file)) == 2
    assert said in capsys.readouterr().err


def test_the_task_gives_names_and_the_problem_knows_them(course) -> None:
    """Those of the author, or those that the written derivation uses; the student reads them."""
    given = LAYER.replace("asked", "names = ['A = \\sigma(X W_1)']\nasked")
    for text, name in [(LAYER, "Z = XW_1"), (given, r"A = \sigma(X W_1)")]:
        (course.root / "squares.toml").write_text(text)
        command = ["squares", "--from", str(course.root / "squares.toml"), "--force"]
        assert new(course, *command) == 0
        cells = {c.id: c.source for c in nbformat.read(course.solution("squares"), 4).cells}
        assert f"We name ${name}$" in cells["net_heading"]
        assert f'"{name}"' in cells["setup"]


def test_a_name_that_does_not_fit_is_refused_with_the_cure(course, capsys) -> None:
    (course.root / "squares.toml").write_text(
        LAYER.replace("asked", "names = ['Z = W_1 X']\nasked")
    )
    assert new(course, "squares", "--from", str(course.root / "squares.toml")) == 2
    assert 'names, "Z = W_1 X": the product of' in capsys.readouterr().err
