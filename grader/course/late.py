"""What lateness costs, and extra time for one student.

The policy is a plug-in of nbgrader's, set in nbgrader_config.py, so every way of grading applies
it. Due dates are nbgrader's own (formgrader, or `nbgrader db assignment add NAME --duedate=...`).

    c.LatePolicy.grace_minutes = 15     # a hand-in this late is in time
    c.LatePolicy.per_day = 0.1          # of the points earned, for each day begun after that
    c.LatePolicy.cap = 0.5              # but never more than this
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nbgrader.plugins import LateSubmissionPlugin
from sqlalchemy import insert, select
from traitlets import Float, TraitError

from grader.course.audit import because, watch
from grader.course.fault import CourseError, Fault
from grader.course.gradebook import settings
from grader.course.layout import Course
from grader.course.records import EXTRA_TIME

DAY = 86_400.0
MARGIN = 1e-9  # a penalty that differs by rounding is the same


class LatePolicy(LateSubmissionPlugin):  # type: ignore[misc]
    """Takes a share of the points earned for each day begun, after a grace and up to a cap."""

    grace_minutes = Float(0.0, min=0.0, help="minutes that cost nothing").tag(config=True)
    per_day = Float(0.0, min=0.0, max=1.0, help="share of the points, a day begun").tag(config=True)
    cap = Float(1.0, min=0.0, max=1.0, help="largest share of the points").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Points to take off; nbgrader asks when it grades."""
        submission = self._submission(student_id)
        late = seconds_late(submission) if submission is not None else total_seconds_late
        return self.penalty(score, late) or None

    def penalty(self, score: float, seconds: float) -> float:
        """Points to take off a score that came so much late."""
        days = math.ceil(max(0.0, seconds - 60 * self.grace_minutes) / DAY)
        return float(round(score * min(self.cap, days * self.per_day), 4))

    def _submission(self, student: str) -> Any:
        """The submission being graded, with the extra time that was promised before it came."""
        book = getattr(self.parent, "gradebook", None)
        if book is None:
            return None
        watch(book)
        submission = book.find_submission(self.parent.assignment_id, student)
        _give_promised(book, submission)
        return submission


def policy_of(course: Course) -> LatePolicy:
    """The policy that a course's nbgrader_config.py sets; CourseError if it makes no sense."""
    try:
        return LatePolicy(config=settings(course))
    except TraitError as error:
        fault = Fault(course.config, "", f"the late policy makes no sense: {error}", "Change it")
        raise CourseError([fault]) from None


def seconds_late(submission: Any) -> float:
    return float(submission.total_seconds_late)


def give_extra_time(book: Any, student: str, assignment: str, extra: timedelta, why: str) -> None:
    """Promise a student extra time, whether or not the work is there yet; the last one counts."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    promise = {"student": student, "assignment": assignment, "seconds": extra.total_seconds()}
    book.db.execute(insert(EXTRA_TIME).values(**promise, why=why, at=now))
    book.db.commit()


@dataclass(frozen=True)
class Settled:
    """A penalty that the policy changes."""

    student: str
    assignment: str
    before: float
    after: float


def unsettled(book: Any, policy: LatePolicy, assignment: str | None = None) -> list[Settled]:
    """Penalties that are not what the policy says: time was given, or a person changed a score."""
    return [
        Settled(submission.student_id, submission.assignment.name, before, after)
        for submission, notebook, after in _penalties(book, policy, assignment)
        if abs((before := notebook.late_submission_penalty or 0.0) - after) > MARGIN
    ]


def settle(book: Any, policy: LatePolicy, why: str, assignment: str | None = None) -> list[Settled]:
    """Make each penalty what the policy says, and return what changed."""
    found = unsettled(book, policy, assignment)
    with because(book, why):
        for _, notebook, after in _penalties(book, policy, assignment):
            _put(notebook, after)
    return found


def settle_one(book: Any, policy: LatePolicy, student: str, assignment: str) -> None:
    """Make the penalty of a submission that was just graded what the policy says."""
    submission = book.find_submission(assignment, student)
    for _, notebook, after in _penalties_of(book, policy, submission):
        _put(notebook, after)
    book.db.commit()


def _put(notebook: Any, after: float) -> None:
    """Write a penalty, unless it is there already."""
    if abs((notebook.late_submission_penalty or 0.0) - after) > MARGIN:
        notebook.late_submission_penalty = after or None


def _penalties(
    book: Any, policy: LatePolicy, assignment: str | None
) -> Iterator[tuple[Any, Any, float]]:
    from nbgrader.api import SubmittedAssignment

    for submission in book.db.query(SubmittedAssignment):
        if assignment in (None, submission.assignment.name):
            yield from _penalties_of(book, policy, submission)


def _penalties_of(
    book: Any, policy: LatePolicy, submission: Any
) -> Iterator[tuple[Any, Any, float]]:
    _give_promised(book, submission)
    late = seconds_late(submission)
    for notebook in submission.notebooks:
        yield submission, notebook, policy.penalty(notebook.score, late) if late else 0.0


def _give_promised(book: Any, submission: Any) -> None:
    """Put the last promise where nbgrader looks, so that formgrader shows the right due date."""
    promised = EXTRA_TIME.c
    query = (
        select(promised.seconds)
        .where(promised.student == submission.student_id)
        .where(promised.assignment == submission.assignment.name)
        .order_by(promised.id.desc())
        .limit(1)
    )
    seconds = book.db.execute(query).scalar()
    if seconds is not None and submission.extension != timedelta(seconds=seconds):
        submission.extension = timedelta(seconds=seconds)
