"""Databases on a PostgreSQL server that a test started, and courses that use them."""

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.course import Course

OTHER = "postgres"  # PostgreSQL will not run as root; Debian's package makes this user


def program(name: str) -> str | None:
    """A program of the server's; Debian keeps them out of the path."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(places[0]) if places else shutil.which(name)


def as_whom() -> dict[str, str]:
    return {"user": OTHER} if os.geteuid() == 0 else {}


def run(*command: str) -> None:
    subprocess.run(command, check=True, cwd="/", capture_output=True, **as_whom())


def die_with_parent() -> None:
    """Ask the kernel to stop this process when the tests end, even if they are killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)


@contextmanager
def running(root: Path) -> Iterator[None]:
    """A server with its data and its socket in a folder, and no port."""
    run(program("initdb") or "", "--auth=trust", "--username=grader", f"--pgdata={root}/data")
    options = ["-clisten_addresses=", f"-cunix_socket_directories={root}", "-cfsync=off"]
    with (root / "log").open("w") as log:
        process = subprocess.Popen(
            [program("postgres") or "", f"-D{root}/data", *options],
            cwd="/",
            stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no thread of ours is running here
            **as_whom(),
        )
    try:
        wait_until_ready(root, process)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def wait_until_ready(root: Path, process: subprocess.Popen[bytes]) -> None:
    ready = [program("pg_isready") or "pg_isready", "-q", f"--host={root}"]
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError((root / "log").read_text())
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up")


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
