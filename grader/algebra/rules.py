"""The sizes of what an operation makes, as its row says: `square("trace", ONE)`.

A rule gets the sizes under trial, the operation's detail and the kinds of its arguments; what does
not fit is a Misfit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .sizes import Kind, Misfit, Sizes, product

Shape = tuple[str, str]
Rule = Callable[..., Shape]  # of the sizes under trial, the detail, and each argument's kind


def number(_sizes: Sizes, _detail: Any, *_kinds: Kind) -> Shape:
    return "1", "1"


def one(_n: str) -> Shape:
    return "1", "1"


def same(_sizes: Sizes, _detail: Any, x: Kind) -> Shape:
    return x.rows, x.columns


def turned(_sizes: Sizes, _detail: Any, x: Kind) -> Shape:
    return x.columns, x.rows


def square(what: str, made: Callable[[str], Shape]) -> Rule:
    """Of a square matrix; what is made of one with that many rows."""

    def rule(sizes: Sizes, _detail: Any, x: Kind) -> Shape:
        if not sizes.fits((x.rows, x.columns)):
            raise Misfit(f"the {what} of a matrix of {sizes.shown(x)} does not exist")
        return made(sizes.of(x.rows))

    return rule


def alike(what: str) -> Rule:
    """Of two of the same sizes, a number."""

    def rule(sizes: Sizes, _detail: Any, x: Kind, y: Kind) -> Shape:
        if not sizes.fits((x.rows, y.rows), (x.columns, y.columns)):
            raise Misfit(f"the {what} of {sizes.shown(x)} and {sizes.shown(y)} does not exist")
        return "1", "1"

    return rule


def chained(sizes: Sizes, _detail: Any, x: Kind, y: Kind) -> Shape:
    """Of a product of matrices."""
    if not sizes.fits((x.columns, y.rows)):
        raise Misfit(f"the product of {sizes.shown(x)} and {sizes.shown(y)} does not exist")
    return x.rows, y.columns


def summed(_sizes: Sizes, axes: str, x: Kind) -> Shape:
    """Of a sum over "all" entries, over the "rows" (down each column) or the "columns"."""
    return x.rows if axes == "columns" else "1", x.columns if axes == "rows" else "1"


def column(_sizes: Sizes, _detail: Any, x: Kind) -> Shape:
    return product(x.rows, x.columns), "1"


def both(_sizes: Sizes, _detail: Any, x: Kind) -> Shape:
    """Of a vector as a diagonal matrix."""
    n = product(x.rows, x.columns)
    return n, n


def blocks(_sizes: Sizes, _detail: Any, x: Kind, y: Kind) -> Shape:
    return product(x.rows, y.rows), product(x.columns, y.columns)
