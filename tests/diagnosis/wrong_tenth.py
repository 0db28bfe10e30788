"""A tenth list, to see how the last changes generalise; a table as in wrong_seventh."""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "softreg": (
        r"f = \frac{1}{n} \mathbf{1}^T \mathrm{softplus}(-y \odot (Xw)) + \lambda \|w\|^2",
        {"X": "n,p", "w": "p,1", "y": "n,1", r"\lambda": "1,1"},
    ),
    "congruence": (r"f = \|X^T A X - B\|_F^2", {"A": "n,n", "X": "n,p", "B": "p,p"}),
    "whiten": (r"f = \|A^{-1} X\|_F^2", {"A": "n,n invertible", "X": "n,p"}),
    "volume": (r"f = \det(X)", {"X": "n,n invertible"}),
    "scores": (
        r"f = \|\mathrm{softmax}(XW) - Y\|_F^2",
        {"X": "n,p", "W": "p,q", "Y": "n,q"},
    ),
    "swish": (
        r"f = \|((XW) \odot \sigma(XW)) - Y\|_F^2",
        {"X": "n,p", "W": "p,q", "Y": "n,q"},
    ),
    "affinenet": (
        r"f = \frac{1}{nq} \|\tanh(X W_1 + b_1) W_2 + b_2 - Y\|_F^2",
        {"X": "n,p", "W_1": "p,m", "b_1": "1,m row", "W_2": "m,q", "b_2": "1,q row", "Y": "n,q"},
    ),
    "rms": (r"f = \sqrt{\frac{1}{n} \|Xw - y\|^2}", {"X": "n,p", "w": "p,1", "y": "n,1"}),
    "rowscale": (
        r"f = \|X \operatorname{diag}(g) W - Y\|_F^2",
        {"X": "n,p", "g": "p,1", "W": "p,q", "Y": "n,q"},
    ),
}
PRELUDES = USUAL | {
    "softreg": "n = len(X); c = lambda_; m = y * (X @ w); sg = torch.sigmoid(-m)",
    "congruence": "E = X.T @ A @ X - B",
    "whiten": "V = torch.linalg.inv(A); U = V @ X",
    "volume": "d = torch.linalg.det(X); V = torch.linalg.inv(X)",
    "scores": "S = torch.softmax(X @ W, dim=1); E = 2 * (S - Y)",
    "swish": "Z = X @ W; s = torch.sigmoid(Z); E = 2 * (Z * s - Y)",
    "affinenet": "n, q = Y.shape; T = torch.tanh(X @ W1 + b1); E = 2 * (T @ W2 + b2 - Y) / (n * q)",
    "rms": "n = len(X); r = X @ w - y; f = (r.square().sum() / n).sqrt()",
    "rowscale": "E = 2 * (X * g.T @ W - Y)",
}

# ruff: noqa: E501
TABLE = """
affine X    | product_kind / lost_brackets | 2 * E * W.T
affine W    | transpose                    | (2 * E.T @ X).contiguous()
affine B    | sign / transpose / none      | -2 * E.T
relu W      | wrong_derivative             | 2 * X.T @ (E * (Z > 1))
relu W      | activation_twice / lost_brackets / derivative_argument / bias_outside | 2 * X.T @ (torch.relu(E) * M)
relu W      | fixed_size                   | sum(2 * torch.outer(X[i], (E * M)[i]) for i in range(7))
relu X      | derivative_argument          | 2 * (E * (E > 0)) @ W.T
line w      | wrong_derivative / norm_squared | 2 * r**2 * x
line w      | norm_not_squared / factor_left_out / derivative_left_out | 2 * x
network b2  | transpose                    | -2 * E.sum(0).reshape(-1, 1)
network b2  | factor                       | -4 * E.sum(0, keepdim=True)
network W2  | transpose                    | -2 * E.T @ s
network W2  | mean_for_sum / factor        | -s.T @ E / len(X)
network b1  | factor                       | (-E @ W2.T * D).sum(0, keepdim=True)
network b1  | derivative_argument / term_sign | d = torch.sigmoid(X @ W1 - b1); (-2 * E @ W2.T * d * (1 - d)).sum(0, keepdim=True)
network W1  | activation_for_derivative    | -2 * X.T @ (E @ W2.T * torch.exp(h) / (1 + torch.exp(h)))
network W1  | wrong_derivative             | -2 * X.T @ (E @ W2.T * torch.exp(-h) / (1 + torch.exp(-h)))
network W1  | transpose / product_order    | -2 * (E @ W2.T * D).T @ X
network W1  | term_sign                    | -2 * X.T @ ((Y - (s @ W2 - b2)) @ W2.T * D)
network W1  | term_left_out / sign         | -2 * X.T @ ((s @ W2 + b2) @ W2.T * D)
softreg w   | term_sign / sign             | X.T @ (y * sg) / n + 2 * c * w
softreg w   | term_factor                  | -X.T @ (y * sg) / n + c * w
softreg w   | activation_for_derivative    | -X.T @ (y * torch.nn.functional.softplus(-m)) / n + 2 * c * w
softreg w   | sum_for_mean / term_factor   | -X.T @ (y * sg) + 2 * c * w
congruence X | term_left_out               | 2 * A @ X @ E.T
congruence X | factor / transpose_left_out / term_left_out | 4 * A @ X @ E
congruence A | transpose                   | 2 * X @ E.T @ X.T
whiten A    | sign                         | 2 * V.T @ U @ U.T
whiten A    | factor_left_out              | -2 * U @ U.T
whiten X    | transpose_left_out           | 2 * V @ U
volume X    | factor_left_out              | V.T
volume X    | transpose                    | d * V
volume X    | inverse_left_out             | d * X.T
scores W    | derivative_left_out          | X.T @ E
scores W    | wrong_derivative             | X.T @ (E * S * (1 - S))
swish W     | term_left_out                | X.T @ (E * s)
swish W     | term_left_out                | X.T @ (E * Z * s * (1 - s))
swish W     | derivative_left_out          | X.T @ (E * (s + Z))
affinenet W1 | sum_for_mean                | q * X.T @ (E @ W2.T * (1 - T**2))
affinenet b1 | batch_sum_missing           | E @ W2.T * (1 - T**2)
affinenet W2 | derivative_extra            | (1 - T**2).T @ E
affinenet W1 | wrong_derivative            | X.T @ (E @ W2.T * (1 + T**2))
rms w       | norm_squared / inverse_left_out / factor_left_out | X.T @ r / n
rms w       | sum_for_mean                 | X.T @ r / f
rms w       | factor                       | 2 * X.T @ r / (n * f)
rowscale g  | wrong_axis                   | (X * (E @ W.T)).sum(1, keepdim=True)
rowscale W  | factor_left_out              | X.T @ E
rowscale X  | factor_left_out              | E @ W.T
softmax W   | transpose / product_order    | (S - Y).T @ X
logdet X    | factor_left_out              | 2 * X
ridge W     | term_factor                  | 2 * X.T @ E + c * W
ridge W     | mean_for_sum / term_factor   | 2 * X.T @ E / n + 2 * c * W
quadratic x | term_left_out / factor / transpose_left_out | A.T @ x
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
