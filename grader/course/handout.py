"""Pack what a student needs into one file: notebooks, a short README and a wheel of grader.

The wheel holds only the rooms that a student's notebook uses, and asks for no exact versions, so
that it installs beside whatever else is on the student's machine.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import grader
from grader.course.fault import CourseError, Fault

GRADER = Path(__file__).parents[1]
ROOMS = [
    "__init__.py",
    "__main__.py",
    "startup.py",
    "py.typed",
    "catalogue",
    "algebra",
    "latex",
    "problem",
    "oracle.py",
    "verdict.py",
    "diagnosis",
    "picture.py",
    "precision.py",
    "checks.py",
    "derivation",
    "notebook.py",
    "graded",
    "names.py",
    "rehearsal",
    "referee",
    "sandbox",
    "cli/__init__.py",
    "cli/exits.py",
    "cli/table.py",
    "cli/check.py",
    "cli/derivation.py",
]
NEEDS = ["torch", "numpy", "lark", "matplotlib", "jupyterlab"]

PYPROJECT = """[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "nabla-homework-student"
description = "What the notebooks of a matrix-calculus course import"
version = "{version}"
requires-python = ">=3.11"
dependencies = {needs}

[project.scripts]
grader = "grader.cli:main"

[tool.setuptools.packages.find]
include = ["grader*"]

[tool.setuptools.package-data]
"*" = ["*.lark", "*.html", "*.css", "*.j2", "py.typed"]
"""

README = """# Homework

You need Python 3.11 or later. In this folder, once:

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt       (Windows: .venv\\Scripts\\pip)

On Linux, PyTorch comes with several gigabytes for graphics cards. This takes the small build:

    .venv/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu

Then work in JupyterLab:

    .venv/bin/jupyter lab                           (Windows: .venv\\Scripts\\jupyter lab)

Each answer has a check beneath it. Before you hand in, save the notebook and run

    .venv/bin/grader check {first}

which runs all cells from the start, as a grader will, and says what it found. It runs your own code
on your own machine: on Linux in the sandbox of grading, elsewhere in a fresh kernel. Hand in
the notebook under the name it has here:

{notebooks}
"""


def write_handout(editions: list[Path], to: Path, apart: Sequence[str] = ()) -> Path:
    """Write the zip file with these student editions and all that they need.

    `apart` names notebooks of which each student gets an edition of their own.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wheel = build_wheel(Path(scratch))
        with ZipFile(to, "w", ZIP_DEFLATED) as packed:
            packed.write(wheel, wheel.name)
            packed.writestr("requirements.txt", "\n".join([*NEEDS, f"./{wheel.name}", ""]))
            packed.writestr("README.md", _readme([*(path.name for path in editions), *apart]))
            for path in editions:
                packed.write(path, path.name)
    return to


def build_wheel(scratch: Path) -> Path:
    """Build the student's wheel of grader in `scratch` from a copy of the rooms it may hold."""
    for room in ROOMS:
        _copy(GRADER / room, scratch / "grader" / room)
    text = PYPROJECT.format(version=grader.__version__, needs=NEEDS)
    (scratch / "pyproject.toml").write_text(text, encoding="utf-8")
    _build(scratch)
    return next((scratch / "dist").glob("*.whl"))


def _copy(room: Path, to: Path) -> None:
    """Copy a file or a folder of code; a room that is yet to be built is left out."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if room.is_dir():
        shutil.copytree(room, to, ignore=shutil.ignore_patterns("__pycache__"))
    elif room.is_file():
        shutil.copy(room, to)


def _build(folder: Path) -> None:
    # What the build needs is installed with the development extras: nothing is downloaded.
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*pip, "--wheel-dir", "dist", "."], cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["pip gave no reason"]
        cure = "Install the development extras: 'pip install --editable .[dev]'"
        raise CourseError([Fault(folder, "", f"the wheel was not built ({said[0]})", cure)])


def _readme(names: list[str]) -> str:
    return README.format(first=names[0], notebooks="\n".join(f"- {name}" for name in names))
