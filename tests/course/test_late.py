"""What lateness costs, and extra time for one student."""

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from traitlets.config import Config

from classroom import DOUBLE, REPOSITORY, SHOUT, TINY, hand_in
from gradebooks import at, by_hand, score
from grader.autograde.grade import grade
from grader.course import Course
from grader.course.audit import changes
from grader.course.fault import CourseError
from grader.course.gradebook import open_gradebook
from grader.course.late import LatePolicy, give_extra_time, settle, unsettled

DUE = "2026-11-20 12:00"
HOUR = 3600.0


def policy(**settings: float) -> LatePolicy:
    return LatePolicy(config=Config({"LatePolicy": settings}))


@pytest.mark.parametrize(
    ("seconds", "points"),
    [
        (0, 0),
        (15 * 60, 0),  # in the grace
        (15 * 60 + 1, 1),
        (24 * HOUR + 15 * 60, 1),
        (24 * HOUR + 15 * 60 + 1, 2),
        (4 * 24 * HOUR, 4),
        (40 * 24 * HOUR, 5),  # the cap
    ],
)
def test_grace_days_and_cap(seconds: float, points: float) -> None:
    """Of 10 points, one for each day begun after a quarter of an hour, and never over half."""
    chosen = policy(grace_minutes=15, per_day=0.1, cap=0.5)
    assert chosen.penalty(10, seconds) == points


def test_without_settings_lateness_costs_nothing() -> None:
    """The policy is off until an instructor sets it."""
    assert policy().penalty(10, 1e6) == 0


@pytest.mark.parametrize("setting", [{"per_day": 1.5}, {"cap": -0.1}, {"grace_minutes": -1}])
def test_senseless_settings_are_refused(setting: dict[str, float]) -> None:
    """A share is between nothing and all."""
    with pytest.raises(Exception, match="trait"):
        policy(**setting)


@pytest.fixture
def late(empty: Course) -> Course:
    """Noether came a day late with 3 points and Dirac in time; a tenth a day."""
    with open_gradebook(empty) as book:
        book.update_or_create_assignment(TINY, duedate=at(DUE))
    score(empty, "noether", 2, 1, None, when=at("2026-11-21 11:00"))
    score(empty, "dirac", 2, 1, None, when=at("2026-11-20 11:59"))
    return empty


def penalties(course: Course) -> dict[str, float]:
    with open_gradebook(course) as book:
        found = {one: book.find_submission(TINY, one) for one in ("noether", "dirac")}
        return {name: one.late_submission_penalty for name, one in found.items()}


def test_settling(late: Course) -> None:
    """Penalties become what the policy says; the record says why."""
    with open_gradebook(late) as book:
        settle(book, policy(per_day=0.1), "the late policy was set")
        assert [(c.what, c.after, c.why) for c in changes(book)][-1] == (
            "late_submission_penalty",
            0.3,
            "the late policy was set",
        )
    assert penalties(late) == {"noether": 0.3, "dirac": 0}


def test_a_persons_score_changes_what_lateness_costs(late: Course) -> None:
    """nbgrader would leave the penalty as it was when the score rises; we say so and settle."""
    chosen = policy(per_day=0.1)
    with open_gradebook(late) as book:
        settle(book, chosen, "first")
    by_hand(late, "noether", "double_derivation", 3)
    with open_gradebook(late) as book:
        assert [(one.before, one.after) for one in unsettled(book, chosen)] == [(0.3, 0.6)]


@pytest.mark.parametrize("hours", [24, 47])
def test_extra_time_for_one_student(late: Course, hours: float) -> None:
    """Extra time moves one student's due date, also where nbgrader and formgrader look."""
    with open_gradebook(late) as book:
        settle(book, policy(per_day=0.1), "first")
        give_extra_time(book, "noether", TINY, timedelta(hours=hours), "ill")
        settle(book, policy(per_day=0.1), "extra time: ill")
        assert book.find_submission(TINY, "noether").extension == timedelta(hours=hours)
    assert penalties(late) == {"noether": 0, "dirac": 0}


def test_the_last_promise_counts(late: Course) -> None:
    """Extra time can be taken back."""
    with open_gradebook(late) as book:
        for hours in (48, 0):
            give_extra_time(book, "noether", TINY, timedelta(hours=hours), "ill")
        settle(book, policy(per_day=0.1), "taken back")
    assert penalties(late)["noether"] == 0.3


def test_extra_time_promised_before_anything_came(empty: Course) -> None:
    """A promise made before the hand-in holds, and does not look like a hand-in itself."""
    with open_gradebook(empty) as book:
        book.update_or_create_assignment(TINY, duedate=at(DUE))
        give_extra_time(book, "noether", TINY, timedelta(hours=24), "ill")
        assert not book.assignment_submissions(TINY)
    score(empty, "noether", 2, 1, None, when=at("2026-11-21 11:00"))
    with open_gradebook(empty) as book:
        assert unsettled(book, policy(per_day=0.1)) == []


@pytest.mark.parametrize("how", ["grader", "nbgrader"])
def test_grading_takes_off_what_lateness_costs(released: Course, tmp_path: Path, how: str) -> None:
    """Whichever way a hand-in is graded."""
    course = Course(Path(shutil.copytree(released.root, tmp_path / "course")))
    settings = course.config.read_text().replace("per_day = 0.0", "per_day = 0.1")
    course.config.write_text(settings)
    with open_gradebook(course) as book:
        book.update_or_create_assignment(TINY, duedate=at(DUE))
    hand_in(course, "noether", {"double": DOUBLE, "shout": SHOUT})
    when = course.submitted("noether", TINY).with_name("timestamp.txt")
    when.write_text("2026-11-21 11:00 UTC")
    if how == "grader":
        grade(course, "noether", TINY)
    else:
        subprocess.run(
            [sys.executable, "-m", "nbgrader", "autograde", TINY],
            cwd=course.root, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, check=True,
            capture_output=True,
        )  # fmt: skip
    with open_gradebook(course) as book:
        found = book.find_submission(TINY, "noether")
        assert found.late_submission_penalty == pytest.approx(0.1 * found.score)
        assert found.score == 3
        assert unsettled(book, policy(per_day=0.1, grace_minutes=15)) == []


def test_a_time_that_is_none_is_said(released: Course, tmp_path: Path) -> None:
    course = Course(Path(shutil.copytree(released.root, tmp_path / "course")))
    hand_in(course, "noether", {"double": DOUBLE})
    course.submitted("noether", TINY).with_name("timestamp.txt").write_text("yesterday evening")
    result = grade(course, "noether", TINY)
    assert result.status == "failed"
    assert "its timestamp.txt holds no date and time" in str(result.error)


def test_a_policy_that_makes_no_sense_is_named(released: Course, tmp_path: Path) -> None:
    course = Course(Path(shutil.copytree(released.root, tmp_path / "course")))
    settings = course.config.read_text().replace("per_day = 0.0", "per_day = '10%'")
    course.config.write_text(settings)
    with pytest.raises(CourseError, match=r"nbgrader_config.py: the late policy makes no sense"):
        grade(course, "noether", TINY)
