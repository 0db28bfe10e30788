"""The objective under another name, and a gradient that a sentence states."""

import pytest

from grader.derivation import Verdict
from grader.derivation.command import run

PROBLEM = {"vars": "X:n,p W:p,q Y:n,q", "given": [r"f = \|XW-Y\|_F^2"], "asked": ["W"]}
STEP = r"$$df = 2\operatorname{tr}((XW-Y)^T X\,dW)$$" + "\n\n"
RIGHT, WRONG = "2X^T(XW-Y)", "2X(XW-Y)"


@pytest.mark.parametrize("name", ["L", "J", "E", r"\mathcal L", r"\mathcal{L}", r"\ell", "Q"])
def test_another_name_of_the_objective_is_read_where_a_line_bears_it_out(name: str) -> None:
    text = STEP.replace("df", f"d{name}") + rf"$$\frac{{\partial {name}}}{{\partial W}} = {RIGHT}$$"
    report = run(text, PROBLEM)
    assert report.verdict == "right"
    assert report.score().total == 1


def test_a_wrong_line_about_the_other_name_is_wrong() -> None:
    text = STEP.replace("df", "dL") + rf"$$\frac{{\partial L}}{{\partial W}} = {WRONG}$$"
    assert run(text, PROBLEM).first_wrong_line == 3


def test_a_name_that_no_line_bears_out_is_not_the_objective() -> None:
    text = r"$$dL = 3\operatorname{tr}(X\,dW)$$ $$\frac{\partial L}{\partial W} = 5X$$"
    report = run(text, PROBLEM)
    assert report.first_wrong_line is None
    assert report.missing == ("W",)


@pytest.mark.parametrize(
    "head",
    [r"\nabla_W f(W)", r"\nabla f(W)", r"\frac{\partial f(W)}{\partial W}", r"\frac{df(W)}{dW}",
     r"\frac{\partial L(W)}{\partial W}", r"\nabla_W J(W, X)"],
)  # fmt: skip
def test_the_objective_may_be_written_with_its_variables(head: str) -> None:
    report = run(f"$${head} = {RIGHT}$$", PROBLEM)
    assert report.missing == ()


SENTENCES = [
    r"so the gradient with respect to $W$ is $%s$.",
    "Hence the gradient is $%s$.",
    "The gradient by $W$ is therefore\n\n$$%s$$",
    "所以梯度为 $%s$。",
    "Der Gradient nach $W$ ist also $$%s$$",
    "Le gradient par rapport à $W$ est donc $%s$.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_gradient_in_a_sentence_is_stated(sentence: str) -> None:
    report = run(STEP + sentence % RIGHT, PROBLEM)
    assert report.verdict == "right"
    assert report.score().total == 1


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_whose_formula_is_no_gradient_calls_nothing_wrong(sentence: str) -> None:
    """Prose is no witness: a person looks."""
    report = run(STEP + sentence % WRONG, PROBLEM)
    assert all(step.verdict is not Verdict.WRONG for step in report.steps)
    assert report.missing == ("W",)


def test_a_sentence_about_another_variable_states_nothing_that_was_asked() -> None:
    report = run(STEP + r"The gradient by $X$ is $2(XW-Y)W^T$.", PROBLEM)
    assert report.missing == ("W",)


def test_backpropagation_that_is_only_defined_goes_to_a_person() -> None:
    """Nobody can tell from definitions alone whether they were derived."""
    network = {
        "vars": "X:n,p Y:n,q W_1:p,m b_1:1,m W_2:m,q b_2:1,q",
        "given": [r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2"],
        "asked": ["W_1"],
    }
    text = (
        r"$h = XW_1 + b_1$, $s = \sigma(h)$, $\delta_2 = 2(sW_2 + b_2 - Y)$, "
        r"$\delta_1 = \delta_2W_2^T \odot s \odot (1 - s)$, "
        r"$$\frac{\partial f}{\partial W_1} = X^T\delta_1$$"
    )
    report = run(text, network)
    assert report.verdict == "right"
    assert report.person is not None
    assert report.person.kind == "person.by_definition"
