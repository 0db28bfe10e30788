"""A ninth list: half of it both assignments, in the words of many students; the rest as before.

A table as in wrong_seventh, with right functions at its end.
"""

import torch

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST


def contrast(Q, K):
    return torch.nn.functional.cross_entropy(Q @ K.T, torch.arange(len(Q)), reduction="sum")


PROBLEMS = FIRST | {
    "gls": (
        r"f = (y - Xw)^T S^{-1} (y - Xw)",
        {"X": "n,p", "w": "p,1", "y": "n,1", "S": "n,n invertible"},
    ),
    "sphere": (r"f = \|Xw - \|w\| y\|^2", {"X": "n,p", "w": "p,1", "y": "n,1"}),
    "cubic": (r"f = (x^T A x)^2", {"x": "n,1", "A": "n,n"}),
    "product": (r"f = \operatorname{tr}(A B C)", {"A": "n,p", "B": "p,q", "C": "q,n"}),
    "nuclear": (r"f = \operatorname{tr}((X^T X + I)^{-1})", {"X": "n,p"}),
    "hidden": (
        r"f = \frac{1}{n} \mathbf{1}^T (\max(XW + b, 0) v - y)^{\odot 2}",
        {"X": "n,p", "W": "p,m", "b": "1,m row", "v": "m,1", "y": "n,1"},
    ),
    "barrier": (
        r"f = c^T x - \mathbf{1}^T \log(x)",
        {"c": "n,1", "x": "n,1 positive"},
    ),
    "elastic": (
        r"f = \frac{1}{2n} \|Xw - y\|^2 + \alpha \|w\|_1 + \frac{\beta}{2} \|w\|^2",
        {"X": "n,p", "w": "p,1", "y": "n,1", r"\alpha": "1,1", r"\beta": "1,1"},
    ),
    "stack": (
        r"f = \|\sigma(\sigma(\sigma(X W_1) W_2) W_3) - Y\|_F^2",
        {"X": "n,p", "W_1": "p,m", "W_2": "m,k", "W_3": "k,q", "Y": "n,q"},
    ),
    "classes": (
        r"f = -\frac{1}{n} \operatorname{tr}(Y^T \log \mathrm{softmax}(\max(X W_1 + b_1, 0) W_2 + b_2))",
        {
            "X": "n,p",
            "W_1": "p,m",
            "b_1": "1,m row",
            "W_2": "m,q",
            "b_2": "1,q row",
            "Y": "n,q one-hot",
        },
    ),
    "contrast": (contrast, {"Q": "n,k", "K": "n,k"}),
}
PRELUDES = USUAL | {
    "gls": "V = torch.linalg.inv(S); r = y - X @ w",
    "sphere": "N = w.norm(); r = X @ w - N * y",
    "cubic": "q = x.T @ A @ x",
    "product": "pass",
    "nuclear": "G = torch.linalg.inv(X.T @ X + torch.eye(X.shape[1]))",
    "hidden": "n = len(X); Z = X @ W + b; H = Z.relu(); M = (Z > 0) * 1.0; e = 2 * (H @ v - y) / n",
    "barrier": "pass",
    "elastic": "n = len(X); r = X @ w - y",
    "stack": "s1 = torch.sigmoid(X @ W1); s2 = torch.sigmoid(s1 @ W2); s3 = torch.sigmoid(s2 @ W3); "
    "d3 = 2 * (s3 - Y) * s3 * (1 - s3); d2 = d3 @ W3.T * s2 * (1 - s2)",
    "classes": "n = len(X); Z = X @ W1 + b1; H = Z.relu(); S = torch.softmax(H @ W2 + b2, 1); G = (S - Y) / n; D = G @ W2.T * (Z > 0)",
    "contrast": "P = torch.softmax(Q @ K.T, 1); I = torch.eye(len(Q))",
}

