"""The names that the task gives, and those of an earlier derivation, earn what repeating them does.

One real course; each student hands in derivations alone, on an otherwise untouched edition.
"""

import pytest

from classroom import save, shipped_course
from grader.autograde.grade import grade_all
from grader.autograde.result import Result
from grader.course import Course
from hand_in import filled_in, model_answers
from notebooks import ASSIGNMENTS
from students import MATRICES, NETWORK, blank

POINTS = {MATRICES: 12, NETWORK: 14}
OWN_W = r"""Let $A = XW$ and $M = \max(A, 0)$.

$$df = 2\operatorname{tr}[(M - Y)^\top (\max'(A) \odot dA)] = 2\operatorname{tr}[((M - Y) \odot \max'(A))^\top X\,dW]$$

$$\frac{\partial f}{\partial W} = 2X^\top[(M - Y) \odot \max'(A)]$$"""  # noqa: E501
OWN_X = r"""$$df = 2\operatorname{tr}[((M - Y) \odot \max'(A))^\top dX\,W]$$

$$\frac{\partial f}{\partial X} = 2[(M - Y) \odot \max'(A)]W^\top$$"""
OWN_Y = r"""$$df = -2\operatorname{tr}[(M - Y)^\top dY]$$

$$\frac{\partial f}{\partial Y} = 2(Y - M)$$"""
ANEW_X = r"""Here let $Z = H - Y$.

$$df = 2\operatorname{tr}[(Z \odot \max'(XW))^\top dX\,W]$$

$$\frac{\partial f}{\partial X} = 2[Z \odot \max'(XW)]W^\top$$"""


def without_their_first_sentence(derivations: dict[str, str]) -> dict[str, str]:
    """The derivations, none of which says what its names are."""
    assert all(text.startswith("Let ") for text in derivations.values())
    return {name: text.split("\n", 1)[1] for name, text in derivations.items()}


def hand_ins(course: Course, assignment: str) -> dict[str, dict[str, str]]:
    """The derivations of each student."""
    answers = model_answers(course, assignment)
    model = {name: text for name, text in answers.items() if "_derivation_" in name}
    bare = without_their_first_sentence(model)
    if assignment == NETWORK:
        return {"repeats": model, "bare": bare}
    own = dict(zip(bare, (OWN_W, OWN_X, OWN_Y), strict=True))
    anew = bare | {"relu_derivation_X": ANEW_X}
    return {"repeats": model, "bare": bare, "own": own, "anew": anew}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Result]:
    """What came of each hand-in, by student and assignment."""
    course = shipped_course(tmp_path_factory.mktemp("names") / "course")
    for assignment in ASSIGNMENTS:
        for student, answers in hand_ins(course, assignment).items():
            notebook = filled_in(course, blank(assignment, **answers))
            save(notebook, course.submitted(student, assignment))
    found = grade_all(course, course.submissions())
    return {(result.student, result.assignment): result for result in found}


@pytest.mark.parametrize("student", ["repeats", "bare", "own", "anew"])
def test_the_same_right_lines_earn_the_same(graded, student) -> None:
    """With names repeated in each cell, as the task gives them, as an earlier cell did, or as this
    cell alone does.
    """
    for assignment in ASSIGNMENTS:
        result = graded.get((student, assignment))
        if result is not None:
            assert result.score == POINTS[assignment]
            written = [cell for cell in result.cells if "_derivation_" in cell.grade_id]
            assert {(cell.status, cell.person) for cell in written} == {("ok", None)}
