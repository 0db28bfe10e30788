"""Matrices written out are read: all entries, or the first and the last with dots between."""

import pytest

from grader.derivation import Report
from grader.derivation.command import run

SMALL = {"vars": "A:2,2 x:2,1 y:2,1", "given": [r"f = \frac12\|Ax-y\|^2"], "asked": ["x"]}
LARGE = {"vars": "X:n,p w:p,1 y:n,1", "given": [r"f = \|Xw-y\|^2"], "asked": ["w"]}
LAYERS = {"vars": "a^{(L)}:2,1 y:2,1", "given": [r"C = \|a^{(L)} - y\|^2"], "asked": ["a^{(L)}"]}
HOLDS = [
    (SMALL, r"Ax = \begin{bmatrix} A_{11}x_1 + A_{12}x_2 \\ A_{21}x_1 + A_{22}x_2 \end{bmatrix}"),
    (SMALL, r"\nabla_x f = \begin{pmatrix} \frac{\partial f}{\partial x_1} \\[5pt]"
            r" \frac{\partial f}{\partial x_2} \end{pmatrix}"),
    (SMALL, r"A = \left[\begin{matrix} A_{1,1} & A_{1,2} \\ A_{2,1} & A_{2,2} \end{matrix}\right]"),
    (SMALL, r"(Ax)_1 = A_{11}x_1 + A_{12}x_2"),
    (SMALL, r"xy^T = \begin{bmatrix} x_1 y_1 & x_1 y_2 \\ x_2 y_1 & x_2 y_2 \end{bmatrix}"),
    (SMALL, r"dx = \begin{bmatrix} dx_1 \\ dx_2 \end{bmatrix}"),
    (LARGE, r"Xw - y = \begin{bmatrix} \sum_k X_{1k}w_k - y_1 \\ \vdots \\"
            r" \sum_k X_{nk}w_k - y_n \end{bmatrix}"),
    (LARGE, r"\nabla_w f = \begin{pmatrix} \frac{\partial f}{\partial w_1} & \cdots &"
            r" \frac{\partial f}{\partial w_p} \end{pmatrix}^T"),
    (LARGE, r"yw^T = \begin{bmatrix} y_1w_1 & y_1w_2 & \dots & y_1w_p \\ \vdots & & & \vdots \\"
            r" y_nw_1 & y_nw_2 & \dots & y_nw_p \end{bmatrix}"),
    (LARGE, r"X = \begin{bmatrix} x_{11} & \cdots & x_{1p} \\ \vdots & \ddots & \vdots \\"
            r" x_{n1} & \cdots & x_{np} \end{bmatrix}"),
    (LARGE, r"\frac{\partial f}{\partial w_j} = 2\sum_{i=1}^n \begin{bmatrix} X_{i1} & \cdots &"
            r" X_{ip} \end{bmatrix} w X_{ij} - 2\sum_{i=1}^n y_i X_{ij}"),
    (LAYERS, r"C = \sum_j (a_j^L - y_j)^2"),
    (LAYERS, r"\frac{\partial C}{\partial a^L} = \begin{bmatrix} 2(a^L_1 - y_1) \\"
             r" 2(a^L_2 - y_2) \end{bmatrix}"),
]  # fmt: skip
BORNE_OUT = (
    r"$$yw^T = \begin{bmatrix} y_1w_1 & \cdots & y_1w_p \\ \vdots & & \vdots \\"
    r" y_nw_1 & \cdots & y_nw_p \end{bmatrix}$$"
    "\n\n"
)
FAILS = [
    r"yw^T = \begin{bmatrix} y_1w_1 & \cdots & y_nw_1 \\ \vdots & & \vdots \\"
    r" y_1w_p & \cdots & y_nw_p \end{bmatrix}",
    r"yw^T = \begin{bmatrix} y_1w_1 & \cdots & y_1w_n \\ \vdots & & \vdots \\"
    r" y_pw_1 & \cdots & y_pw_n \end{bmatrix}",
    r"Xw = \begin{bmatrix} \sum_k X_{1k}w_k - y_1 \\ \vdots \\ \sum_k X_{nk}w_k - y_n"
    r" \end{bmatrix}",
]  # fmt: skip
UNREAD = [
    r"y = \begin{bmatrix} y_1 \\ \vdots \\ y_{n-1} \end{bmatrix}",
    r"y = \begin{bmatrix} 0 \\ \vdots \\ 1 \\ \vdots \\ 0 \end{bmatrix}",
    r"y = \begin{bmatrix} y_1 & y_2 \\ y_3 \end{bmatrix}",
    r"y = \begin{bmatrix} y_7 \\ y_8 \end{bmatrix}",
    r"y = \begin{bmatrix} y_1 \\ y_3 \\ \vdots \\ y_n \end{bmatrix}",
    r"y = \begin{bmatrix} \cdots \end{bmatrix}",
]


def report(problem: dict, equation: str, before: str = "") -> Report:
    return run(f"{before}$${equation}$$", problem)


@pytest.mark.parametrize(("problem", "equation"), HOLDS, ids=lambda value: str(value)[:40])
def test_a_matrix_written_out_is_what_its_entries_say(problem: dict, equation: str) -> None:
    """It holds, and the entries of a declared name may be counted out."""
    assert [step.verdict.value for step in report(problem, equation).steps] == ["ok"]


@pytest.mark.parametrize("equation", FAILS)
def test_a_wrong_matrix_is_wrong_beside_a_right_one(equation: str) -> None:
    """Entries in the wrong place, or too many of them, are a mistake."""
    assert report(LARGE, equation, BORNE_OUT).steps[-1].verdict.value == "wrong"


@pytest.mark.parametrize("equation", [*FAILS, *UNREAD])
def test_what_dots_may_mean_is_not_guessed(equation: str) -> None:
    """Alone, or where the pattern is unclear, a line is not understood rather than wrong."""
    assert report(LARGE, equation).steps[-1].verdict.value in ("not_understood", "rule")
