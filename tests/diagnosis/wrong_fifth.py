"""A fifth list, to see how the last changes generalise; a table as in wrong_first."""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "lasso": (
        r"f = \|XW - Y\|_F^2 + \lambda \|W\|_1",
        {"X": "n,p", "W": "p,q", "Y": "n,q", r"\lambda": "1,1"},
    ),
    "deeper": (
        r"f = \|\sigma(\tanh(X W_1 + b_1) W_2 + b_2) - Y\|_F^2",
        {"X": "n,p", "W_1": "p,m", "b_1": "1,m row", "W_2": "m,q", "b_2": "1,q row", "Y": "n,q"},
    ),
    "weighted": (r"f = (y - Xw)^T D (y - Xw)", {"X": "n,p", "w": "p,1", "y": "n,1", "D": "n,n"}),
    "inverse": (r"f = \operatorname{tr}(A X^{-1})", {"X": "n,n invertible", "A": "n,n"}),
    "entropy": (
        r"f = -\frac{1}{n} \operatorname{tr}(Y^T \log \mathrm{softmax}(XW + b))",
        {"X": "n,p", "W": "p,q", "b": "1,q row", "Y": "n,q one-hot"},
    ),
}
PRELUDES = USUAL | {
    "lasso": "E = X @ W - Y; c = lambda_",
    "deeper": "t = torch.tanh(X @ W1 + b1); s = torch.sigmoid(t @ W2 + b2); G = 2 * (s - Y) * s * (1 - s)",
    "weighted": "r = y - X @ w",
    "inverse": "V = X.inverse()",
    "entropy": "n = len(X); S = torch.softmax(X @ W + b, 1)",
}

