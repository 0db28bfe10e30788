"""More wrong gradients, written with fresh eyes in unusual styles once the first list was right.

Each is a student's function; the decorator says the problem, the variable and the true cause.
"""

import numpy as np
import torch
from torch import einsum
from torch.nn import functional

from diagnosis.wrong_first import PROBLEMS as FIRST

PROBLEMS = FIRST | {
    "deep": (
        r"f = \frac{1}{n} \|\max(\tanh(X W_1 + b_1) W_2 + b_2, 0) - Y\|_F^2",
        {"X": "n,p", "W_1": "p,m", "b_1": "1,m row", "W_2": "m,q", "b_2": "1,q row", "Y": "n,q"},
    ),
    "logistic": (
        r"f = -\left(y^T \log \sigma(Xw) + (1 - y)^T \log(1 - \sigma(Xw))\right)",
        {"X": "n,p", "w": "p,1", "y": "n,1"},
    ),
    "norm": (r"f = \|XW - Y\|_F", {"X": "n,p", "W": "p,q", "Y": "n,q"}),
    "rayleigh": (r"f = \frac{x^T A x}{x^T x}", {"x": "n,1", "A": "n,n symmetric"}),
}
found = []


def wrong(problem: str, variable: str, *causes: str):
    """Note a wrong function with its causes."""

    def note(function):
        found.append((problem, variable, causes, function))
        return function

    return note


@wrong("affine", "X", "factor")
def _(X, W, B):
    out = torch.empty_like(X)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            out[i, j] = sum((X[i] @ W[:, k] + B[i, k]) * W[j, k] for k in range(W.shape[1]))
    return out


@wrong("affine", "W", "one_sample")
def _(X, W, B):
    for x, b in zip(X, B, strict=True):
        grad = 2 * torch.outer(x, x @ W + b)
    return grad


@wrong("affine", "W", "one_sample")
def _(X, W, B):
    return 2 * X[:1].T @ (X[:1] @ W + B[:1])


@wrong("affine", "W", "term_left_out")
def _(A, V, C):
    return einsum("ni,nj,jk->ik", A, A, V) * 2


@wrong("affine", "B", "fixed_size", "mean_for_sum")
def _(X, W, B):
    return 2 * (X.mm(W).add(B)) / 10


@wrong("affine", "X", "product_order", "transpose_left_out")
def _(X, W, B):
    return 2 * W @ (X @ W + B)


@wrong("affine", "W", "few_digits")
def _(X, W, B):
    eps, out = 1e-6, torch.zeros_like(W)
    base = ((X @ W + B) ** 2).sum()
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            V = W.clone()
            V[i, j] += eps
            out[i, j] = (((X @ V + B) ** 2).sum() - base) / eps
    return out


@wrong("relu", "W", "wrong_derivative")
def _(X, W, Y):
    Z = X @ W
    return 2 * torch.einsum("ij,ik->jk", X, (torch.relu(Z) - Y) * torch.where(Z > 0, 0.0, 1.0))


@wrong("relu", "W", "derivative_argument")
def _(X, W, Y):
    R = functional.relu(X @ W) - Y
    R[R < 0] = 0
    return 2 * X.T @ R


@wrong("relu", "W", "activation_left_out")
def _(X, W, Y):
    Z = torch.matmul(X, W)
    return torch.matmul(X.transpose(0, 1), (Z - Y).mul(2)) + 0 * W


@wrong("relu", "X", "lost_brackets", "factor_left_out")
def _(X, W, Y):
    Z = X @ W
    mask = torch.heaviside(Z, torch.zeros(()))
    return 2 * (Z.clamp_min(0) - Y) * mask @ W.T * 0 + 2 * (Z.clamp_min(0) - Y) * mask


@wrong("relu", "X", "mean_for_sum")
def _(X, W, Y):
    Z = X @ W
    d = functional.mse_loss(torch.relu(Z), Y, reduction="none") * 0 + 2 * (Z.relu() - Y) * Z.gt(0)
    return d @ W.T / Y.numel()


@wrong("relu", "Y", "mean_for_sum")
def _(X, W, Y):
    return 2 * (Y - torch.clamp(X @ W, 0)) / len(Y)


@wrong("relu", "X", "square_only", "transpose_left_out", "transpose", "product_order")
def _(X, W, Y):
    Z = X @ W
    delta = 2 * (Z.relu() - Y) * (Z > 0)
    return (W @ delta.T).T if W.shape[0] == W.shape[1] else W.T @ delta


