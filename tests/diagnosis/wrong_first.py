"""Wrong gradients with their true cause, written down before any of them was diagnosed.

One line each: the problem and the variable asked for, the true cause, the expression a student
returns. A cause is a name of docs/diagnosis.md. Before the expression runs the problem's usual
intermediates, those of PRELUDES. Where two causes are the same function of the inputs, both stand
there with a slash, the one meant first. (One line is gone since: 2 X^T (H - Y * M) was thought
wrong and is right, as H * M is H.)
"""

PROBLEMS = {
    "affine": (r"f = \|XW + B\|_F^2", {"X": "n,p", "W": "p,q", "B": "n,q"}),
    "relu": (r"f = \|\max(XW, 0) - Y\|_F^2", {"X": "n,p", "W": "p,q", "Y": "n,q"}),
    "network": (
        r"f = \|Y - (\sigma(X W_1 + b_1) W_2 + b_2)\|_F^2",
        {
            "X": "n,p",
            "Y": "n,q",
            "W_1": "p,m",
            "b_1": "1,m row",
            "W_2": "m,q",
            "b_2": "1,q row",
        },
    ),
    "softmax": (
        r"f = -\operatorname{tr}(Y^T \log \mathrm{softmax}(XW))",
        {"X": "n,p", "W": "p,q", "Y": "n,q one-hot"},
    ),
    "logdet": (r"f = \log\det(X^T X + I)", {"X": "n,p"}),
    "quadratic": (r"f = x^T A x", {"x": "n,1", "A": "n,n"}),
    "ridge": (
        r"f = \|XW - Y\|_F^2 + \lambda \|W\|_F^2",
        {"X": "n,p", "W": "p,q", "Y": "n,q", r"\lambda": "1,1"},
    ),
    "line": (r"f = (wx - y)^2", {"w": "1,1", "x": "1,1", "y": "1,1"}),
    "scalar": (r"f = (y - \sigma(wx))^2", {"w": "1,1", "x": "1,1", "y": "1,1"}),
    "predict": (
        r"P = \sigma(X W_1 + b_1) W_2 + b_2",
        {"X": "n,p", "W_1": "p,m", "b_1": "1,m row", "W_2": "m,q", "b_2": "1,q row"},
    ),
}

PRELUDES = {
    "affine": "n = X.shape[0]; E = X @ W + B",
    "relu": "n = X.shape[0]; Z = X @ W; H = Z.clamp(min=0); M = (Z > 0).to(Z.dtype); E = H - Y",
    "network": "n = X.shape[0]; h = X @ W1 + b1; s = torch.sigmoid(h); E = Y - (s @ W2 + b2); "
    "D = s * (1 - s)",
    "softmax": "n = X.shape[0]; Z = X @ W; S = torch.softmax(Z, 1)",
    "logdet": "A = X.T @ X + torch.eye(X.shape[1])",
    "quadratic": "pass",
    "ridge": "n = X.shape[0]; E = X @ W - Y; c = lambda_",
    "line": "r = w * x - y",
    "scalar": "s = torch.sigmoid(w * x)",
    "predict": "sg = torch.sigmoid",
}

