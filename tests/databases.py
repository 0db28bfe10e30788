"""Databases on a PostgreSQL server that a test started, and courses that use them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.course import Course

OTHER = "postgres"  # PostgreSQL will not run as root; Debian's package makes this user


def program(name: str) -> str | None:
    """A program of the server's; Debian keeps them out of the path."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(places[0]) if places else shutil.which(name)


def run(*command: str) -> None:
    user = {"user": OTHER} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, cwd="/", capture_output=True, **user)


def database(server: Path, name: str, *like: str) -> str:
    """Make a database, empty or like another one; return its address."""
    pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
    createdb = program("createdb") or "createdb"
    run(createdb, f"--host={server}", "--username=grader", *like, name)
    return f"postgresql+psycopg://grader@/{name}?host={server}"


def use(course: Course, db_url: str) -> Course:
    """Make a database the gradebook of a course."""
    settings = course.config.read_text()
    course.config.write_text(f"{settings}\nc.CourseDirectory.db_url = {db_url!r}\n")
    return course
