"""A sixth list, two thirds of it for formulas that no list had before; a table as in wrong_first.

Two labels were widened after the first run, as what was said is true of the function: right with
n = 1 only, and 2 X E for 2 X (E + E^T).
"""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "factors": (
        r"f = \|AB - Y\|_F^2 + \lambda (\|A\|_F^2 + \|B\|_F^2)",
        {"A": "n,k", "B": "k,q", "Y": "n,q", r"\lambda": "1,1"},
    ),
    "gram": (r"f = \|X^T X - S\|_F^2", {"X": "n,p", "S": "p,p"}),
    "poisson": (
        r"f = \mathbf{1}^T \exp(Xw) - y^T X w",
        {"X": "n,p", "w": "p,1", "y": "n,1"},
    ),
    "tied": (r"f = \|\sigma(XW) W^T - X\|_F^2", {"X": "n,p", "W": "p,q"}),
    "gate": (
        r"f = \|(\sigma(XU) \odot \tanh(XV)) - Y\|_F^2",
        {"X": "n,p", "U": "p,q", "V": "p,q", "Y": "n,q"},
    ),
    "bump": (r"f = \exp(-x^T A x)", {"x": "n,1", "A": "n,n"}),
    "mask": (r"f = \|(A \odot X) B\|_F^2", {"A": "n,p", "X": "n,p", "B": "p,q"}),
}
PRELUDES = USUAL | {
    "factors": "E = A @ B - Y; c = lambda_",
    "gram": "E = X.T @ X - S",
    "poisson": "u = torch.exp(X @ w)",
    "tied": "s = torch.sigmoid(X @ W); E = s @ W.T - X; D = s * (1 - s)",
    "gate": "g = torch.sigmoid(X @ U); t = torch.tanh(X @ V); E = g * t - Y",
    "bump": "f = torch.exp(-x.T @ A @ x)",
    "mask": "E = (A * X) @ B",
}

# ruff: noqa: E501
TABLE = """
affine X    | transpose_left_out       | 2 * (X @ W + B) @ W if W.shape[0] == W.shape[1] else 2 * (X @ W + B) @ W
affine W    | wrong_axis / extra_sum / one_sample / mean_for_sum / one_sample_only | 2 * X.T @ (X @ W + B).mean(0, keepdim=True).expand(len(X), -1)
affine W    | term_sign                | 2 * X.T @ (X @ W - B)
affine B    | factor                   | 2 * 2 * E
relu W      | activation_for_derivative | 2 * X.T @ (E * H)
relu X      | transpose_left_out       | 2 * (E * M) @ W
relu X      | term_sign                | 2 * ((H + Y) * M) @ W.T
relu Y      | activation_left_out      | 2 * (Y - Z)
network b1  | product_kind / lost_brackets / derivative_left_out | (-2 * E @ W2.T).sum(0, keepdim=True)
network b1  | one_sample               | (-2 * E @ W2.T * D)[:1]
network W1  | wrong_factor / activation_left_out / derivative_argument | -2 * s.T @ ((E @ W2.T) * D)
network W2  | activation_left_out      | -2 * h.T @ (Y - (h @ W2 + b2))
network W2  | chain_cut_short / activation_left_out / wrong_factor | -2 * h.T @ E
factors A   | term_left_out            | 2 * E @ B.T
factors A   | term_factor              | 2 * E @ B.T + c * A
factors B   | product_order            | 2 * E @ A.T + 2 * c * B
factors B   | wrong_factor / other_variable | 2 * A.T @ E + 2 * c * A
factors A   | sign / term_sign         | 2 * E @ B.T - 2 * c * A
gram X      | factor / term_left_out   | 2 * X @ E
gram X      | transpose_left_out / term_left_out / factor | 4 * X @ (X.T @ X) - 4 * X @ S
gram X      | term_left_out            | 4 * X @ X.T @ X
gram S      | sign                     | 2 * E
poisson w   | derivative_left_out / activation_left_out | X.T @ (X @ w - y)
poisson w   | mean_for_sum             | X.T @ (u - y) / len(y)
poisson w   | sign                     | X.T @ (y - u)
poisson X   | transpose                | w @ (u - y).T
tied W      | term_left_out            | 2 * X.T @ ((E @ W) * D)
tied W      | derivative_left_out      | 2 * X.T @ (E @ W) + 2 * E.T @ s
gate U      | derivative_left_out      | X.T @ (2 * E * t)
gate V      | wrong_derivative / activation_other | X.T @ (2 * E * g * t * (1 - t))
gate V      | factor_left_out          | X.T @ (2 * E * (1 - t * t))
gate U      | other_variable           | X.T @ (2 * E * g * (1 - t * t))
bump x      | term_left_out / transpose_left_out / factor | -2 * f * (A @ x)
bump x      | sign                     | f * ((A + A.T) @ x)
bump A      | derivative_left_out / factor_left_out / chain_cut_short | -x @ x.T
mask X      | factor_left_out          | 2 * E @ B.T
mask A      | wrong_factor / other_variable | 2 * A * (E @ B.T)
mask B      | product_kind / factor_left_out / wrong_factor | 2 * A.T @ E
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
