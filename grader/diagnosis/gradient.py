"""Differentiate a term backwards, into terms: `adjoints(f)` as a person would write them.

Each rule below says what an operation passes back to its arguments. An operation without a rule
passes back a `pullback`, whose value autograd computes.
"""

from collections.abc import Callable, Mapping

from grader.algebra.constructors import (
    apply,
    fitted,
    inverse,
    matmul,
    number,
    ones,
    plus,
    power,
    scaled,
    split,
    times,
    total,
    transpose,
)
from grader.algebra.expressions import Expr, is_constant, make, size
from grader.algebra.functions import FUNCTIONS
from grader.algebra.parts import parts
from grader.diagnosis.slopes import slope

Passed = list[tuple[Expr, Expr]]  # argument, what is passed back to it
Rule = Callable[[Expr, Expr], Passed]


def adjoints(root: Expr, cut: Mapping[Expr, Passed] | None = None) -> dict[Expr, Expr]:
    """The derivative of a number by each of its parts, of that part's sizes.

    A part that is `cut` passes its own adjoint, times what is said, to the part that is said.
    """
    found = {root: number(1)}
    for term in reversed(parts(root)):
        if term in found:
            for argument, passed in _passed(term, found[term], cut or {}):
                if not is_constant(argument):
                    so_far = found.get(argument)
                    found[argument] = plus(so_far, passed) if so_far else passed
    return found


def _passed(term: Expr, g: Expr, cut: Mapping[Expr, Passed]) -> Passed:
    if term in cut:
        return [(part, times(g, factor)) for part, factor in cut[term]]
    if term.op == "apply" and term.args[0] in cut and term.args[0].op == "determinant":
        return [(term.args[0], times(g, power(term.args[0], -1.0)))]
    return pass_back(term, g)


def pass_back(term: Expr, g: Expr) -> Passed:
    """What a term passes back to its arguments, given its own adjoint g."""
    rule = RULES.get(term.op)
    if rule and not term.kind.axes and not any(a.kind.axes for a in term.args):
        return rule(term, g)
    return [(a, pullback(term, g, i)) for i, a in enumerate(term.args) if not is_constant(a)]


def pullback(term: Expr, g: Expr, which: int) -> Expr:
    """What is passed back to one argument, left to autograd."""
    to = term.args[which]
    said = (which, term.op, term.detail, term.kind)
    return make("pullback", (g, *term.args), size(to), said, to.kind.axes)


def _plus(term: Expr, g: Expr) -> Passed:
    x, y = term.args
    return [(x, fitted(g, x)), (y, fitted(scaled(term.detail, g), y))]


def _times(term: Expr, g: Expr) -> Passed:
    x, y = term.args
    return [(x, fitted(times(g, y), x)), (y, fitted(times(g, x), y))]


def _power(term: Expr, g: Expr) -> Passed:
    (x,), e = term.args, term.detail
    return [(x, scaled(e, times(g, power(x, e - 1))))]


def _apply(term: Expr, g: Expr) -> Passed:
    (x,), (function, primes) = term.args, term.detail
    if primes:
        return [(x, times(g, apply(function, x, primes + 1)))]
    if function == "log" and x.op == "determinant":
        (matrix,) = x.args
        return [(matrix, times(g, inverse(transpose(matrix))))]
    known = slope(term) if FUNCTIONS[function].plain else apply(function, x, 1)
    return [(x, times(g, known))]


def _matmul(term: Expr, g: Expr) -> Passed:
    x, y = term.args
    return [(x, matmul(g, transpose(y))), (y, matmul(transpose(x), g))]


def _transpose(term: Expr, g: Expr) -> Passed:
    return [(term.args[0], transpose(g))]


def _inverse(term: Expr, g: Expr) -> Passed:
    turned = transpose(term)
    return [(term.args[0], scaled(-1, matmul(matmul(turned, g), turned)))]


def _determinant(term: Expr, g: Expr) -> Passed:
    (x,) = term.args
    return [(x, times(times(g, term), inverse(transpose(x))))]


def _trace(term: Expr, g: Expr) -> Passed:
    (x,) = term.args
    if x.op == "matmul":
        a, b = x.args
        return [(a, times(g, transpose(b))), (b, times(g, transpose(a)))]
    return [(x, times(g, make("identity", (), size(x))))]


def _spread_diagonal(term: Expr, g: Expr) -> Passed:
    (x,) = term.args
    factor, product = split(g)
    if size(x) != (term.kind.rows, "1"):
        return [(x, pullback(term, g, 0))]
    if product.op == "matmul":  # diag(A B^T) as a person writes it
        a, b = product.args
        return [(x, scaled(factor, total(times(a, transpose(b)), "columns")))]
    return [(x, make("diagonal", (g,), size(x)))]


def _diagonal(term: Expr, g: Expr) -> Passed:
    return [(term.args[0], make("spread_diagonal", (g,), size(term.args[0])))]


def _total(term: Expr, g: Expr) -> Passed:
    (x,) = term.args
    return [(x, times(g, ones(size(x))))]


def _squares(term: Expr, g: Expr) -> Passed:
    return [(term.args[0], scaled(2, times(g, term.args[0])))]


def _softmax(term: Expr, g: Expr) -> Passed:
    mean = total(times(g, term), term.detail)
    return [(term.args[0], times(term, plus(g, scaled(-1, mean))))]


def _logsumexp(term: Expr, g: Expr) -> Passed:
    (z,) = term.args
    return [(z, times(make("softmax", (z,), size(z), term.detail), g))]


def _larger(relation: str) -> Rule:
    def rule(term: Expr, g: Expr) -> Passed:
        x, y = term.args
        holds = make("compare", (x, y), size(term), relation)
        fails = make("compare", (y, x), size(term), relation)
        return [(x, fitted(times(g, holds), x)), (y, fitted(times(g, fails), y))]

    return rule


def _flat(term: Expr, g: Expr) -> Passed:
    """A comparison has no slope."""
    return []


RULES: dict[str, Rule] = {
    "plus": _plus, "times": _times, "power": _power, "apply": _apply, "matmul": _matmul,
    "transpose": _transpose, "inverse": _inverse, "determinant": _determinant, "trace": _trace,
    "spread_diagonal": _spread_diagonal, "diagonal": _diagonal,
    "total": _total, "squares": _squares, "softmax": _softmax, "logsumexp": _logsumexp,
    "maximum": _larger(">"), "minimum": _larger("<"), "compare": _flat,
}  # fmt: skip
