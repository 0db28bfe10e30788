"""Lose brackets: write a product as Python reads it, where @ and * bind alike from the left.

    X.T @ ((E @ W2.T) * S)   without its outer brackets is   (X.T @ (E @ W2.T)) * S

`without_brackets(term)` yields what a term becomes when one pair of its brackets is lost, for every
order in which its entry-wise products can be written.
"""

from collections.abc import Iterator, Sequence

from grader.algebra.expressions import Expr, make, number, scaled, size, split, total
from grader.algebra.matrices import factors_of, product_of

Chain = tuple[tuple[str, Expr], ...]  # operator before it ("" before the first), operand
PRODUCTS = ("matmul", "times")


def without_brackets(term: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Yield (what stood in brackets, what becomes of the term without them)."""
    if term.op == "total":
        yield from _last_summed(term)
        return
    if term.op == "plus":
        yield from _after_minus(term)
        return
    yield from _product_first(term)
    for chain in chains(term):
        for i, (_, operand) in enumerate(chain):
            if operand.op == "plus":
                for factor, both in _orders(operand) if not _is_even(chain, i) else ():
                    torn = _torn(factor, (*chain[:i], (chain[i][0], both), *chain[i + 1 :]), i)
                    if torn.args[0] is not torn.args[1]:  # s * 1 - s, which nobody would leave so
                        yield operand, torn
            elif i and operand.op in PRODUCTS:
                for inner in chains(operand):
                    yield operand, read((*chain[:i], *_joined(chain[i][0], inner), *chain[i + 1 :]))


def _product_first(term: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The product (a * b) @ c as a * (b @ c), as if @ bound tighter."""
    if term.op == "matmul" and term.args[0].op == "times":
        both, c = term.args
        for a, b in (both.args, both.args[::-1]):
            yield both, _operate("times", a, _operate("matmul", b, c))


def chains(term: Expr) -> list[Chain]:
    """The ways to write a product as a chain from the left; other terms are one operand."""
    factor, rest = split(term)
    if factor != 1:
        return [
            ((("", number(factor))), ("times", chain[0][1]), *chain[1:]) for chain in chains(rest)
        ]
    if term.op not in PRODUCTS:
        return [(("", term),)]
    x, y = term.args
    last = factors_of(y) if term.op == "matmul" else [y]  # A @ (B @ C) needs no brackets
    found = [(*chain, *((term.op, factor) for factor in last)) for chain in chains(x)]
    if term.op == "times":
        found += [(*chain, (term.op, x)) for chain in chains(y)]
    return found


def read(chain: Sequence[tuple[str, Expr]]) -> Expr:
    """The term that Python makes of a chain."""
    result = chain[0][1]
    for operator, operand in chain[1:]:
        result = _operate(operator, result, operand)
    return result


def _operate(operator: str, x: Expr, y: Expr) -> Expr:
    if operator == "matmul":
        return product_of(x, y)
    if x.op == "number" or y.op == "number":
        return scaled(x.detail, y) if x.op == "number" else scaled(y.detail, x)
    return make("times", (x, y), size(y if size(x) == ("1", "1") else x))


def _joined(operator: str, inner: Chain) -> Chain:
    return ((operator, inner[0][1]), *inner[1:])


def _orders(both: Expr) -> Iterator[tuple[float, Expr]]:
    """A sum or difference in either order, with the factor that stands in front then."""
    yield 1.0, both
    turned = make("plus", both.args[::-1], size(both), both.detail)
    yield float(both.detail), turned


def _is_even(chain: Chain, i: int) -> bool:
    """Whether m * (x + y) * m would become m * x + y * m, which lacks an m and no brackets."""
    before = [operand for _, operand in chain[:i] if operand.op != "number"]
    after = [operand for operator, operand in chain[i + 1 :] if operator == "times"]
    return bool(before) and before == after


def _torn(factor: float, chain: Chain, i: int) -> Expr:
    """A sum in the chain without its brackets: the chain ends and begins anew at the sign."""
    operator, both = chain[i]
    x, y = both.args
    left = scaled(factor, read((*chain[:i], (operator, x))))
    right = read((("", y), *chain[i + 1 :]))
    return make("plus", (left, right), size(left), both.detail)


def _after_minus(term: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The difference x - (y + z) as x - y + z."""
    x, y = term.args
    if term.detail < 0 and y.op == "plus":
        first = make("plus", (x, y.args[0]), size(term), -1)
        yield y, make("plus", (first, y.args[1]), size(term), y.detail)


def _last_summed(term: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The sum (a * b).sum(0) as a * b.sum(0)."""
    (x,) = term.args
    if x.op == "plus":
        y = total(x.args[1], term.detail)
        yield x, make("plus", (x.args[0], y), size(x), x.detail)
        return
    for chain in chains(x):
        if len(chain) > 1:
            operator, last = chain[-1]
            yield x, read((*chain[:-1], (operator, total(last, term.detail))))
