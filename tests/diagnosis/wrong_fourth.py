"""A fourth list, after pairs of mistakes were added: other problems, and pairs; a table again."""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "factors": (r"f = \frac12 \|U V^T - M\|_F^2", {"U": "n,k", "V": "m,k", "M": "n,m"}),
    "tanh": (
        r"f = \frac{1}{2n} \|\tanh(XW + b) - Y\|_F^2",
        {"X": "n,p", "W": "p,q", "b": "1,q row", "Y": "n,q"},
    ),
    "attention": (
        r"f = \|\mathrm{softmax}(Q K^T) V\|_F^2",
        {"Q": "n,k", "K": "m,k", "V": "m,q"},
    ),
    "lse": (r"f = \mathbf{1}^T \log(\exp(XW) \mathbf{1})", {"X": "n,p", "W": "p,q"}),
    "trace": (r"f = \operatorname{tr}(A X B X^T)", {"A": "n,n", "X": "n,p", "B": "p,p"}),
    "hinge": (
        r"f = \mathbf{1}^T \max(1 - y \odot (Xw), 0) + \frac{\lambda}{2} \|w\|^2",
        {"X": "n,p", "w": "p,1", "y": "n,1", r"\lambda": "1,1"},
    ),
    "indexed": (
        r"f = \sum_{i,j} (\sum_k X_{ik} W_{kj} - Y_{ij})^2",
        {"X": "n,p", "W": "p,q", "Y": "n,q"},
    ),
}
PRELUDES = USUAL | {
    "factors": "R = U @ V.T - M",
    "tanh": "n = len(X); T = torch.tanh(X @ W + b); E = (T - Y) / n",
    "attention": "S = torch.softmax(Q @ K.T, 1); O = S @ V",
    "lse": "Z = X @ W; S = Z.softmax(1)",
    "trace": "pass",
    "hinge": "c = lambda_; on = (y * (X @ w) < 1).double()",
    "indexed": "E = X @ W - Y",
}

