"""Feedback pages: what each student got for what, and why; nothing of the hidden tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.course.fault import CourseError, Fault
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.course.pages.feedback import feedback_page
from grader.course.pages.reading import read_notebook, submission_of
from grader.course.pages.scores import NOTHING, Place, Scores, all_scores


def feedback(course: Course, student: str, assignment: str) -> Path:
    """Write the page of one autograded submission, in nbgrader's place for it."""
    page = next(feedback_pages(course, [(student, assignment)]))
    if isinstance(page, Fault):
        raise CourseError([page])
    return page


def feedback_pages(course: Course, submissions: Iterable[Place]) -> Iterator[Path | Fault]:
    """Write the page of each submission, or say why there is none; one failing stops no other."""
    with open_gradebook(course) as book:
        scores = all_scores(book)
    for place in submissions:
        yield _write_page(course, *place, scores.get(place, NOTHING))


def _write_page(course: Course, student: str, assignment: str, scores: Scores) -> Path | Fault:
    graded, page = course.autograded(student, assignment), course.feedback(student, assignment)
    cure = f"Grade it again: 'grader grade {assignment} --student {student} --force'"
    if not scores.grades:
        return Fault(graded, "", "it is not in the gradebook", cure)
    try:
        submission = submission_of(read_notebook(graded), student, assignment, scores)
    except (OSError, ValueError, KeyError, AttributeError) as error:
        return Fault(graded, "", f"it cannot be read ({type(error).__name__}: {error})", cure)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(feedback_page(submission), encoding="utf-8")
    return page
