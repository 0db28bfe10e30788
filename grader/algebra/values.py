"""What operations are worth, of torch's tensors and of numpy's arrays alike.

A value is of shape (*free indices, rows, columns), perhaps with more axes in front, such as the
directions of a tangent: here everything counts from the last axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .expressions import Expr
from .functions import FUNCTIONS, Array, on_tensors

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_CONDITION = 1e11  # beyond it no digit of an inverse is sure


def over(names: Sequence[str], own: Sequence[str], x: Any) -> Any:
    """A value laid over the free indices of a larger one."""
    if own == names:
        return x
    order = list(own)
    for place, name in enumerate(n for n in names if n in own):
        at = order.index(name)
        x = x.swapaxes(place - len(order) - 2, at - len(order) - 2)
        order[place], order[at] = order[at], order[place]
    there = [slice(None) if name in own else None for name in names]
    return x[(..., *there, slice(None), slice(None))]


def free(e: Expr) -> list[str]:
    """The names of its free indices."""
    return [name for name, _ in e.kind.axes]


# ------------------------------------------------------------------ constants

# Made by torch or numpy, which say alike how; given how long a size is.
CONSTANTS: dict[str, Callable[..., Any]] = {
    "number": lambda by, n, e, **like: by.full((1, 1), e.detail, **like),
    "size": lambda by, n, e, **like: by.full((1, 1), float(n(e.detail)), **like),
    "ones": lambda by, n, e, **like: by.ones((n(e.kind.rows), n(e.kind.columns)), **like),
    "identity": lambda by, n, e, **like: by.eye(n(e.kind.rows), **like),
    "delta": lambda by, n, e, **like: by.eye(n(e.kind.axes[0][1]), **like)[..., None, None],
    # an index itself, as a number
    "position": lambda by, n, e, **like: by.arange(1.0, n(e.kind.axes[0][1]) + 1, **like)[
        :, None, None
    ],
}


# ------------------------------------------------------------------ functions


def applied(e: Expr, x: Tensor) -> Tensor:
    function, primes = e.detail
    return _derivative(on_tensors(FUNCTIONS[function]), primes)(x)


def _derivative(function: Callable[[Tensor], Tensor], order: int) -> Callable[[Tensor], Tensor]:
    """The derivative of that order of a function that works entry by entry."""
    if order == 0:
        return function
    import torch

    lower = _derivative(function, order - 1)

    def derivative(z: Tensor) -> Tensor:
        at = z if z.requires_grad else z.detach().requires_grad_()
        with torch.enable_grad():
            value = lower(at)
            slope = pulled_back(value, at, torch.ones_like(value))
        return slope if z.requires_grad else slope.detach()

    return derivative


def pulled_back(value: Tensor, at: Tensor, adjoint: Tensor) -> Tensor:
    """The adjoint of a value passed on to what it was computed of, by autograd.

    Neither by torch.func nor with the adjoint handed to autograd: both load a compiler, which takes
    seconds. It can be differentiated once more.
    """
    import torch

    if value.shape != adjoint.shape:
        raise ValueError("an adjoint has the shape of its value")
    if not value.requires_grad:  # it does not move at all
        return torch.zeros_like(at)
    (found,) = torch.autograd.grad(
        (value * adjoint).sum(), at, create_graph=True, materialize_grads=True
    )
    return found


def raised(e: Expr, x: Any) -> Any:
    return x ** (int(e.detail) if e.detail == int(e.detail) else e.detail)


# ------------------------------------------------------------------ matrices


def kronecker(_: Expr, x: Any, y: Any) -> Any:
    product = x[..., :, None, :, None] * y[..., None, :, None, :]
    (*front, a, b, c, d) = product.shape
    return product.reshape(*front, a * b, c * d)


def inverse_array(_: Expr, x: Array) -> Array:
    """Nothing where it cannot be trusted."""
    try:
        inverse: Array = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return np.full_like(x, np.nan)
    large = np.abs(inverse).max() * np.abs(x).max() > LARGEST_CONDITION
    return np.full_like(x, np.nan) if large else inverse


def spread_array(_: Expr, x: Array) -> Array:
    """A vector as a diagonal matrix."""
    column = x.reshape(*x.shape[:-2], -1, 1)
    return column * np.eye(column.shape[-2])


# ------------------------------------------------------------------ rows, columns, indices


def axis_of(e: Expr) -> int:
    return -2 if e.detail == "rows" else -1


def softmax_array(e: Expr, x: Array) -> Array:
    m: Array = np.exp(x - x.max(axis_of(e), keepdims=True))
    total: Array = m.sum(axis_of(e), keepdims=True)
    return m / total


def indexed(e: Expr, x: Any) -> Any:
    """M_{ij}: rows, or columns, become a free index, the last one; or what M_i has at i alone."""
    (which, name), own = e.detail, free(e.args[0])
    if name.isdigit():
        alone = slice(int(name) - 1, int(name))
        return x[..., alone, :] if which == 0 else x[..., alone]
    if name not in own:
        return x[..., None, :] if which == 0 else x.swapaxes(-1, -2)[..., None]
    taken = x.diagonal(0, own.index(name) - len(own) - 2, which - 2)  # stands last
    for place in range(-1, own.index(name) - len(own) - 1, -1):
        taken = taken.swapaxes(place, place - 1)
    return taken[..., None, :] if which == 0 else taken[..., None]


def summed_over(e: Expr, x: Any) -> Any:
    own = free(e.args[0])
    return x.sum(own.index(e.detail) - len(own) - 2)


def unindexed(e: Expr, x: Any) -> Any:
    """The matrix whose entries these are, for each value of the other free indices."""
    own, matrix = list(free(e.args[0])), x[..., 0, 0]
    for place, name in enumerate(reversed(e.detail), 1):
        for left in range(own.index(name) - len(own), -place):
            matrix = matrix.swapaxes(left, left + 1)
            own[left], own[left + 1] = own[left + 1], own[left]
    return matrix[..., None] if len(e.detail) == 1 else matrix


def written_out(e: Expr, *entries: Any) -> Any:
    """The matrix whose entries these are, row by row."""
    import torch

    laid_over = torch.broadcast_tensors(*entries)  # type: ignore[no-untyped-call]
    return _in_rows(e, torch.cat(laid_over, -1))


def array_of(e: Expr, *entries: Array) -> Array:
    matrix: Array = _in_rows(e, np.concatenate(np.broadcast_arrays(*entries), -1))
    return matrix


def _in_rows(e: Expr, row: Any) -> Any:
    return row.reshape(*row.shape[:-2], int(e.kind.rows), int(e.kind.columns))
