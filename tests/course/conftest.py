"""A real PostgreSQL server for the tests that ask for one, and a course scored by hand."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom import TINY, make_course
from databases import OTHER, database, program, running, use
from grader.course import Course
from grader.course.release import release


@pytest.fixture(scope="session")
def server() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server of our own, which is gone afterwards."""
    if not (program("initdb") and program("postgres")):
        pytest.skip("no PostgreSQL server here: 'apt-get install postgresql' brings one")
    # Not below pytest's own folder, which only its user may enter; and a socket's path is short.
    root = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(root, OTHER)
    try:
        with running(root):
            yield root
    finally:
        shutil.rmtree(root)


@pytest.fixture
def db_url(server: Path, request: pytest.FixtureRequest) -> str:
    """The address of a new, empty database on the server."""
    return database(server, f"empty_{abs(hash(request.node.nodeid)):x}")


@pytest.fixture(scope="session")
def released_on_server(server: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course, released, with its gradebook on the server. Do not change it."""
    made = make_course(tmp_path_factory.mktemp("on_server"))
    use(made, database(server, "released"))
    release(made, [TINY])
    return made


@pytest.fixture
def on_server(
    released_on_server: Course, server: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Course:
    """The tiny course, released, with a gradebook of its own on the server."""
    made = Course(Path(shutil.copytree(released_on_server.root, tmp_path / "on_server")))
    own = f"copy_{abs(hash(request.node.nodeid)):x}"
    return use(made, database(server, own, "--template=released"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, released: Course, tmp_path: Path) -> Course:
    """The tiny course, released, with a gradebook of its own in either database."""
    if request.param == "postgresql":
        course: Course = request.getfixturevalue("on_server")
        return course
    return Course(Path(shutil.copytree(released.root, tmp_path / "course")))
