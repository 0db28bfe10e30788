"""Differentiate expressions, forwards and backwards, by the linear maps of their operations.

`differential(f, {W: dW})` is df, and `adjoints(f)` the derivative of a number by each of its parts,
written as a person would. Where an operation says no maps, a `pullback` is passed back, whose value
autograd computes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, reduce

from .expressions import Expr, is_constant, make, number, plus, size, times
from .functions import FUNCTIONS, F, Function, Z, function_of, written
from .linear import Way
from .operations import OPERATIONS
from .parts import parts

HIGHEST = 4  # derivatives are taken so often, no oftener
Passed = list[tuple[Expr, Expr]]  # a part, what is passed back to it


def ways(e: Expr) -> Sequence[Way] | None:
    """How its arguments move it; None where that is left to autograd."""
    row = OPERATIONS.get(e.op)
    indexed = any(part.kind.axes for part in (e, *e.args))
    return None if row is None or row.ways is None or indexed else row.ways(e)


def differential(root: Expr, moved: Mapping[Expr, Expr]) -> Expr | None:
    """How an expression moves where some of its parts move so; None where it stays.

    LookupError where only autograd knows.
    """
    found = dict(moved)
    for e in parts(root):
        if e not in moved and any(argument in found for argument in e.args):
            known = ways(e)
            if known is None:
                raise LookupError(f"how {e.op} moves is left to autograd")
            moving = [way.forward(found[way.target]) for way in known if way.target in found]
            if moving:
                found[e] = reduce(plus, moving)
    return found.get(root)


def adjoints(root: Expr, cut: Mapping[Expr, Passed] | None = None) -> dict[Expr, Expr]:
    """The derivative of a number by each of its parts, of that part's sizes.

    A part that is `cut` passes its own adjoint, times what is said, to the part that is said.
    """
    found = {root: number(1)}
    for e in reversed(parts(root)):
        if e in found:
            for argument, passed in _passed(e, found[e], cut or {}):
                if not is_constant(argument):
                    so_far = found.get(argument)
                    found[argument] = plus(so_far, passed) if so_far else passed
    return found


def _passed(e: Expr, g: Expr, cut: Mapping[Expr, Passed]) -> Passed:
    if e in cut:
        return [(part, times(g, factor)) for part, factor in cut[e]]
    known = ways(e)
    if known is None:
        moving = [(i, argument) for i, argument in enumerate(e.args) if not is_constant(argument)]
        return [(argument, pullback(e, g, i)) for i, argument in moving]
    return [(way.target, way.backward(g)) for way in known]


def pullback(e: Expr, g: Expr, which: int) -> Expr:
    """What is passed back to one argument, left to autograd."""
    to = e.args[which]
    said = (which, e.op, e.detail, e.kind)
    return make("pullback", (g, *e.args), size(to), said, to.kind.axes)


# ------------------------------------------------------------------ functions entry by entry


@cache
def slope_of(function: Function, order: int = 1) -> Expr:
    """The derivative of that order, in Z and F."""
    if order == 1:
        return function.slope
    moved = {Z: number(1), F: function.slope}
    return differential(slope_of(function, order - 1), moved) or number(0)


def slope(e: Expr) -> Expr:
    """The derivative of a function entry by entry, or of such a derivative, written out."""
    (z,), (function, primes) = e.args, e.detail
    return written(slope_of(FUNCTIONS[function], primes + 1), z, function_of(e))
