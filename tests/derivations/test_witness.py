"""A line is called wrong only if what it is written with is known to be understood."""

import pytest

from grader.catalogue import sentence
from grader.derivation.command import run
from grader.derivation.outcome import Verdict

LINEAR = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \|XW - Y\|_F^2"],
    "asked": ["W"],
}
LAYER = {
    "vars": "V:k,m U:p,k T:p,m",
    "given": [r"Z = UV", r"H = \tanh(Z)", r"f = \|H - T\|_F^2"],
    "asked": ["U"],
}
RIGHT = r"$$\frac{\partial f}{\partial W} = 2X^T(XW-Y)$$"


def verdicts(text: str, problem: dict = LINEAR) -> list[Verdict]:
    return [step.verdict for step in run(text, problem).steps]


@pytest.mark.parametrize("line", [
    r"\frac{\partial f}{\partial W} = 5X^T(XW-Y)",
    r"\nabla_W f = 2X^T(XW+Y)",
    r"df = 2\operatorname{tr}((XW-Y)X^T dW)",
    r"df = 2\operatorname{tr}((XW+Y)^T X dW)",
])  # fmt: skip
def test_a_mistake_in_plain_notation_is_wrong_without_a_witness(line: str) -> None:
    assert verdicts(f"$${line}$$") == [Verdict.WRONG]


def test_a_name_for_a_gradient_is_no_wrong_differential() -> None:
    """dZ of code is a gradient, or m times one: which, no line of the text says."""
    text = r"$dZ = 2(H - T)\odot(1-H\odot H)$, $dU = dZ\, V^T$, $dV = \frac1m U^T dZ$"
    assert Verdict.WRONG not in verdicts(text, LAYER)


WITHOUT = r"$$(XW)^{-1} = X^{-1} W^{-1}$$"
SQUARE = {"vars": "X:n,n W:n,n", "given": [r"f = \operatorname{tr}(XW)"], "asked": ["W"]}
WITNESS = r"$$(X^{-1})^{-1} = X$$"


def test_what_no_other_line_bears_out_is_not_understood() -> None:
    """An inverse may be the inverse function, or whatever the text says of it in words."""
    report = run(WITHOUT, SQUARE)
    (step,) = report.steps
    assert step.verdict is Verdict.NOT_UNDERSTOOD
    assert report.person is not None
    assert "the inverse" in sentence(step.message)
    assert verdicts(f"{WITNESS}\n\n{WITHOUT}", SQUARE)[-1] is Verdict.WRONG


def test_what_the_task_is_written_with_needs_no_other_line() -> None:
    given = [r"f = \operatorname{tr}(X^{-1}W)"]
    assert verdicts(WITHOUT, SQUARE | {"given": given}) == [Verdict.WRONG]


@pytest.mark.parametrize("line", [r"\|W\|_F = 1", r"\operatorname{tr}(Y^TXW) = 1"])
def test_a_number_that_variables_do_not_come_to_by_themselves_is_a_constraint(line: str) -> None:
    assert verdicts(f"{RIGHT}\n\nsubject to $${line}$$") == [Verdict.OK, Verdict.CONDITION]
