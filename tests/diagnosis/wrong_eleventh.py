"""An eleventh list, to see how the last changes generalise; a table as in wrong_seventh."""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "lda": (
        r"f = \frac{w^T B w}{w^T S w}",
        {"w": "p,1", "B": "p,p symmetric", "S": "p,p"},
    ),
    "huberless": (
        r"f = \mathbf{1}^T \sqrt{1 + (Xw - y)^{\odot 2}}",
        {"X": "n,p", "w": "p,1", "y": "n,1"},
    ),
    "sine": (r"f = \|\sin(XW) - Y\|_F^2", {"X": "n,p", "W": "p,q", "Y": "n,q"}),
    "twohead": (
        r"f = \|XU - Y\|_F^2 + \mu \|XV - Z\|_F^2",
        {"X": "n,p", "U": "p,q", "V": "p,k", "Y": "n,q", "Z": "n,k", r"\mu": "1,1"},
    ),
    "encoder": (
        r"f = \frac{1}{n} \|\tanh(XW + b) W^T + c - X\|_F^2",
        {"X": "n,p", "W": "p,m", "b": "1,m row", "c": "1,p row"},
    ),
    "multinomial": (
        r"f = \frac{1}{n} \left(\mathbf{1}^T \log(\exp(XW) \mathbf{1}) - \operatorname{tr}(Y^T X W)\right)",
        {"X": "n,p", "W": "p,q", "Y": "n,q one-hot"},
    ),
    "whitened": (
        r"f = \operatorname{tr}(X^T S^{-1} X) + n \log\det S",
        {"X": "k,n", "S": "k,k invertible"},
    ),
    "reludeep": (
        r"f = \|\max(\max(X W_1, 0) W_2, 0) - Y\|_F^2",
        {"X": "n,p", "W_1": "p,m", "W_2": "m,q", "Y": "n,q"},
    ),
}
PRELUDES = USUAL | {
    "lda": "a = w.T @ B @ w; d = w.T @ S @ w; T = S + S.T",
    "huberless": "r = X @ w - y; u = torch.sqrt(1 + r**2)",
    "sine": "Z = X @ W; E = 2 * (torch.sin(Z) - Y)",
    "twohead": "E = X @ U - Y; F = X @ V - Z",
    "encoder": "n = len(X); T = torch.tanh(X @ W + b); E = 2 * (T @ W.T + c - X) / n; D = E @ W * (1 - T**2)",
    "multinomial": "n = len(X); P = torch.exp(X @ W); S = P / P.sum(1, keepdim=True)",
    "whitened": "n = X.shape[1]; V = torch.inverse(S)",
    "reludeep": "Z1 = X @ W1; A = Z1.relu(); Z2 = A @ W2; E = 2 * (Z2.relu() - Y); d2 = E * (Z2 > 0)",
}

