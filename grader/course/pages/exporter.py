"""The feedback page as an exporter of nbconvert, for nbgrader and formgrader.

nbgrader_config.py names it, so that `nbgrader generate_feedback` and formgrader's button write the
very page that `grader feedback` writes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Unicode

from grader.budget import Budget, within
from grader.course.gradebook import open_gradebook
from grader.course.layout import Course
from grader.course.pages.feedback import feedback_page, warm_up
from grader.course.pages.reading import submission_of
from grader.course.pages.scores import Scores, scores_of

__all__ = ["FeedbackExporter", "page_as_html", "warm_up"]


def page_as_html(notebook: Any, student: str, assignment: str, scores: Scores) -> str:
    """The page of a graded notebook. A hand does this."""
    return feedback_page(submission_of(notebook, student, assignment, scores))


class FeedbackExporter(Exporter):
    """Writes one autograded notebook as a feedback page."""

    file_extension = Unicode(".html")
    output_mimetype = "text/html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **more: Any) -> tuple[Any, Any]:
        notebook, resources = super().from_notebook_node(nb, resources, **more)
        names = resources["nbgrader"]
        student, assignment = names["student"], names["assignment"]
        with open_gradebook(self._course()) as book:
            scores = scores_of(book, student, assignment)
        made = within(Budget(), page_as_html, notebook, student, assignment, scores)
        return made, resources

    def _course(self) -> Course:
        converter: Any = self.parent
        return Course(Path(converter.coursedir.root))
