"""An eighth list: both assignments, thirteen formulas that no list had, and one torch function.

A table as in wrong_seventh, with right functions at its end.
"""

import torch

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST


def triplet(A, P, N, W):
    near, far = ((A - other) @ W for other in (P, N))
    return torch.nn.functional.softplus(near.square().sum(1) - far.square().sum(1)).sum()


PROBLEMS = FIRST | {
    "bce": (
        r"f = -\frac{1}{n} (y^T \log \sigma(Xw + b) + (1 - y)^T \log(1 - \sigma(Xw + b)))",
        {"X": "n,p", "w": "p,1", "b": "1,1", "y": "n,1"},
    ),
    "sylvester": (
        r"f = \|AX + XB - C\|_F^2",
        {"A": "n,n", "X": "n,p", "B": "p,p", "C": "n,p"},
    ),
    "spread": (
        r"f = \operatorname{tr}((X - M)^T S (X - M))",
        {"X": "n,p", "M": "n,p", "S": "n,n"},
    ),
    "logcosh": (
        r"f = \mathbf{1}^T \log(\cosh(Xw - y))",
        {"X": "n,p", "w": "p,1", "y": "n,1"},
    ),
    "quotient": (r"f = \frac{\|Ax\|^2}{\|x\|^2}", {"A": "n,p", "x": "p,1"}),
    "shannon": (r"f = -p^T \log p", {"p": "n,1 positive"}),
    "resolvent": (
        r"f = b^T (A + \lambda I)^{-1} c",
        {"A": "n,n invertible", "b": "n,1", "c": "n,1", r"\lambda": "1,1 positive"},
    ),
    "residual": (
        r"f = \|X + \tanh(XW) - Y\|_F^2",
        {"X": "n,p", "W": "p,p", "Y": "n,p"},
    ),
    "bilinear": (r"f = x^T A y", {"x": "n,1", "A": "n,p", "y": "p,1"}),
    "absolute": (r"f = \|XW - Y\|_1", {"X": "n,p", "W": "p,q", "Y": "n,q"}),
    "deep": (
        r"f = \frac{1}{2n} \|\tanh(\tanh(X W_1 + b_1) W_2 + b_2) W_3 + b_3 - Y\|_F^2",
        {
            "X": "n,p",
            "W_1": "p,m",
            "b_1": "1,m row",
            "W_2": "m,k",
            "b_2": "1,k row",
            "W_3": "k,q",
            "b_3": "1,q row",
            "Y": "n,q",
        },
    ),
    "exponential": (r"f = \mathbf{1}^T \exp(XW) v", {"X": "n,p", "W": "p,q", "v": "q,1"}),
    "precision": (
        r"f = \operatorname{tr}(S P) - \log\det P",
        {"S": "n,n symmetric", "P": "n,n invertible"},
    ),
    "triplet": (triplet, {"A": "n,p", "P": "n,p", "N": "n,p", "W": "p,q"}),
}
DEEP = (
    "n = len(X); T1 = torch.tanh(X @ W1 + b1); T2 = torch.tanh(T1 @ W2 + b2); "
    "E = (T2 @ W3 + b3 - Y) / n; d2 = E @ W3.T * (1 - T2**2); d1 = d2 @ W2.T * (1 - T1**2)"
)
PRELUDES = USUAL | {
    "bce": "n = len(X); z = X @ w + b; s = torch.sigmoid(z)",
    "sylvester": "R = A @ X + X @ B - C",
    "spread": "R = X - M",
    "logcosh": "r = X @ w - y",
    "quotient": "Q = A.T @ A @ x; d = x.T @ x; f = x.T @ Q / d",
    "shannon": "pass",
    "resolvent": "V = torch.inverse(A + lambda_ * torch.eye(len(A)))",
    "residual": "T = torch.tanh(X @ W); E = 2 * (X + T - Y)",
    "bilinear": "pass",
    "absolute": "R = torch.sign(X @ W - Y)",
    "deep": DEEP,
    "exponential": "H = torch.exp(X @ W)",
    "precision": "V = torch.inverse(P)",
    "triplet": "a = (A - P) @ W; b = (A - N) @ W; "
    "g = torch.sigmoid(a.square().sum(1) - b.square().sum(1)).unsqueeze(1)",
}

