"""A thirteenth list: both assignments, and formulas such as `grader new` draws; a table as in wrong_first.

OVERFLOWING is apart, as only `stable=True` asks where exp overflows: no other check fails there.
"""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "residual": (
        r"f = \|3W^\top X - 4Y\|_F^2 + 5\|W\|_F^2",
        {"X": "p,n", "W": "p,q", "Y": "q,n"},
    ),
    "wave": (
        r"f = \|6\cos(W^\top X) - 2B\|_F^2 + 3\|W\|_F^2",
        {"X": "p,n", "W": "p,q", "B": "q,n"},
    ),
    "weighted": (
        r"f = \|M \odot (2X^\top W + 7T)\|_F^2 + 4\|W\|_F^2",
        {"X": "p,n", "W": "p,q", "T": "n,q", "M": "n,q"},
    ),
    "factors": (
        r"f = \|4XV^\top W - 3C\|_F^2 + 6\|W\|_F^2",
        {"X": "n,p", "W": "q,r", "V": "q,p", "C": "n,r"},
    ),
    "trace": (
        r"f = 5\operatorname{tr}(X^\top AX) - 3\operatorname{tr}(B^\top X) + 2\|X\|_F^2",
        {"X": "n,p", "A": "n,n", "B": "n,p"},
    ),
    "inverse": (
        r"f = \operatorname{tr}(A X^{-1} B)",
        {"A": "m,n", "X": "n,n invertible", "B": "n,m"},
    ),
    "poisson": (
        r"f = \mathbf{1}^T \exp(Xw) - y^T X w",
        {"X": "n,p", "w": "p,1", "y": "n,1"},
    ),
}
PRELUDES = USUAL | {
    "residual": "E = 3 * W.T @ X - 4 * Y",
    "wave": "Z = W.T @ X; R = 6 * torch.cos(Z) - 2 * B",
    "weighted": "U = 2 * X.T @ W + 7 * T; R = M * U",
    "factors": "A = X @ V.T; R = 4 * A @ W - 3 * C",
    "trace": "pass",
    "inverse": "V = torch.inverse(X)",
    "poisson": "z = X @ w; u = torch.exp(z)",
}

