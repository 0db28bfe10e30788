"""What is written for an instructor: gradients in PyTorch and on paper, which our checks pass."""

import pytest

from grader.author.derivation import derivation
from grader.author.solution import solution
from grader.author.torch_code import gradient_code
from grader.problem import Problem

RELU = Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
NETWORK = {
    "X": "n,p", "Y": "n,q", "W_1": "p,m", "b_1": "1,m row", "W_2": "m,q", "b_2": "1,q row",
}  # fmt: skip
FORMULAS = [
    (r"f = \|XW + B\|_F^2", {"X": "n,p", "W": "p,q", "B": "n,q"}),
    (r"f = \|\max(XW, 0) - Y\|_F^2", {"X": "n,p", "W": "p,q", "Y": "n,q"}),
    (r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2", NETWORK),
    (r"f = \operatorname{tr}(A^\top X B) + 3\|X\|_F^2", {"A": "n,p", "X": "n,q", "B": "q,p"}),
    (r"f = a^\top X b", {"a": "n,1", "X": "n,p", "b": "p,1"}),
    (
        r"f = \frac{1}{2n}\|Xw - y\|^2 + \frac{\lambda}{2}\|w\|^2",
        {"X": "n,p", "w": "p,1", "y": "n,1", r"\lambda": "1,1"},
    ),
    (r"f = \mathbf{1}^\top \tanh(XW) \mathbf{1}", {"X": "n,p", "W": "p,q"}),
    (r"f = \sum_{i,j} (A \odot \log(1+\exp(XW)))_{ij}", {"A": "n,q", "X": "n,p", "W": "p,q"}),
    (r"f = \log\det(X) + \operatorname{tr}(X^{-1} S)", {"X": "n,n invertible", "S": "n,n"}),
    (r"f = \langle A, \sin(3XW^\top)\rangle - 4\|W\|_F^2", {"A": "n,q", "X": "n,p", "W": "q,p"}),
    (r"f = \|XWV - Y\|_F^2", {"X": "n,p", "W": "p,m", "V": "m,q", "Y": "n,q"}),
    (r"f = \|XW - Y\|_F^2 + \|W\|_F^2", {"X": "n,p", "W": "p,q", "Y": "n,q"}),
    (
        r"f = -\sum_{i,j} Y_{ij} \log\operatorname{softmax}(XW)_{ij}",
        {"X": "n,p", "W": "p,q", "Y": "n,q one-hot"},
    ),
    (r"f = \mathbf{1}^\top \max(Xw + b, 0)", {"X": "n,p", "w": "p,1", "b": "1,1"}),
    (r"f = (w^\top x - y)^2", {"w": "p,1", "x": "p,1", "y": "1,1"}),
    (r"f = x^\top A x + b^\top x", {"x": "n,1", "A": "n,n symmetric", "b": "n,1"}),
    (r"f = \|A \odot (XW - Y)\|_F^2", {"X": "n,p", "W": "p,q", "Y": "n,q", "A": "n,q"}),
    (r"f = \frac{x^\top A x}{x^\top x}", {"x": "n,1", "A": "n,n"}),
    (r"f = \log(\mathbf{1}^\top \exp(x))", {"x": "n,1"}),
    (r"f = \|\operatorname{softmax}(XW) - Y\|_F^2", {"X": "n,p", "W": "p,q", "Y": "n,q"}),
    (r"f = \|X X^\top - A\|_F^2", {"X": "n,p", "A": "n,n"}),
    (r"f = \|X^{-1}B\|_F^2", {"X": "n,n invertible", "B": "n,p"}),
    (
        r"f = \|\min(X, Y)\|_F^2 + \mathbf{1}^\top \max(X, 1 - Y) \mathbf{1}",
        {"X": "n,p", "Y": "n,p"},
    ),
    (r"f = \|(X > 1) \odot XW\|_F^2", {"X": "n,p", "W": "p,p"}),
    (r"f = \|\operatorname{diag}(\operatorname{diag}(S) + a) S\|_F^2", {"S": "n,n", "a": "n,1"}),
    (
        r"f = \|\tanh(X W_1) W_2 \odot C\|_F^2",
        {"X": "n,p", "W_1": "p,m", "W_2": "m,q", "C": "n,q"},
    ),
]


@pytest.mark.parametrize(("formula", "sizes"), FORMULAS, ids=[f for f, _ in FORMULAS])
def test_each_gradient_is_written_in_code_and_on_paper(formula, sizes) -> None:
    """`solution` gives only what passed the checks that a student's answer passes."""
    problem = Problem(formula, sizes)
    for variable in problem.variables:
        assert solution(problem, variable).missing == [], variable


def test_a_derivation_reads_as_on_paper() -> None:
    assert derivation(RELU, "W") == (
        r"""Let $Z = XW$ and $H = \max(Z, 0)$. Only $W$ moves.

$$
\begin{aligned}
df &= 2\langle H - Y, d(H - Y) \rangle \\
   &= 2\langle H - Y, dH \rangle \\
   &= 2\langle H - Y, \max'(Z) \odot dZ \rangle \\
   &= 2\langle (H - Y) \odot \max'(Z), dZ \rangle \\
   &= 2\langle (H - Y) \odot \max'(Z), X\,dW \rangle \\
   &= 2\langle X^\top[(H - Y) \odot \max'(Z)], dW \rangle
\end{aligned}
$$

$$\frac{\partial f}{\partial W} = 2X^\top[(H - Y) \odot \max'(Z)]$$"""
    )


def test_code_reads_as_if_written_by_hand() -> None:
    assert gradient_code(RELU, "X") == [
        "Z = X @ W",
        "H = Z.clamp(min=0)",
        "return 2 * ((H - Y) * (Z > 0)) @ W.T",
    ]


def test_what_cannot_be_written_is_said() -> None:
    """A sum over one index of a line's logarithm has no rule here: it is left to a person."""
    problem = Problem(
        r"f = \sum_i \log(1 + \exp(-y_i x_i^\top w))", {"X": "n,p", "w": "p,1", "y": "n,1"}
    )
    assert solution(problem, "w").missing == ["the code", "the derivation"]
