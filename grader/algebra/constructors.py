"""Build expressions that are simplified as a person would: `matmul`, `times`, `plus`, ...

Factors that are numbers move to the front: every expression is `c * rest` (see `split`).
"""

from collections.abc import Callable

from .expressions import Expr, is_number, like, make, size


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


def _reciprocal_of_total(x: Expr) -> Expr | None:
    """1 / (the sums of the rows of exp z), for x = exp z."""
    if x.op != "apply" or x.detail != ("exp", 0):
        return None
    return make("power", (total(x, "columns"),), (x.kind.rows, "1"), -1.0)


def matmul(x: Expr, y: Expr) -> Expr:
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


def product_of(x: Expr, y: Expr) -> Expr:
    """The matrix product as it stands, also where its sizes fit only if all are equal."""
    return make("matmul", (x, y), (x.kind.rows, y.kind.columns))


def _no_product(x: Expr, y: Expr) -> Expr | None:
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


def transpose(term: Expr) -> Expr:
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


def _turned(term: Expr) -> int:
    """How many addends are, or end in, a transpose, and would lose it."""
    return sum(
        rest.op == "transpose" or (rest.op in ("matmul", "times") and _turned(rest.args[1]))
        for _, rest in addends(term)
    )


def is_symmetric(term: Expr) -> bool:
    """Whether it equals its transpose by the way it is written."""
    if term.op in ("plus", "inverse", "times"):
        return all(is_symmetric(a) or is_number(a) for a in term.args)
    if term.op == "matmul":
        x, y = term.args
        return (x.op == "transpose" and x.args[0] is y) or (y.op == "transpose" and y.args[0] is x)
    return term.op in ("identity", "spread_diagonal")


def plus(x: Expr, y: Expr) -> Expr:
    """X + y, equal terms together and what they have in common in front."""
    factors: dict[Expr, float] = {}
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
        result = make("plus", (result, term), size(result), sign, result.kind.axes)
    return result


def factors_of(term: Expr) -> list[Expr]:
    """The factors of a matrix product, from left to right."""
    return [f for a in term.args for f in factors_of(a)] if term.op == "matmul" else [term]


def total(x: Expr, axes: str) -> Expr:
    """The sum over all entries, over the rows (down each column) or over the columns."""
    rows = x.kind.rows if axes == "columns" else "1"
    columns = x.kind.columns if axes == "rows" else "1"
    if (rows, columns) == size(x):
        return x
    factor, x = split(x)
    return scaled(factor, make("total", (x,), (rows, columns), axes))


def log(x: Expr) -> Expr:
    """The logarithm; of a softmax, or of a sum of exponentials, as a person differentiates it."""
    if x.op == "softmax":
        z = x.args[0]
        sizes = ("1", z.kind.columns) if x.detail == "rows" else (z.kind.rows, "1")
        return make("plus", (z, make("logsumexp", (z,), sizes, x.detail)), size(z), -1)
    if x.op == "total" and x.detail != "all" and x.args[0].detail == ("exp", 0):
        return make("logsumexp", x.args[0].args, size(x), x.detail)
    return apply("log", x)


def apply(function: str, x: Expr, primes: int = 0) -> Expr:
    """A function entry by entry, or its derivative."""
    return make("apply", (x,), size(x), (function, primes), x.kind.axes)


def power(x: Expr, exponent: float) -> Expr:
    """A power entry by entry."""
    if exponent == 0:
        return ones(size(x))
    return x if exponent == 1 else make("power", (x,), size(x), exponent, x.kind.axes)


def inverse(x: Expr) -> Expr:
    """The inverse matrix."""
    return power(x, -1.0) if is_number(x) else make("inverse", (x,), size(x))


def fitted(term: Expr, to: Expr) -> Expr:
    """Summed over the axes along which `to` was spread."""
    rows = to.kind.rows == "1" != term.kind.rows
    columns = to.kind.columns == "1" != term.kind.columns
    if rows or columns:
        return total(term, "all" if rows and columns else "rows" if rows else "columns")
    return term


CONSTRUCTORS: dict[str, Callable[..., Expr]] = {
    "times": times,
    "matmul": matmul,
    "transpose": transpose,
    "negative": lambda x: scaled(-1.0, x),
}


def normal(term: Expr) -> Expr:
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
