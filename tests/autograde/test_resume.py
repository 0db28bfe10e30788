"""Grading can be killed at any moment and begun again; it can be stopped; nothing is left over."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from attacks.attacks import Attack
from attacks.hand_in import WITNESS, hand_in
from attacks.table import scores
from attacks.target import NAME, WRONG, make_course
from classroom import REPOSITORY
from grader.autograde.grade import grade_all
from grader.course import Course
from grader.course.release import release
from sandbox.test_lives import descendants, eventually

CLASS = {f"s{number}": WITNESS for number in range(6)} | {"t": Attack("wrong", "wrong", 0, WRONG)}
EXPECTED = {student: attack.honest for student, attack in CLASS.items()}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Course:
    """A released course with a small class; nothing is graded. Do not change it."""
    settings = (REPOSITORY / "nbgrader_config.py").read_text()
    made = make_course(tmp_path_factory.mktemp("resume") / "course", settings)
    release(made, [NAME])
    for student, attack in CLASS.items():
        hand_in(made, student, attack)
    return made


@pytest.fixture
def course(handed_in, tmp_path) -> Course:
    return Course(shutil.copytree(handed_in.root, tmp_path / "course"))


def start(course: Course) -> "subprocess.Popen[str]":
    """Begin to grade, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", "--json", "--workers", "2",
         "--course", str(course.root)],
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
        # A shell's background job ignores Ctrl-C, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip


def gone(pids: set[int]) -> bool:
    """Whether they all end within seconds; a number that is not reaped yet has ended."""
    return eventually(lambda: not any(os.path.exists(f"/proc/{pid}/cwd") for pid in pids))


@pytest.mark.parametrize("lines", [0, 1, 4])
def test_killed_and_begun_again_nothing_is_lost_or_doubled(course, lines) -> None:
    """What was graded before the kill is not graded again."""
    process = start(course)
    assert process.stdout
    told = [json.loads(process.stdout.readline()) for _ in range(lines)]
    if not lines:
        time.sleep(2)  # somewhere in starting up
    started = descendants(process.pid)
    process.kill()
    process.wait()
    assert gone(started)

    pages = [course.autograded(one["student"], NAME) for one in told]
    before = [page.stat().st_mtime_ns for page in pages]
    done = {result.student: result for result in grade_all(course, list(course.submissions()))}
    assert {student: result.score for student, result in done.items()} == EXPECTED
    assert scores(course.gradebook) == EXPECTED
    assert [page.stat().st_mtime_ns for page in pages] == before
    assert not list(course.root.rglob("*.new"))


def test_ctrl_c_stops_cleanly(course) -> None:
    for number in range(60):  # so many that it is not done before the signal comes
        hand_in(course, f"u{number}", WITNESS)
    process = start(course)
    assert process.stdout
    process.stdout.readline()
    started = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 3
    assert started
    assert gone(started)
