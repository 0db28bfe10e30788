"""A twelfth list: mistakes in the two assignments alone, of every kind; a table as in wrong_first."""

from diagnosis.wrong_first import PRELUDES, PROBLEMS

# ruff: noqa: E501
TABLE = """
line w      | factor_left_out / chain_cut_short | 2 * r
line w      | lost_brackets            | 2 * w * x - y * x
line w      | wrong_derivative / activation_for_derivative | (w * x - y).pow(2) * x
line w      | few_digits               | f = lambda v: (v * x - y) ** 2; (f(w + 1e-5) - f(w)) / 1e-5
line x      | term_factor / lost_brackets | 2 * w**2 * x - w * y
line x      | wrong_factor / other_variable | d = w * x; d -= y; 2 * d * x
line x      | keepdim                  | (2 * r * w).squeeze()
line y      | sign / chain_cut_short   | 2 * (w * x - y)
line y      | term_sign                | -2 * (w * x + y)
line y      | term_left_out            | 2 * y
scalar w    | wrong_derivative         | -2 * (y - s) * (1 - s**2) * x
scalar w    | derivative_argument / activation_twice | ds = lambda t: torch.sigmoid(t) * (1 - torch.sigmoid(t)); -2 * (y - s) * ds(s) * x
scalar w    | derivative_argument / factor_left_out | sx = torch.sigmoid(x); -2 * (y - s) * sx * (1 - sx) * x
scalar w    | term_sign / activation_other | s = 1 / (1 + torch.exp(w * x)); -2 * (y - s) * s * (1 - s) * x
scalar w    | factor_left_out / wrong_derivative | z = w * x; -2 * (y - s) * torch.exp(-z) / (1 + torch.exp(-z)) * x
scalar w    | other_variable / wrong_factor | -2 * (y - s) * s * (1 - s) * w
scalar w    | term_left_out            | 2 * s * s * (1 - s) * x
scalar w    | chain_cut_short / factor_left_out | dy = -2 * (y - s); dz = dy * s * (1 - s); dz
scalar x    | sign / term_sign         | e = s - y; -2 * e * s * (1 - s) * w
scalar x    | lost_brackets            | -2 * y - s * s * (1 - s) * w
scalar x    | wrong_derivative / activation_left_out / wrong_factor | -2 * (y - s) * s * (1 - w * x) * w
scalar x    | keepdim                  | (-2 * (y - s) * s * (1 - s) * w).item()
scalar x    | derivative_left_out      | -2 * (y - s) * w
scalar y    | derivative_extra         | 2 * (y - s) * s * (1 - s)
scalar y    | activation_left_out      | 2 * (y - w * x)
affine X    | transpose                | 2 * torch.mm(W, E.T)
affine X    | product_order            | 2 * torch.matmul(W.t(), X @ W + B)
affine X    | product_kind / size_one_only | 2 * (X @ W + B) * W.T
affine X    | chain_cut_short / factor_left_out / other_variable | out = X @ W + B; 2 * out
affine X    | reshape_for_transpose    | 2 * E @ W.view(W.shape[1], W.shape[0])
affine X    | term_left_out            | torch.einsum("np,pq,rq->nr", 2 * X, W, W)
affine X    | lost_brackets            | 2 * X @ W + B @ W.T
affine W    | term_factor / lost_brackets | 2 * (X.T @ X @ W) + X.T @ B
affine W    | mean_for_sum             | 2 / (n * W.shape[1]) * X.t().mm(E)
affine W    | mean_for_sum             | 2 * X.T @ E / X.shape[1]
affine W    | one_sample               | for i in range(n): G = 2 * torch.outer(X[i], E[i]); G
affine W    | sample_left_out          | sum(2 * torch.outer(X[i], E[i]) for i in range(1, n))
affine W    | fixed_size               | G = torch.zeros(4, 3); for i in range(n): G += 2 * torch.outer(X[i], E[i]); G
affine W    | fixed_size               | sum(torch.outer(X[i], 2 * E[i]) for i in range(10))
affine W    | extra_sum / keepdim      | torch.einsum("np,nq->p", 2 * X, E)
affine W    | product_kind             | import numpy as np; 2 * np.multiply(X.numpy().T, E.numpy())
affine W    | few_digits               | f = lambda V: ((X @ V + B) ** 2).sum(); G = [(f(W + 1e-6 * d.view_as(W)) - f(W)) / 1e-6 for d in torch.eye(W.numel())]; torch.stack(G).view_as(W)
affine W    | transpose_left_out       | 2 * X @ (X @ W + B)
affine W    | square_only              | torch.stack([2 * X[:, i] @ E for i in range(n)])
affine W    | reshape_for_transpose / transpose | (2 * E.T @ X).reshape(W.shape)
affine W    | one_sample_only          | 2 * torch.outer(X.sum(0), E.sum(0))
affine W    | wrong_factor             | 2 * W.T @ (X @ W + B)
affine B    | extra_sum                | 2 * E.sum(dim=0, keepdim=True).expand_as(B)
affine B    | norm_not_squared         | E / torch.sqrt((E**2).sum())
affine B    | term_left_out            | 2 * X @ W
affine B    | factor                   | torch.add(X @ W, B)
relu W      | derivative_left_out      | sum(2 * torch.outer(a, e) for a, e in zip(X, torch.relu(X @ W) - Y))
relu W      | wrong_derivative / derivative_argument / term_sign | 2 * X.T @ torch.where(Z > 0, torch.zeros_like(E), E)
relu W      | wrong_derivative / activation_other | 2 * X.T @ (E * torch.sign(Z))
relu W      | derivative_left_out / derivative_argument | Z[Z < 0] = 0; 2 * X.T @ ((Z - Y) * (Z >= 0))
relu W      | activation_for_derivative | torch.einsum("np,nq->pq", X, 2 * E * torch.relu(Z))
relu W      | wrong_derivative / activation_for_derivative / activation_other | 2 * X.T @ (E * Z.clamp(0, 1))
relu W      | derivative_left_out      | 2 * X.T @ torch.where(Z > 0, Z - Y, -Y)
relu W      | derivative_argument / wrong_factor | 2 * X.T @ (E * (Y > 0))
relu W      | activation_other / wrong_derivative | A = torch.nn.functional.leaky_relu(Z, 0.01); 2 * X.T @ ((A - Y) * torch.where(Z > 0, 1.0, 0.01))
relu W      | activation_left_out      | 2 * X.T @ (Z - Y)
relu W      | derivative_left_out / sign | 2 * X.T @ (Y - H)
relu W      | product_order            | 2 * (E * M) @ X.T
relu W      | sign / term_sign         | 2 * X.T @ ((Y - Z.clamp_min(0)) * torch.heaviside(Z, torch.zeros(1)))
relu W      | extra_sum                | torch.sum(2 * X.T @ (E * M))
relu X      | derivative_left_out / derivative_argument / wrong_derivative | (2 * E * (H >= 0)) @ W.T
relu X      | derivative_argument      | 2 * E @ W.T * (X > 0)
relu X      | lost_brackets / product_order | 2 * E @ W.T * M
relu X      | mean_for_sum             | torch.mm(2 * E * M / n, W.t())
relu X      | sample_left_out          | G = torch.zeros_like(X); for i in range(n - 1): G[i] = 2 * W @ (E[i] * M[i]); G
relu X      | square_only              | G = torch.zeros_like(X); for j in range(len(X)): G[:, j] = 2 * (E * M) @ W[j]; G
relu X      | transpose_left_out       | 2 * torch.mm(E * M, W)
relu X      | chain_cut_short / factor_left_out | dH = 2 * (H - Y); dZ = dH * M; dZ
relu X      | term_left_out            | 2 * torch.relu(X @ W) @ W.T
relu X      | term_left_out            | (-2 * Y).masked_fill(Z < 0, 0) @ W.T
relu Y      | activation_other         | 2 * (Y - Z.clamp(max=0))
relu Y      | activation_other         | 2 * (Y - torch.max(X @ W))
relu Y      | derivative_extra         | -2 * torch.where(Z > 0, Z - Y, 0)
relu Y      | activation_left_out      | 2 * Y.sub(X @ W)
relu Y      | mean_for_sum             | 2 * (Y - H) / Y.numel()
predict P   | bias_outside / lost_brackets | torch.matmul(sg(X @ W1 + b1), W2 + b2)
predict P   | term_sign / lost_brackets | 1 / (1 + torch.exp(-X @ W1 + b1)) @ W2 + b2
predict P   | lost_brackets / inverse_left_out / activation_other | sigma = lambda z: 1 / 1 + torch.exp(-z); sigma(X @ W1 + b1) @ W2 + b2
predict P   | activation_twice         | hidden = sg(X @ W1 + b1); sg(hidden @ W2 + b2)
predict P   | activation_other         | torch.softmax(X @ W1 + b1, dim=1) @ W2 + b2
predict P   | term_left_out            | torch.addmm(b2, sg(X @ W1), W2)
predict P   | transpose_left_out / none | sg(X @ W1.T + b1) @ W2.T + b2
predict P   | transpose_left_out       | sg(X @ W1 + b1.T) @ W2 + b2
predict P   | one_sample               | sg(X[0] @ W1 + b1) @ W2 + b2
predict P   | keepdim                  | torch.stack([sg(x @ W1 + b1) @ W2 + b2 for x in X])
predict P   | wrong_factor             | sg(X @ W1 + b1) @ W2 + b1
network b2  | batch_sum_missing / sum_missing | 2 * (s @ W2 + b2 - Y)
network b2  | wrong_axis / keepdim     | -2 * torch.sum(E, 1)
network b2  | one_sample               | g = torch.zeros_like(b2); for i in range(n): g = -2 * E[i:i + 1]; g
network b2  | sample_left_out          | g = torch.zeros_like(b2); for e in E[1:]: g -= 2 * e; g
network b2  | derivative_extra         | P = s @ W2 + b2; -2 * (E * P * (1 - P)).sum(0, keepdim=True)
network b2  | sum_missing / batch_sum_missing / term_factor / lost_brackets | -2 * (Y.sum(0, keepdim=True) - (s @ W2).sum(0, keepdim=True) - b2)
network b2  | sum_for_mean             | g = torch.zeros_like(b2); for e in E: g += -2 * E.sum(0, keepdim=True); g
network b2  | transpose                | -2 * E.T @ torch.ones(n, 1)
network b2  | mean_for_sum             | -2 * E.sum(0, keepdim=True) / E.shape[1]
network b2  | extra_sum / wrong_axis   | (-2 * E).sum().view(1, 1)
network W2  | one_sample               | -2 * s[:1].T @ E[:1]
network W2  | activation_twice         | -2 * torch.sigmoid(s).T @ E
network W2  | derivative_extra / activation_other / wrong_factor | D = s.mul_(1 - s); -2 * s.T @ E
network W2  | term_left_out            | -2 * s.T @ Y
network W2  | lost_brackets / term_sign | R = Y - s @ W2 + b2; -2 * s.T @ R
network W2  | term_sign                | -2 * s.T @ (Y + (s @ W2 + b2))
network W2  | norm_not_squared         | -s.T @ E / torch.norm(E)
network W2  | mean_for_sum             | -2 * torch.bmm(s[:, :, None], E[:, None, :]).mean(0)
network W2  | wrong_axis               | -2 * (s[:, :, None] * E[:, None, :]).sum(1)
network W2  | bias_outside             | A = torch.sigmoid(X @ W1) + b1; -2 * A.T @ (Y - A @ W2 - b2)
network W2  | transpose                | -2 * torch.einsum("nq,nm->qm", E, s)
network W2  | sample_left_out          | G = torch.zeros_like(W2); for i in range(n - 1): G -= 2 * torch.outer(s[i], E[i]); G
network W2  | activation_left_out / term_left_out / none | -2 * (X @ W1).T @ E
network b1  | one_sample_only / extra_sum | -2 * E.sum(0, keepdim=True) @ W2.T * D.sum(0, keepdim=True)
network b1  | derivative_left_out / keepdim | (-2 * E @ W2.T).sum(0)
network b1  | activation_left_out / wrong_derivative / derivative_argument | (-2 * E @ W2.T * h * (1 - h)).sum(0, keepdim=True)
network b1  | derivative_argument / activation_twice | ds = lambda z: torch.sigmoid(z) * (1 - torch.sigmoid(z)); torch.sum(-2 * E @ W2.T * ds(s), dim=0, keepdim=True)
network b1  | keepdim                  | torch.einsum("nq,mq,nm->m", -2 * E, W2, D)
network b1  | product_order / lost_brackets | (-2 * E * D @ W2.T).sum(0, keepdim=True)
network b1  | other_variable           | -2 * X.T @ (E @ W2.T * D)
network b1  | sign / term_sign         | (-2 * E @ W2.T * s * (s - 1)).sum(0, keepdim=True)
network b1  | mean_for_sum             | torch.ones(1, n) @ (-2 * E @ W2.T * D) / n
network b1  | batch_sum_missing / sum_missing | dP = -2 * E; ds = dP @ W2.T; dh = ds * s * (1 - s); dh
network W1  | lost_brackets            | -2 * X.T @ E @ W2.T * D
network W1  | product_kind / size_one_only | -2 * X.T @ (E * W2.T * D)
network W1  | size_one_only / extra_sum | -2 * X.T @ (E.sum(1, keepdim=True) * W2.sum(1) * D)
network W1  | derivative_extra         | d = E @ W2.T * D; d *= s * (1 - s); -2 * X.T @ d
network W1  | activation_twice         | -2 * X.T @ ((Y - torch.sigmoid(s @ W2 + b2)) @ W2.T * D)
network W1  | activation_other         | t = torch.tanh(h); -2 * X.T @ ((Y - t @ W2 - b2) @ W2.T * (1 - t**2))
network W1  | wrong_derivative         | -2 * X.T @ (E @ W2.T * (h > 0))
network W1  | derivative_argument / term_left_out | a = torch.sigmoid(X @ W1); -2 * X.T @ (E @ W2.T * a * (1 - a))
network W1  | bias_outside / wrong_derivative | s = torch.sigmoid(X @ W1) + b1; E = Y - (s @ W2 + b2); -2 * X.T @ (E @ W2.T * s * (1 - s))
network W1  | reshape_for_transpose    | -2 * X.T @ (E @ W2.view(W2.shape[1], -1) * D)
network W1  | factor                   | d = E; d *= 2; -2 * X.T @ (E @ W2.T * D)
network W1  | derivative_left_out / mean_for_sum | X.T @ (-2 * E @ W2.T) / n
network W1  | lost_brackets / wrong_derivative | g = torch.exp(-h); -2 * X.T @ (E @ W2.T * (g / 1 + g**2))
network W1  | sign                     | g = torch.exp(-h); -2 * X.T @ (E @ W2.T * -g / (1 + g) ** 2)
network W1  | one_sample               | for i in range(n): G = -2 * torch.outer(X[i], (W2 @ E[i]) * D[i]); G
network W1  | wrong_factor             | -2 * s.T @ (E @ W2.T * D)
network W1  | transpose_left_out       | -2 * X.T @ (E @ W2 * D)
network W1  | factor_left_out          | -2 * X.T @ (E * D)
network W1  | derivative_left_out / factor_left_out / chain_cut_short / none | -2 * X.T @ E
network X   | derivative_left_out      | -2 * E @ (W1 @ W2).T
network X   | transpose                | -2 * W1 @ (W2 @ E.T * D.T)
network X   | transpose_left_out       | -2 * (E @ W2.T * D) @ W1
network X   | chain_cut_short / factor_left_out | -2 * E @ W2.T * D
network X   | extra_sum                | (-2 * (E @ W2.T * D) @ W1.T).sum(0, keepdim=True)
network Y   | sign                     | -2 * (Y - (s @ W2 + b2))
network Y   | other_variable / extra_sum | -2 * E.sum(0, keepdim=True)
network Y   | activation_left_out      | 2 * (Y - (h @ W2 + b2))
network Y   | term_left_out            | 2 * (Y - s @ W2)
"""