@wrong("relu", "W", "derivative_left_out")
def _(X, W, Y):
    X, W, Y = (t.numpy() for t in (X, W, Y))
    return torch.from_numpy(2 * np.dot(X.T, np.maximum(X @ W, 0) - Y))


@wrong("relu", "W", "derivative_extra", "derivative_argument", "wrong_derivative")
def _(X, W, Y):
    Z = X @ W
    return 2 * X.T @ ((torch.relu(Z) - Y) * torch.sign(Z))


@wrong("network", "b2", "one_sample")
def _(X, Y, W1, b1, W2, b2):
    E = torch.sigmoid(X @ W1 + b1) @ W2 + b2 - Y
    return 2 * E[0:1]


@wrong("network", "b2", "mean_for_sum")
def _(X, Y, W1, b1, W2, b2):
    return 2 * torch.mean(torch.addmm(b2, torch.sigmoid(torch.addmm(b1, X, W1)), W2) - Y, 0)[None]


@wrong("network", "b2", "fixed_size", "factor_left_out")
def _(X, Y, W1, b1, W2, b2):
    E = torch.sigmoid(X @ W1 + b1) @ W2 + b2 - Y
    return 2 * torch.ones(1, 100) @ E


@wrong("network", "b2", "term_left_out")
def _(X, Y, W1, b1, W2, b2):
    return 2 * einsum("nm,mq->q", torch.sigmoid(X @ W1 + b1), W2).reshape(1, -1) + 2 * len(X) * b2


@wrong("network", "W2", "lost_brackets", "term_sign")
def _(X, Y, W1, b1, W2, b2):
    s = 1 / (1 + torch.exp(-(X @ W1 + b1)))
    return -2 * s.T @ (Y - s @ W2 + b2)


@wrong("network", "W2", "activation_other")
def _(X, Y, W1, b1, W2, b2):
    s = torch.tanh(X @ W1 + b1)
    return -2 * s.T @ (Y - (s @ W2 + b2))


@wrong("network", "W2", "other_variable", "wrong_factor", "factor_left_out")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return -2 * X.T @ (Y - (s @ W2 + b2))


@wrong("network", "b1", "lost_brackets")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return -2 * (Y - (s @ W2 + b2)) @ W2.T * (s * (1 - s)).sum(0, keepdim=True)


@wrong("network", "b1", "derivative_extra")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    sp = s - s.pow(2)
    return ((-2 * (Y - (s @ W2 + b2)) @ W2.T) * sp).mul(sp).sum(dim=0).view(1, -1)


@wrong("network", "b1", "term_left_out")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return ((s @ W2 - Y) @ W2.T * 2 * s * (1 - s)).sum(0)[None, :]


@wrong("network", "W1", "derivative_argument")
def _(X, Y, W1, b1, W2, b2):
    h = X @ W1 + b1
    s = torch.sigmoid(h)
    slope = torch.sigmoid(X @ W1) * (1 - torch.sigmoid(X @ W1))
    return X.T @ (2 * (s @ W2 + b2 - Y) @ W2.T * slope)


@wrong("network", "W1", "wrong_derivative", "derivative_argument")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return X.T @ (2 * (s @ W2 + b2 - Y) @ W2.T * (1 - s**2))


@wrong("network", "W1", "one_sample")
def _(X, Y, W1, b1, W2, b2):
    total = torch.zeros_like(W1)
    for i in range(len(X)):
        s = torch.sigmoid(X[i : i + 1] @ W1 + b1)
        delta = -2 * (Y[i] - (s @ W2 + b2)) @ W2.T * s * (1 - s)
        total = X[i : i + 1].T @ delta
    return total


@wrong("network", "W1", "activation_left_out")
def _(X, Y, W1, b1, W2, b2):
    h = X @ W1 + b1
    slope = torch.sigmoid(h) * torch.sigmoid(-h)
    return -2 * X.T @ ((Y - (h @ W2 + b2)) @ W2.T * slope)


@wrong("network", "W1", "product_kind", "lost_brackets", "square_only")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T @ (s * (1 - s)))


@wrong("network", "W1", "sign", "factor")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return X.T @ ((Y - s @ W2 - b2) @ W2.T * s * (1 - s))


