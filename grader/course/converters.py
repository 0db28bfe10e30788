"""nbgrader's own converters, called in this process with the settings of a course."""

from __future__ import annotations

import logging
import os
import re
import sys
import warnings
from typing import Any

from grader.course.fault import CourseError
from grader.course.gradebook import begin_gradebook, directory, settings, trouble
from grader.course.layout import Course

OURS = {"ours": True}  # what our own steps log is told; nbgrader's remarks are not
_TOLD = logging.getLogger("grader")


class ConversionError(Exception):
    """What nbgrader said when it gave up on a notebook."""


def convert(
    course: Course, converter: type[Any], assignment: str, student: str = ".", **places: str
) -> None:
    """Run a converter anew on one notebook; raise `ConversionError` with nbgrader's reason.

    What our own steps refuse is raised as they did, a `CourseError`.

    `places` are directories other than the course's own, such as `release_directory`.
    """
    from nbgrader.converters.base import NbGraderException
    from sqlalchemy.exc import SAWarning

    begin_gradebook(course)
    chosen = directory(course, assignment_id=assignment, student_id=student, **places)
    log, ear = logging.Logger("grader.nbgrader", logging.WARNING), Ear()
    log.addHandler(ear)
    one = for_one_notebook(converter, assignment, student)
    try:
        with warnings.catch_warnings():
            # nbgrader builds a submission in steps that SQLAlchemy remarks on, to no effect.
            warnings.simplefilter("ignore", SAWarning)
            one(coursedir=chosen, config=_from_anywhere(course), log=log, force=True).start()
    except (NbGraderException, SystemExit) as error:
        if ear.refusal:
            raise ear.refusal from None
        if refused := trouble(course, ear.cause):
            raise refused from None
        raise ConversionError(ear.reason or str(error)) from None


def _from_anywhere(course: Course) -> Any:
    """The settings, with the files of the course that nbgrader looks for where it was started."""
    config = settings(course)
    for step, trait, usual in _FILES:
        path = course.root / config[step].get(trait, usual)
        if path.is_file():
            config[step][trait] = str(path.resolve())
    return config


_FILES = (
    ("InstantiateTests", "autotest_filename", "autotests.yml"),
    ("IncludeHeaderFooter", "header", ""),
    ("IncludeHeaderFooter", "footer", ""),
)


def for_one_notebook(converter: type[Any], assignment: str, student: str) -> type[Any]:
    """The converter, told what to convert: by itself it takes a student's name for a pattern."""

    class OfOneNotebook(converter):  # type: ignore[misc]
        def init_notebooks(self) -> None:
            folder = self._format_source(assignment, student)
            self.assignments = {folder: [os.path.join(folder, f"{assignment}.ipynb")]}

    return OfOneNotebook


class Ear(logging.Handler):
    """Remembers the first traceback that nbgrader logs: the cause of what it complains of later.

    What our own steps say goes on to whoever gave the command.
    """

    reason = ""
    refusal: CourseError | None = None
    cause: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "ours", False):
            _TOLD.warning(record.getMessage())
        error = sys.exc_info()[1]  # nbgrader logs it where it caught it
        if isinstance(error, CourseError):
            self.refusal = error
        self.cause = self.cause or error
        said = record.getMessage().strip()
        if not self.reason and said.startswith("Traceback"):
            self.reason = _last_line(said)


def _last_line(traceback: str) -> str:
    last = [line for line in traceback.splitlines() if re.match(r"\S", line)][-1]
    return re.sub(r"^(\w+\.)+(?=\w+(:|$))", "", last)