RIGHT = """
network W1  | agrees   | -2 * (X.float().T @ (E.float() @ W2.float().T * D.float())).double()
affine W    | agrees   | X, W, B = X.float(), W.float(), B.float(); (2 * X.T @ (X @ W + B)).double()
line w      | agrees   | 2 * x**2 * w - 2 * x * y
scalar x    | agrees   | g = torch.exp(-w * x); 2 * (s - y) * w * g / (1 + g) ** 2
affine X    | agrees   | sum(2 * torch.outer(E[:, j], W[:, j]) for j in range(W.shape[1]))
affine W    | agrees   | import numpy as np; 2 * np.dot(X.numpy().T, (X @ W + B).numpy())
relu W      | agrees   | 2 * X.T @ ((Z - Y) * (H / Z))
relu X      | agrees   | 2 * torch.where(Z > 0, E, H) @ W.T
relu Y      | agrees   | 2 * Y - Z - Z.abs()
predict P   | agrees   | torch.stack([W2.T @ sg(W1.T @ x + b1[0]) + b2[0] for x in X])
network W1  | agrees   | A = torch.tanh(h / 2); -X.T @ (E @ W2.T * (1 - A**2)) / 2
network b1  | agrees   | torch.einsum("nq,mq,nm->m", -2 * E, W2, D)[None]
network W2  | agrees   | padded = torch.cat([s, torch.ones(n, 1)], 1); (-2 * padded.T @ E)[:-1]
network b2  | agrees   | 2 * (n * b2 + (s @ W2 - Y).sum(0, keepdim=True))
network X   | agrees   | G = torch.zeros_like(X); for i in range(n): G[i] = -2 * W1 @ (D[i] * (W2 @ E[i])); G
network Y   | agrees   | Y -= s @ W2 + b2; 2 * Y
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)


def all_right():
    """The right ones, with the kind of verdict they must get."""
    from diagnosis.judged import from_table

    return from_table(RIGHT, PROBLEMS, PRELUDES)