# ruff: noqa: E501
TABLE = """
affine X    | sign                     | -2 * (X @ W + B) @ W.T
affine X    | lost_brackets            | 2 * X @ W + B @ W.T
affine W    | lost_brackets / term_factor | 2 * X.T @ X @ W + X.T @ B
affine W    | factor_left_out / other_variable | 2 * (X @ W + B)
affine W    | product_order            | 2 * (X @ W + B) @ X
affine B    | mean_for_sum             | 2 * E / X.shape[0]
affine B    | sign / term_sign         | 2 * (B - X @ W)
affine B    | transpose                | 2 * (B.T + W.T @ X.T)
relu W      | activation_left_out      | 2 * X.T @ ((Z - Y) * M) * 1 if False else 2 * X.T @ (Z - Y)
relu W      | derivative_left_out      | torch.mm(X.t(), 2 * (H - Y))
relu W      | wrong_derivative         | 2 * X.T @ (E * (Z < 0))
relu W      | wrong_derivative         | 2 * X.T @ (E * Z)
relu W      | term_left_out            | -2 * X.T @ (Y * M)
relu W      | one_sample               | 2 * X[:1].T @ (E * M)[:1]
relu W      | factor / derivative_left_out | 4 * X.T @ E
relu W      | other_variable           | 2 * (E * M) @ W.T
relu X      | derivative_argument      | 2 * (E * (H > Y)) @ W.T
relu X      | term_left_out            | 2 * (H * M) @ W.T
relu X      | lost_brackets / batch_sum_missing | 2 * E * (M @ W.T)
relu X      | lost_brackets            | 2 * E * M @ W.T if False else 2 * (H - Y @ W.T)
relu X      | product_order            | 2 * W @ (E * M)
relu Y      | keepdim / transpose      | 2 * (Y - H).T
relu Y      | mean_for_sum             | 2 * (Y - H) / Y.shape[1]
network b2  | batch_sum_missing        | 2 * (s @ W2 + b2 - Y)
network b2  | wrong_axis               | -2 * E.sum(-1, keepdim=True)
network b2  | mean_for_sum             | -2 * E.sum(0, keepdim=True) / E.numel()
network b2  | one_sample               | -2 * E[:1]
network b2  | bias_outside             | P = torch.sigmoid(X @ W1) @ W2 + b1 @ W2 + b2; -2 * (Y - P).sum(0, keepdim=True)
network W2  | transpose_left_out       | -2 * s @ E
network W2  | derivative_extra         | -2 * D.T @ E
network W2  | mean_for_sum / factor    | -s.T @ E / n
network W2  | term_left_out            | -2 * s.T @ (Y - s @ W2)
network W2  | term_left_out            | -2 * s.T @ Y
network b1  | term_left_out            | h = X @ W1; s = torch.sigmoid(h); (-2 * (Y - s @ W2 - b2) @ W2.T * s * (1 - s)).sum(0, keepdim=True)
network b1  | derivative_extra         | (-2 * E @ W2.T * D**2).sum(0, keepdim=True)
network b1  | wrong_derivative         | (-2 * E @ W2.T * torch.exp(-h)).sum(0, keepdim=True)
network b1  | wrong_derivative         | (-2 * E @ W2.T * torch.exp(-h) / (1 + torch.exp(-h))).sum(0, keepdim=True)
network b1  | derivative_left_out / batch_sum_missing / chain_cut_short | -2 * E @ W2.T
network b1  | transpose                | (-2 * E @ W2.T * D).sum(0, keepdim=True).T
network b1  | extra_sum / wrong_axis   | (-2 * E @ W2.T * D).sum().reshape(1, 1)
network W1  | derivative_argument      | t = torch.sigmoid(s); -2 * X.T @ ((E @ W2.T) * t * (1 - t))
network W1  | derivative_argument / wrong_derivative / activation_left_out | -2 * X.T @ ((E @ W2.T) * h * (1 - h))
network W1  | transpose_left_out       | -2 * X @ ((E @ W2.T) * D)
network W1  | product_order            | -2 * ((E @ W2.T) * D) @ X.T
network W1  | activation_twice         | u = torch.sigmoid(s); E = Y - (u @ W2 + b2); -2 * X.T @ ((E @ W2.T) * D)
network W1  | term_left_out            | -2 * X.T @ (Y @ W2.T * D)
network W1  | factor / sign            | X.T @ (E @ W2.T * D)
network W1  | wrong_derivative         | -2 * X.T @ (E @ W2.T * (1 - torch.tanh(h) ** 2))
network W1  | activation_other         | s = torch.tanh(h); -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T * (1 - s**2))
network W1  | activation_other         | s = h.relu(); -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T * (h > 0))
network W1  | mean_for_sum             | -2 * X.T @ (E @ W2.T * D) / n
network W1  | reshape_for_transpose    | -2 * X.reshape(X.shape[1], -1) @ (E @ W2.T * D)
network W1  | few_digits               | (-2 * X.T.float() @ (E @ W2.T * D).float()).double()
lasso W     | derivative_left_out / activation_left_out | 2 * X.T @ E + c
lasso W     | term_left_out            | 2 * X.T @ E
lasso W     | activation_for_derivative | 2 * X.T @ E + c * W.abs()
lasso W     | norm_squared / activation_other / wrong_derivative | 2 * X.T @ E + c * W
deeper W2   | derivative_left_out      | t.T @ (2 * (s - Y))
deeper W2   | derivative_extra         | t.T @ (G * s * (1 - s))
deeper W1   | derivative_left_out      | X.T @ (G @ W2.T)
deeper W1   | derivative_left_out      | X.T @ (2 * (s - Y) @ W2.T * (1 - t * t))
deeper W1   | wrong_derivative         | X.T @ (G @ W2.T * t * (1 - t))
deeper b1   | batch_sum_missing        | G @ W2.T * (1 - t * t)
deeper b2   | term_left_out            | s = torch.sigmoid(t @ W2); (2 * (s - Y) * s * (1 - s)).sum(0, keepdim=True)
weighted w  | transpose_left_out       | -2 * X.T @ D @ r
weighted w  | sign                     | X.T @ (D + D.T) @ r
weighted w  | factor_left_out          | -2 * X.T @ r
weighted y  | transpose_left_out       | 2 * D @ r
inverse X   | sign                     | (V @ A @ V).T
inverse X   | transpose                | -V @ A @ V
inverse X   | factor_left_out          | -(V @ A).T
inverse A   | transpose                | V
entropy W   | sum_for_mean             | X.T @ (S - Y)
entropy W   | sign                     | X.T @ (Y - S) / n
entropy b   | batch_sum_missing        | (S - Y) / n
entropy b   | term_left_out            | S.mean(0, keepdim=True)
entropy W   | derivative_extra         | X.T @ ((S - Y) * S * (1 - S)) / n
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
