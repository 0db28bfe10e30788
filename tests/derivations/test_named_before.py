"""Names that the task, or an earlier cell, defined before the text begins."""

import pytest

from grader.derivation import check_derivation
from grader.derivation.command import run, variables_of

PROBLEM = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \|\max(XW, 0) - Y\|_F^2"],
    "asked": ["W"],
    "names": ["Z = XW", r"H = \max(Z, 0)", r"h_{\text{act}} = H"],
}
BY_NAMES = r"""$$df = 2\operatorname{tr}((H - Y)^T dH)$$
$$\frac{\partial f}{\partial W} = 2X^T((%s - Y)\odot 1(Z > 0))$$"""


@pytest.mark.parametrize("name", ["H", r"h_{\text{act}}"])
def test_what_was_named_before_counts_as_defined(name: str) -> None:
    """It is used without a word, and it is no step."""
    report = run(BY_NAMES % name, PROBLEM)
    assert report.verdict == "right"
    assert len(report.steps) == 2


def test_a_text_may_define_such_a_name_anew() -> None:
    """Its own Z counts; H, which rests on the task's Z, stays what it was."""
    text = r"Let $Z = H - Y$. $$\frac{\partial f}{\partial W} = 2X^T(Z\odot 1(XW > 0))$$"
    assert run(text, PROBLEM).verdict == "right"


def test_what_cannot_be_read_defines_nothing() -> None:
    """A name for a variable, for f, for itself, or no equation at all: passed over."""
    odd = ["W = 2X", "f = 1", "Z", r"\foo(", "Q = Q", "Z = XW"]
    text = r"$$\frac{\partial f}{\partial W} = 2X^T((\max(Z,0) - Y)\odot 1(Z > 0))$$"
    variables = variables_of(PROBLEM["vars"])
    assert check_derivation(text, variables, PROBLEM["given"], ["W"], odd).verdict == "right"
