"""Expressions as numpy computes them: `worth(e, x, y)`, and `moved(...)`, how that moves.

A tangent is an array with one more axis in front, of the directions. What is linear in each of its
arguments moves as it computes; anything else by the linear maps of its row, which are worked out
once for an operation and its sizes and then run on arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .differentiate import slope_of
from .expressions import Expr, Shape, make, size
from .functions import FUNCTIONS, Array, F, Z
from .operations import OPERATIONS, TOGETHER, Operation
from .parts import parts
from .values import CONSTANTS

Known = dict[Expr, Any]
Steps = tuple[int, Expr, tuple[Expr, ...]]  # which argument moves, its tangent, what is computed


def worth(e: Expr, *args: Any) -> Any:
    """The value of an operation, given those of its arguments."""
    if e.op == "apply":
        return derivative(*e.detail, *args)
    row = OPERATIONS[e.op]
    return (row.array or row.value)(e, *args)


def derivative(name: str, order: int, z: Array) -> Array:
    """The derivative of that order, entry by entry; of order 0 it is the function."""
    function = FUNCTIONS[name]
    value = function.value(z)
    if order == 0:
        return value
    steps = parts(slope_of(function, order))
    slope: Array = np.zeros_like(z) + _run(steps, {Z: z, F: value}, {})
    return slope


def moved(
    row: Operation, e: Expr, value: Array, args: Sequence[Array], tangents: Sequence[Array | None]
) -> Array | None:
    """The tangent of an operation, given those of its arguments; None where it stays."""
    moving = [i for i, tangent in enumerate(tangents) if tangent is not None]
    if row.linear == TOGETHER:
        found = [worth(e, *(0.0 if tangent is None else tangent for tangent in tangents))]
    elif row.linear:
        found = [worth(e, *args[:i], tangents[i], *args[i + 1 :]) for i in moving]
    else:
        found = list(_by_ways(row, e, value, args, tangents))
    if not found:
        return None
    tangent = sum(found[1:], found[0])
    whole = len(tangent), *value.shape
    return tangent if tangent.shape == whole else np.broadcast_to(tangent, whole)


def _by_ways(
    row: Operation, e: Expr, value: Array, args: Sequence[Array], tangents: Sequence[Array | None]
) -> Any:
    of = tuple(map(size, e.args))
    here, places, ways = _worked_out(row, e.detail, size(e), of)
    known: Known = {here: value, **dict(zip(places, args, strict=True))}
    lengths = {"1": 1}
    for one, array in known.items():
        lengths |= zip(size(one), array.shape[-2:], strict=True)
    for i, moving, steps in ways:
        if tangents[i] is not None:
            yield _run(steps, {**known, moving: tangents[i]}, lengths)


@lru_cache(maxsize=1 << 10)
def _worked_out(
    row: Operation, detail: Any, sizes: Shape, of: tuple[Shape, ...]
) -> tuple[Expr, tuple[Expr, ...], list[Steps]]:
    """The operation of any arguments of these sizes, these, and what is computed for each."""
    places = tuple(make("leaf", (), each, i) for i, each in enumerate(of))
    e = make(row.name, places, sizes, detail)
    found: list[Steps] = []
    for way in row.ways(e) if row.ways else ():
        moving = make("leaf", (), size(way.target), "d")
        found.append((places.index(way.target), moving, parts(way.forward(moving))))
    return e, places, found


def _run(steps: Sequence[Expr], known: Known, lengths: Mapping[str, int]) -> Any:
    """The value of the last of these, each computed from those before it and from what is known."""
    for one in steps:
        if one not in known:
            args = [known[argument] for argument in one.args]
            known[one] = worth(one, *args) if args else CONSTANTS[one.op](np, lengths.get, one)
    return known[steps[-1]]
