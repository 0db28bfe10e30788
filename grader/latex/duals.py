"""Dual numbers: arrays with a tangent in front, and where the tangents start."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

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
    """The dual itself, or, where it has the value of the target, the target's directions.

    Also where it is turned or has the other sign, or is a matrix that was written entry by entry.
    """
    target, basis = seed.target, seed.basis
    if kind.number or kind.jacobian or kind.form or target is None or basis is None:
        return dual
    if kind.axes and dual.value.shape[-2:] != (1, 1):
        return dual
    value = dual.value[..., 0, 0] if kind.axes else dual.value
    if value.ndim == 1 and 1 in target.shape and value.size == target.size > 1:
        target, basis = target.ravel(), basis.reshape(len(basis), -1)
    for sign, turned in product((1, -1), (False, True)[: value.ndim]):
        if _same(sign * (value.T if turned else value), target):
            seed.found = True
            directions = sign * (basis.swapaxes(-1, -2) if turned else basis)
            return Dual(dual.value, directions[..., None, None] if kind.axes else directions)
    return dual


def _same(x: Array, y: Array) -> bool:
    if x.shape != y.shape or not abs(x.flat[0] - y.flat[0]) <= 1e-9 * (1 + abs(y.flat[0])):
        return False
    return bool(np.allclose(x, y, rtol=1e-10, atol=1e-12))
