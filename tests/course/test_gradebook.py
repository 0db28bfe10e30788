"""A gradebook that we begin is nbgrader's."""

import subprocess
from pathlib import Path

from nbgrader.api import get_alembic_version
from sqlalchemy import text

from classroom import TINY, make_course
from grader.course.gradebook import open_gradebook
from grader.course.release import release


def test_a_new_gradebook_is_dated_as_by_nbgrader(tmp_path: Path, monkeypatch) -> None:
    """Without the program `alembic`, which takes seconds; so `nbgrader db upgrade` knows it."""
    newest = get_alembic_version()
    course = make_course(tmp_path)
    monkeypatch.setattr(subprocess, "Popen", None)
    release(course, [TINY])
    with open_gradebook(course) as book:
        assert book.db.execute(text("SELECT version_num FROM alembic_version")).all() == [(newest,)]
