"""A line that is for another machine costs nothing of the answer that stands behind it."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from classroom import DOUBLE, SHOUT, hand_in
from grader.autograde.grade import grade_all
from grader.course import Course

FOREIGN = {
    "drive": "from google.colab import drive\ndrive.mount('/content/drive')",
    "folder": "%cd /content/drive/MyDrive",
    "chdir": "import os\nos.chdir('/content/drive')",
    "folder made": "import os\nos.makedirs('/content/drive/plots')",
    "widget": "%matplotlib widget",
    "notebook": "%matplotlib notebook",
    "qt": "import matplotlib\nmatplotlib.use('TkAgg')",
    "extension": "%load_ext nowhere_to_be_found",
    "unknown": "%tensorflow_version 2.x",
    "unknown cell": "%%wandb run",
    "shell": "!pip install torch",
    "pip": "%pip install torch",
    "shown": "import k3d_not_here as k3d\nplot = k3d.plot()\nplot.display()",
    "ipywidgets": "import ipywidgets as widgets\nwidgets.IntSlider(value=3)",
    "decorated": "import jit_not_here\n@jit_not_here.jit\ndef other(x): return x",
}
# The student's own faults still stop the cell.
FAULTS = {
    "division": ("1 / 0", "ZeroDivisionError"),
    "a file for a name": ("data = open('/content/data.txt')", "FileNotFoundError"),
    "a socket": ("__import__('socket').socket()", "PermissionError"),
    "timed": ("%time 1 / 0", "ZeroDivisionError"),
}
NEEDED = "import solver_not_here as solver\ndef double(x): return solver.double(x)"


@pytest.fixture(scope="module")
def graded(released: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By student: what `grader grade --json` says."""
    folder = tmp_path_factory.mktemp("foreign") / "course"
    course = Course(shutil.copytree(released.root, folder))
    answers = {name: f"{lines}\n{DOUBLE}" for name, lines in FOREIGN.items()}
    answers |= {
        f"{name}, last": f"{DOUBLE}\n{lines}"
        for name, lines in FOREIGN.items()
        if name != "unknown cell"
    }
    answers |= {name: f"{line}\n{DOUBLE}" for name, (line, _) in FAULTS.items()}
    answers["needed"] = NEEDED
    for student, answer in answers.items():
        hand_in(course, student, {"double": answer, "shout": SHOUT})
    results = grade_all(course, course.submissions())
    return {result.student: json.loads(result.to_json()) for result in results}


@pytest.mark.parametrize("name", FOREIGN)
def test_the_answer_behind_it_counts(graded, name) -> None:
    assert graded[name]["score"] == 3
    assert graded.get(f"{name}, last", graded[name])["score"] == 3


@pytest.mark.parametrize("name", sorted(set(FOREIGN) - {"folder", "shell", "pip", "ipywidgets"}))
def test_what_was_passed_over_is_told(graded, name) -> None:
    """IPython itself goes on after the four that are left out."""
    first = FOREIGN[name].splitlines()[-1 if name in ("chdir", "folder made", "qt") else 0]
    assert f"passed over in cell double, as it is for another machine: {first}" in "\n".join(
        graded[name]["repairs"]
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_students_own_is_told_as_one(graded, name) -> None:
    """What the student reads is the error, as in Jupyter, where the cell ends there too."""
    double = next(cell for cell in graded[name]["cells"] if cell["grade_id"] == "double_test")
    assert double["score"] == 0
    assert FAULTS[name][1] in double["message"]


def test_an_answer_that_needs_what_is_not_here_is_told_so(graded) -> None:
    double = next(cell for cell in graded["needed"]["cells"] if cell["grade_id"] == "double_test")
    assert (double["score"], double["status"]) == (0, "error")
    assert "No module named 'solver_not_here'" in double["message"]
