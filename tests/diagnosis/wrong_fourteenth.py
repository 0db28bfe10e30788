"""A fourteenth list, to see how the last changes generalise: both assignments, and five further
formulas; a table as in wrong_first.
"""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "tanhlayer": (
        r"f = \frac{1}{n} \|\tanh(XW + b) - Y\|_F^2",
        {"X": "n,p", "W": "p,q", "b": "1,q row", "Y": "n,q"},
    ),
    "xentbias": (
        r"f = -\frac{1}{n} \operatorname{tr}(Y^T \log \mathrm{softmax}(XW + b))",
        {"X": "n,p", "W": "p,q", "b": "1,q row", "Y": "n,q one-hot"},
    ),
    "completion": (
        r"f = \|M \odot (U V^T - R)\|_F^2",
        {"U": "n,k", "V": "m,k", "M": "n,m", "R": "n,m"},
    ),
    "deeplinear": (
        r"f = \frac{1}{2} \|X W_1 W_2 W_3 - Y\|_F^2",
        {"X": "n,p", "W_1": "p,k", "W_2": "k,m", "W_3": "m,q", "Y": "n,q"},
    ),
    "gauss": (
        r"f = \exp(-\gamma \|x - y\|_2^2)",
        {"x": "n,1", "y": "n,1", r"\gamma": "1,1 positive"},
    ),
}
PRELUDES = USUAL | {
    "tanhlayer": "n = len(X); T = torch.tanh(X @ W + b); E = 2 * (T - Y) / n; D = E * (1 - T**2)",
    "xentbias": "n = X.shape[0]; Z = X @ W + b; S = torch.softmax(Z, 1); G = (S - Y) / n",
    "completion": "F = U @ V.T - R; E = M * F",
    "deeplinear": "A = X @ W1; B = A @ W2; E = B @ W3 - Y",
    "gauss": "r = x - y; k = torch.exp(-gamma * (r**2).sum())",
}

