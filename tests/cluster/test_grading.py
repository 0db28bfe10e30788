"""Grading on a cluster gives what grading here gives, whoever dies, and refuses what is not safe.

Scheduler, workers and engine are real.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

from classroom import DOUBLE, REPOSITORY, SHOUT, STUDENTS, TINY, hand_in
from cluster.processes import BARE, Cluster, cluster, ready
from grader.autograde.cluster import Cluster as OnCluster
from grader.autograde.grade import grade_all
from grader.cli import main
from grader.course import Course
from grader.course.gradebook import open_gradebook
from sandbox.test_lives import descendants, eventually


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory):
    """Two workers at first, warm; a test may end one."""
    with cluster(tmp_path_factory.mktemp("dask")) as made:
        for _ in range(2):
            made.start_worker()
        with OnCluster(made.address, print).at_work(None) as desks:
            assert ready(desks, 2)
        yield made


@pytest.fixture
def course(released: Course, tmp_path) -> Course:
    return Course(shutil.copytree(released.root, tmp_path / "course"))


def alike(notebook: str) -> dict[str, object]:
    """A graded notebook, but for how long it took."""
    read = json.loads(notebook)
    read["metadata"]["grader"].pop("seconds")
    return dict(read)


def test_scores_messages_and_outputs_are_those_of_grading_here(course, dask, graded) -> None:
    here, results = graded
    for student in STUDENTS.keys() - {"endless"}:  # which takes long
        hand_in(course, student, STUDENTS[student])
    course.submitted("damaged", TINY).parent.mkdir(parents=True)
    course.submitted("damaged", TINY).write_text("{ not json")
    (course.root / "submitted" / "lost" / "tinny").mkdir(parents=True)
    told: list[str] = []
    for result in grade_all(
        course, course.submissions(), judges=OnCluster(dask.address, told.append)
    ):
        expected = results[result.student]
        assert replace(result, seconds=0) == replace(expected, seconds=0)
        if result.status == "graded":
            pages = [one.autograded(result.student, TINY).read_text() for one in (course, here)]
            assert alike(pages[0]) == alike(pages[1])
    assert not told


def test_a_worker_killed_in_the_middle_costs_nothing(course, dask) -> None:
    """Every hand-in has its score, once, and nothing of the worker's sandbox is left."""
    expected = {}
    slow = f"import time; time.sleep(0.5)\n{DOUBLE}"  # so that much is left to do at its end
    for number in range(10):
        hand_in(course, f"s{number}", {"double": slow, "shout": SHOUT if number % 2 else ""})
        expected[f"s{number}"] = 2.0 + number % 2
    told: list[str] = []
    results = grade_all(course, course.submissions(), judges=OnCluster(dask.address, told.append))
    done = [next(results)]
    killed = dask.started[-1]
    below = descendants(killed.pid)
    os.kill(killed.pid, signal.SIGKILL)
    done += results
    assert below
    assert {result.student: result.score for result in done} == expected
    assert len(done) == len(expected)
    assert [text.partition(";")[0].rsplit(" ", 2)[1:] for text in told] == [["is", "gone"]]
    with open_gradebook(course) as book:
        found = {one.student.id: one.score for one in book.assignment_submissions(TINY)}
    assert found == expected
    assert eventually(lambda: not any(os.path.exists(f"/proc/{pid}/cwd") for pid in below))


def test_a_worker_without_a_sandbox_is_refused_work(course, dask, capfd) -> None:
    """The others do it; alone with it, nothing is graded, and the exit code says so."""
    with cluster(course.root) as lonely:
        for one in (dask, lonely):
            one.start_worker(BARE)
        hand_in(course, "noether", {"double": DOUBLE})
        assert on(lonely, course) == 3
        said = capfd.readouterr()
        assert "is given no work: it has no sandbox (L3: [Errno 1] unshare" in said.err
        assert "stopped: none of the workers can be given work" in said.err
        assert not said.out
        assert on(dask, course) == 0
        assert json.loads(capfd.readouterr().out)["score"] == 2


def on(dask: Cluster, course: Course) -> int:
    return main(["grade", "--json", "--scheduler", dask.address, "--course", str(course.root)])


def test_a_cluster_of_our_own_grades_and_ctrl_c_leaves_nothing_of_it(course) -> None:
    for number in range(60):  # so many that it is not done before the signal comes
        hand_in(course, f"s{number}", {"double": DOUBLE})
    command = [sys.executable, "-m", "grader", "grade", "--json", "--workers", "dask:1"]
    process = subprocess.Popen(
        [*command, "--course", str(course.root)],
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        # A shell's background job ignores Ctrl-C, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip
    assert process.stdout
    assert json.loads(process.stdout.readline())["score"] == 2
    started = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    assert process.communicate(timeout=60)[1] == "stopped\n"
    assert process.returncode == 3
    assert started
    assert eventually(lambda: not any(os.path.exists(f"/proc/{pid}/cwd") for pid in started))


def test_a_scheduler_that_is_not_there_is_said(course, capsys, monkeypatch) -> None:
    monkeypatch.setattr("grader.autograde.cluster.CONNECT_SECONDS", 1.0)
    hand_in(course, "noether", {"double": DOUBLE})
    command = ["grade", "--scheduler", "tcp://127.0.0.1:9", "--course", str(course.root)]
    assert main(command) == 3
    assert "stopped: no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert not course.autograded("noether", TINY).exists()


@pytest.mark.parametrize("words", ["0", "dask:0", "dusk:2", "many"])
def test_a_number_of_workers_that_is_none_is_refused(course, words, capsys) -> None:
    assert main(["grade", "--workers", words, "--course", str(course.root)]) == 2
    assert f"--workers {words} is neither a number from 1 nor dask:N" in capsys.readouterr().err


def test_workers_are_the_scheduler_s_own(course, capsys) -> None:
    words = ["--workers", "2", "--scheduler", "tcp://127.0.0.1:9"]
    assert main(["grade", *words, "--course", str(course.root)]) == 2
    assert "leave out --workers" in capsys.readouterr().err


def test_ordinary_grading_never_loads_dask() -> None:
    code = "import sys, grader.autograde.grade, grader.cli; sys.exit('distributed' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True)
