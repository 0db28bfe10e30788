"""nbgrader's gradebook of a course, opened so that several graders can share it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, func, select

from grader.course.audit import watch
from grader.course.layout import CONFIG, Course

OUR_LOCK = 7_061_982  # among PostgreSQL's advisory locks
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
    with _one_at_a_time(whole.db_url):
        book = Gradebook(whole.db_url, whole.course_id)
        # nbgrader's preprocessors open it under the default name; two that do so for the first
        # time at once would each try to put that name on record.
        book.check_course()
        watch(book)
    return book


@contextmanager
def _one_at_a_time(db_url: str) -> Iterator[None]:
    """On a server, wait while another grader is making the tables."""
    if not db_url.startswith("postgresql"):
        yield
        return
    engine = create_engine(db_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(OUR_LOCK)))
        yield  # closing the connection gives the lock back, whatever happened


def find_own_programs() -> None:
    """Put this Python's programs on the path: nbgrader calls `alembic` by its bare name."""
    ours, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if ours not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([ours, path])
