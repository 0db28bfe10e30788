"""A seventh list: both assignments, twelve further formulas, and one torch function.

A table as in wrong_first. Where two mistakes were made at once both stand there, and `none`, as
nothing said is as good. RIGHT holds functions that must be told nothing, or only what is said
without a diagnosis: what the verdict's kind must be stands where the cause stands.
"""

from diagnosis.wrong_first import PRELUDES as USUAL
from diagnosis.wrong_first import PROBLEMS as FIRST


def huber(X, w, y):
    r = (X @ w - y).abs()
    return (r.clamp(max=1) * (r - r.clamp(max=1) / 2)).sum()


PROBLEMS = FIRST | {
    "margin": (
        r"f = \frac{1}{n} \mathbf{1}^T \log(1 + \exp(-y \odot (Xw)))",
        {"X": "n,p", "w": "p,1", "y": "n,1"},
    ),
    "ridgemean": (
        r"f = \frac{1}{2n} \|Xw - y\|^2 + \frac{\lambda}{2} \|w\|^2",
        {"X": "n,p", "w": "p,1", "y": "n,1", r"\lambda": "1,1"},
    ),
    "distance": (r"f = \|Ax - b\|", {"A": "n,p", "x": "p,1", "b": "n,1"}),
    "gaussian": (r"f = x^T S^{-1} x + \log\det S", {"x": "n,1", "S": "n,n invertible"}),
    "solve": (r"f = a^T X^{-1} b", {"a": "n,1", "X": "n,n invertible", "b": "n,1"}),
    "three": (
        r"f = \frac{1}{n} \|\max(\max(X W_1 + b_1, 0) W_2 + b_2, 0) W_3 - Y\|_F^2",
        {
            "X": "n,p",
            "W_1": "p,m",
            "b_1": "1,m row",
            "W_2": "m,k",
            "b_2": "1,k row",
            "W_3": "k,q",
            "Y": "n,q",
        },
    ),
    "softplus": (
        r"f = \mathbf{1}^T \mathrm{softplus}(XW) v",
        {"X": "n,p", "W": "p,q", "v": "q,1"},
    ),
    "columns": (
        r"f = \|XW + c \mathbf{1}^T - Y\|_F^2",
        {"X": "n,p", "W": "p,q", "c": "n,1", "Y": "n,q"},
    ),
    "softnet": (
        r"f = -\operatorname{tr}(Y^T \log \mathrm{softmax}(\tanh(X W_1) W_2))",
        {"X": "n,p", "W_1": "p,m", "W_2": "m,q", "Y": "n,q one-hot"},
    ),
    "cosine": (r"f = \frac{x^T y}{\|x\| \|y\|}", {"x": "n,1", "y": "n,1"}),
    "hadamard": (
        r"f = \operatorname{tr}((A \odot X)^T X B)",
        {"A": "n,p", "X": "n,p", "B": "p,p"},
    ),
    "fourth": (r"f = \operatorname{tr}(X^T X X^T X)", {"X": "n,p"}),
    "scaled": (
        r"f = \|\operatorname{diag}(d) X - Y\|_F^2",
        {"d": "n,1", "X": "n,p", "Y": "n,p"},
    ),
    "huber": (huber, {"X": "n,p", "w": "p,1", "y": "n,1"}),
}
THREE = (
    "n = len(X); Z1 = X @ W1 + b1; A1 = Z1.relu(); M1 = (Z1 > 0) * 1.0; Z2 = A1 @ W2 + b2; "
    "A2 = Z2.relu(); M2 = (Z2 > 0) * 1.0; E = 2 * (A2 @ W3 - Y) / n; d2 = E @ W3.T * M2"
)
PRELUDES = USUAL | {
    "margin": "n = len(X); m = y * (X @ w); sg = torch.sigmoid",
    "ridgemean": "n = len(X); c = lambda_; r = X @ w - y",
    "distance": "r = A @ x - b",
    "gaussian": "V = torch.linalg.inv(S)",
    "solve": "V = torch.linalg.inv(X)",
    "three": THREE,
    "softplus": "Z = X @ W; ones = torch.ones(len(X), 1)",
    "columns": "E = X @ W + c - Y",
    "softnet": "T = torch.tanh(X @ W1); S = torch.softmax(T @ W2, dim=1)",
    "cosine": "nx = x.norm(); ny = y.norm(); cos = (x * y).sum() / (nx * ny)",
    "hadamard": "pass",
    "fourth": "pass",
    "scaled": "E = d * X - Y",
    "huber": "r = X @ w - y; g = r.clamp(-1, 1)",
}

