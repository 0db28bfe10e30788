"""The command line: exit codes, JSON, and the same scores as plain nbgrader."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from classroom import DOUBLE, SHOUT, TINY, hand_in, make_course
from grader.autograde.grade import grade
from grader.cli import COMMANDS, main


def run(*arguments: object, capsys: pytest.CaptureFixture[str]):
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_help_names_every_command(capsys) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)


def test_help_needs_no_heavy_library() -> None:
    heavy = "torch nbgrader nbconvert nbformat sqlalchemy rich IPython"
    code = f"""
import sys
from grader.cli import parser
parser().format_help()
sys.exit(" ".join(set("{heavy}".split()) & set(sys.modules)) or 0)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_outside_a_course_it_says_how_to_make_one(tmp_path, capsys) -> None:
    code, _, said = run("grade", "--course", tmp_path, capsys=capsys)
    assert code == 2
    assert "grader init DIR" in said


@pytest.mark.parametrize("extra", [["nosuch"], ["--student", "nobody"], ["--workers", "0"]])
def test_wrong_use_ends_with_2(graded, capsys, extra) -> None:
    assert run("grade", "--course", graded[0].root, *extra, capsys=capsys)[0] == 2


def test_nothing_handed_in_ends_with_3(released, capsys) -> None:
    assert run("grade", "--course", released.root, capsys=capsys)[0] == 3


def test_grade_prints_one_object_a_line(graded, capsys) -> None:
    course = graded[0].root
    code, out, _ = run("grade", "--json", "--workers", 1, "--course", course, capsys=capsys)
    told = {one["student"]: one for one in map(json.loads, out.splitlines())}
    assert code == 1  # some were handed in broken
    assert told.keys() == graded[1].keys()
    assert told["right"]["score"] == 3
    assert told["damaged"]["status"] == "failed"


def test_grade_of_one_student_ends_with_0(graded, capsys) -> None:
    course = graded[0].root
    code, out, _ = run("grade", TINY, "--student", "right", "--course", course, capsys=capsys)
    assert code == 0
    assert out.split()[:4] == ["right", TINY, "3/6", "graded"]


def test_report_holds_every_student_and_every_reason(graded, capsys) -> None:
    code, out, _ = run("report", "--json", "--course", graded[0].root, capsys=capsys)
    page = Path(json.loads(out)["page"]).read_text()
    assert code == 0
    assert all(student in page for student in graded[1])
    assert {one["student"] for one in json.loads(out)["submissions"]} == graded[1].keys()
    assert "it is no notebook" in page


def test_release_says_what_is_wrong(tmp_path, capsys) -> None:
    course = make_course(tmp_path)
    course.solution(TINY).write_text("{")
    code, _, said = run("release", "--course", tmp_path, capsys=capsys)
    assert code == 3
    assert "tiny.ipynb: it is no notebook" in said


def test_plain_nbgrader_releases_and_writes_pages_as_we_do(tmp_path) -> None:
    """That `nbgrader autograde` gives our scores stands in autograde/test_three_ways.py."""
    course = make_course(tmp_path)
    nbgrader(course, "generate_assignment", TINY)
    hand_in(course, "right", {"double": DOUBLE, "shout": SHOUT})
    assert grade(course, "right", TINY).score == 3
    nbgrader(course, "generate_feedback", TINY)
    assert "HIDDEN" not in course.feedback("right", TINY).read_text()


def nbgrader(course, *arguments: str) -> None:
    """Run nbgrader as an instructor does, in the course directory."""
    programs = Path(sys.executable).parent
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    here = str(Path(__file__).parents[1])
    subprocess.run(
        [str(programs / "nbgrader"), *arguments],
        cwd=course.root,
        env=os.environ | {"PATH": path, "PYTHONPATH": here},
        check=True,
        capture_output=True,
    )


def test_a_notebook_that_is_no_assignment_is_not_called_well(tmp_path, capsys) -> None:
    """Its cells were copied, so that none has its name: grading would find nothing in it."""
    path = tmp_path / "copied.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(DOUBLE)]), path)
    code, _, said = run("check", path, capsys=capsys)
    assert code == 2
    assert "no cell of" in said
    assert "copied.ipynb is known as an assignment's" in said
