"""Read functions and what they are applied to, the student's own ones among them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from grader.algebra.expressions import Expr
from grader.algebra.functions import FUNCTIONS
from grader.algebra.operations import called
from grader.algebra.sizes import Kind, Misfit, product

from . import tree
from .asking import Attempt, meaning
from .errors import Unreadable
from .tree import Node


@meaning.register
def _(node: tree.Function, attempt: Attempt) -> Expr:
    own = attempt.scope.functions.get(node.function)
    if own and isinstance(own.body, Node) and not node.primes:
        return meaning(own.body, attempt)
    raise Unreadable(f"the function {node.function} has no argument", node.at)


@meaning.register
def _(node: tree.Call, attempt: Attempt) -> Expr:
    if node.function in attempt.scope.functions:
        return _own_function(attempt, node)
    if node.function in ("max", "min", "clamp"):
        return _maximum(attempt, node)
    if len(node.arguments) != 1:
        return _of_several(attempt, node)
    x = meaning(node.arguments[0], attempt)
    whole = _whole_of(node, x, attempt)
    if whole is not None:
        return meaning(whole, attempt)
    if node.function in FUNCTIONS:
        return attempt.apply(node.function, node.primes, x, node.at)
    if node.primes:
        raise Unreadable(f"the derivative of {node.function} is not read so", node.at)
    return _named_function(attempt, node, x)


def _whole_of(node: tree.Call, x: Expr, attempt: Attempt) -> Node | None:
    """The softmax(Z)_{ij} that softmax(Z_{ij}) means: of one number alone it says nothing."""
    row, inner = called(node.function), tree.unwrapped(node.arguments[0])
    along = row is not None and row.name in ("softmax", "logsumexp")
    if not along or not attempt.scalar(x) or not isinstance(inner, tree.Index):
        return None
    return tree.Index(node.at, replace(node, arguments=(inner.base,)), inner.indices)


def _of_several(attempt: Attempt, node: tree.Call) -> Expr:
    """Functions of several arguments, as code has them."""
    match node:
        case tree.Call(function="where", primes=0, arguments=(condition, value, otherwise)):
            cases = tree.Cases(node.at, ((value, condition), (otherwise, None)))
            return meaning(cases, attempt)
        case tree.Call(function="pow", primes=0, arguments=(base, exponent)):
            return meaning(tree.Power(node.at, base, exponent, entrywise=True), attempt)
        case tree.Call(function="sum"):
            return _sum_along(attempt, node)
    raise Unreadable(f"{node.function} takes one argument", node.at)


def _sum_along(attempt: Attempt, node: tree.Call) -> Expr:
    """sum(E, axis=0), as code has it."""
    axis = node.arguments[1]
    match axis:
        case (
            tree.Compare(relation="==", right=tree.Number(value=0.0 | 1.0 as which))
            | tree.Product(factors=((_, tree.Name(name="axis" | "dim")),
                                    ("", tree.Number(value=0.0 | 1.0 as which))))
        ):  # fmt: skip
            over = "rows" if which == 0 else "columns"
            return attempt.total(meaning(node.arguments[0], attempt), over, node.at)
    raise Unreadable("this sum is not understood", axis.at)


def _named_function(attempt: Attempt, node: tree.Call, x: Expr) -> Expr:
    """An operation that is called by a word, or what a word stands for."""
    row = called(node.function)
    simpler = COMPOSED.get(node.function) or (SIMPLER.get(row.name) if row else None)
    if simpler is Attempt.trace and attempt.customs.taken.dot == "inner" and attempt.scalar(x):
        _refuse_dots(node.arguments[0])
    if simpler is not None:
        return simpler(attempt, x, node.at)
    if row is None:
        cure = "known are tr, det, log, exp, max, relu, sigmoid, tanh, softmax and their like"
        raise Unreadable(f"the function {node.function} is not known", node.at, cure)
    kind = attempt.known(x)
    detail = row.detail(kind)
    if detail == "columns" and kind.rows != "1":
        detail = _by_custom(attempt)
    return attempt.operation(row.name, node.at, x, detail=detail)


def _refuse_dots(node: Node) -> None:
    """Who writes the trace of A dot B means no number by the dot."""
    for part in tree.walk(node):
        factors = part.factors if isinstance(part, tree.Product) else ()
        for (_, before), (sign, _) in pairwise(factors):
            if sign == "cdot" and not isinstance(before, tree.Number):
                raise Misfit("the trace is not taken of an inner product", node.at)


def _by_custom(attempt: Attempt) -> str:
    """Along each row of a matrix, or down each column where the text has samples there."""
    down = attempt.order >= 0 and attempt.customs.ask("samples") == "columns"
    attempt.remark("softmax", f"softmax is taken along each {'column' if down else 'row'}")
    return "rows" if down else "columns"


def _mean(attempt: Attempt, x: Expr, at: int) -> Expr:
    count = product(attempt.known(x).rows, attempt.known(x).columns)
    size = Expr("size", (), Kind(), count, at)
    return attempt.quotient(attempt.total(x, "all", at), size, at)


Operate = Callable[[Attempt, Expr, int], Expr]
COMPOSED: dict[str, Operate] = {
    "mean": _mean,
    "logdet": lambda attempt, x, at: attempt.apply("log", 0, attempt.determinant(x, at), at),
}
# Operations that are something simpler of a number, or of a vector.
SIMPLER: dict[str, Operate] = {
    "trace": Attempt.trace,
    "transpose": Attempt.transpose,
    "inverse": Attempt.inverse,
    "diagonal": Attempt.diagonal,
}


def _maximum(attempt: Attempt, node: tree.Call) -> Expr:
    others = [a for a in node.arguments if not _is_zero(a)]
    relu = node.function in ("max", "clamp") and len(others) == 1
    if relu and (len(node.arguments) == 2 or node.primes):
        return attempt.apply("relu", node.primes, meaning(others[0], attempt), node.at)
    if node.primes or len(node.arguments) != 2 or node.function == "clamp":
        raise Unreadable(f"{node.function} is read of two things", node.at)
    operation = "minimum" if node.function == "min" else "maximum"
    x, y = (meaning(a, attempt) for a in node.arguments)
    return attempt.operation(operation, node.at, x, y)


def _own_function(attempt: Attempt, node: tree.Call) -> Expr:
    own = attempt.scope.functions[node.function]
    if isinstance(own.body, str):
        return meaning(replace(node, function=own.body), attempt)
    if own.body is None or len(own.parameters) != len(node.arguments):
        raise Unreadable(f"the function {node.function} is not defined so", node.at)
    if len(attempt.parameters) > 8:
        raise Unreadable(f"{node.function} is defined through itself", node.at)
    arguments = [meaning(a, attempt) for a in node.arguments]
    if not node.primes:
        return _body(attempt, own.body, dict(zip(own.parameters, arguments, strict=True)))
    if node.primes > 1 or len(arguments) > 1 or arguments[0].kind.form:
        raise Unreadable(f"this derivative of {node.function} is not read", node.at)
    return _slope(attempt, own.body, own.parameters[0], arguments[0], node.at)


def _body(attempt: Attempt, body: Node, bound: dict[str, Expr]) -> Expr:
    attempt.parameters.append(bound)
    try:
        return meaning(body, attempt)
    finally:
        attempt.parameters.pop()


def _slope(attempt: Attempt, body: Node, parameter: str, x: Expr, at: int) -> Expr:
    """The derivative of the student's own function, entry by entry."""
    place = Expr("parameter", (), replace(x.kind, row=False), parameter, at)
    kind = replace(place.kind, mask=True, number=False)
    return Expr("slope", (_body(attempt, body, {parameter: place}), place, x), kind, None, at)


@meaning.register
def _(node: tree.Cases, attempt: Attempt) -> Expr:
    """The first value whose condition holds."""
    result: Expr | None = None
    left: Expr = attempt.number(1.0, node.at)
    for value, condition in node.rows:
        holds = meaning(condition, attempt) if condition else attempt.number(1.0, node.at)
        part = attempt.times(meaning(value, attempt), attempt.times(left, holds, node.at), node.at)
        result = part if result is None else attempt.plus(result, part, node.at)
        rest = attempt.plus(attempt.number(1.0, node.at), holds, node.at, -1)
        left = attempt.times(left, rest, node.at)
    if result is None:
        raise Unreadable("no case is given", node.at)
    return replace(result, kind=replace(result.kind, mask=not result.kind.form))


def _is_zero(node: Node) -> bool:
    node = tree.unwrapped(node)
    return isinstance(node, tree.Zero) or (isinstance(node, tree.Number) and node.value == 0)
