"""Write slopes as terms: `slope(σ(Z))` is σ(Z) ∘ (1 - σ(Z)), as the table of functions says."""

from collections.abc import Callable
from typing import Any

from grader.algebra.constructors import apply, number, power, scaled
from grader.algebra.expressions import Expr, is_number, make, size
from grader.algebra.functions import FUNCTIONS, slope_of
from grader.algebra.slopes import Slope, fold


def slope(term: Expr) -> Expr:
    """The derivative of a function entry by entry, or of such a derivative, written out."""
    (z,), (function, primes) = term.args, term.detail
    return written(slope_of(FUNCTIONS[function], primes + 1), z, function_of(term))


def function_of(term: Expr) -> Expr:
    """The function that a derivative belongs to, of the same argument."""
    (z,) = term.args
    return apply(term.detail[0], z)


def written(slope: Slope, z: Expr, value: Expr) -> Expr:
    """An expression of one entry, for all entries of z and of the function's value there."""
    found: Expr = fold(slope, WAYS, z, value)
    return found


def _entrywise(op: str) -> Callable[..., Expr]:
    def made(x: Expr, y: Expr, detail: Any = None) -> Expr:
        wide = y if is_number(x) else x
        return make(op, (x, y), size(wide), detail, wide.kind.axes)

    return made


def _times(x: Expr, y: Expr) -> Expr:
    return scaled(x.detail, y) if x.op == "number" else _entrywise("times")(x, y)


WAYS: dict[str, Callable[..., Expr]] = {
    "number": number,
    "apply": lambda x, function: apply(function[0], x, function[1]),
    "power": power,
    "times": _times,
    **{op: _entrywise(op) for op in ("plus", "compare", "minimum")},
}
