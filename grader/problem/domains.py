"""Draw one matrix of a named domain: plain, positive, one-hot, invertible and so on.

Every draw has shape (rows, columns) and dtype float64, and comes from the given generator alone, so
that a seed always gives the same points.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

Draw = Callable[[int, int, Generator], Tensor]


def plain(rows: int, columns: int, generator: Generator) -> Tensor:
    """Independent standard normal entries."""
    return torch.randn(rows, columns, generator=generator, dtype=torch.float64)


def positive(rows: int, columns: int, generator: Generator) -> Tensor:
    """Entries between 1/2 and 2: far from zero, where log and square root are tame."""
    return 0.5 + 1.5 * torch.rand(rows, columns, generator=generator, dtype=torch.float64)


def one_hot(rows: int, columns: int, generator: Generator) -> Tensor:
    """One 1 in every row, or in the column if there is one column only (a single label vector)."""
    if columns == 1 and rows > 1:
        return one_hot(1, rows, generator).T.contiguous()
    labels = torch.randint(columns, (rows,), generator=generator)
    return torch.nn.functional.one_hot(labels, columns).double()


def probability(rows: int, columns: int, generator: Generator) -> Tensor:
    """Positive rows that sum to 1."""
    weights = positive(rows, columns, generator)
    return weights / weights.sum(dim=1, keepdim=True)


def invertible(rows: int, columns: int, generator: Generator) -> Tensor:
    """A square matrix whose singular values lie between 1/2 and 2, with positive determinant."""
    left, right = (orthogonal(rows, columns, generator) for _ in range(2))
    matrix = left @ torch.diag(positive(rows, 1, generator).flatten()) @ right
    if torch.linalg.det(matrix) < 0:  # log|X| is asked for more often than log|det X|
        matrix[0] = -matrix[0]
    return matrix


def orthogonal(rows: int, columns: int, generator: Generator) -> Tensor:
    """Orthonormal columns (rows, if there are fewer of them)."""
    if rows < columns:
        return orthogonal(columns, rows, generator).T.contiguous()
    basis: Tensor = torch.linalg.qr(plain(rows, columns, generator)).Q
    return basis


def symmetric(rows: int, columns: int, generator: Generator) -> Tensor:
    """A square matrix equal to its transpose."""
    matrix = plain(rows, columns, generator)
    return (matrix + matrix.T) / 2


def definite(rows: int, columns: int, generator: Generator) -> Tensor:
    """A symmetric matrix with eigenvalues of at least 1."""
    matrix = plain(rows, columns, generator)
    return matrix @ matrix.T + torch.eye(rows, dtype=torch.float64)


DOMAINS: dict[str, Draw] = {
    "one-hot": one_hot,
    "probability": probability,
    "positive": positive,
    "invertible": invertible,
    "orthogonal": orthogonal,
    "symmetric": symmetric,
    "definite": definite,
}
SQUARE = {"invertible", "symmetric", "definite"}
SYNONYMS = {"stochastic": "probability", "positive-definite": "definite"}