# ruff: noqa: E501
TABLE = """
affine X    | factor                   | E @ W.T
affine X    | transpose_left_out       | 2 * E @ W
affine X    | term_left_out            | 2 * X @ W @ W.T
affine X    | transpose                | 2 * W @ E.T
affine X    | factor_left_out          | 2 * E
affine W    | sign                     | -2 * X.T @ E
affine W    | product_order            | 2 * E @ X.T
affine W    | transpose_left_out       | 2 * X @ E
affine W    | mean_for_sum             | 2 * X.T @ E / n
affine W    | term_sign                | 2 * X.T @ (X @ W - B)
affine W    | term_left_out            | 2 * X.T @ (X @ W)
affine W    | lost_brackets            | 2 * X.T @ X @ W + B
affine B    | factor                   | X @ W + B
affine B    | lost_brackets            | 2 * X @ W + B
affine B    | term_left_out            | 2 * B
affine B    | norm_not_squared         | E / E.norm()
relu W      | derivative_left_out      | 2 * X.T @ E
relu W      | factor                   | X.T @ (E * M)
relu W      | term_left_out            | 2 * X.T @ (H * M)
relu W      | activation_left_out      | 2 * X.T @ (Z - Y)
relu W      | activation_for_derivative | 2 * X.T @ (E * H)
relu W      | derivative_argument      | 2 * X.T @ (E * (E > 0))
relu W      | transpose                | 2 * (E * M).T @ X
relu W      | factor_left_out          | 2 * E * M
relu W      | lost_brackets            | 2 * X.T @ E * M
relu W      | mean_for_sum             | 2 * X.T @ (E * M) / E.numel()
relu X      | derivative_left_out      | 2 * E @ W.T
relu X      | transpose_left_out       | 2 * (E * M) @ W
relu X      | product_order            | 2 * W.T @ (E * M)
relu X      | term_sign                | 2 * ((H + Y) * M) @ W.T
relu X      | factor                   | 4 * (E * M) @ W.T
relu X      | other_variable           | 2 * X.T @ (E * M)
relu Y      | sign                     | 2 * E
relu Y      | factor                   | Y - H
relu Y      | derivative_extra         | 2 * (Y - H) * M
relu Y      | activation_left_out      | 2 * (Y - Z)
relu Y      | term_left_out            | 2 * Y
relu Y      | lost_brackets            | 2 * Y - H
network b2  | batch_sum_missing        | -2 * E
network b2  | mean_for_sum             | -2 * E.mean(0, keepdim=True)
network b2  | sign                     | 2 * E.sum(0, keepdim=True)
network b2  | keepdim                  | -2 * E.sum(0)
network b2  | wrong_axis               | -2 * E.sum(1, keepdim=True)
network b2  | term_left_out            | -2 * (Y - s @ W2).sum(0, keepdim=True)
network b2  | wrong_axis               | -2 * E.sum().reshape(1, 1)
network W2  | activation_left_out      | -2 * h.T @ E
network W2  | bias_outside             | s = torch.sigmoid(X @ W1) + b1; -2 * s.T @ (Y - (s @ W2 + b2))
network W2  | term_left_out            | s = torch.sigmoid(X @ W1); -2 * s.T @ (Y - (s @ W2 + b2))
network W2  | derivative_extra         | -2 * (s * (1 - s)).T @ E
network W2  | factor                   | s.T @ (-E)
network W2  | transpose                | -2 * E.T @ s
network W2  | activation_twice         | s = torch.sigmoid(s); -2 * s.T @ (Y - (s @ W2 + b2))
network b1  | batch_sum_missing        | -2 * (E @ W2.T) * D
network b1  | derivative_left_out      | -2 * (E @ W2.T).sum(0, keepdim=True)
network b1  | derivative_argument      | t = torch.sigmoid(s); -2 * (E @ W2.T * t * (1 - t)).sum(0, keepdim=True)
network b1  | activation_for_derivative | -2 * (E @ W2.T * s).sum(0, keepdim=True)
network b1  | mean_for_sum             | (-2 * E @ W2.T * D).mean(0, keepdim=True)
network b1  | keepdim                  | (-2 * E @ W2.T * D).sum(0)
network b1  | other_variable           | -2 * X.T @ (E @ W2.T * D)
network b1  | wrong_derivative         | -2 * (E @ W2.T * (1 - s)).sum(0, keepdim=True)
network W1  | lost_brackets            | -2 * X.T @ (E @ W2.T) * D
network W1  | derivative_left_out      | -2 * X.T @ (E @ W2.T)
network W1  | derivative_argument      | t = torch.sigmoid(s); -2 * X.T @ (E @ W2.T * t * (1 - t))
network W1  | derivative_extra         | -2 * X.T @ (E @ W2.T * D * D)
network W1  | term_left_out            | h = X @ W1; s = torch.sigmoid(h); -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T * s * (1 - s))
network W1  | bias_outside             | s = torch.sigmoid(X @ W1) + b1; -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T * s * (1 - s))
network W1  | wrong_derivative         | -2 * X.T @ (E @ W2.T * s * (1 + s))
network W1  | sign                     | 2 * X.T @ (E @ W2.T * D)
network W1  | derivative_argument      | -2 * X.T @ (E @ W2.T * h * (1 - h))
network W1  | transpose_left_out       | -2 * X.T @ (E @ W2 * D)
network W1  | factor_left_out          | -2 * E @ W2.T * D
softmax W   | sign                     | X.T @ (Y - S)
softmax W   | mean_for_sum             | X.T @ (S - Y) / n
softmax W   | wrong_axis               | X.T @ (torch.softmax(Z, 0) - Y)
softmax W   | term_left_out            | X.T @ S
softmax W   | derivative_extra         | X.T @ ((S - Y) * S * (1 - S))
softmax W   | activation_left_out      | X.T @ (Z - Y)
softmax X   | transpose_left_out       | (S - Y) @ W
softmax X   | factor_left_out          | S - Y
logdet X    | factor                   | X @ A.inverse()
logdet X    | transpose                | 2 * A.inverse() @ X.T
logdet X    | inverse_left_out         | 2 * X @ A
logdet X    | term_left_out            | 2 * X @ (X.T @ X).inverse()
quadratic x | term_left_out            | A @ x
quadratic x | transpose_left_out       | 2 * A @ x
quadratic x | transpose                | ((A + A.T) @ x).T
quadratic x | factor                   | (A + A.T) @ x / 2
quadratic A | factor                   | 2 * x @ x.T
ridge W     | term_left_out            | 2 * X.T @ E
ridge W     | term_factor              | 2 * X.T @ E + c * W
ridge W     | term_sign                | 2 * X.T @ E - 2 * c * W
ridge W     | mean_for_sum             | 2 * X.T @ E / n + 2 * c * W
ridge W     | term_left_out            | 2 * X.T @ (X @ W) + 2 * c * W
ridge X     | transpose_left_out       | 2 * E @ W
ridge Y     | sign                     | 2 * E
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
