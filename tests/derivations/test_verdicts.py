"""The nine verdicts, and what is tolerated with a remark."""

import pytest

from grader.catalogue import sentence, sentences
from grader.derivation import Report, Step, Verdict
from grader.derivation.command import run

RELU = {"vars": "X:n,p W:p,q Y:n,q", "given": [r"f = \|\max(XW, 0) - Y\|_F^2"]}
NETWORK = {
    "vars": "X:n,p Y:n,q W_1:p,m b_1:1,m W_2:m,q b_2:1,q",
    "given": [r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2"],
}
FORM = {"vars": "A:n,n x:n,1", "given": ["f = x^T A x"]}


def report(text: str, problem: dict[str, object] = RELU) -> Report:
    return run(text, problem)


def last(text: str, problem: dict[str, object] = RELU) -> Step:
    return report(text, problem).steps[-1]


VERDICTS = [
    (r"$\frac{\partial f}{\partial Y} = 2(Y-\max(XW,0))$", Verdict.OK),
    (r"$\frac{\partial f}{\partial Y} = -2 (\max(XW,0)-Y) \cdot 1 + 0$", Verdict.OK),
    ("Let $Z = XW$.", Verdict.DEFINITION),
    (r"$\frac{\partial f}{\partial Y} = 2(\max(XW,0)-Y)$", Verdict.WRONG),
    (r"$\frac{\partial f}{\partial Y} = \foo(Y)$", Verdict.NOT_UNDERSTOOD),
    (r"$\frac{\partial f}{\partial Y} = QR$", Verdict.RULE),
    (r"Set $\frac{\partial f}{\partial Y} = 0$", Verdict.CONDITION),
    (r"If $df = \operatorname{tr}(A^T dX)$ then", Verdict.RULE),
    (r"Let $Z = XW$. Then $Z = X + X$", Verdict.CONFLICT),
    (r"$f \approx \|XW\|_F^2$", Verdict.NOT_CHECKED),
]  # fmt: skip


@pytest.mark.parametrize(("text", "verdict"), VERDICTS)
def test_verdict(text: str, verdict: Verdict) -> None:
    """Each of the nine verdicts has its text."""
    assert last(text).verdict is verdict


TOLERATED = [
    (r"$$df = 2\operatorname{tr}\left((\max(XW,0)-Y)^T(\max'(XW)\odot dXW)\right)$$", "d", RELU),
    (r"$$\frac{\partial f}{\partial W} = 2X^T(\max(XW,0)-Y)\odot\max'(XW)$$", "brackets are", RELU),
    (r"Let $S=\sigma(XW_1+b_1)$. $$\sigma'(XW_1+b_1) = S(1-S)$$", "side by side", NETWORK),
    (r"Let $P=\sigma(XW_1+b_1)W_2+b_2$. $$\frac{\partial f}{\partial b_2} = \sum 2(P-Y)$$",
     "without an index", NETWORK),
    (r"$$df = 2\operatorname{tr}((\max(XW,0)-Y)^T(\max'(XW)\odot(X\,dW)))$$", "holds with", RELU),
]  # fmt: skip


@pytest.mark.parametrize(("text", "remark", "problem"), TOLERATED)
def test_tolerated_reading_is_remarked(text: str, remark: str, problem: dict[str, object]) -> None:
    """A liberty is taken only where the usual reading fails, and is always said."""
    step = last(text, problem)
    assert step.verdict is Verdict.REMARK
    assert remark in " ".join(sentences(step.remarks))


def test_two_liberties_at_once_are_refused() -> None:
    """A missing bracket and d(AB) for dAB together could make a wrong line right."""
    step = last(r"$$df = -2tr((\max(XW,0)-Y)^T \max'(XW)\odot dXW)$$")
    assert step.verdict is not Verdict.OK
    assert step.verdict is not Verdict.REMARK


def test_a_transposed_gradient_is_wrong() -> None:
    """A gradient has the shape of its variable."""
    step = last(r"$$\frac{\partial f}{\partial Y} = 2(Y-\max(XW,0))^T$$")
    assert step.verdict is Verdict.WRONG
    said = [sentence(reason) for reason in (step.message, step.mistake) if reason]
    assert said == ["the left side is n x q, the right side is q x n", "it is transposed"]


def test_assumption_said_in_words_is_heard() -> None:
    """If A is symmetric, 2Ax is the gradient, with a remark; it does not state it."""
    text = r"If $A$ is symmetric, then $$\frac{\partial f}{\partial x} = 2Ax$$"
    found = run(text, FORM | {"asked": ["x"]})
    assert found.steps[-1].verdict is Verdict.REMARK
    assert found.missing == ("x",)


def test_not_understood_never_counts_against_the_student() -> None:
    """A line that was not understood asks for a person and takes no points."""
    found = report(r"Let $Z=XW$. $$dZ = X\,dW$$ $$df = \foo(dZ)$$")
    assert found.verdict == "unknown"
    assert found.needs_person
    assert found.score().linked == 1


def test_place_is_that_of_the_equation() -> None:
    """Line and column point at the right side, from 1; a line not understood at the token."""
    step = last("# Title\n\nSo\n$$\n\\frac{\\partial f}{\\partial Y}\n= 2(\\max(XW,0)-Y)\n$$")
    assert (step.line, step.column) == (6, 3)
    step = last("$$f =\nY + \\foo$$")
    assert (step.line, step.column) == (2, 5)


def test_a_chain_goes_on_after_a_gap() -> None:
    """After a line not understood the next is compared with the last one that was."""
    found = report(
        r"$$\begin{aligned} f &= \|\max(XW,0)-Y\|_F^2 \\ &= \foo \\ "
        r"&= \operatorname{tr}((\max(XW,0)-Y)^T(\max(XW,0)-Y)) \end{aligned}$$"
    )
    assert [s.verdict for s in found.steps] == [
        Verdict.OK, Verdict.NOT_UNDERSTOOD, Verdict.OK,
    ]  # fmt: skip


def test_names_in_many_dresses_are_one() -> None:
    """W1, W_{1}, bold and case of a subscripted name do not matter."""
    text = r"Let $\mathbf{H} = \sigma(XW1 + B_{1})$. $$d(H) = H\odot(1-H)\odot(X\,d\mathbf{W}_1 + \mathbf 1 dB_1)$$"  # noqa: E501
    assert last(text, NETWORK).verdict in (Verdict.OK, Verdict.REMARK)
