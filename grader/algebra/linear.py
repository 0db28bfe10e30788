"""Linear maps of matrices and their adjoints: from both follow differentials and gradients.

A Way says how one argument of an operation moves it: maps from the argument's differential dx to
the operation's. Applied they give the differential; their adjoints, from the last to the first,
turn what was found for the operation into what is passed back to the argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .expressions import (
    Expr,
    is_number,
    make,
    ones,
    plus,
    scaled,
    size,
    split,
    times,
    total,
)
from .matrices import diagonal, fitted, inner, inverse, matmul, trace, transpose

Turn = Callable[[Expr], Expr]


@dataclass(frozen=True)
class Map:
    """A linear map: how it is applied, and its adjoint."""

    applied: Turn
    adjoint: Turn


@dataclass(frozen=True)
class Way:
    """How an argument moves an operation, by maps in the order in which they are applied."""

    target: Expr
    maps: tuple[Map, ...]

    def forward(self, dx: Expr) -> Expr:
        """The differential of the operation, given the argument's."""
        for one in self.maps:
            dx = one.applied(dx)
        return dx

    def backward(self, g: Expr) -> Expr:
        """What is passed back to the argument, given the operation's own."""
        for one in reversed(self.maps):
            g = one.adjoint(g)
        return g


def way(target: Expr, *maps: Map) -> Way:
    return Way(target, maps)


# ------------------------------------------------------------------ the maps


def entrywise(x: Expr, by: Expr) -> Map:
    """An argument times something, entry by entry; spread, where the argument is smaller."""
    return Map(lambda dx: times(by, dx), lambda g: fitted(times(g, by), x))


def scale(factor: float) -> Map:
    return Map(lambda dx: scaled(factor, dx), lambda g: scaled(factor, g))


def spread(x: Expr, over: Expr) -> Map:
    """A row that is added to every row, a column to every column, a number to all entries."""

    def applied(dx: Expr) -> Expr:
        if x.kind.rows == "1" != over.kind.rows:
            ones_down = ones((over.kind.rows, "1"))
            dx = matmul(ones_down, dx) if x.kind.columns != "1" else times(dx, ones_down)
        if x.kind.columns == "1" != over.kind.columns:
            dx = matmul(dx, ones(("1", over.kind.columns)))
        return dx

    return Map(applied, lambda g: fitted(g, x))


def left(a: Expr) -> Map:
    """A matrix times it."""
    return Map(lambda dx: matmul(a, dx), lambda g: matmul(transpose(a), g))


def right(b: Expr) -> Map:
    """It times a matrix."""
    return Map(lambda dx: matmul(dx, b), lambda g: matmul(g, transpose(b)))


TURNED = Map(transpose, transpose)


def summed(x: Expr, axes: str) -> Map:
    """The sum over all entries, down each column, or along each row."""

    def applied(dx: Expr) -> Expr:
        factor, rest = split(dx)
        if axes == "all" and rest.op == "times" and not is_number(rest.args[0]):
            return scaled(factor, inner(*rest.args))
        return total(dx, axes)

    return Map(applied, lambda g: times(g, ones(size(x))))


def met(by: Expr) -> Map:
    """The sum of all entries of its product with something."""
    return Map(lambda dx: inner(by, dx), lambda g: times(g, by))


def traced(x: Expr) -> Map:
    return Map(trace, lambda g: times(g, make("identity", (), size(x))))


def traced_by_inverse(x: Expr) -> Map:
    """The trace of X^-1 dX, by which log det X moves."""
    return Map(lambda dx: trace(matmul(inverse(x), dx)), lambda g: times(g, inverse(transpose(x))))


def diagonal_of(x: Expr) -> Map:
    return Map(diagonal, lambda g: make("spread_diagonal", (g,), size(x)))


def onto_diagonal(x: Expr, n: str) -> Map:
    """A column, or a row, as a diagonal matrix."""
    back: Turn = diagonal if size(x) == (n, "1") else lambda g: transpose(diagonal(g))
    return Map(lambda dx: make("spread_diagonal", (dx,), (n, n)), back)


def of_softmax(s: Expr) -> Map:
    """S ∘ (dx - its mean weighed by s), which is its own adjoint."""

    def applied(dx: Expr) -> Expr:
        mean = spread(total(s, s.detail), s).applied(total(times(s, dx), s.detail))
        return times(s, plus(dx, scaled(-1, mean)))

    def adjoint(g: Expr) -> Expr:
        return times(s, plus(g, scaled(-1, total(times(g, s), s.detail))))

    return Map(applied, adjoint)
