"""Build terms that are simplified as a person would: `matmul`, `times`, `plus`, `transpose`, ...

Equal terms are one object, so that equality is identity, and what two candidates share is computed
once. Factors that are numbers move to the front: every term is `c * rest` (see `split`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from grader.latex.terms import Kind, Term

Axes = tuple[tuple[str, str], ...]
CONSTANT = ("number", "size", "ones", "identity", "delta")


@lru_cache(maxsize=1 << 16)
def _the_one(op: str, args: tuple[Term, ...], kind: Kind, detail: Any) -> Term:
    return Term(op, args, kind, detail)


def make(
    op: str, args: tuple[Term, ...], sizes: tuple[str, str], detail: Any = None, axes: Axes = ()
) -> Term:
    """The one term that says this."""
    return _the_one(op, args, Kind(*sizes, axes), detail)


def like(term: Term, args: tuple[Term, ...]) -> Term:
    """The same operation on other arguments."""
    return make(term.op, args, size(term), term.detail, term.kind.axes)


def normal(term: Term) -> Term:
    """A term of the reader, simplified."""
    args = tuple(normal(a) for a in term.args)
    simple = CONSTRUCTORS.get(term.op)
    if term.op == "power" and args[0].op == "number":
        return number(args[0].detail ** term.detail)
    if term.op == "apply" and term.detail == ("log", 0):
        simple = log
    if simple is None or any(part.kind.axes for part in (term, *args)):
        return like(term, args)
    return simple(*args)


# ------------------------------------------------------------------ kinds


def size(term: Term) -> tuple[str, str]:
    """Its sizes in letters."""
    return term.kind.rows, term.kind.columns


def is_number(term: Term) -> bool:
    """Whether it is 1 x 1 by its letters."""
    return size(term) == ("1", "1") and not term.kind.axes


def is_constant(term: Term) -> bool:
    """Whether no variable stands in it."""
    return term.op in CONSTANT or (bool(term.args) and all(map(is_constant, term.args)))


@lru_cache(maxsize=1 << 12)
def parts(root: Term) -> tuple[Term, ...]:
    """Every term in it, once, arguments first."""
    found: dict[Term, None] = {}

    def visit(term: Term) -> None:
        if term not in found:
            for argument in term.args:
                visit(argument)
            found[term] = None

    visit(root)
    return tuple(found)


def replaced(root: Term, changes: Mapping[Term, Term]) -> Term:
    """The term with some of its parts exchanged, not simplified."""
    done: dict[Term, Term] = dict(changes)

    def visit(term: Term) -> Term:
        if term not in done:
            args = tuple(visit(a) for a in term.args)
            done[term] = term if args == term.args else like(term, args)
        return done[term]

    return visit(root)


def parents(root: Term, child: Term) -> Iterator[Term]:
    """The parts that have this child as an argument."""
    yield from (part for part in parts(root) if child in part.args)


def in_each_place(root: Term, child: Term, other: Term) -> Iterator[Term]:
    """The root with another term for one of its parts, in one of its places at a time."""
    if child is root:
        yield other
    for parent in parents(root, child):
        args = tuple(other if a is child else a for a in parent.args)
        yield replaced(root, {parent: like(parent, args)})


# ------------------------------------------------------------------ constructors


def number(value: float) -> Term:
    return make("number", (), ("1", "1"), float(value))


def ones(sizes: tuple[str, str]) -> Term:
    return number(1) if sizes == ("1", "1") else make("ones", (), sizes)


def split(term: Term) -> tuple[float, Term]:
    """The number in front, and the rest."""
    if term.op == "number":
        return term.detail, number(1)
    if term.op == "times" and term.args[0].op == "number":
        return term.args[0].detail, term.args[1]
    return 1.0, term


def scaled(factor: float, term: Term) -> Term:
    """A number times the term, in front."""
    own, rest = split(term)
    factor *= own
    if rest.op == "number":
        return number(factor)
    if factor == 1:
        return rest
    return make("times", (number(factor), rest), size(rest), None, rest.kind.axes)


def times(x: Term, y: Term) -> Term:
    """X and y entry by entry."""
    (a, x), (b, y) = split(x), split(y)
    rows = x.kind.rows if x.kind.rows != "1" else y.kind.rows
    columns = x.kind.columns if x.kind.columns != "1" else y.kind.columns
    for one, other in ((x, y), (y, x)):
        if one.op in ("ones", "number") and size(other) == (rows, columns):
            return scaled(a * b, other)
    if is_number(y) and not is_number(x):
        x, y = y, x
    if y is _reciprocal_of_total(x):
        return scaled(a * b, make("softmax", x.args, (rows, columns), "columns"))
    return scaled(a * b, make("times", (x, y), (rows, columns)))


def _reciprocal_of_total(x: Term) -> Term | None:
    """1 / (the sums of the rows of exp z), for x = exp z."""
    if x.op != "apply" or x.detail != ("exp", 0):
        return None
    return make("power", (total(x, "columns"),), (x.kind.rows, "1"), -1.0)


def matmul(x: Term, y: Term) -> Term:
    """The matrix product; a sum where a factor is all ones, d * X where it is diag(d)."""
    if is_number(x) or is_number(y):
        return times(x, y)
    (a, x), (b, y) = split(x), split(y)
    simpler = _no_product(x, y)
    if simpler:
        return scaled(a * b, simpler)
    for one in (x, y):
        if one.op == "times" and is_number(one.args[0]):
            rest = one.args[1]
            product = matmul(rest, y) if one is x else matmul(x, rest)
            return scaled(a * b, times(one.args[0], product))
    return scaled(a * b, product_of(x, y))


def product_of(x: Term, y: Term) -> Term:
    """The matrix product as it stands, also where its sizes fit only if all are equal."""
    return make("matmul", (x, y), (x.kind.rows, y.kind.columns))


def _no_product(x: Term, y: Term) -> Term | None:
    """What a person writes for a product with I, 1 or diag(d), without @."""
    simpler = None
    if x.op == "identity" or y.op == "identity":
        simpler = y if x.op == "identity" else x
    elif x.op == "ones" and x.kind.rows == "1":
        simpler = total(y, "rows")
    elif y.op == "ones" and y.kind.columns == "1":
        simpler = total(x, "columns")
    elif x.op == "spread_diagonal" and size(x.args[0]) == (x.kind.rows, "1"):
        simpler = times(x.args[0], y)
    elif y.op == "spread_diagonal" and size(y.args[0]) == (y.kind.rows, "1"):
        simpler = times(x, transpose(y.args[0]))
    return simpler


def transpose(term: Term) -> Term:
    """The transpose, of the factors where there are any."""
    factor, x = split(term)
    if is_number(x) or is_symmetric(x):
        return term
    turned = make("transpose", (x,), (x.kind.columns, x.kind.rows))
    if x.op == "transpose":
        (turned,) = x.args
    elif x.op == "ones":
        turned = ones(size(turned))
    elif x.op == "matmul":
        turned = matmul(transpose(x.args[1]), transpose(x.args[0]))
    elif x.op == "times" and is_number(x.args[0]):
        turned = times(x.args[0], transpose(x.args[1]))
    elif x.op == "plus" and _turned(x) > 1:
        turned = plus(transpose(x.args[0]), scaled(x.detail, transpose(x.args[1])))
    return scaled(factor, turned)


def _turned(term: Term) -> int:
    """How many addends are, or end in, a transpose, and would lose it."""
    return sum(
        rest.op == "transpose" or (rest.op in ("matmul", "times") and _turned(rest.args[1]))
        for _, rest in addends(term)
    )


def is_symmetric(term: Term) -> bool:
    """Whether it equals its transpose by the way it is written."""
    if term.op in ("plus", "inverse", "times"):
        return all(is_symmetric(a) or is_number(a) for a in term.args)
    if term.op == "matmul":
        x, y = term.args
        return (x.op == "transpose" and x.args[0] is y) or (y.op == "transpose" and y.args[0] is x)
    return term.op in ("identity", "spread_diagonal")


def plus(x: Term, y: Term) -> Term:
    """X + y, equal terms together and what they have in common in front."""
    factors: dict[Term, float] = {}
    for factor, rest in [*addends(x), *addends(y)]:
        factors[rest] = factors.get(rest, 0.0) + factor
    found = [(factor, rest) for rest, factor in factors.items() if factor]
    if not found:
        return scaled(0.0, ones(size(x)))
    common = abs(found[0][0]) if len({abs(factor) for factor, _ in found}) == 1 else 1.0
    found.sort(key=lambda pair: pair[0] < 0)  # what is subtracted comes last
    if found[0][0] < 0:
        common, found = -common, [(-factor, rest) for factor, rest in found]
    return scaled(common, added([(factor / abs(common), rest) for factor, rest in found]))


def addends(term: Term) -> list[tuple[float, Term]]:
    """The terms of a sum with their factors."""
    factor, rest = split(term)
    if rest.op != "plus" or size(rest.args[0]) != size(rest.args[1]):
        return [(factor, rest)]
    x, y = rest.args
    return [(factor * sign * c, r) for sign, a in ((1, x), (rest.detail, y)) for c, r in addends(a)]


def added(found: list[tuple[float, Term]]) -> Term:
    """Factors times terms, in this order; what is negative is subtracted, unless it comes first."""
    result = scaled(*found[0])
    for factor, rest in found[1:]:
        term, sign = scaled(abs(factor), rest), -1 if factor < 0 else 1
        result = make("plus", (result, term), size(result), sign, result.kind.axes)
    return result


def factors_of(term: Term) -> list[Term]:
    """The factors of a matrix product, from left to right."""
    return [f for a in term.args for f in factors_of(a)] if term.op == "matmul" else [term]


def total(x: Term, axes: str) -> Term:
    """The sum over all entries, over the rows (down each column) or over the columns."""
    rows = x.kind.rows if axes == "columns" else "1"
    columns = x.kind.columns if axes == "rows" else "1"
    if (rows, columns) == size(x):
        return x
    factor, x = split(x)
    return scaled(factor, make("total", (x,), (rows, columns), axes))


def log(x: Term) -> Term:
    """The logarithm; of a softmax, or of a sum of exponentials, as a person differentiates it."""
    if x.op == "softmax":
        z = x.args[0]
        sizes = ("1", z.kind.columns) if x.detail == "rows" else (z.kind.rows, "1")
        return make("plus", (z, make("logsumexp", (z,), sizes, x.detail)), size(z), -1)
    if x.op == "total" and x.detail != "all" and x.args[0].detail == ("exp", 0):
        return make("logsumexp", x.args[0].args, size(x), x.detail)
    return apply("log", x)


def apply(function: str, x: Term, primes: int = 0) -> Term:
    """A function entry by entry, or its derivative."""
    return make("apply", (x,), size(x), (function, primes), x.kind.axes)


def power(x: Term, exponent: float) -> Term:
    """A power entry by entry."""
    if exponent == 0:
        return ones(size(x))
    return x if exponent == 1 else make("power", (x,), size(x), exponent, x.kind.axes)


def inverse(x: Term) -> Term:
    """The inverse matrix."""
    return power(x, -1.0) if is_number(x) else make("inverse", (x,), size(x))


def fitted(term: Term, to: Term) -> Term:
    """Summed over the axes along which `to` was spread."""
    rows = to.kind.rows == "1" != term.kind.rows
    columns = to.kind.columns == "1" != term.kind.columns
    if rows or columns:
        return total(term, "all" if rows and columns else "rows" if rows else "columns")
    return term


CONSTRUCTORS: dict[str, Callable[..., Term]] = {
    "times": times,
    "matmul": matmul,
    "transpose": transpose,
    "negative": lambda x: scaled(-1.0, x),
}


def kindless(term: Term) -> Term:
    """A copy that is not the one term that says this: a place to put a value."""
    return replace(term)
