"""The notebook is found under whatever name it came, and it is the student's own."""

import json
import os
from pathlib import Path

import pytest

from grader.autograde.intake import name_remarks, put_in_place, what_is_there
from grader.catalogue import sentences

HOUR = 3600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where one student hands in one assignment."""
    made = tmp_path / "submitted" / "noether" / "tiny"
    made.mkdir(parents=True)
    return made


def write(path: Path, text: str, at: float = 0) -> None:
    path.write_text(text)
    os.utime(path, (at, at))


def read(folder: Path) -> str:
    found = put_in_place(folder, "tiny")
    assert found
    return found.read_text()


def test_a_wrong_name_handed_in_again_counts_again(folder: Path) -> None:
    write(folder / "tiny (1).ipynb", "blank")
    assert read(folder) == "blank"
    write(folder / "tiny (1).ipynb", "right", at=HOUR)
    assert read(folder) == "right"
    write(folder / "tiny.ipynb", "under its own name", at=2 * HOUR)
    assert read(folder) == "under its own name"


def test_of_several_the_last_counts_and_the_others_are_named(folder: Path) -> None:
    write(folder / "draft.ipynb", "blank")
    write(folder / "final.ipynb", "right", at=HOUR)
    assert read(folder) == "right"
    said = sentences(name_remarks(folder / "tiny.ipynb"))
    assert said == [
        "the file was called final.ipynb",
        "not read, as one notebook counts: draft.ipynb",
    ]


def cells(*texts: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": text} for text in texts]})


@pytest.mark.parametrize("later", ["tiny.ipynb", "tiny (1).ipynb"])
def test_of_two_the_one_with_work_counts(folder: Path, later: str) -> None:
    """Whichever has the right name, and whichever is later; the other stays beside it."""
    released = folder.parents[2] / "released.ipynb"
    write(released, cells("a stub"))
    for worked, blank in (("tiny.ipynb", "tiny (1).ipynb"), ("tiny (1).ipynb", "tiny.ipynb")):
        write(folder / worked, cells("an answer"), at=HOUR * (worked == later))
        write(folder / blank, cells("a  stub"), at=HOUR * (blank == later))
        found = put_in_place(folder, "tiny", released)
        assert found == folder / "tiny.ipynb"
        assert "an answer" in found.read_text()
        again = put_in_place(folder, "tiny", released)
        assert again is not None
        assert "an answer" in again.read_text()


@pytest.mark.parametrize("name", ["tiny.ipynb.txt", "tiny.ipynb.json", "TINY.IPYNB"])
def test_an_ending_that_a_browser_changed_is_known(folder: Path, name: str) -> None:
    write(folder / name, "right")
    assert read(folder) == "right"


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_link_is_nobodys_work(folder: Path, is_folder: bool) -> None:
    """It could lead to another student's notebook, or to the solution."""
    other = folder.parents[1] / "dirac" / "tiny"
    other.mkdir(parents=True)
    write(other / "tiny.ipynb", "right")
    if is_folder:
        folder.rmdir()
        folder.symlink_to(other)
        assert put_in_place(folder, "tiny") is None
        return
    (folder / "tiny.ipynb").symlink_to(other / "tiny.ipynb")
    assert put_in_place(folder, "tiny") is None
    assert what_is_there(folder) == "only tiny.ipynb (a link)"