# ruff: noqa: E501
TABLE = """
affine X    | factor_left_out          | 2 * torch.ones_like(E) @ W.T
affine W    | transpose                | 2 * E.T @ X
affine W    | norm_not_squared         | X.T @ E / E.norm()
affine B    | norm_not_squared / wrong_derivative / activation_other | torch.sign(X @ W + B)
affine W    | factor                   | V = W.clone().requires_grad_(); ((X @ V + B) ** 2).sum().backward(retain_graph=True); g = V.grad; 2 * g
affine X    | mean_for_sum             | 2 * E @ W.T / E.shape[1]
affine X    | few_digits               | V = X.float().requires_grad_(); f = ((V @ W.float() + B.float()) ** 2).sum(); f.backward(); V.grad.double()
relu W      | derivative_argument      | 2 * X.T @ (E * (X @ W > Y))
relu W      | one_sample               | g = torch.zeros_like(W);  i = 0; g += 2 * torch.outer(X[i], E[i] * M[i]); g
relu W      | extra_sum                | 2 * (X.T @ (E * M)).sum(0)
relu W      | product_kind             | 2 * X.T @ (E @ M)
relu X      | derivative_left_out      | 2 * torch.einsum("nq,pq->np", E, W)
relu X      | wrong_factor             | 2 * (E * M) @ Y.T
relu X      | size_one_only / extra_sum | 2 * torch.einsum("nq,pk->np", E * M, W)
relu Y      | factor                   | -E
relu Y      | other_variable / derivative_extra / chain_cut_short | V = (X @ W).requires_grad_(); ((V.relu() - Y) ** 2).sum().backward(); V.grad
line w      | factor                   | (w * x - y) * x
line y      | sign                     | 2 * (w * x - y)
scalar w    | derivative_left_out      | -2 * (y - s) * x
scalar w    | sign                     | 2 * (y - s) * s * (1 - s) * x
scalar w    | wrong_derivative         | -2 * (y - s) * (1 - s) * x
scalar w    | wrong_factor / other_variable | -2 * (y - s) * s * (1 - s) * w
scalar y    | derivative_extra         | 2 * (y - s) * s * (1 - s)
predict P   | term_left_out            | sg(X @ W1 + b1) @ W2
predict P   | activation_twice         | sg(sg(X @ W1 + b1) @ W2 + b2)
predict P   | activation_other         | torch.relu(X @ W1 + b1) @ W2 + b2
network b2  | factor                   | -E.sum(dim=0, keepdim=True)
network b2  | derivative_extra         | -2 * (E * (s @ W2 + b2)).sum(0, keepdim=True)
network W2  | activation_left_out      | -2 * h.T @ E
network W2  | derivative_extra         | -2 * (s * (1 - s)).T @ E
network b1  | derivative_left_out      | -2 * (E @ W2.T).sum(dim=0, keepdim=True)
network b1  | mean_for_sum             | (-2 * E @ W2.T * D).mean(dim=0, keepdim=True)
network b1  | derivative_argument      | z = X @ W1; t = torch.sigmoid(z); (-2 * E @ W2.T * t * (1 - t)).sum(0, keepdim=True)
network W1  | activation_other         | s = 1 / (1 + torch.exp(h)); D = s * (1 - s); -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T * D)
network W1  | transpose_left_out       | -2 * X.T @ ((E @ W2) * D)
network W1  | factor_left_out / chain_cut_short | -2 * (E @ W2.T * D)
network W1  | derivative_extra         | -2 * X.T @ (E @ W2.T * D * D)
network W1  | sample_left_out          | g = 0 * W1; d = E @ W2.T * D; g -= 2 * sum(torch.outer(X[i], d[i]) for i in range(1, n)); g
network W1  | bias_outside             | s = torch.sigmoid(X @ W1) + b1; D = torch.sigmoid(X @ W1) * (1 - torch.sigmoid(X @ W1)); -2 * X.T @ ((Y - s @ W2 - b2) @ W2.T * D)
network W1  | sign / mean_for_sum / none | 2 * X.T @ (E @ W2.T * D) / n
network X   | derivative_left_out      | -2 * E @ W2.T @ W1.T
softmax W   | term_left_out            | X.T @ S
softmax W   | wrong_axis               | S = torch.softmax(Z, dim=0); X.T @ (S - Y)
softmax W   | activation_other         | X.T @ (torch.sigmoid(Z) - Y)
logdet X    | factor                   | X @ torch.inverse(A)
logdet X    | inverse_left_out         | 2 * X @ A
ridge W     | sign / term_sign         | 2 * X.T @ E - 2 * c * W
ridge W     | factor_left_out          | 2 * X.T @ E + 2 * W
gls w       | transpose_left_out / term_left_out / factor | -2 * X.T @ V @ r
gls w       | inverse_left_out         | -X.T @ (S + S.T) @ r
gls S       | sign                     | V.T @ r @ r.T @ V.T
sphere w    | term_left_out            | 2 * X.T @ r
sphere w    | factor_left_out / inverse_left_out | 2 * X.T @ r - 2 * (y.T @ r) * w
cubic x     | chain_cut_short / factor_left_out / derivative_left_out | (A + A.T) @ x
cubic x     | factor                   | q * (A + A.T) @ x
product B   | transpose                | C @ A
product B   | product_order            | C.T @ A.T
product A   | transpose_left_out / product_order | C.T @ B
nuclear X   | factor_left_out          | -2 * X @ G
nuclear X   | sign                     | 2 * X @ G @ G
hidden v    | derivative_extra         | M.T @ e
hidden W    | derivative_left_out      | X.T @ (e @ v.T)
hidden b    | batch_sum_missing        | e @ v.T * M
hidden W    | factor_left_out          | X.T @ (e * M)
barrier x   | inverse_left_out / wrong_derivative / derivative_left_out / factor_left_out | c - x
barrier x   | sign / term_sign         | c + 1 / x
barrier x   | activation_for_derivative / derivative_left_out / activation_left_out | c - torch.log(x)
elastic w   | term_left_out            | X.T @ r / n + beta * w
elastic w   | wrong_derivative / activation_left_out / activation_for_derivative / norm_squared | X.T @ r / n + alpha * w.abs() + beta * w
elastic w   | sum_for_mean / term_factor | X.T @ r + alpha * w.sign() + beta * w
elastic w   | term_factor              | 2 * X.T @ r / n + alpha * w.sign() + beta * w
stack W1    | derivative_left_out      | X.T @ (d2 @ W2.T)
stack W1    | wrong_factor / derivative_argument | X.T @ (d2 @ W2.T * s2 * (1 - s2))
stack W2    | derivative_left_out      | e = 2 * (s3 - Y); s1.T @ (e @ W3.T * s2 * (1 - s2))
stack W3    | activation_left_out      | (s1 @ W2).T @ d3
classes W1  | derivative_left_out      | X.T @ (G @ W2.T)
classes W2  | sum_for_mean             | H.T @ (S - Y)
classes b1  | mean_for_sum             | D.mean(0, keepdim=True)
classes W2  | derivative_argument / activation_left_out / wrong_factor | Z.T @ G
contrast Q  | transpose                | K.T @ (P - I).T
contrast K  | other_variable           | (P - I) @ K
"""

RIGHT = """
affine W    | agrees   | V = W.clone().requires_grad_(); ((X @ V + B) ** 2).sum().backward(); V.grad
relu W      | agrees   | torch.func.vjp(lambda V: X @ V, W)[1](2 * E * M)[0]
relu X      | agrees   | 2 * torch.stack([W @ d for d in E * M])
scalar w    | agrees   | -2 * x * (y - s) * (s - s**2)
network b1  | agrees   | d = -2 * E @ W2.T * D; torch.ones(1, n) @ d
network W2  | agrees   | Y -= torch.sigmoid(h) @ W2 + b2; -2 * s.T @ Y
gls w       | agrees   | -X.T @ (torch.linalg.solve(S, r) + torch.linalg.solve(S.T, r))
nuclear X   | agrees   | -2 * torch.linalg.solve(X.T @ X + torch.eye(X.shape[1]), G @ X.T).T
stack W1    | agrees   | X.T @ (d2 @ W2.T * s1 * (1 - s1))
contrast K  | agrees   | (P - I).T @ Q
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)


def all_right():
    """The right ones, with the kind of verdict they must get."""
    from diagnosis.judged import from_table

    return from_table(RIGHT, PROBLEMS, PRELUDES)
