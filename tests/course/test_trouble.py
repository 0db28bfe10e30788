"""A gradebook that refuses is told in a line, with its file and the cure."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from classroom import hand_in, make_course
from grader.cli import main
from grader.course import Course
from grader.course.gradebook import open_gradebook, trouble


@pytest.fixture
def read_only(released: Course, tmp_path: Path, monkeypatch) -> Course:
    """A released course with a hand-in, whose gradebook may be read alone."""
    course = Course(shutil.copytree(released.root, tmp_path / "course"))
    hand_in(course, "noether", {})
    open_gradebook(course).close()  # its tables are there
    gradebook = f"sqlite:///file:{course.gradebook}?mode=ro&uri=true"
    with course.config.open("a") as settings:
        settings.write(f"c.CourseDirectory.db_url = {gradebook!r}\n")
    monkeypatch.chdir(tmp_path)
    return course


@pytest.mark.parametrize("command", ["grade", "release"])
def test_a_gradebook_that_may_not_be_written(read_only: Course, capsys, command: str) -> None:
    """It was a traceback."""
    assert main([command, "--course", str(read_only.root)]) == 3
    said = capsys.readouterr().err.strip()
    assert "gradebook.db: it cannot be written. Give yourself the right" in said
    assert "Traceback" not in said
    assert "SQL" not in said


@pytest.mark.parametrize("command", ["report", "export csv", "late"])
def test_what_only_reads_needs_no_right_to_write(read_only: Course, capsys, command: str) -> None:
    """Nothing is graded yet: that is what they say, if anything."""
    main([*command.split(), "--course", str(read_only.root)])
    said = capsys.readouterr().err
    assert "cannot be written" not in said
    assert "Traceback" not in said


def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    """It was raw SQL."""
    course = make_course(tmp_path)
    small = sqlite3.connect(":memory:")
    small.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as full:
        small.executescript("CREATE TABLE a (b); CREATE TABLE c (d); CREATE TABLE e (f)")
    said = str(trouble(course, OperationalError("INSERT", {}, full.value)))
    assert said.endswith(
        "gradebook.db: the disk is full. Make room, and give the same command again."
    )


def test_an_exported_name_acts_on_no_terminal(released: Course, tmp_path: Path) -> None:
    """`cat scores.csv` cleared the screen: the signs are shown instead."""
    course = Course(shutil.copytree(released.root, tmp_path / "course"))
    roster = "id,first_name,last_name,email\nnoether,Emmy\x1b[2J\x9b1m,Noether,\n"
    (course.root / "roster.csv").write_text(roster)
    to = tmp_path / "scores.csv"
    main(["export", "csv", "--to", str(to), "--course", str(course.root)])
    text = to.read_text()
    assert "Emmy\\x1b[2J\\x9b1m" in text
    assert not {"\x1b", "\x9b"} & set(text)
