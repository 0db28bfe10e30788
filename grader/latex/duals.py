"""Dual numbers: arrays with a tangent in front, and where the tangents start."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.algebra.arrays import moved, worth
from grader.algebra.expressions import Expr, make
from grader.algebra.functions import Array, F, Z
from grader.algebra.operations import Operation
from grader.algebra.sizes import Kind

Memo = dict[int, tuple[Expr, "Dual"]]
PLACES = (Z, F)  # of any two that are joined


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


def operated(row: Operation, e: Expr, duals: Sequence[Dual]) -> Dual:
    """An operation on dual numbers."""
    args = [dual.value for dual in duals]
    value = worth(e, *args)
    if all(dual.tangent is None for dual in duals):
        return Dual(value)
    return Dual(value, moved(row, e, value, args, [dual.tangent for dual in duals]))


def chain_of(e: Expr) -> list[tuple[int, Expr]]:
    """What is added up, with its sign, or multiplied, from left to right."""
    first, last = e.args
    before = chain_of(first) if first.op == e.op else [(1, first)]
    return [*before, (e.detail or 1, last)]


def joined(row: Operation, parts: Sequence[tuple[int, Dual]]) -> Dual:
    """The sum, or the product, of a stretch of a chain."""
    sign, result = parts[0]
    if sign < 0:
        tangent = None if result.tangent is None else -result.tangent
        result = Dual(-result.value, tangent)
    for sign, part in parts[1:]:
        result = operated(row, make(row.name, PLACES, ("1", "1"), sign), (result, part))
    return result


def windows(n: int) -> Iterator[tuple[int, int]]:
    """The stretches of at least two out of n, the long ones first, not the whole."""
    for length in range(n - 1, 1, -1):
        for start in range(n - length + 1):
            yield start, start + length


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
