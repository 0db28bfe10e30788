"""A machine that cannot shut submissions in is refused; an ordinary user is as safe as root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox.isolation import Level, why_not
from grader.sandbox.limits import Limits

ROOT = Path(__file__).parents[2]

REFUSED = """
from tests.bare_machine import become_bare
become_bare()
from grader.sandbox.client import NoSandboxError, Warm
from grader.sandbox.doctor import examine
print(examine().level, sorted(examine().refused))
try:
    Warm.start()
except NoSandboxError as error:
    print(error)
"""


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_machine_without_any_level_is_refused():
    examined, refused = python(REFUSED).splitlines()
    assert examined == "None ['L2', 'L3']"
    assert "unshare" in refused
    assert "landlock" in refused


def test_probing_changes_nothing_here():
    """Probing happens in a child: this process can still do what it could."""
    for level in (Level.NAMESPACES, Level.LANDLOCK):
        why_not(level)
    assert (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("given", [{"cell_seconds": 0}, {"memory_mb": "2"}, {"cells": 1}])
def test_a_limit_that_is_none_is_refused(given):
    with pytest.raises(ValueError, match="limit"):
        Limits.from_dict(given)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become an ordinary user")
def test_an_ordinary_user_has_the_same_walls():
    """The tests of walls and lives once more, as nobody."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.ordinary_user", "tests/sandbox/test_walls.py",
         "tests/sandbox/test_lives.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert " failed" not in done.stdout