# ruff: noqa: E501
TABLE = """
affine X    | transpose_left_out       | 2 * torch.einsum("nq,qp->np", E, W)
affine W    | one_sample_only          | 2 * torch.einsum("np,mq->pq", X, E)
affine B    | extra_sum / mean_for_sum / wrong_axis | 2 * E.mean()
affine X    | transpose                | 2 * W @ (X @ W + B).T
affine W    | sample_left_out          | g = torch.zeros_like(W); g = g + sum(torch.outer(X[i], 2 * E[i]) for i in range(n - 1)); g
relu W      | derivative_argument      | 2 * (X * (X > 0)).T @ E
relu W      | wrong_derivative / activation_other | 2 * X.T @ (E * Z.sign())
relu W      | bias_outside / derivative_argument | 2 * X.T @ torch.relu(Z - Y)
relu W      | sign / transpose / none  | 2 * ((Y - H) * M).T @ X
relu X      | size_one_only            | 2 * (E * M).sum(1, keepdim=True) * W.sum(1)
relu X      | mean_for_sum             | 2 / n * (E * M) @ W.T
relu Y      | sign                     | 2 * (H - Y)
relu Y      | extra_sum                | -2 * E.sum(0)
line w      | wrong_factor / other_variable | 2 * (w * x - y) * w
line x      | chain_cut_short / factor_left_out | 2 * (w * x - y)
scalar w    | derivative_argument / wrong_derivative / activation_left_out | z = w * x; -2 * (y - s) * z * (1 - z) * x
scalar w    | chain_cut_short / factor_left_out | -2 * (y - s) * s * (1 - s)
network b2  | keepdim                  | -2 * E.sum(0)
network b2  | wrong_axis / mean_for_sum | -2 * E.mean(1, keepdim=True)
network W2  | term_left_out            | 2 * s.T @ (s @ W2 + b2)
network W2  | term_left_out            | -2 * torch.sigmoid(X @ W1).T @ E
network b1  | wrong_derivative         | (-2 * E @ W2.T * s * (1 + s)).sum(0, keepdim=True)
network b1  | one_sample_only          | -2 * (E @ W2.T).sum(0, keepdim=True) * D.sum(0, keepdim=True)
network b1  | one_sample_only / lost_brackets / batch_sum_missing | -2 * E.sum(0, keepdim=True) @ W2.T * D
network b1  | mean_for_sum / wrong_derivative / none | (-2 * E @ W2.T * (1 - s)).mean(0, keepdim=True)
network W1  | product_order / lost_brackets | -2 * X.T @ ((E * D) @ W2.T)
network W1  | wrong_derivative         | -2 * X.T @ (E @ W2.T * s * (1 - s**2))
network W1  | mean_for_sum             | -2 * X.T @ ((E @ W2.T) * D) / Y.numel()
network W1  | one_sample / one_sample_only | d = E @ W2.T * D; -2 * sum(torch.outer(X[i], d[0]) for i in range(n))
network X   | transpose_left_out       | -2 * (E @ W2.T * D) @ W1
predict P   | bias_outside             | (sg(X @ W1) + b1) @ W2 + b2
predict P   | activation_other         | torch.softmax(X @ W1 + b1, 1) @ W2 + b2
margin w    | derivative_argument / term_sign / wrong_derivative / factor_left_out | -X.T @ (y * sg(m)) / n
margin w    | factor_left_out          | -X.T @ sg(-m) / n
margin w    | sum_for_mean             | -X.T @ (y * sg(-m))
margin w    | derivative_left_out / inverse_left_out / activation_left_out / factor_left_out | -X.T @ (y * torch.exp(-m)) / n
margin w    | sign / sum_for_mean / none | X.T @ (y * sg(-m))
margin X    | other_variable / wrong_factor | -X * y * sg(-m) / n
ridgemean w | factor_left_out          | X.T @ r / n + c
ridgemean w | term_factor / mean_for_sum / lost_brackets | (X.T @ r + c * w) / n
ridgemean w | one_sample_only / extra_sum | X.T @ r.mean(0, keepdim=True).expand_as(r) + c * w
distance x  | norm_squared / inverse_left_out / factor_left_out / derivative_left_out | A.T @ r
distance x  | chain_cut_short / factor_left_out | r / r.norm()
distance A  | transpose                | x @ r.T / r.norm()
gaussian S  | transpose / transpose_left_out | -V @ x @ x.T @ V + V
gaussian S  | term_left_out            | -V.T @ x @ x.T @ V.T
gaussian S  | chain_cut_short / factor_left_out | -V.T @ x @ x.T @ V.T + 1 / torch.det(S)
gaussian x  | transpose_left_out / term_left_out / factor | 2 * V @ x
solve X     | factor_left_out          | -V.T @ a @ b.T
solve X     | transpose_left_out       | -V @ a @ b.T @ V
three W1    | derivative_left_out      | X.T @ (d2 @ W2.T)
three W1    | derivative_left_out      | X.T @ (E @ W3.T @ W2.T)
three W2    | wrong_factor             | X.T @ d2
three W3    | factor                   | A2.T @ E / 2
three b1    | mean_for_sum             | (d2 @ W2.T * M1).mean(0, keepdim=True)
three W2    | activation_left_out / wrong_factor | Z1.T @ d2
softplus W  | activation_for_derivative | X.T @ (torch.nn.functional.softplus(Z) * v.T)
softplus v  | derivative_extra / activation_other | torch.sigmoid(Z).T @ ones
columns c   | wrong_axis               | 2 * E.sum(0, keepdim=True).T
columns c   | batch_sum_missing / sum_missing | 2 * E
softnet W1  | derivative_left_out      | X.T @ ((S - Y) @ W2.T)
softnet W2  | wrong_axis               | S = torch.softmax(T @ W2, dim=0); T.T @ (S - Y)
cosine x    | term_left_out            | y / (nx * ny)
cosine x    | term_sign                | y / (nx * ny) + cos * x / nx**2
hadamard X  | transpose_left_out       | A * (X @ B) + (A * X) @ B
hadamard X  | term_left_out            | (A * X) @ B.T
fourth X    | factor / term_left_out   | 2 * X @ X.T @ X
scaled d    | wrong_axis               | 2 * (E * X).sum(0)
scaled X    | factor_left_out / chain_cut_short | 2 * (d * X - Y)
huber w     | sum_for_mean / mean_for_sum | X.T @ g / len(X)
huber w     | none                     | X.T @ r
"""