# ruff: noqa: E501
TABLE = """
affine X    | mean_for_sum             | 2 * E @ W.T / X.numel()
affine X    | factor                   | 2 * E.mul(2) @ W.T
affine W    | transpose                | (2 * X.T @ E).T.contiguous()
affine W    | batch_sum_missing / product_kind | 2 * X.T * E
affine W    | wrong_factor / term_left_out | 2 * X.T @ (X @ W + X @ W * 0 + B * 0 + X @ W)
affine W    | derivative_extra / none  | 2 * X.T @ E.sigmoid()
affine B    | mean_for_sum             | 2 * E / E.numel()
affine B    | factor_left_out          | 2 * (X.sum(1, keepdim=True) + B)
affine X    | one_sample_only          | 2 * (X.sum(0, keepdim=True) @ W + B.sum(0, keepdim=True)) @ W.T + 0 * X
relu W      | derivative_left_out / activation_left_out | 2 * X.T @ (Z - Y)
relu W      | derivative_left_out / factor | X.T @ E
relu W      | derivative_left_out / term_left_out | 2 * X.T @ H
relu W      | derivative_left_out / sign | 2 * X.T @ (Y - H)
relu W      | derivative_left_out / transpose_left_out | 2 * X @ E
relu W      | derivative_left_out / mean_for_sum | 2 * X.T @ E / n
relu W      | derivative_argument      | 2 * X.T @ (E * (Z - Y > 0))
relu W      | derivative_extra / activation_for_derivative | 2 * X.T @ (E * M * Z)
relu W      | derivative_argument / term_left_out | 2 * X.T @ ((H - Y) * (H - Y > 0)) * 1.0
relu X      | mean_for_sum             | 2 * (E * M) @ W.T / n
relu X      | activation_for_derivative | 2 * (E * H) @ W.T
relu X      | activation_left_out / factor | (Z - Y) * M @ W.T
relu X      | transpose                | 2 * W @ (E * M).T
relu X      | one_sample / one_sample_only | out = torch.zeros_like(X); out[0] = 2 * (E * M)[0] @ W.T; out
relu X      | factor_left_out / chain_cut_short | 2 * E * M
relu Y      | derivative_extra         | -2 * E * M
relu Y      | sign / derivative_extra  | 2 * E * M
relu Y      | norm_not_squared         | -E / E.norm()
network b2  | extra_sum / wrong_axis   | -2 * E.sum()
network b2  | batch_sum_missing / term_left_out | -2 * (Y - s @ W2)
network b2  | mean_for_sum / factor    | -E.mean(0, keepdim=True)
network b2  | activation_left_out      | -2 * (Y - (h @ W2 + b2)).sum(0, keepdim=True)
network b2  | derivative_extra         | P = s @ W2 + b2; -2 * (E * P * (1 - P)).sum(0, keepdim=True)
network W2  | batch_sum_missing / product_kind | -2 * (s[:, :1] * E)
network W2  | derivative_extra         | -2 * s.T @ (E * torch.sigmoid(E) * (1 - torch.sigmoid(E)))
network W2  | wrong_derivative / term_left_out / activation_other | -2 * (1 - s).T @ E
network W2  | one_sample               | -2 * s[-1:].T @ E[-1:]
network W2  | chain_cut_short / factor_left_out | -2 * E
network b1  | chain_cut_short / factor_left_out | -2 * E @ W2.T
network b1  | batch_sum_missing / derivative_left_out / chain_cut_short | 2 * (-E) @ W2.T
network b1  | wrong_derivative         | (-2 * E @ W2.T * s * (s - 1) * (1 + s)).sum(0, keepdim=True) / (-(1 + s)).mean() * 0 + (-2 * E @ W2.T * s * s).sum(0, keepdim=True)
network b1  | sign                     | (2 * E @ W2.T * D).sum(0)
network b1  | derivative_argument      | t = torch.sigmoid(b1); (-2 * E @ W2.T * t * (1 - t)).sum(0, keepdim=True)
network W1  | term_left_out            | -2 * X.T @ (E @ W2.T * D) * 0 - 2 * X.T @ ((Y - (s @ W2)) @ W2.T * D)
network W1  | term_sign                | -2 * X.T @ ((Y + s @ W2 + b2) @ W2.T * D)
network W1  | batch_sum_missing / factor_left_out | -2 * (E @ W2.T) * D
network W1  | term_left_out / derivative_left_out | -2 * X.T @ ((Y - s @ W2) @ W2.T)
network W1  | lost_brackets            | -2 * X.T @ (Y - (s @ W2 + b2) @ W2.T * D)
network W1  | lost_brackets            | -2 * X.T @ (E @ W2.T * s - s * s + 0 * D) * 0 - 2 * X.T @ (E @ W2.T * s * 1 - s)
network W1  | derivative_extra         | -2 * X.T @ (E @ (W2 * 1).T * (D * s * (1 - s)))
factors U   | factor                   | 2 * R @ V
factors U   | transpose_left_out       | R.T @ V
factors U   | term_left_out            | U @ V.T @ V
factors V   | transpose_left_out       | R @ U
factors V   | transpose                | U.T @ R
factors V   | product_order            | U @ R
tanh W      | mean_for_sum             | X.T @ (E * (1 - T**2)) / X.shape[1]
tanh W      | wrong_derivative         | X.T @ (E * (1 - T))
tanh W      | derivative_left_out      | X.T @ E
tanh W      | sum_for_mean             | n * X.T @ (E * (1 - T * T))
tanh W      | wrong_derivative         | X.T @ (E * T * (1 - T))
tanh b      | batch_sum_missing        | E * (1 - T**2)
tanh b      | term_left_out            | T = torch.tanh(X @ W); ((T - Y) / n * (1 - T**2)).sum(0, keepdim=True)
attention V | transpose_left_out       | 2 * S @ O
attention V | factor                   | S.T @ O
attention V | wrong_axis               | S = torch.softmax(Q @ K.T, 0); 2 * S.T @ (S @ V)
attention V | activation_left_out      | S = Q @ K.T; 2 * S.T @ (S @ V)
attention Q | derivative_left_out      | 2 * O @ V.T @ K
attention Q | wrong_derivative         | 2 * (O @ V.T * S * (1 - S)) @ K
lse W       | transpose_left_out       | X @ S
lse W       | activation_other         | X.T @ Z.exp()
lse W       | wrong_axis               | X.T @ Z.softmax(0)
trace X     | term_left_out            | A @ X @ B
trace X     | transpose_left_out       | 2 * A @ X @ B
trace A     | transpose                | X @ B @ X.T
hinge w     | derivative_left_out      | -X.T @ y + c * w
hinge w     | term_left_out            | -X.T @ (y * on)
hinge w     | sign / term_sign         | X.T @ (y * on) + c * w
hinge w     | term_factor              | -X.T @ (y * on) + 2 * c * w
hinge w     | factor_left_out          | -X.T @ on + c * w
indexed W   | factor                   | X.T @ E
indexed W   | term_left_out            | 2 * X.T @ X @ W
indexed W   | transpose_left_out       | 2 * X @ E
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
