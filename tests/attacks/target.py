"""The assignment that is attacked: two functions, a value and an explanation, 4 points and 2."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from classroom import UNTRIED, cell
from grader.course import Course

NAME = "target"
RIGHT = {
    "slope": "def slope_grad_Y(X, W, Y):\n    return 2 * (Y - (X @ W).clamp(min=0))",
    "double": "def double(x):\n    return 2 * x",
    "answer": "answer = 42",
}
WRONG = {
    "slope": "def slope_grad_Y(X, W, Y):\n    return Y",
    "double": "def double(x):\n    return x",
    "answer": "answer = 7",
}
SETTINGS = (
    """
c.RunSubmission.limits = {
    "cell_seconds": 2, "submission_seconds": 8, "memory_mb": 512, "output_mb": 0.5,
    "file_mb": 8, "files": 200,
}
"""
    + UNTRIED
)


def instructor_edition():
    """The tests see more than the students: hidden draws, and a hidden value."""
    setup = (
        "import torch\nfrom grader import Problem, check\n"
        'slope = Problem(r"f = \\|\\max(XW, 0) - Y\\|_F^2", X="n,p", W="p,q", Y="n,q")'
    )
    hidden = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
    slope_test = (
        f"check(slope, Y=slope_grad_Y)\n{hidden.format('check(slope, Y=slope_grad_Y, seed=90210)')}"
    )
    secret = "assert double(31337) == 62674, 'double | agrees: no'"
    value = "assert answer == 42, 'answer | agrees: no'"
    return new_notebook(
        cells=[
            new_markdown_cell("# Target"),
            cell("locked", "setup", setup),
            cell("solution", "slope", _solution(RIGHT["slope"])),
            cell("test", "slope_test", slope_test, 2),
            cell("solution", "double", _solution(RIGHT["double"])),
            cell("test", "double_test", f"assert double(1) == 2\n{hidden.format(secret)}", 1),
            cell("solution", "answer", "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION"),
            cell("test", "answer_test", f"assert 0 < answer\n{hidden.format(value)}", 1),
            cell("written", "why", "### BEGIN SOLUTION\nBecause.\n### END SOLUTION", 2),
        ]
    )


def _solution(code: str) -> str:
    head, body = code.split("\n", 1)
    return f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def make_course(root: Path, settings: str) -> Course:
    """A course directory with the target, and settings for an impatient grader."""
    course = Course(root)
    path = course.solution(NAME)
    path.parent.mkdir(parents=True)
    nbformat.write(instructor_edition(), path)
    course.config.write_text(settings + SETTINGS)
    return course
