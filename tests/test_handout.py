"""What a student gets: one zip file that works without nbgrader and gives nothing away."""

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from classroom import REPOSITORY, TINY, make_course
from grader.course import Course
from grader.course.handout import write_handout
from grader.course.release import release
from grader.sandbox.isolation import best_level

ASSIGNMENTS = ["matrix_derivative", "two_layer_regression"]
# Instructors have these, students need not.
BLOCKED = ("nbgrader", "sqlalchemy", "rich", "alembic")
BLOCKER = f"""
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {BLOCKED}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student's zip, unpacked, with its wheel installed alone into `site`."""
    folder = tmp_path_factory.mktemp("student")
    editions = [Course(REPOSITORY).released(name) for name in ASSIGNMENTS]
    with ZipFile(write_handout(editions, folder / "student.zip")) as packed:
        packed.extractall(folder)
    wheel = next(folder.glob("*.whl"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(wheel)], check=True)
    (folder / "site" / "sitecustomize.py").write_text(BLOCKER)
    return folder


def as_student(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder / "site")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_holds_all_that_a_student_needs(unpacked) -> None:
    names = {path.name for path in unpacked.iterdir()}
    assert names >= {f"{name}.ipynb" for name in ASSIGNMENTS} | {"README.md", "requirements.txt"}


def test_no_version_is_pinned(unpacked) -> None:
    needs = (unpacked / "requirements.txt").read_text().split()
    assert needs[:5] == ["torch", "numpy", "lark", "matplotlib", "jupyterlab"]
    assert needs[5].endswith(".whl")


def test_no_solution_and_no_hidden_test_is_within(unpacked) -> None:
    text = "".join(p.read_text() for p in unpacked.rglob("*.py") if "site" in p.parts)
    text += "".join(path.read_text() for path in unpacked.glob("*.ipynb"))
    assert "BEGIN SOLUTION" not in text
    for line in secret_lines():
        assert line not in text


def secret_lines() -> list[str]:
    """Lines of the instructor editions that stand in hidden tests, and nowhere else."""
    secret = []
    for name in ASSIGNMENTS:
        cells = json.loads(Course(REPOSITORY).solution(name).read_text())["cells"]
        for cell in cells:
            text = "".join(cell["source"])
            if "BEGIN HIDDEN TESTS" in text:
                hidden = text.split("BEGIN HIDDEN TESTS\n")[1].split("### END")[0]
                secret += [line for line in hidden.splitlines() if "seed" in line]
    assert len(secret) > 10
    return secret


def test_the_instructors_rooms_are_not_within(unpacked) -> None:
    rooms = {path.name for path in (unpacked / "site" / "grader").iterdir()}
    assert not rooms & {"course", "autograde", "author"}


def test_check_runs_without_the_instructors_libraries(unpacked) -> None:
    done = as_student(unpacked, "-m", "grader", "check", "--json", "matrix_derivative.ipynb")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    status = {one["grade_id"]: one["status"] for one in told["cells"]}
    assert status["accumulation_test"] == "missing"
    assert {status[f"relu_grad_{name}_test"] for name in "WXY"} == {"missing"}
    assert {status[f"relu_derivation_{name}"] for name in "WXY"} == {"missing"}
    level = best_level()
    assert told["sandbox"] == (level.value if level else "none")


def test_check_refuses_what_is_no_notebook(unpacked) -> None:
    done = as_student(unpacked, "-m", "grader", "check", "README.md")
    assert done.returncode == 2
    assert "is no notebook" in done.stderr


def test_help_offers_only_what_is_there(unpacked) -> None:
    shown = as_student(unpacked, "-m", "grader", "--help").stdout
    assert "check" in shown
    assert "autograde" not in shown


def test_a_release_can_pack_it(tmp_path) -> None:
    course = make_course(tmp_path)
    packed = write_handout(release(course, [TINY]), tmp_path / "dist" / "student.zip")
    assert "tiny.ipynb" in ZipFile(packed).namelist()
