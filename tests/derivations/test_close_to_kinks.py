"""A threshold that is a little off is found, and a right one never refused."""

import pytest

from grader.derivation.command import run

RELU = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \|\max(XW, 0) - Y\|_F^2"],
    "asked": ["W"],
}
MASK = r"$$\frac{\partial f}{\partial W} = 2X^T\left[(\max(XW,0)-Y)\odot %s\right]$$"
DISTANCE = {"vars": "x:n,1 a:n,1", "given": [r"f = \mathbf 1^T|x-a|"], "asked": ["x"]}
SIGN = r"$$\frac{\partial f}{\partial x} = %s$$"
HINGE = {
    "vars": "X:n,p w:p,1 y:n,1",
    "given": [r"f = \mathbf 1^T\max(1 - y\odot(Xw), 0)"],
    "asked": ["w"],
}
MARGIN = r"$$\frac{\partial f}{\partial w} = -X^T(y\odot 1(%s > 0))$$"

OFF = [
    (RELU, MASK, r"1(XW > 0.1)"), (RELU, MASK, r"1(XW > 0.005)"), (RELU, MASK, r"1(XW > -0.02)"),
    (RELU, MASK, r"1(XW > 0.002)"),
    (DISTANCE, SIGN, r"\operatorname{sign}(2x-a)"),
    (DISTANCE, SIGN, r"\operatorname{sign}(1.2x-a)"),
    (DISTANCE, SIGN, r"\operatorname{sign}(x-a-0.01)"),
    (HINGE, MARGIN, r"1-2y\odot(Xw)"), (HINGE, MARGIN, r"1-1.2y\odot(Xw)"),
    (HINGE, MARGIN, r"1.005-y\odot(Xw)"),
]  # fmt: skip
RIGHT = [
    (RELU, MASK, r"1(XW > 0)"), (RELU, MASK, r"1(XW \geq 0)"), (RELU, MASK, r"\max'(XW)"),
    (RELU, MASK, r"1(2XW > 0)"), (DISTANCE, SIGN, r"\operatorname{sign}(x-a)"),
    (DISTANCE, SIGN, r"\operatorname{sign}(3x-3a)"), (HINGE, MARGIN, r"1-y\odot(Xw)"),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "text", "threshold"), OFF)
def test_a_threshold_that_is_off_is_wrong(problem, text: str, threshold: str) -> None:
    assert run(text % threshold, problem).verdict == "wrong"


@pytest.mark.parametrize(("problem", "text", "threshold"), RIGHT)
def test_a_right_threshold_holds(problem, text: str, threshold: str) -> None:
    assert run(text % threshold, problem).verdict == "right"