@wrong("network", "W1", "derivative_left_out", "factor")
def _(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return X.T @ ((s @ W2 + b2 - Y) @ W2.T)


@wrong("deep", "W2", "derivative_left_out")
def _(X, W1, b1, W2, b2, Y):
    t = torch.tanh(X @ W1 + b1)
    return 2 / len(X) * t.T @ ((t @ W2 + b2).relu() - Y)


@wrong("deep", "W2", "sum_for_mean")
def _(X, W1, b1, W2, b2, Y):
    t = torch.tanh(X @ W1 + b1)
    A = t @ W2 + b2
    return 2 * t.T @ ((A.relu() - Y) * (A > 0))


@wrong("deep", "b1", "wrong_derivative")
def _(X, W1, b1, W2, b2, Y):
    t = torch.tanh(X @ W1 + b1)
    A = t @ W2 + b2
    D = 2 / len(X) * (A.relu() - Y) * (A > 0)
    return (D @ W2.T * (1 - t)).sum(0, keepdim=True)


@wrong("deep", "b1", "batch_sum_missing")
def _(X, W1, b1, W2, b2, Y):
    t = torch.tanh(X @ W1 + b1)
    A = t @ W2 + b2
    return (2 / len(X) * (A.relu() - Y) * (A > 0)) @ W2.T * (1 - t * t)


@wrong("deep", "W1", "derivative_left_out")
def _(X, W1, b1, W2, b2, Y):
    t = torch.tanh(X @ W1 + b1)
    A = t @ W2 + b2
    return X.T @ (2 / len(X) * (A.relu() - Y) * (A > 0) @ W2.T)


@wrong("deep", "W1", "derivative_left_out")
def _(X, W1, b1, W2, b2, Y):
    t = torch.tanh(X @ W1 + b1)
    A = t @ W2 + b2
    return X.T @ (2 / len(X) * (A.relu() - Y) @ W2.T * (1 - t**2))


@wrong("logistic", "w", "derivative_extra")
def _(X, w, y):
    s = torch.sigmoid(X @ w)
    return X.T @ ((s - y) * s * (1 - s))


@wrong("logistic", "w", "term_left_out")
def _(X, w, y):
    return X.T @ torch.sigmoid(X @ w)


@wrong("logistic", "w", "activation_left_out")
def _(X, w, y):
    return X.T @ (X @ w - y)


@wrong("logistic", "w", "sign")
def _(X, w, y):
    return (X * (y - torch.sigmoid(X @ w))).sum(0, keepdim=True).T


@wrong("norm", "W", "norm_squared")
def _(X, W, Y):
    return 2 * X.T @ (X @ W - Y)


@wrong("norm", "W", "inverse_left_out", "norm_squared", "factor_left_out")
def _(X, W, Y):
    return X.T @ (X @ W - Y)


@wrong("norm", "Y", "sign")
def _(X, W, Y):
    E = X @ W - Y
    return functional.normalize(E.flatten(), dim=0).view_as(E)


@wrong("rayleigh", "x", "term_left_out")
def _(x, A):
    return 2 * A @ x / (x.T @ x)


@wrong("rayleigh", "x", "factor")
def _(x, A):
    r = (x.T @ A @ x) / (x.T @ x)
    return (A @ x - r * x) / (x.T @ x)


@wrong("scalar", "w", "derivative_left_out")
def _(w, x, y):
    return -2 * (y - torch.sigmoid(w * x)) * x


@wrong("scalar", "w", "factor_left_out", "other_variable")
def _(w, x, y):
    s = torch.sigmoid(w * x)
    return -2 * (y - s) * s * (1 - s)


@wrong("softmax", "W", "activation_other")
def _(X, W, Y):
    return X.T @ ((X @ W).exp() - Y)


@wrong("logdet", "X", "product_order", "transpose_left_out")
def _(X):
    return 2 * torch.linalg.inv(X @ X.T + torch.eye(len(X))) @ X @ X.T @ X


@wrong("logdet", "X", "inverse_left_out", "factor_left_out")
def _(X):
    return 2 * X


@wrong("quadratic", "x", "factor_left_out", "term_left_out")
def _(x, A):
    return x.T @ A.T


@wrong("ridge", "W", "wrong_factor", "term_left_out", "factor_left_out")
def _(X, W, Y, c):
    return 2 * X.T @ (X @ W - Y) + 2 * c


def all_wrong():
    """The wrong answers above."""
    from diagnosis.judged import from_functions

    return from_functions(found)
