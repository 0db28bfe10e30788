"""Build expressions of matrices, simplified as a person would: `matmul`, `transpose`, ..."""

from .expressions import (
    Expr,
    addends,
    apply,
    both,
    is_number,
    make,
    ones,
    plus,
    power,
    scaled,
    size,
    split,
    times,
    total,
)


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


def factors_of(term: Expr) -> list[Expr]:
    """The factors of a matrix product, from left to right."""
    return [f for a in term.args for f in factors_of(a)] if term.op == "matmul" else [term]


def log(x: Expr) -> Expr:
    """The logarithm; of a softmax, or of a sum of exponentials, as a person differentiates it."""
    if x.op == "softmax":
        z = x.args[0]
        sizes = ("1", z.kind.columns) if x.detail == "rows" else (z.kind.rows, "1")
        return both("plus", z, make("logsumexp", (z,), sizes, x.detail), -1)
    if x.op == "total" and x.detail != "all" and x.args[0].detail == ("exp", 0):
        return make("logsumexp", x.args[0].args, size(x), x.detail)
    return apply("log", x)


def inverse(x: Expr) -> Expr:
    """The inverse matrix."""
    return power(x, -1.0) if is_number(x) else make("inverse", (x,), size(x))


def trace(x: Expr) -> Expr:
    """The sum of the diagonal."""
    factor, rest = split(x)
    return scaled(factor, make("trace", (rest,), ("1", "1")))


def diagonal(x: Expr) -> Expr:
    """The diagonal as a column; of a product of two as a person writes it."""
    factor, rest = split(x)
    if rest.op == "matmul":
        a, b = rest.args
        return scaled(factor, total(times(a, transpose(b)), "columns"))
    return make("diagonal", (x,), (x.kind.rows, "1"))


def inner(x: Expr, y: Expr) -> Expr:
    """The sum of the products of all entries."""
    (a, x), (b, y) = split(x), split(y)
    if is_number(x) and is_number(y):
        return scaled(a * b, times(x, y))
    return scaled(a * b, make("inner", (x, y), ("1", "1")))


def fitted(term: Expr, to: Expr) -> Expr:
    """Summed over the axes along which `to` was spread."""
    rows = to.kind.rows == "1" != term.kind.rows
    columns = to.kind.columns == "1" != term.kind.columns
    if rows or columns:
        return total(term, "all" if rows and columns else "rows" if rows else "columns")
    return term
