"""Feedback pages: what each student got for what, and why; nothing of the hidden tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

from grader.budget import Budget, TooMuchError, within
from grader.course.fault import CourseError, Fault
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.course.pages.feedback import feedback_page, warm_up
from grader.course.pages.reading import read_notebook, submission_of
from grader.course.pages.scores import NOTHING, Place, Scores, all_scores

LARGE_PICTURE = 100_000  # characters
__all__ = ["feedback", "feedback_pages", "warm_up", "write_page"]


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
        why = within(Budget(), write_page, str(graded), str(page), student, assignment, scores)
    except TooMuchError as error:
        return Fault(graded, "", str(error), "Tell the student; its scores stand in the gradebook")
    return Fault(graded, "", why, cure) if why else page


def write_page(graded: str, page: str, student: str, assignment: str, scores: Scores) -> str:
    """Write one page; why it cannot be written, if so. A hand does this."""
    try:
        notebook = read_notebook(Path(graded))
        pictures = _set_aside(notebook)
        submission = submission_of(notebook, student, assignment, scores)
    except (OSError, ValueError, KeyError, AttributeError) as error:
        return f"it cannot be read ({type(error).__name__}: {error})"
    made = feedback_page(submission)
    path = Path(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_with_pictures(made, pictures))
    return ""


def _set_aside(notebook: Any) -> dict[str, str]:
    """The large pictures of a notebook, each by the word that stands in its place.

    A page is copied some times while it is made; with a hundred photos that is what costs.
    """
    pictures: dict[str, str] = {}
    secret = token_hex(16)
    for forms in (f for cell in notebook.cells for f in cell.get("attachments", {}).values()):
        for kind, content in forms.items():
            if isinstance(content, str) and len(content) > LARGE_PICTURE:
                forms[kind] = f"{secret}x{len(pictures):08}"
                pictures[forms[kind]] = content
    return pictures


def _with_pictures(page: str, pictures: dict[str, str]) -> Iterator[str]:
    """The page in pieces, with the pictures in their places."""
    if not pictures:
        yield page
        return
    for piece in re.split(f"({'|'.join(pictures)})", page):
        yield pictures.get(piece, piece)