RIGHT = """
affine X    | agrees   | (2 * W @ (W.T @ X.T + B.T)).T
affine W    | agrees   | torch.autograd.functional.jacobian(lambda V: ((X @ V + B) ** 2).sum(), W)
relu W      | agrees   | 2 * torch.einsum("np,nq->pq", X, torch.where(Z >= 0, Z - Y, torch.zeros(())))
relu W      | agrees   | X *= 2; X.T @ (E * M)
relu Y      | agrees   | 2 * Y.sub_(H)
network W1  | agrees   | -2 * X.T @ (E @ W2.T / (2 + torch.exp(h) + torch.exp(-h)))
network b1  | agrees   | sum((-2 * W2 @ e * d for e, d in zip(E, D))).reshape(1, -1)
network b2  | agrees   | -2 * torch.ones(1, len(X)) @ E
softmax W   | agrees   | X.T @ (S * Y.sum(1, keepdim=True) - Y)
logdet X    | agrees   | 2 * torch.linalg.solve(A, X.T).T
three W2    | agrees   | sum(torch.outer(a, d) for a, d in zip(A1, d2))
gaussian S  | agrees   | u = torch.linalg.solve(S.T, x); w = torch.linalg.solve(S, x); torch.linalg.inv(S).T - u @ w.T
margin w    | agrees   | -(X * y).T @ (1 - sg(m)) / n
cosine x    | agrees   | (torch.eye(len(x)) - x @ x.T / nx**2) @ y / nx / ny
huber w     | agrees   | X.T @ torch.where(r.abs() < 1, r, r.sign())
"""


def all_wrong():
    """The wrong answers of the table."""
    from diagnosis.judged import from_table

    return from_table(TABLE, PROBLEMS, PRELUDES)


def all_right():
    """The right ones, with the kind of verdict they must get."""
    from diagnosis.judged import from_table

    return from_table(RIGHT, PROBLEMS, PRELUDES)