# ruff: noqa: E501
TABLE = """
line w      | factor_left_out / chain_cut_short | 2 * r
line w      | wrong_derivative / activation_for_derivative | 2 * r**2 * x
line w      | keepdim                  | float(2 * r * x)
line x      | lost_brackets            | 2 * w * x - y * w
line x      | other_variable / wrong_factor | 2 * (w * x - y) * x
line y      | term_sign                | -2 * (w * x + y)
scalar w    | term_sign / activation_other | s = 1 / (1 + torch.exp(w * x)); -2 * (y - s) * s * (1 - s) * x
scalar w    | sign / wrong_derivative / term_sign | ds = s * (s - 1); -2 * (y - s) * ds * x
scalar x    | derivative_argument      | t = torch.sigmoid(s); -2 * (y - s) * t * (1 - t) * w
scalar x    | lost_brackets            | -2 * y - s * s * (1 - s) * w
scalar x    | few_digits               | h = 1e-6; f = lambda v: (y - torch.sigmoid(w * v))**2; (f(x + h) - f(x)) / h
scalar y    | derivative_extra         | 2 * (y - s) * s * (1 - s)
affine X    | factor                   | torch.einsum('ij,kj->ik', E, W)
affine X    | transpose_left_out       | 2 * torch.einsum('ij,jk->ik', E, W)
affine X    | square_only              | G = torch.zeros(n, n); G += 2 * E @ W.T; G
affine X    | lost_brackets            | 2 * X @ W + B @ W.T
affine X    | norm_not_squared         | (X @ W + B) @ W.T / torch.sqrt((E**2).sum())
affine W    | reshape_for_transpose    | K = torch.kron(torch.eye(W.shape[1]), X); (2 * K.T @ E.T.reshape(-1)).reshape(W.shape)
affine W    | mean_for_sum             | 2 * torch.stack([torch.outer(x, e) for x, e in zip(X, E)]).mean(0)
affine W    | one_sample / one_sample_only | for i in range(n): G = 2 * torch.outer(X[i], E[i]); G
affine W    | sample_left_out          | 2 * sum(torch.outer(X[i], E[i]) for i in range(1, n))
affine W    | product_kind             | 2 * X.T * E
affine W    | fixed_size               | G = torch.zeros(4, 3); G += 2 * X.T @ E; G
affine B    | extra_sum / one_sample_only / size_one_only | 2 * E.sum(0, keepdims=True).expand_as(B)
affine B    | square_only              | 2 * torch.tensor([[E[i, j].item() for j in range(n)] for i in range(n)])
affine B    | one_sample_only / one_sample / size_one_only | 2 * (X @ W + B[0])
relu W      | derivative_left_out / lost_brackets | 2 * X.T @ (Z * M - Y)
relu W      | derivative_argument / term_sign / wrong_derivative | 2 * X.T @ torch.where(Z < 0, E, torch.zeros_like(E))
relu W      | activation_other         | A = Z.abs(); 2 * X.T @ ((A - Y) * torch.sign(Z))
relu W      | wrong_derivative / activation_other | 2 * X.T @ (E * torch.where(Z > 0, 1.0, 0.01))
relu W      | sum_missing / batch_sum_missing / product_kind | 2 * torch.stack([torch.outer(x, d) for x, d in zip(X, E * M)])
relu W      | derivative_argument      | (2 * X.T @ E) * (W > 0)
relu W      | derivative_left_out / mean_for_sum | (X.T @ E) * 2 / n
relu X      | derivative_left_out      | Z.clamp_(min=0); E = Z - Y; 2 * (E * (Z >= 0)) @ W.T
relu X      | activation_left_out      | 2 * (Z - Y) @ W.T
relu X      | lost_brackets            | 2 * H - Y * M @ W.T
relu X      | transpose                | 2 * torch.einsum('pq,nq->pn', W, E * M)
relu X      | derivative_argument / wrong_factor | 2 * (E * (Y > 0)) @ W.T
relu X      | one_sample / one_sample_only / keepdim | 2 * (E * M)[0] @ W.T
relu Y      | activation_twice / derivative_argument / derivative_extra | -2 * torch.relu(H - Y)
relu Y      | mean_for_sum             | 2 * (Y - H) / Y.numel()
predict P   | bias_outside             | s = sg(X @ W1) + b1; s @ W2 + b2
predict P   | term_left_out            | sg(X.mm(W1)).mm(W2) + b2
predict P   | activation_twice         | sg(sg(X @ W1 + b1) @ W2 + b2)
predict P   | term_sign / lost_brackets | 1 / (1 + torch.exp(-X @ W1 + b1)) @ W2 + b2
predict P   | transpose                | W2.T @ sg(W1.T @ X.T + b1.T) + b2.T
predict P   | transpose_left_out       | torch.nn.functional.linear(sg(X @ W1 + b1), W2) + b2
predict P   | wrong_factor             | sg(X @ W1 + b1) @ W2 + b1
predict P   | activation_other         | torch.softmax(X @ W1 + b1, dim=1) @ W2 + b2
predict P   | lost_brackets / bias_outside | sg(X @ W1 + b1) @ (W2 + b2)
predict P   | keepdim                  | torch.stack([sg(x @ W1 + b1) @ W2 + b2 for x in X])
network b2  | lost_brackets / term_sign | -2 * (Y - s @ W2 + b2).sum(0, keepdim=True)
network b2  | fixed_size               | -2 * torch.ones(1, 100) @ E
network b2  | derivative_extra / wrong_derivative | P = s @ W2 + b2; -2 * (E * P * (1 - P)).sum(dim=0, keepdim=True)
network b2  | one_sample / one_sample_only | for e in E: g = -2 * e.unsqueeze(0); g
network b2  | transpose                | -2 * E.T @ torch.ones(n, 1)
network W2  | reshape_for_transpose    | -2 * s.view(s.shape[1], n) @ E
network W2  | product_order            | -2 * torch.mm(E, s.t())
network W2  | one_sample_only / extra_sum / size_one_only | -2 * s.sum(0, keepdim=True).T @ E.sum(0, keepdim=True)
network W2  | activation_other         | t = torch.tanh(h); -2 * t.T @ (Y - (t @ W2 + b2))
network W2  | activation_twice         | P = torch.sigmoid(s @ W2 + b2); -2 * s.T @ (Y - P)
network b1  | sign                     | e = torch.exp(-h); -2 * (E @ W2.T * (-e / (1 + e)**2)).sum(0, keepdim=True)
network b1  | wrong_derivative / factor_left_out | e = torch.exp(-h); -2 * (E @ W2.T * e / (1 + e)).sum(0, keepdim=True)
network b1  | bias_outside             | t = torch.sigmoid(X @ W1) + b1; -2 * ((Y - (t @ W2 + b2)) @ W2.T).sum(0, keepdim=True)
network b1  | other_variable / chain_cut_short | -2 * torch.sum(E, dim=0, keepdim=True)
network b1  | one_sample_only / size_one_only | -2 * E.sum(0, keepdim=True) @ W2.T * D.mean(0, keepdim=True)
network b1  | wrong_derivative / activation_other | -2 * (E @ W2.T * (h > 0)).sum(0, keepdim=True)
network b1  | derivative_left_out / sign | 2 * (E @ W2.T).sum(0, keepdim=True)
network W1  | derivative_argument / term_left_out | t = torch.sigmoid(X @ W1); -2 * X.T @ (E @ W2.T * t * (1 - t))
network W1  | activation_for_derivative / factor_left_out | -2 * sum(X[[i]].T @ E[[i]] @ W2.T @ torch.diag(s[i]) for i in range(n))
network W1  | factor_left_out          | -2 * X.T @ (E * D)
network W1  | fixed_size               | -2 * X.T @ (E @ W2.T * D).reshape(-1, 20)
network W1  | wrong_factor             | -2 * s.T @ (E @ W2.T * D)
network X   | derivative_left_out      | -2 * E @ W2.T @ W1.T
network X   | factor_left_out / chain_cut_short | delta = -2 * E @ W2.T * D; delta
network X   | extra_sum / one_sample_only / size_one_only | torch.sum(-2 * (E @ W2.T * D) @ W1.T, 0, keepdim=True)
network Y   | lost_brackets / term_factor | 2 * Y - (s @ W2 + b2)
network Y   | activation_left_out      | 2 * (Y - h @ W2 - b2)
tanhlayer W | sum_for_mean / inverse_left_out | 2 * X.T @ ((T - Y) * (1 - T**2))
tanhlayer W | wrong_derivative         | X.T @ (E * (1 - T)**2)
tanhlayer W | wrong_derivative / activation_other | X.T @ (E * T * (1 - T))
tanhlayer b | mean_for_sum             | D.mean(axis=0, keepdims=True)
tanhlayer b | bias_outside             | U = torch.tanh(X @ W) + b; (2 * (U - Y) / n).sum(0, keepdim=True)
tanhlayer X | derivative_argument / activation_left_out / wrong_derivative | A = X @ W + b; (E * (1 - A**2)) @ W.T
tanhlayer Y | derivative_extra         | -D
xentbias W  | one_sample / one_sample_only | torch.outer(X[0], S[0] - Y[0])
xentbias W  | wrong_derivative / sum_missing / lost_brackets | X.T @ (-(Y / S) * S * (1 - S)) / n
xentbias W  | wrong_axis               | P = torch.exp(Z) / torch.exp(Z).sum(0); X.T @ (P - Y) / n
xentbias W  | activation_other         | X.T @ (torch.sigmoid(Z) - Y) / n
xentbias b  | keepdim / one_sample_only / size_one_only | P = torch.exp(Z) / torch.exp(Z).sum(1); ((P - Y) / n).sum(0, keepdim=True)
xentbias b  | sum_for_mean / inverse_left_out | (S - Y).sum(0, keepdim=True)
xentbias b  | term_left_out            | S = torch.softmax(X @ W, 1); ((S - Y) / n).sum(0, keepdim=True)
xentbias X  | sign                     | (Y - S) @ W.T / n
completion U | factor_left_out         | 2 * E @ V
completion U | lost_brackets           | 2 * (M * (M * (U @ V.T) - R)) @ V
completion U | product_kind            | 2 * (M @ M * F) @ V
completion V | transpose_left_out      | 2 * (M * E) @ U
completion M | factor_left_out / chain_cut_short | 2 * E
deeplinear W1 | product_order          | X.T @ E @ W2.T @ W3.T
deeplinear W1 | transpose_left_out     | X.T @ E @ (W2 @ W3)
deeplinear W2 | product_order          | X.T @ W1.T @ E @ W3.T
deeplinear W2 | factor                 | 2 * A.T @ E @ W3.T
deeplinear X | reshape_for_transpose / size_one_only | E @ (W1 @ W2 @ W3).reshape(E.shape[1], -1)
gauss x     | derivative_left_out / factor_left_out / activation_left_out / chain_cut_short | -2 * gamma * r
gauss x     | factor_left_out          | -2 * k * r
gauss x     | lost_brackets            | -2 * gamma * k * x - y
gauss y     | sign / other_variable / term_sign | -2 * gamma * k * r
gauss gamma | norm_not_squared         | d = torch.norm(r); -d * torch.exp(-gamma * d)
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)
