"""nbgrader's own converters, called in this process with the settings of a course."""

from __future__ import annotations

import logging
import os
import re
import warnings
from typing import Any

from grader.course.gradebook import directory, find_own_programs, settings
from grader.course.layout import Course


class ConversionError(Exception):
    """What nbgrader said when it gave up on a notebook."""


def convert(
    course: Course, converter: type[Any], assignment: str, student: str = ".", **places: str
) -> None:
    """Run a converter anew on one notebook; raise `ConversionError` with nbgrader's reason.

    `places` are directories other than the course's own, such as `release_directory`.
    """
    from nbgrader.converters.base import NbGraderException
    from sqlalchemy.exc import SAWarning

    find_own_programs()
    chosen = directory(course, assignment_id=assignment, student_id=student, **places)
    log, ear = logging.Logger("grader.nbgrader", logging.ERROR), Ear()
    log.addHandler(ear)
    one = for_one_notebook(converter, assignment, student)
    try:
        with warnings.catch_warnings():
            # nbgrader builds a submission in steps that SQLAlchemy remarks on, to no effect.
            warnings.simplefilter("ignore", SAWarning)
            one(coursedir=chosen, config=settings(course), log=log, force=True).start()
    except (NbGraderException, SystemExit) as error:
        raise ConversionError(ear.reason or str(error)) from None


def for_one_notebook(converter: type[Any], assignment: str, student: str) -> type[Any]:
    """The converter, told what to convert: by itself it takes a student's name for a pattern."""

    class OfOneNotebook(converter):  # type: ignore[misc]
        def init_notebooks(self) -> None:
            folder = self._format_source(assignment, student)
            self.assignments = {folder: [os.path.join(folder, f"{assignment}.ipynb")]}

    return OfOneNotebook


class Ear(logging.Handler):
    """Remembers the first traceback that nbgrader logs: the cause of what it complains of later."""

    reason = ""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().strip()
        if not self.reason and said.startswith("Traceback"):
            self.reason = _last_line(said)


def _last_line(traceback: str) -> str:
    last = [line for line in traceback.splitlines() if re.match(r"\S", line)][-1]
    return re.sub(r"^(\w+\.)+(?=\w+(:|$))", "", last)
