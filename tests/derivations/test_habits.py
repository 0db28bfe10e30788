"""Ways of typing met in students' texts, each read as it was meant."""

import pytest

from grader.derivation import Verdict
from grader.derivation.command import run

RELU = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \|\max(XW, 0) - Y\|_F^2"],
    "asked": ["W"],
}
NETWORK = {
    "vars": "X:n,p W_1:p,q b_1:n,q W_2:q,m b_2:n,m Y:n,m",
    "given": [r"f = \|Y-(\sigma(XW_1+b_1)W_2+b_2)\|_F^2"],
    "asked": ["W_2"],
}
END = r"$$\frac{\partial f}{\partial W} = 2X^T[(\max(XW,0)-Y)\odot\mathbb{1}(XW>0)]$$"

RIGHT = {
    "row spacing": r"Let $Z=XW$, $h=\max(Z,0)$. \begin{align} df &= 2tr((h-Y)^Tdh) \\[4pt] "
    r"&= 2tr((h-Y)^T(\max'(Z)\odot dZ)) \\ [2ex] \end{align}" + END,
    "a prime behind the bracket": r"$$\frac{\partial f}{\partial W} = "
    r"2X^T((\max(XW,0)-Y)\odot\max(XW,0)')$$",
    "sigma that prose calls ReLU": r"Let $H=\sigma(XW)$ where $\sigma$ is the ReLU. "
    r"$$\frac{\partial f}{\partial W} = 2X^T[(H-Y)\odot\sigma'(XW)]$$",
    "an optimum aside": r"We look for $W^*=\arg\min_W f$. " + END,
    "np.where": r"Let $Z = XW$ and $M$ = $np.where(Z>0, 1, 0)$. "
    r"$$\frac{\partial f}{\partial W} = 2X^T[(\max(Z,0)-Y)\odot M]$$",
    "printed tensors": END + r"$$tensor([[ 1.1, -2.3],[0.1, 4.0]], requires_grad=True)$$",
    "an update": END + r"$$W := W - \eta\frac{\partial f}{\partial W}$$",
    "macros": r"$\def\p{\partial}\newcommand{\g}[2]{\frac{\p #1}{\p #2}}$ $$\g{f}{W} = "
    r"2X^T[(\max(XW,0)-Y)\odot\mathbb{1}(XW>0)]$$",
    "a fence that says math": "```math\n" + END.strip("$") + "\n```",
    "cases by hand": r"Let $\phi(z)=\left\{\begin{array}{ll} z & z>0 \\ 0 & z\le 0\end{array}"
    r"\right.$. $$\frac{\partial f}{\partial W} = 2X^T[(\phi(XW)-Y)\odot\phi'(XW)]$$",
    "a centring matrix of size unsaid": r"Let $C = I - \frac1n\mathbf 1\mathbf 1^T$. Then $C^2=C$. "
    + END,
    "only for some indices": r"Let $s_i$ be $s_i = \sum_j X_{ij}$. For $i\neq j$ we have "
    r"$\frac{\partial X_{ij}}{\partial X_{ji}} = 0$. " + END,
}  # fmt: skip


@pytest.mark.parametrize("habit", RIGHT)
def test_habit_is_read(habit: str) -> None:
    """Nothing is wrong, and the gradient counts as stated."""
    report = run(RIGHT[habit], RELU)
    assert [s for s in report.steps if s.verdict is Verdict.WRONG] == []
    assert report.verdict == "right"


def test_a_subscript_typed_as_a_bare_group() -> None:
    """Y{pred} is Y_{pred}."""
    text = (
        r"$h_{sigmoid}=sigmoid(XW_1+b_1)$, $Y{pred}=h_{sigmoid}W_2+b_2$, "
        r"$$\frac{\partial f}{\partial W_2} = 2h_{sigmoid}^T(Y_{pred}-Y)$$"
    )
    assert run(text, NETWORK).verdict == "right"


def test_sums_and_transposes_as_in_code() -> None:
    """X.T, X.t() and sum(E, axis=0) are read as code means them."""
    rows = NETWORK | {"vars": "X:n,p W_1:p,q b_1:1,q W_2:q,m b_2:1,m Y:n,m", "asked": ["b_2"]}
    text = (
        r"Let $H=\sigma(XW_1+b_1)$, $E=HW_2+b_2-Y$. $\frac{\partial f}{\partial W_2}=2H.T @ E$, "
        r"$\frac{\partial f}{\partial b_2}=\text{sum}(2E, axis=0)$"
    )
    report = run(text, rows)
    assert report.verdict == "right"


def test_equations_behind_words_are_read_without_dollars() -> None:
    """Several equations of a line, behind "Backward pass:"; a line of words says nothing."""
    text = (
        "Forward pass: Z = XW, H = max(Z, 0).\n\nBackward pass: dH = 2 (H - Y); "
        "dZ = dH * (Z > 0); dW = X^T dZ.\n\nRemember: practice makes = perfect"
    )
    report = run(text, RELU)
    assert report.verdict == "right"
    assert len(report.steps) == 5


def test_code_between_formulas_is_one_expression() -> None:
    text = (
        r"$Z = XW$, $dZ = 2(\max(Z,0)-Y)\odot(Z>0)$, $dW = X^TdZ$, "
        r"$\mathbf 1^TdZ = $ np.sum($dZ$, axis=0)"
    )
    assert run(text, RELU).steps[-1].verdict in (Verdict.OK, Verdict.REMARK)


def test_sigma_is_a_sigmoid_unless_said_otherwise() -> None:
    """In the network problem sigma is the sigmoid, ReLU or not in the prose."""
    text = r"We could use ReLU. $\sigma'(x) = \sigma(x)(1-\sigma(x))$"
    assert run(text, NETWORK).steps[-1].verdict in (Verdict.OK, Verdict.REMARK)


def test_a_guessed_bracket_never_makes_a_line_wrong() -> None:
    """Where brackets do not pair, a line that does not hold is not understood."""
    text = r"$$df = 2tr((\max(XW,0)-Y)^T(\max'(XW)\odot (X\,dW)$$ $$f = \|\max(XW,0-Y\|_F^2$$"
    assert run(text, RELU).steps[-1].verdict is Verdict.NOT_UNDERSTOOD


def test_a_line_of_several_equations_without_dollars() -> None:
    """A label before them, commas and semicolons between, and code's sums."""
    problem = {
        "vars": "x:N,k V1:k,r c1:1,r g:N,r",
        "given": [r"f = \frac{1}{2N}\|\max(x V1 + c1, 0) - g\|_F^2"],
        "asked": ["V1", "c1"],
    }
    text = (
        "Forward pass: u = x V1 + c1, h = relu(u).\n\nBackward pass: dh = (h - g)/N; "
        "du = dh * (u > 0); dV1 = x^T du; dc1 = sum(du, axis 0)."
    )
    assert run(text, problem).verdict == "right"
    assert run(text.replace("dV1 = x^T", "dV1 = 2x^T"), problem).verdict != "right"
