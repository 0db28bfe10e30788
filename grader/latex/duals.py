"""Dual numbers: arrays with a tangent in front, and where the tangents start."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.algebra.expressions import Expr
from grader.algebra.functions import Array
from grader.algebra.sizes import Kind

from .builder import ROW

Memo = dict[int, tuple[Expr, "Dual"]]


@dataclass(frozen=True, slots=True)
class Dual:
    """A value, and its tangents where it has any."""

    value: Array
    tangent: Array | None = None


@dataclass
class Seed:
    """Where directions start: at variables by name, and at whatever has the value of `target`."""

    count: int
    tangents: Mapping[str, Array]
    target: Array | None = None
    basis: Array | None = None
    found: bool = False
    memo: Memo = field(default_factory=dict)


# ------------------------------------------------------------------ arrays


def added(x: Dual, y: Dual, sign: int) -> Dual:
    value = x.value + sign * y.value
    if x.tangent is None and y.tangent is None:
        return Dual(value)
    tangent: Array | float = 0.0
    if x.tangent is not None:
        tangent = tangent + x.tangent
    if y.tangent is not None:
        tangent = tangent + sign * y.tangent
    count = np.shape(tangent)[0]
    return Dual(value, np.broadcast_to(tangent, (count, *value.shape)))


def bilinear(f: Callable[[Array, Array], Array], x: Dual, y: Dual) -> Dual:
    """A bilinear f of two duals."""
    value = f(x.value, y.value)
    parts = []
    if x.tangent is not None:
        parts.append(f(x.tangent, y.value))
    if y.tangent is not None:
        parts.append(f(x.value, y.tangent))
    if not parts:
        return Dual(value)
    tangent = sum(parts[1:], parts[0])
    return Dual(value, np.broadcast_to(tangent, (tangent.shape[0], *value.shape)))


def kronecker(x: Array, y: Array) -> Array:
    product = x[..., :, None, :, None] * y[..., None, :, None, :]
    shape = product.shape
    return product.reshape(*shape[:-4], shape[-4] * shape[-3], shape[-2] * shape[-1])


def softmax_of(z: Array, axis: int) -> Array:
    m: Array = np.exp(z - z.max(axis, keepdims=True))
    total: Array = m.sum(axis, keepdims=True)
    return m / total


def laid_over(value: Array, names: list[str], have: list[str], lead: int) -> Array:
    kept = [lead + have.index(n) for n in names if n in have]
    value = np.transpose(value, [*range(lead), *kept, value.ndim - 2, value.ndim - 1])
    missing = [lead + place for place, n in enumerate(names) if n not in have]
    return np.expand_dims(value, missing) if missing else value


def indexed(value: Array, which: int, name: str, own: list[str], lead: int) -> Array:
    axis = -2 + which
    if name.isdigit():
        return np.take(value, [int(name) - 1], axis)
    if name in own:
        place = lead + own.index(name)
        taken = np.diagonal(value, axis1=place, axis2=value.ndim + axis)
        return np.expand_dims(np.moveaxis(taken, -1, place), axis)
    moved = np.moveaxis(value, axis, lead + len(own))
    return np.expand_dims(moved, axis)


def matrix_of(value: Array, own: list[str], indices: tuple[str, ...], lead: int) -> Array:
    places = [lead + own.index(n) for n in indices]
    matrix = np.transpose(value[..., 0, 0], [*range(lead), *places])
    return matrix if len(indices) == 2 else matrix[..., None]


def stacked(value: Array, way: str) -> Array:
    """Rows below one another, or columns side by side: their free index is the only one."""
    if way == ROW:
        return value[..., 0, :]
    return np.swapaxes(value[..., 0], -1, -2)


def terms_of(term: Expr) -> list[tuple[int, Expr]]:
    """The terms of a sum with their signs."""
    if term.op == "plus":
        left, right = term.args
        return [*terms_of(left), (term.detail, right)]
    return [(1, term)]


def factors_of(term: Expr) -> list[Expr]:
    return [*factors_of(term.args[0]), term.args[1]] if term.op == "matmul" else [term]


def windows(n: int) -> Iterator[tuple[int, int]]:
    """The stretches of at least two out of n, the long ones first, not the whole."""
    for length in range(n - 1, 1, -1):
        for start in range(n - length + 1):
            yield start, start + length


def total_of(parts: list[tuple[int, Dual]]) -> Dual:
    sign, first = parts[0]
    result = first if sign > 0 else added(Dual(np.zeros_like(first.value)), first, -1)
    for sign, part in parts[1:]:
        result = added(result, part, sign)
    return result


def product_of(parts: list[Dual]) -> Dual:
    result = parts[0]
    for part in parts[1:]:
        result = bilinear(np.matmul, result, part)
    return result


# ------------------------------------------------------------------ meeting what is derived by


def met(dual: Dual, kind: Kind, seed: Seed) -> Dual:
    """The dual itself, or, where it has the value of the target, the target's directions."""
    if kind.number or kind.jacobian or kind.form or seed.target is None or seed.basis is None:
        return dual
    if kind.axes:
        return _met_entries(dual, seed)
    for sign, value in ((1, dual.value), (-1, -dual.value)):
        for turned in (False, True):
            met = np.swapaxes(value, -1, -2) if turned else value
            if _same(met, seed.target):
                seed.found = True
                basis = np.swapaxes(seed.basis, -1, -2) if turned else seed.basis
                return Dual(dual.value, sign * basis)
    return dual


def _met_entries(dual: Dual, seed: Seed) -> Dual:
    """Likewise where the matrix was written entry by entry."""
    assert seed.target is not None
    assert seed.basis is not None
    if dual.value.shape[-2:] != (1, 1):
        return dual
    entries, target = dual.value[..., 0, 0], seed.target
    basis = seed.basis
    if entries.ndim == 1 and 1 in target.shape and entries.size == target.size > 1:
        target, basis = target.ravel(), basis.reshape(basis.shape[0], -1)
    for sign in (1, -1):
        if _same(sign * entries, target):
            seed.found = True
            return Dual(dual.value, sign * basis[..., None, None])
        if entries.ndim == 2 and _same(sign * entries.T, target):
            seed.found = True
            return Dual(dual.value, sign * np.swapaxes(basis, -1, -2)[..., None, None])
    return dual


def _same(x: Array, y: Array) -> bool:
    if x.shape != y.shape or not abs(x.flat[0] - y.flat[0]) <= 1e-9 * (1 + abs(y.flat[0])):
        return False
    return bool(np.allclose(x, y, rtol=1e-10, atol=1e-12))
