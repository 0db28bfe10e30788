"""nbgrader's gradebook of a course, opened so that several graders can share it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from grader.course.layout import CONFIG, Course

PATIENCE = 60  # seconds that each grader waits for its turn to write


def settings(course: Course) -> Any:
    """The course's nbgrader_config.py, as traitlets reads it."""
    from traitlets.config.loader import PyFileConfigLoader

    config = PyFileConfigLoader(CONFIG, path=str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    return config


def directory(course: Course, **chosen: str) -> Any:
    """Nbgrader's own view of the course, of all assignments and students or those chosen."""
    from nbgrader.coursedir import CourseDirectory

    whole = CourseDirectory(config=settings(course), **chosen)
    if whole.db_url.startswith("sqlite:") and "?" not in whole.db_url:
        whole.db_url += f"?timeout={PATIENCE}"
    return whole


def open_gradebook(course: Course) -> Any:
    """The gradebook, to be used in a `with`; it is made when it is not there."""
    from nbgrader.api import Gradebook

    find_own_programs()
    whole = directory(course)
    return Gradebook(whole.db_url, whole.course_id)


def find_own_programs() -> None:
    """Put this Python's programs on the path: nbgrader calls `alembic` by its bare name."""
    ours, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if ours not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([ours, path])
