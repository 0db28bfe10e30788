"""A derivative of the objective may be given: `"upstream": ["Y"]` of a layer Y = XW."""

from grader.derivation.command import run

LAYER = {
    "vars": "X:n,p W:p,q G:n,q", "given": ["Y = XW", r"f = \operatorname{tr}(G^T Y)"],
    "asked": ["W"],
}  # fmt: skip
GIVEN = {**LAYER, "upstream": ["Y"]}
TEXT = r"""
$$df = \operatorname{tr}\left(\left(\frac{\partial f}{\partial Y}\right)^T dY\right)$$
$$dY = X\,dW$$
$$\frac{\partial f}{\partial W} = X^T \frac{\partial f}{\partial Y}$$
"""


def test_a_gradient_may_rest_on_the_derivative_that_is_given() -> None:
    """It is stated by it, and only where the task gives it."""
    assert run(TEXT, GIVEN).verdict == "right"
    assert run(TEXT, LAYER).missing == ("W",)


def test_a_wrong_gradient_is_wrong_though_a_derivative_is_given() -> None:
    wrong = run(TEXT.replace("X^T ", "X "), GIVEN)
    assert (wrong.verdict, wrong.first_wrong_line) == ("wrong", 4)


def test_a_chain_in_symbols_states_nothing() -> None:
    """The other derivative of the chain is for the text to find."""
    chain = (
        r"$$\frac{\partial f}{\partial W} ="
        r" \frac{\partial f}{\partial Y}\frac{\partial Y}{\partial W}$$"
    )
    assert run(chain, GIVEN).missing == ("W",)