# ruff: noqa: E501
TABLE = """
affine X    | product_order            | 2 * W @ E
affine W    | extra_sum / size_one_only / wrong_axis | 2 * X.T @ E.sum(1, keepdim=True).expand_as(E)
affine B    | none                     | 2 * E * B
relu W      | derivative_argument      | 2 * X.T @ (E * (Y < H))
relu W      | wrong_derivative         | 2 * X.T @ (E * torch.where(Z > 0, 1.0, 0.01))
relu W      | sample_left_out          | 2 * X[1:].T @ (E * M)[1:]
relu X      | chain_cut_short / factor_left_out | 2 * E * M
relu Y      | activation_left_out / sign / none | 2 * (Z - Y)
scalar x    | other_variable           | -2 * (y - s) * s * (1 - s) * x
scalar w    | norm_not_squared / derivative_left_out / factor_left_out | -s * (1 - s) * x
network b1  | activation_left_out / wrong_derivative | (-2 * E @ W2.T * h * (1 - s)).sum(0, keepdim=True)
network b1  | none                     | (-2 * E @ W2.T * D * b1).sum(0, keepdim=True)
network W1  | derivative_argument      | d = torch.sigmoid(W1); -2 * X.T @ (E @ W2.T) * d * (1 - d)
network W1  | bias_outside             | s = torch.sigmoid(X @ W1) + b1; -2 * X.T @ ((Y - s @ W2 - b2) @ W2.T * s * (1 - s))
network W2  | sum_for_mean / fixed_size / factor | -200 * s.T @ E
network W2  | one_sample_only          | -2 * s.mean(0, keepdim=True).T @ E.sum(0, keepdim=True)
bce w       | derivative_extra         | X.T @ ((s - y) * s * (1 - s)) / n
bce w       | sum_for_mean             | X.T @ (s - y)
bce b       | batch_sum_missing / sum_missing | (s - y) / n
bce w       | term_left_out            | -X.T @ (y * (1 - s)) / n
bce w       | activation_left_out      | X.T @ (z - y) / n
sylvester X | term_left_out            | 2 * A.T @ R
sylvester X | transpose_left_out       | 2 * (A.T @ R + R @ B)
sylvester X | chain_cut_short / factor_left_out | 2 * R
sylvester B | product_order / transpose | 2 * R.T @ X
spread X    | transpose_left_out / factor | 2 * S @ R
spread M    | sign                     | (S + S.T) @ R
spread S    | product_order            | R.T @ R
logcosh w   | activation_for_derivative / wrong_derivative / derivative_left_out | X.T @ torch.cosh(r)
logcosh w   | inverse_left_out / factor_left_out / derivative_left_out | X.T @ torch.sinh(r)
quotient x  | term_left_out            | 2 * Q / d
quotient x  | term_sign                | 2 * Q / d + 2 * f * x / d
quotient x  | factor_left_out          | 2 * Q / d - 2 * f * x
quotient x  | lost_brackets / factor_left_out / none | (2 * Q * d - 2 * x.T @ Q * x) / d
shannon p   | term_left_out            | -torch.log(p)
shannon p   | derivative_left_out / inverse_left_out / factor_left_out / wrong_derivative | -torch.log(p) - p
resolvent A | sign                     | V.T @ b @ c.T @ V.T
resolvent A | product_order            | -b @ c.T @ V.T @ V.T
resolvent A | transpose                | -V @ c @ b.T @ V
residual X  | term_left_out            | (E * (1 - T * T)) @ W.T
residual X  | term_left_out            | E
residual W  | derivative_left_out      | X.T @ E
bilinear A  | transpose                | y @ x.T
bilinear x  | transpose_left_out       | A.T @ y
bilinear y  | keepdim                  | (A.T @ x).flatten()
absolute W  | norm_squared / activation_left_out / wrong_derivative | X.T @ (X @ W - Y)
absolute W  | factor                   | 2 * X.T @ R
deep W1     | derivative_left_out      | X.T @ (d2 @ W2.T)
deep b2     | mean_for_sum             | d2.mean(0, keepdim=True)
deep W2     | derivative_left_out      | T1.T @ (E @ W3.T)
deep W1     | wrong_derivative         | X.T @ (d2 @ W2.T * T1 * (1 - T1))
deep W3     | wrong_factor             | T1.T @ E
deep b1     | wrong_axis               | d1.sum(1)
exponential W | derivative_left_out / activation_left_out / factor_left_out | X.T @ torch.ones_like(H) * v.T
exponential W | factor_left_out        | X.T @ H
exponential X | factor_left_out        | H @ W.T
precision P | sign / term_sign         | S + V.T
precision P | inverse_left_out         | S - P.T
precision P | chain_cut_short / derivative_left_out | S - torch.eye(len(P)) / torch.det(P)
triplet W   | factor                   | (A - P).T @ (g * a) - (A - N).T @ (g * b)
triplet N   | sign                     | -2 * (g * b) @ W.T
"""

RIGHT = """
bce w       | agrees   | X.T @ ((1 - y) * s - y * (1 - s)) / n
sylvester X | agrees   | torch.autograd.functional.vjp(lambda V: A @ V + V @ B, X, 2 * R)[1]
network W1  | agrees   | e = torch.exp(-h); -2 * torch.einsum("ni,nk,jk,nj->ij", X, E, W2, e / (1 + e) ** 2)
resolvent A | agrees   | u = torch.linalg.solve((A + lambda_ * torch.eye(len(A))).T, b); -torch.outer(u[:, 0], (V @ c)[:, 0])
deep W1     | agrees   | g = torch.zeros(W1.shape); g += sum(x[:, None] * d for x, d in zip(X, d1)); g
precision P | agrees   | S - torch.linalg.solve(P.T, torch.eye(len(P)))
residual Y  | agrees   | Y -= X; -2 * (T - Y)
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)


def all_right():
    """The right ones, with the kind of verdict they must get."""
    from diagnosis.judged import from_table

    return from_table(RIGHT, PROBLEMS, PRELUDES)
