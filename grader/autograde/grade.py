"""Grade submissions, each to a result: a broken one fails with its reason, the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from grader.autograde.intake import graded_cells, place, refusal
from grader.autograde.plugin import digest
from grader.autograde.record import forget_failure, keep_failure, result_of, stamp_of
from grader.autograde.result import Result
from grader.course.converters import ConversionError, convert
from grader.course.fault import Fault
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.course.release import release

Submission = tuple[str, str]  # student, assignment


def grade_all(
    course: Course, submissions: list[Submission], *, workers: int = 1, force: bool = False
) -> Iterator[Result]:
    """Grade the submissions, `workers` at a time, and give the results in order."""
    _put_on_record(course, sorted({assignment for _, assignment in submissions}))
    if workers == 1 or len(submissions) < 2:
        yield from (grade(course, *submission, force=force) for submission in submissions)
        return
    # Not forked: a progress bar's thread may be running here.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(grade, course, *one, force=force): one for one in submissions}
        for job, one in jobs.items():
            error = job.exception()  # a worker that was killed
            yield job.result() if error is None else _failed(course, *one, str(error))


def grade(course: Course, student: str, assignment: str, *, force: bool = False) -> Result:
    """Grade one submission, unless it was graded and has not changed since."""
    if not force and _is_up_to_date(course, student, assignment):
        return result_of(course, student, assignment)
    try:
        return _grade_anew(course, student, assignment)
    except Exception as error:  # whatever a submission does to nbgrader, it ends with a result
        return _failed(course, student, assignment, f"{type(error).__name__}: {error}")


def _grade_anew(course: Course, student: str, assignment: str) -> Result:
    from nbgrader.converters import Autograde

    fault = refusal(course, student, assignment)
    if fault:
        return _failed(course, student, assignment, str(fault))
    try:
        convert(course, Autograde, assignment, student)
    except ConversionError as error:
        path, cure = place(course, student, assignment), "Run it by hand to see"
        return _failed(course, student, assignment, str(Fault(path, "", str(error), cure)))
    forget_failure(course, student, assignment)
    return result_of(course, student, assignment)


def _is_up_to_date(course: Course, student: str, assignment: str) -> bool:
    graded_from = stamp_of(course, student, assignment).get("submission")
    return bool(graded_from) and graded_from == digest(course.submitted(student, assignment))


def _failed(course: Course, student: str, assignment: str, reason: str) -> Result:
    points = sum(graded_cells(course, assignment).values())
    result = Result(student, assignment, "failed", reason, "none", 0.0, points, 0.0)
    keep_failure(course, result)
    return result


def _put_on_record(course: Course, assignments: list[str]) -> None:
    """Release what the gradebook does not know yet: a fresh clone has no gradebook."""
    with open_gradebook(course) as book:
        known = {assignment.name for assignment in book.assignments}
    there = set(course.assignments())
    release(course, [name for name in assignments if name in there - known])
