"""Put the term of a formula into the form a person differentiates: `tidy(term)`.

A sum over entries becomes a sum over a matrix, factors that are numbers come to the front, and the
derivative of a function is the function it is known as (the sine's is the cosine).
"""

from __future__ import annotations

from collections.abc import Callable

from .differentiate import slope_of
from .expressions import (
    Expr,
    apply,
    is_number,
    like,
    make,
    number,
    ones,
    power,
    scaled,
    size,
    split,
    times,
    total,
    widest,
)
from .functions import FUNCTIONS, written
from .matrices import log, matmul, transpose

# Operations entry by entry: they may as well be applied to whole matrices.
ENTRYWISE = ("plus", "times", "power", "apply", "negative", "maximum", "minimum", "compare")


def tidy(term: Expr, sums: frozenset[str] = frozenset()) -> Expr:
    """The term as a person would write it; the rows of some variables may sum to 1."""
    whole = _of_matrices(term)
    if whole is not None:
        return tidy(whole, sums)
    args = tuple(tidy(argument, sums) for argument in term.args)
    if term.op == "total" and term.detail == "columns" and args[0].detail in sums:
        return ones(size(term))
    simple = TIDY.get(term.op)
    if simple is None or any(part.kind.axes for part in (term, *args)):
        return like(term, args)
    return simple(term, *args)


def _power(base: Expr, exponent: float) -> Expr:
    factor, rest = split(base)
    if rest is number(1) or (factor < 0 and exponent != int(exponent)):
        return number(factor**exponent) if factor > 0 else power(base, exponent)
    return scaled(factor**exponent, power(rest, exponent))


def _apply(argument: Expr, function: str, primes: int) -> Expr:
    row = FUNCTIONS[function]
    if primes and row.written_out:
        return tidy(written(slope_of(row, primes), argument, apply(function, argument)))
    if function == "square":
        return _power(argument, 2.0)
    if (function, primes) == ("log", 0) and not is_number(argument):
        return log(argument)
    return apply(function, argument, primes)


def _squares(x: Expr) -> Expr:
    return _power(x, 2.0) if is_number(x) else make("squares", (x,), ("1", "1"))


TIDY: dict[str, Callable[..., Expr]] = {
    "times": lambda _, x, y: times(x, y),
    "matmul": lambda _, x, y: matmul(x, y),
    "transpose": lambda _, x: transpose(x),
    "negative": lambda _, x: scaled(-1.0, x),
    "power": lambda term, x: _power(x, term.detail),
    "apply": lambda term, x: _apply(x, *term.detail),
    "squares": lambda _, x: _squares(x),
    "total": lambda term, x: total(x, term.detail),
}


# ------------------------------------------------------------------ sums over entries


def _of_matrices(term: Expr) -> Expr | None:
    """The sum over all entries of a matrix, for one that is written with indices."""
    indices: tuple[str, ...] = ()
    inside = term
    while inside.op == "sum_over":
        indices = (inside.detail, *indices)
        (inside,) = inside.args
    whole = _whole(inside, indices) if indices else None
    return whole and make("total", (whole,), ("1", "1"), "all")


def _whole(term: Expr, indices: tuple[str, ...]) -> Expr | None:
    """The matrix whose entry this is: rows go by the first of the indices."""
    if term.op == "index":
        return _indexed(term, indices)
    if not term.kind.axes:
        return term if is_number(term) else None
    args = [_whole(argument, indices) for argument in term.args]
    there = tuple(argument for argument in args if argument is not None)
    if term.op not in ENTRYWISE or len(there) < len(args):
        return None
    return make(term.op, there, widest(*there), term.detail)


def _indexed(term: Expr, indices: tuple[str, ...]) -> Expr | None:
    """The matrix under the indices of an entry, turned where the columns' index stands first."""
    names: dict[int, str] = {}
    while term.op == "index":
        which, names[which] = term.detail[0], term.detail[1]
        (term,) = term.args
    said = tuple(names[place] for place in sorted(names))
    spread = sum(letter != "1" for letter in size(term))
    if term.kind.axes or spread != len(said) or sorted(said) != sorted(indices):
        return None
    return term if said == indices else transpose(term)