# ruff: noqa: E501
TABLE = """
affine X    | transpose_left_out       | 2 * (X @ W + B).matmul(W)
affine W    | sum_missing / batch_sum_missing / product_kind | 2 * X[:, :, None] * E[:, None, :]
affine W    | term_factor              | 2 * X.T @ (2 * X @ W + B)
affine B    | extra_sum / keepdim      | 2 * E.sum(1)
relu W      | activation_other         | G = torch.nn.functional.softplus(Z); 2 * X.T @ ((G - Y) * torch.sigmoid(Z))
relu W      | derivative_argument      | 2 * X.T @ (E * (H - Y > 0))
relu W      | derivative_left_out / transpose / none | 2 * E.T @ X
relu W      | wrong_factor             | 2 * Y.T @ (E * M)
relu X      | lost_brackets / derivative_left_out | 2 * (H * M - Y) @ W.T
relu X      | sign                     | -2 * (E * M) @ W.T
relu X      | one_sample               | 2 * (E * M)[:1] @ W.T
relu Y      | term_left_out            | 2 * Y
scalar w    | derivative_extra         | -2 * (y - s) * (s * (1 - s)) ** 2 * x
scalar w    | activation_left_out      | z = w * x; -2 * (y - z) * s * (1 - s) * x
scalar x    | factor                   | -(y - s) * s * (1 - s) * w
predict P   | wrong_factor / activation_left_out / chain_cut_short / none | (X @ W1 + b1) @ W2 + b2
network b2  | keepdim                  | -2 * E.sum(0)
network b2  | one_sample               | -2 * E[-1:]
network W2  | wrong_factor             | -2 * X.T @ E
network W2  | term_left_out            | -2 * s.T @ (Y - s @ W2)
network b1  | activation_for_derivative | (-2 * E @ W2.T * s).sum(0, keepdim=True)
network b1  | wrong_axis               | (-2 * E @ W2.T * D).sum(1, keepdim=True)
network W1  | lost_brackets            | -2 * X.T @ (E @ W2.T * s * 1 - s)
network W1  | activation_left_out      | -2 * X.T @ ((Y - (h @ W2 + b2)) @ W2.T * D)
network W1  | bias_outside / lost_brackets | -2 * X.T @ ((Y - s @ (W2 + b2)) @ W2.T * D)
network W1  | fixed_size / factor | -2 * X.T @ (E @ W2.T * D) / 100
lda w       | transpose_left_out / term_left_out / term_factor | 2 * (B @ w) / d - 2 * a * (S @ w) / d**2
lda w       | term_left_out            | 2 * (B @ w) / d
lda w       | term_sign                | 2 * (B @ w) / d + a * (T @ w) / d**2
lda w       | factor_left_out          | 2 * (B @ w) / d - a * (T @ w) / d
huberless w | inverse_left_out / factor_left_out / derivative_left_out | X.T @ r
huberless w | factor                   | 2 * X.T @ (r / u)
huberless w | factor_left_out          | X.T @ (1 / u)
sine W      | derivative_left_out      | X.T @ E
sine W      | activation_for_derivative | X.T @ (E * torch.sin(Z))
sine W      | sign                     | X.T @ (-torch.cos(Z) * E)
twohead X   | term_left_out            | 2 * E @ U.T
twohead X   | factor_left_out          | 2 * E @ U.T + 2 * F @ V.T
twohead V   | factor_left_out          | 2 * X.T @ F
twohead U   | wrong_factor / other_variable / none | 2 * X.T @ F
encoder W   | term_left_out            | X.T @ D
encoder W   | transpose_left_out / transpose | X.T @ D + T.T @ E
encoder W   | derivative_left_out      | X.T @ (E @ W) + E.T @ T
encoder b   | batch_sum_missing        | D
encoder c   | mean_for_sum             | E.mean(0, keepdim=True)
multinomial W | sum_for_mean           | X.T @ (S - Y)
multinomial W | inverse_left_out / activation_left_out / factor_left_out / activation_other | X.T @ (P - Y) / n
multinomial W | wrong_axis             | X.T @ (P / P.sum(0, keepdim=True) - Y) / n
whitened S  | sum_for_mean / mean_for_sum / factor_left_out | -V.T @ X @ X.T @ V.T + V.T
whitened S  | transpose / transpose_left_out | -V @ X @ X.T @ V + n * V
whitened X  | term_left_out / factor / transpose_left_out | 2 * V @ X
reludeep W1 | derivative_left_out      | X.T @ (E @ W2.T * (Z1 > 0))
reludeep W1 | derivative_left_out      | X.T @ (d2 @ W2.T)
reludeep W2 | wrong_factor             | X.T @ d2
reludeep W2 | activation_left_out / wrong_factor | Z1.T @ d2
reludeep X  | transpose_left_out       | (d2 @ W2.T * (Z1 > 0)) @ W1
softmax X   | sign                     | (Y - S) @ W.T
quadratic A | factor_left_out / product_kind / none | x * x
ridge W     | lost_brackets            | 2 * X.T @ X @ W - Y + 2 * c * W
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
