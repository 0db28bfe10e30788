"""Start a course: a directory with the assignments, a roster and nbgrader's settings."""

from __future__ import annotations

import shutil
from pathlib import Path

from grader.course.fault import CourseError, Fault
from grader.course.layout import CONFIG, Course

MODEL = Path(__file__).parents[2]  # the repository, which is itself a course directory
ROSTER = "id,first_name,last_name,email\n"


def start(root: Path) -> Course:
    """Make a course in `root`, which must be new or empty."""
    if root.exists() and any(root.iterdir()):
        raise CourseError([Fault(root, "", "it is not empty", "Name a directory yet to be made")])
    if not (MODEL / "solutions").is_dir():
        cure = "Install grader from a clone of its repository: 'pip install --editable .'"
        raise CourseError([Fault(MODEL, "", "the assignments are not here", cure)])
    for folder in ("solutions", "notebooks"):
        shutil.copytree(MODEL / folder, root / folder, ignore=shutil.ignore_patterns(".*"))
    (root / "submitted").mkdir()
    shutil.copy(MODEL / CONFIG, root / CONFIG)
    (root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return Course(root)
