"""`grader grade`, `nbgrader autograde` and formgrader's button: one engine, the same scores."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from attacks.attacks import ATTACKS, Attack
from attacks.hand_in import WITNESS, hand_in
from attacks.table import scores
from attacks.target import NAME, WRONG, make_course
from classroom import REPOSITORY
from grader.autograde.grade import grade_all
from grader.autograde.record import stamp_of
from grader.course import Course
from grader.course.release import release

PICKED = {"UTF-16", "format 3", "named target (1).ipynb", "split within a function",
          "a duplicated test emptied", "os._exit in a cell", "a warning on stderr", "no JSON",
          "autograd in a gradient", "reordered", "tagged skip-execution"}  # fmt: skip


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Course:
    """A released course with a dozen submissions, some of them broken; nothing is graded."""
    settings = (REPOSITORY / "nbgrader_config.py").read_text()
    course = make_course(tmp_path_factory.mktemp("three") / "course", settings)
    release(course, [NAME])
    picked = [attack for attack in ATTACKS if attack.name in PICKED]
    assert len(picked) == len(PICKED)
    for number, attack in enumerate([*picked, WITNESS, Attack("witness", "is wrong", 0, WRONG)]):
        hand_in(course, f"s{number:02d}", attack)
    return course


@pytest.fixture(scope="module")
def by_grader(handed_in, tmp_path_factory) -> dict[str, float]:
    course = copy_of(handed_in, tmp_path_factory.mktemp("grader"))
    list(grade_all(course, list(course.submissions()), workers=2))
    return scores(course.gradebook)


def copy_of(course: Course, folder: Path) -> Course:
    shutil.copytree(course.root, folder / "course")
    return Course(folder / "course")


def environment() -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ["PATH"]])
    return os.environ | {"PYTHONPATH": str(REPOSITORY), "PATH": path}


def test_the_scores_are_not_all_alike(by_grader) -> None:
    assert set(by_grader.values()) >= {0, 2, 3, 4}
    assert len(by_grader) == len(PICKED) + 1  # all but the one that is no notebook


def test_nbgrader_autograde_gives_the_same_scores(handed_in, by_grader, tmp_path) -> None:
    course = copy_of(handed_in, tmp_path)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", NAME],
        cwd=course.root, env=environment(), check=False, capture_output=True,
    )  # fmt: skip
    assert scores(course.gradebook) == by_grader
    assert stamp_of(course, "s00", NAME)["sandbox"] in ("L3", "L2")
    (failed,) = course.root.glob("reports/failed/*/*.json")
    assert "it is no notebook" in failed.read_text()


def test_formgraders_button_gives_the_same_scores(handed_in, by_grader, tmp_path) -> None:
    course = copy_of(handed_in, tmp_path)
    students = sorted(path.name for path in (course.root / "submitted").iterdir())
    with jupyter(course.root) as ask:
        for student in students:
            ask(f"/formgrader/api/submission/{NAME}/{student}/autograde")
    assert scores(course.gradebook) == by_grader
    assert stamp_of(course, "s00", NAME)["sandbox"] in ("L3", "L2")


@contextmanager
def jupyter(root: Path) -> Iterator[object]:
    """A Jupyter server in the course directory, and how to press one of its buttons."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = root.parent / "home"
    home.mkdir()
    command = [
        sys.executable, "-m", "jupyter_server", f"--ServerApp.port={port}", "--allow-root",
        "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=secret", "--no-browser",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    where = environment() | {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home)}
    with (root.parent / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command, cwd=root, env=where, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status?token=secret")
        yield lambda path: press(f"http://127.0.0.1:{port}{path}")
    finally:
        server.terminate()
        server.wait(20)


def wait_for(url: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.25)
    raise TimeoutError(url)


def press(url: str) -> dict[str, object]:
    headers = {"Authorization": "token secret"}
    request = urllib.request.Request(url, b"", headers, method="POST")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())
