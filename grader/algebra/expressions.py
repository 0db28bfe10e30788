"""What a formula means: an Expr is one operation on others, of sizes in letters.

`make` gives the one object that says this: of what it made, equal expressions are one object, so
that equality is identity and what two of them share is computed once. They are kept for as long as
anyone holds them.

Below stands the arithmetic entry by entry, simplified as a person would: also as `2 * x - y`.
Factors that are numbers move to the front, so every expression is `c * rest` (see `split`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from weakref import ref

from .sizes import Kind

Axes = tuple[tuple[str, str], ...]
CONSTANT = ("number", "size", "ones", "identity", "delta", "position")


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Expr:
    """One operation on expressions; `detail` is what the operation needs to know besides."""

    op: str
    args: tuple[Expr, ...]
    kind: Kind
    detail: Any = None
    at: int = 0
    closed: bool = field(init=False)  # every size and every name in it is known

    def __post_init__(self) -> None:
        kind = self.kind
        known = "?" not in kind.rows + kind.columns and not any("?" in s for _, s in kind.axes)
        known = known and kind.jacobian is None
        closed = (
            known and self.op not in ("unknown", "parameter") and all(a.closed for a in self.args)
        )
        object.__setattr__(self, "closed", closed)

    def __add__(self, other: Expr | float) -> Expr:
        return plus(self, expression(other))

    def __radd__(self, other: float) -> Expr:
        return plus(number(other), self)

    def __sub__(self, other: Expr | float) -> Expr:
        return plus(self, -expression(other))

    def __rsub__(self, other: float) -> Expr:
        return plus(number(other), -self)

    def __mul__(self, other: Expr | float) -> Expr:
        return times(self, expression(other))

    __rmul__ = __mul__

    def __neg__(self) -> Expr:
        return scaled(-1.0, self)

    def __truediv__(self, other: Expr | float) -> Expr:
        return self * expression(other) ** -1

    def __rtruediv__(self, other: float) -> Expr:
        return other * self**-1

    def __pow__(self, exponent: float) -> Expr:
        return power(self, float(exponent))

    def __gt__(self, other: float) -> Expr:
        return both("compare", self, number(other), ">")

    def __le__(self, other: float) -> Expr:
        return both("compare", self, number(other), "<=")


Shape = tuple[str, str]
Said = tuple[str, tuple[Expr, ...], Shape, Any, Axes]
POOL: dict[Said, ref[Expr]] = {}


def make(
    op: str, args: tuple[Expr, ...], sizes: Shape, detail: Any = None, axes: Axes = ()
) -> Expr:
    """The one expression that says this."""
    said = (op, args, sizes, detail, axes)
    known = POOL.get(said)
    e = known() if known else None
    if e is None:
        e = Expr(op, args, Kind(*sizes, axes), detail)
        POOL[said] = ref(e, partial(_forget, said))
    return e


def _forget(said: Said, gone: ref[Expr]) -> None:
    if POOL.get(said) is gone:  # and not made anew meanwhile
        del POOL[said]


def like(term: Expr, args: tuple[Expr, ...]) -> Expr:
    """The same operation on other arguments."""
    return make(term.op, args, size(term), term.detail, term.kind.axes)


def with_argument(term: Expr, place: int, other: Expr) -> Expr:
    """The same operation with another argument in one place."""
    return like(term, (*term.args[:place], other, *term.args[place + 1 :]))


def size(term: Expr) -> tuple[str, str]:
    """Its sizes in letters."""
    return term.kind.rows, term.kind.columns


def is_number(term: Expr) -> bool:
    """Whether it is 1 x 1 by its letters."""
    return size(term) == ("1", "1") and not term.kind.axes


def is_constant(term: Expr) -> bool:
    """Whether no variable stands in it."""
    return term.op in CONSTANT or (bool(term.args) and all(map(is_constant, term.args)))


def constant_value(term: Expr) -> float | None:
    """The value of an exponent such as -1/2; None when it is not a constant."""
    values = [constant_value(a) for a in term.args]
    match term.op, values:
        case "number", []:
            return float(term.detail)
        case "negative", [float(x)]:
            return -x
        case "power", [float(x)] if x:
            return float(x ** float(term.detail))
        case "times", [float(x), float(y)]:
            return x * y
        case "plus", [float(x), float(y)]:
            return float(x + term.detail * y)
    return None


def kindless(term: Expr) -> Expr:
    """A copy that is not the one term that says this: a place to put a value."""
    return replace(term)


def widest(*args: Expr) -> tuple[str, str]:
    """The sizes of these laid over each other: a row is spread over the rows, and so on."""
    rows, columns = "1", "1"
    for one in args:
        rows = one.kind.rows if rows == "1" else rows
        columns = one.kind.columns if columns == "1" else columns
    return rows, columns


def both(op: str, x: Expr, y: Expr, detail: Any = None) -> Expr:
    """An operation on the entries of both, spread to the same sizes."""
    axes = dict((*x.kind.axes, *y.kind.axes))
    return make(op, (x, y), widest(x, y), detail, tuple(axes.items()))


# ------------------------------------------------------------------ arithmetic


def expression(value: Expr | float) -> Expr:
    return value if isinstance(value, Expr) else number(value)


def number(value: float) -> Expr:
    return make("number", (), ("1", "1"), float(value))


def ones(sizes: tuple[str, str]) -> Expr:
    return number(1) if sizes == ("1", "1") else make("ones", (), sizes)


def split(term: Expr) -> tuple[float, Expr]:
    """The number in front, and the rest."""
    if term.op == "number":
        return term.detail, number(1)
    if term.op == "times" and term.args[0].op == "number":
        return term.args[0].detail, term.args[1]
    return 1.0, term


def scaled(factor: float, term: Expr) -> Expr:
    """A number times the term, in front."""
    own, rest = split(term)
    factor *= own
    if rest.op == "number":
        return number(factor)
    if factor == 1:
        return rest
    return make("times", (number(factor), rest), size(rest), None, rest.kind.axes)


def times(x: Expr, y: Expr) -> Expr:
    """X and y entry by entry."""
    (a, x), (b, y) = split(x), split(y)
    for one, other in ((x, y), (y, x)):
        if size(other) == widest(x, y):
            if one.op in ("ones", "number"):
                return scaled(a * b, other)
            if one.op == "times" and one.args[1].op == "ones":  # what is spread anyway
                return scaled(a * b, times(one.args[0], other))
    if is_number(y) and not is_number(x):
        x, y = y, x
    return scaled(a * b, _cancelled(x, y) or both("times", x, y))


def _cancelled(x: Expr, y: Expr) -> Expr | None:
    """What is left of a product with 1/y, for numbers; exp z over its sum is a softmax."""
    if x.op == "apply" and x.detail == ("exp", 0) and y is power(total(x, "columns"), -1.0):
        return make("softmax", x.args, widest(x, y), "columns")
    for one, other in ((x, y), (y, x)) if is_number(x) and is_number(y) else ():
        over = power(other, -1.0)
        if one is over:
            return number(1)
        if one.op == "times" and over in one.args:
            return one.args[1] if one.args[0] is over else one.args[0]
    return None


def plus(x: Expr, y: Expr) -> Expr:
    """X + y, equal terms together and what they have in common in front."""
    factors: dict[Expr, float] = {}
    for factor, rest in [*addends(x), *addends(y)]:
        factors[rest] = factors.get(rest, 0.0) + factor
    found = [(factor, rest) for rest, factor in factors.items() if factor]
    if not found:
        return scaled(0.0, ones(widest(x, y)))
    common = abs(found[0][0]) if len({abs(factor) for factor, _ in found}) == 1 else 1.0
    found.sort(key=lambda pair: pair[0] < 0)  # what is subtracted comes last
    if found[0][0] < 0:
        common, found = -common, [(-factor, rest) for factor, rest in found]
    return scaled(common, added([(factor / abs(common), rest) for factor, rest in found]))


def addends(term: Expr) -> list[tuple[float, Expr]]:
    """The terms of a sum with their factors."""
    factor, rest = split(term)
    if rest.op != "plus" or size(rest.args[0]) != size(rest.args[1]):
        return [(factor, rest)]
    x, y = rest.args
    return [(factor * sign * c, r) for sign, a in ((1, x), (rest.detail, y)) for c, r in addends(a)]


def added(found: list[tuple[float, Expr]]) -> Expr:
    """Factors times terms, in this order; what is negative is subtracted, unless it comes first."""
    result = scaled(*found[0])
    for factor, rest in found[1:]:
        term, sign = scaled(abs(factor), rest), -1 if factor < 0 else 1
        result = both("plus", result, term, sign)
    return result


def apply(function: str, x: Expr, primes: int = 0) -> Expr:
    """A function entry by entry, or its derivative."""
    return make("apply", (x,), size(x), (function, primes), x.kind.axes)


def power(x: Expr, exponent: float) -> Expr:
    """A power entry by entry."""
    if exponent == 0:
        return ones(size(x))
    if x.op == "number" and (x.detail > 0 or exponent == int(exponent) > 0):
        return number(x.detail**exponent)
    return x if exponent == 1 else make("power", (x,), size(x), exponent, x.kind.axes)


def total(x: Expr, axes: str) -> Expr:
    """The sum over all entries, over the rows (down each column) or over the columns."""
    rows = x.kind.rows if axes == "columns" else "1"
    columns = x.kind.columns if axes == "rows" else "1"
    if (rows, columns) == size(x):
        return x
    factor, x = split(x)
    return scaled(factor, make("total", (x,), (rows, columns), axes))
