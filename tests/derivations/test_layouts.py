"""Signs of other schools: a transpose in front, rows for derivatives, D for a derivative."""

import pytest

from grader.derivation import Report
from grader.derivation.command import run

PROBLEM = {"vars": "X:n,p w:p,1 y:n,1", "given": [r"f = \|Xw-y\|^2"], "asked": ["w"]}
ROWS = r"""
$$\frac{\partial f}{\partial w} = 2(Xw-y)^T X$$
$$\frac{\partial f}{\partial w} = 2w^TX^TX - 2y^TX$$
"""
GRADIENT = r"$$\nabla_w f = \left(\frac{\partial f}{\partial w}\right)^T = 2X^T(Xw-y)$$"


def verdicts(report: Report) -> list[str]:
    return [step.verdict.value for step in report.steps]


@pytest.mark.parametrize(
    "equation",
    [
        r"f = {}^t(Xw-y)(Xw-y)", r"\nabla_w f = 2\,{}^tX(Xw-y)", r"{}^t\!w\,{}^{t}X = {}^\top(Xw)",
        r"\|w\|^2 = {}^{\intercal}w w", r"{}^t(Xw)_1 = (Xw)_1",
    ],
)  # fmt: skip
def test_a_transpose_may_stand_in_front(equation: str) -> None:
    assert verdicts(run(f"$${equation}$$", PROBLEM)) == ["ok"]


def test_a_transpose_in_front_may_be_wrong() -> None:
    right, wrong = (rf"$$\nabla_w f = 2\,{x}(Xw-y)$$" for x in ("{}^tX", "X"))
    assert verdicts(run(right + wrong, PROBLEM)) == ["ok", "wrong"]


def test_fractions_are_rows_and_the_nabla_is_the_gradient() -> None:
    """Numerator layout of the fractions alone, where two lines bear it out."""
    report = run(ROWS + GRADIENT, PROBLEM)
    assert report.verdict == "right"
    assert [reason.kind for reason in report.conventions] == ["convention.layout"]


def test_one_row_alone_is_a_transposed_gradient() -> None:
    assert run(r"$$\nabla_w f = 2(Xw-y)^T X$$", PROBLEM).verdict == "wrong"


def test_a_function_that_is_constant_in_its_argument_is_no_definition() -> None:
    """D(y) = 0 says what D is of y: D is a derivative, and unknown to us."""
    report = run(r"$D(w^Tw) = 2w^T$, $D(y) = 0$ and $$\nabla_w f = 2X^T(Xw-y)$$", PROBLEM)
    assert verdicts(report) == ["not_understood", "not_understood", "ok"]