# ruff: noqa: E501
TABLE = """
line w      | factor                   | r * x
line w      | other_variable / wrong_factor | 2 * r * w
line w      | keepdim                  | (2 * r * x).item()
line w      | norm_not_squared / wrong_derivative | torch.sign(r) * x
line x      | lost_brackets            | 2 * w * w * x - y
line x      | few_digits               | h = 1e-6; ((w * (x + h) - y) ** 2 - r ** 2) / h
line x      | term_sign                | 2 * torch.mm(w, w * x + y)
line y      | sign                     | r + r
line y      | term_left_out            | -2 * w * x
scalar w    | derivative_left_out      | 2 * (s - y) * x
scalar w    | derivative_argument / factor_left_out | t = torch.sigmoid(x); -2 * (y - s) * t * (1 - t) * x
scalar w    | factor_left_out / chain_cut_short | -2 * (y - s) * s * (1 - s)
scalar x    | wrong_derivative         | -2 * (y - s) * (1 - s ** 2) * w
scalar x    | few_digits               | k = lambda v: (y - torch.sigmoid(w * v)) ** 2; (k(x + 1e-6) - k(x)) / 1e-6
scalar x    | term_sign                | t = 1 / (1 + torch.exp(w * x)); -2 * (y - t) * t * (1 - t) * w
scalar y    | lost_brackets            | 2 * y - s
scalar y    | activation_twice         | 2 * y - 2 * torch.sigmoid(torch.sigmoid(w * x))
scalar y    | derivative_extra         | 2 * (y - s) * s * (1 - s)
affine W    | square_only              | torch.stack([2 * X.T @ E[:, j] for j in range(len(W))], 1)
affine W    | sum_for_mean             | sum(2 * X.T @ E for i in range(n))
affine W    | reshape_for_transpose    | 2 * torch.mm(X.reshape(-1, n), E)
affine W    | one_sample_only / size_one_only | 2 * torch.outer(X.sum(0), E.sum(0))
affine W    | sample_left_out          | sum(2 * torch.outer(X[i], E[i]) for i in range(1, n))
affine W    | term_sign / factor       | X.T @ (X @ W - B)
affine X    | transpose                | 2 * torch.einsum("pq,nq->pn", W, E)
affine X    | size_one_only            | 2 * E.sum(1, keepdim=True) @ W.sum(1, keepdim=True).T
affine X    | norm_not_squared         | E @ W.T / (E ** 2).sum().sqrt()
affine B    | product_kind             | 2 * (X * W + B)
affine B    | extra_sum                | 2 * E.sum(0, keepdim=True)
affine B    | mean_for_sum             | (2 * E).div(E.numel())
affine B    | other_variable           | 2 * torch.einsum("ni,nj->ij", X, E)
relu W      | derivative_left_out      | 2 * X.T @ torch.where(Z > 0, Z - Y, -Y)
relu W      | sample_left_out          | sum(2 * torch.outer(X[i], E[i] * M[i]) for i in range(n - 1))
relu W      | fixed_size               | G = torch.zeros(4, 3); G += 2 * X.T @ (E * M); G
relu W      | activation_other         | 2 * X.T @ ((torch.nn.functional.leaky_relu(Z) - Y) * torch.where(Z > 0, 1.0, 0.01))
relu W      | activation_twice         | 2 * X.T @ (E.clamp(min=0) * M)
relu X      | one_sample_only          | torch.stack([2 * (E[i] * M[0]) @ W.T for i in range(n)])
relu X      | wrong_derivative         | 2 * (E * torch.sign(Z)) @ W.T
relu X      | derivative_argument / wrong_factor | 2 * torch.where(Y > 0, E, 0) @ W.T
relu X      | extra_sum                | 2 * torch.einsum("nq,nq,pq->p", E, M, W)[None]
relu X      | derivative_left_out / transpose_left_out | torch.matmul(2 * E, W)
relu Y      | bias_outside / lost_brackets | -2 * torch.relu(X @ W - Y)
relu Y      | activation_left_out      | [[2 * float(Y[i, j] - Z[i, j]) for j in range(Y.shape[1])] for i in range(n)]
relu Y      | derivative_extra / lost_brackets | -2 * (Z - Y) * M
predict P   | bias_outside             | (sg(X @ W1) + b1) @ W2 + b2
predict P   | term_sign                | 1 / (1 + torch.exp(X @ W1 + b1)) @ W2 + b2
predict P   | activation_twice         | sg(sg(X @ W1 + b1) @ W2 + b2)
predict P   | activation_other         | torch.softmax(X @ W1 + b1, 1) @ W2 + b2
predict P   | one_sample / one_sample_only | sg(X[0] @ W1 + b1) @ W2 + b2
predict P   | few_digits               | (sg(X.float() @ W1.float() + b1.float()) @ W2.float() + b2.float()).double()
network b2  | fixed_size               | torch.ones(1, 5) @ (-2 * E)
network b2  | derivative_extra         | t = torch.sigmoid(s @ W2 + b2); (-2 * E * t * (1 - t)).sum(0, keepdim=True)
network b2  | batch_sum_missing        | torch.stack([-2 * (Y[i] - s[i] @ W2 - b2[0]) for i in range(n)])
network b2  | wrong_axis               | (-2 * E.T).sum(0, keepdim=True)
network b1  | batch_sum_missing        | torch.einsum("nq,mq,nm->nm", -2 * E, W2, D)
network b1  | bias_outside             | t = torch.sigmoid(X @ W1) + b1; (-2 * (Y - (t @ W2 + b2)) @ W2.T).sum(0, keepdim=True)
network b1  | mean_for_sum             | torch.ones(1, n) @ (-2 * E @ W2.T * D) / n
network b1  | wrong_derivative / activation_other | (-2 * E @ W2.T * (h > 0)).sum(0, keepdim=True)
network b1  | sample_left_out          | sum(-2 * (E[i:i + 1] @ W2.T) * D[i:i + 1] for i in range(n - 1))
network W2  | activation_left_out      | -2 * s.T @ (Y - (h @ W2 + b2))
network W2  | term_left_out            | -2 * torch.sigmoid(X @ W1).T @ E
network W2  | product_order            | torch.mm(E, s.t()).mul(-2)
network W2  | mean_for_sum             | torch.stack([-2 * torch.outer(s[i], E[i]) for i in range(n)]).mean(0)
network W1  | one_sample_only / size_one_only | -2 * X.mean(0, keepdim=True).T @ (E @ W2.T * D).sum(0, keepdim=True)
network W1  | few_digits               | x, e, v, d = (t.numpy().astype("float32") for t in (X, E, W2, D)); (-2 * x.T @ (e @ v.T * d)).astype("float64")
network W1  | mean_for_sum             | torch.mm(X.t(), torch.mm(E, W2.t()) * D).mul(-2) / Y.numel()
network W1  | derivative_left_out / factor / sign | X.T @ (E @ W2.T)
network X   | lost_brackets            | -2 * D * (E @ W2.T @ W1.T)
network X   | transpose_left_out       | -2 * torch.mm(torch.mm(E, W2.T) * D, W1)
network X   | chain_cut_short / factor_left_out | -2 * (E @ W2.T) * D
network X   | term_left_out            | t = torch.sigmoid(X @ W1); -2 * ((Y - (t @ W2 + b2)) @ W2.T * t * (1 - t)) @ W1.T
network Y   | lost_brackets / term_sign | 2 * (Y - s @ W2 + b2)
network Y   | activation_left_out      | 2 * (Y - (h @ W2 + b2))
residual W  | term_left_out            | 2 * 3 * X @ E.T
residual W  | factor_left_out / term_factor | 2 * X @ E.T + 10 * W
residual W  | factor_left_out / term_factor | 6 * X @ (W.T @ X - 4 * Y).T + 10 * W
residual W  | norm_not_squared         | 6 * X @ E.T + 5 * W / W.norm()
residual X  | square_only              | torch.stack([6 * W @ E[:, j] for j in range(len(E))], 1)
residual X  | wrong_factor / none      | 6 * W @ E + 10 * X
residual X  | transpose_left_out       | 6 * torch.einsum("pq,pn->qn", W, E)
residual Y  | sign                     | 8 * E
wave W      | wrong_derivative / term_sign | 12 * X @ (R * torch.sin(Z)).T + 6 * W
wave W      | derivative_extra         | 12 * X @ (R * torch.sin(Z) ** 2).T + 6 * W
wave W      | activation_twice         | R = 6 * torch.cos(torch.cos(Z)) - 2 * B; -12 * X @ (R * torch.sin(Z)).T + 6 * W
wave W      | transpose_left_out       | -12 * X @ (R * torch.sin(Z)) + 6 * W
wave W      | activation_left_out      | -12 * X @ ((6 * Z - 2 * B) * torch.sin(Z)).T + 6 * W
wave X      | derivative_left_out      | 12 * W @ R
wave X      | lost_brackets            | -12 * W @ R * torch.sin(Z)
wave X      | derivative_argument      | -12 * W @ (R * torch.sin(R))
wave X      | activation_for_derivative / wrong_derivative | 12 * W @ (R * torch.cos(Z))
wave B      | factor_left_out / term_factor | -4 * (torch.cos(Z) - 2 * B)
weighted W  | factor_left_out          | 4 * X @ R + 8 * W
weighted W  | product_kind             | 4 * X @ (M @ R) + 8 * W
weighted W  | lost_brackets / factor_left_out | 4 * X @ (M * (M * (2 * X.T @ W) + 7 * T)) + 8 * W
weighted W  | term_sign                | R = M * (2 * X.T @ W - 7 * T); 4 * X @ (M * R) + 8 * W
weighted X  | transpose                | torch.mm(4 * M * R, W.T)
weighted T  | factor                   | M * R * 7
weighted M  | factor_left_out / chain_cut_short | 2 * R
factors V   | transpose                | 8 * X.T @ R @ W.T
factors V   | wrong_factor / none      | 8 * W @ R.T @ X + 12 * V
factors V   | product_order            | 8 * R.T @ W @ X
factors V   | one_sample / one_sample_only | 8 * torch.outer(W @ R[0], X[0])
factors V   | other_variable           | torch.addmm(12 * W, A.T, R, alpha=8)
factors W   | transpose_left_out       | 8 * A.T @ (4 * X @ V @ W - 3 * C) + 12 * W
factors W   | mean_for_sum             | 8 * A.T @ R / len(X) + 12 * W
trace X     | transpose_left_out       | 10 * torch.einsum("ij,jk->ik", A, X) - 3 * B + 4 * X
trace X     | fixed_size               | (5 * (A + A.T) + 4 * torch.eye(3)) @ X - 3 * B
trace X     | square_only              | (5 * (A + A.T) + 4 * torch.eye(X.shape[1])) @ X - 3 * B
trace X     | term_factor / lost_brackets / factor_left_out | 5 * A @ X + A.T @ X - 3 * B + 4 * X
trace X     | product_order            | 5 * X @ (A + A.T) - 3 * B + 4 * X
trace X     | term_left_out            | 5 * A @ X - 3 * B + 4 * X
trace A     | product_order            | 5 * X.T @ X
inverse X   | sign                     | torch.linalg.multi_dot([V.T, A.T, B.T, V.T])
inverse X   | product_order / size_one_only | -(A.T @ B.T) @ (V @ V).T
inverse X   | inverse_left_out         | -X.T @ A.T @ B.T @ X.T
inverse X   | transpose_left_out       | -V.T @ (B @ A).T @ V
inverse X   | factor_left_out          | -V.T @ A.T @ B.T
inverse A   | other_variable           | (A @ V).T
inverse B   | inverse_left_out         | (A @ X).T
poisson w   | activation_left_out      | X.T @ (z - y)
poisson w   | derivative_extra         | X.T @ (u ** 2 - y)
poisson w   | mean_for_sum             | sum((torch.exp(X[i] @ w) - y[i]) * X[i] for i in range(len(y)))[:, None] / len(y)
poisson w   | keepdim                  | ((u - y) * X).sum(0)
poisson w   | derivative_left_out / factor_left_out | X.T @ (1 - y)
poisson w   | bias_outside / lost_brackets | X.T @ torch.exp(z - y)
poisson w   | sum_missing / batch_sum_missing / product_kind | X * (u - y)
poisson w   | few_digits               | F = lambda v: torch.exp(X @ v).sum() - (y.T @ X @ v).sum(); torch.stack([(F(w + 1e-6 * e[:, None]) - F(w)) / 1e-6 for e in torch.eye(len(w))])[:, None]
poisson w   | term_left_out / mean_for_sum | X.T @ u / len(X)
poisson X   | transpose_left_out / size_one_only | (u - y) @ w
poisson y   | activation_twice / derivative_extra | -u
"""

OVERFLOWING = """
network W1  | overflow                 | g = torch.exp(-h) / (1 + torch.exp(-h)) ** 2; -2 * X.T @ (E @ W2.T * g)
network b1  | overflow                 | e = h.exp(); (-2 * E @ W2.T * e / (1 + e) ** 2).sum(0, keepdim=True)
network W2  | overflow                 | s = torch.exp(h) / (torch.exp(h) + 1); -2 * s.T @ (Y - (s @ W2 + b2))
network X   | overflow                 | e = torch.exp(h); -2 * (E @ W2.T * e * (1 + e) ** -2) @ W1.T
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)


def all_overflowing():
    """Answers that are right but where exp overflows; to be asked with stable=True."""
    from diagnosis.judged import from_table

    return from_table(OVERFLOWING, PROBLEMS, PRELUDES)
