"""nbgrader's gradebook of a course, opened so that several graders can share it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from grader.course.audit import watch
from grader.course.fault import CourseError, Fault
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

    whole = directory(course)
    with _one_at_a_time(whole.db_url):
        _date(whole.db_url)
        book = Gradebook(whole.db_url, whole.course_id)
        # nbgrader's preprocessors open it under the default name; two that do so for the first
        # time at once would each try to put that name on record.
        book.check_course()
        watch(book)
    return book


def begin_gradebook(course: Course) -> None:
    """Let nbgrader's own steps, which open it by themselves, find one that is dated."""
    db_url = directory(course).db_url
    with _one_at_a_time(db_url):
        _date(db_url)


def _date(db_url: str) -> None:
    """Note in a new database which form of tables it begins with.

    nbgrader would start the program `alembic` for that, which loads nbgrader once more: 5 s.
    """
    engine = create_engine(db_url, poolclass=NullPool)
    if inspect(engine).get_table_names():
        return
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    newest = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest})


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


def trouble(course: Course, error: BaseException | None) -> CourseError | None:
    """What the database refused, with its file and the cure; None if it did not.

    nbgrader wraps what SQLAlchemy raised, and SQLAlchemy what the database did.
    """
    while error is not None and not isinstance(error, OperationalError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    where = directory(course).db_url.removeprefix("sqlite:///").removeprefix("file:")
    file = where.partition("?")[0].rpartition("@")[2]  # a server's name, but not the password
    kind = str(getattr(error.orig, "sqlite_errorname", ""))
    known = [said for name, said in _TROUBLE.items() if kind.startswith(name)]
    first = str(error.orig).strip().splitlines()[0]
    what, cure = known[0] if known else (f"the database refused ({first})", _AGAIN)
    return CourseError([Fault(Path(file), "", what, cure)])


_AGAIN = "What is saved is whole: put it right, and give the same command again"
_TROUBLE = {
    "SQLITE_READONLY": (
        "it cannot be written",
        "Give yourself the right to write it and its folder",
    ),
    "SQLITE_FULL": ("the disk is full", "Make room, and give the same command again"),
    "SQLITE_BUSY": ("another program holds it", "Close that program, and give the command again"),
    "SQLITE_CANTOPEN": ("it cannot be opened", "See that its folder is there and may be written"),
    "SQLITE_IOERR": ("it cannot be read or written", "See whether the disk is full or failing"),
}
