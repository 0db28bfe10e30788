"""The tutorial works: its commands, typed in order, grade a class of two."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from classroom import REPOSITORY

TUTORIAL = (REPOSITORY / "docs" / "tutorial.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TUTORIAL, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The course that came of typing every command, and what was said meanwhile."""
    folder = tmp_path_factory.mktemp("tutorial")
    command = folder / "bin" / "grader"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grader "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e"],
        input="\n".join(blocks("sh")),
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(REPOSITORY)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder / "autumn", done.stdout


def test_scores_are_as_the_tutorial_shows_them(typed) -> None:
    _, said = typed
    (shown,) = blocks("text")
    for line in shown.splitlines():
        assert re.sub(r"\s+", " ", line) in re.sub(r"[ ]+", " ", said)


def test_everything_it_speaks_of_is_there(typed) -> None:
    course, _ = typed
    named = ["student.zip", "reports/class.html", "feedback/noether/squares/squares.html"]
    assert all((course / name).is_file() for name in named)
    assert all(name in TUTORIAL for name in named)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", TUTORIAL):
        assert (REPOSITORY / "docs" / target).is_file(), target
