"""Grammar tokens to the tree: `parse(tokens)`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError
from lark.lexer import Lexer

from . import tree
from .errors import Unreadable
from .tree import Node

OPERATORS = {
    "ODOT": "odot", "STAR": "star", "CDOT": "cdot", "TIMES": "times", "SLASH": "slash",
    "OTIMES": "otimes", "COLON": "colon",
}  # fmt: skip


class Ready(Lexer):
    """A lexer that passes on tokens made beforehand."""

    def __init__(self, _conf: object) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]
        yield from data


def _at(token: Token) -> int:
    return token.start_pos or 0


def _around(kind: Callable[[int, Node], Node]) -> Callable[..., Node]:
    """The rule of a sign, or an opening bracket, with one thing behind it."""
    return lambda opening, inner, *_close: kind(_at(opening), inner)


def _call(function: Token, *rest: Any) -> Node:
    name, primes, marks = function.value
    node: Node = tree.Call(_at(function), name, int(primes), _nodes(rest))
    for mark in marks:
        node = mark(node)
    return node


def _big_sum(sign: Token, body: Node) -> Node:
    over, where = sign.value
    if where is not None:  # a sum over those i for which something holds
        factors = (("", tree.Group(where.at, where)), ("", tree.Group(body.at, body)))
        body = tree.Product(body.at, factors)
    return tree.BigSum(_at(sign), body, over)


def _run(*items: Node) -> Node:
    factors = tuple(("", item) for item in items)
    return items[0] if len(items) == 1 else tree.Product(items[0].at, factors)


def _product(first: Node, *rest: Any) -> Node:
    if not rest:
        return first
    factors = _spliced("", first)
    for operator, factor in zip(rest[::2], rest[1::2], strict=True):
        factors += _spliced(OPERATORS[operator.type], factor)
    return tree.Product(first.at, tuple(factors))


# Each rule of the grammar, and how its node is made.
RULES: dict[str, Callable[..., Any]] = {
    "name": lambda token: tree.Name(_at(token), token.value),
    "number": lambda token: tree.Number(_at(token), token.value),
    "whole": lambda token: token.value,
    "group": _around(tree.Group),
    "bars": _around(tree.Bars),
    "negative": _around(tree.Negative),
    "differential": _around(tree.Differential),
    "positive": lambda _plus, inner: inner,
    "listing": lambda opening, *rest: tree.Listing(_at(opening), _nodes(rest)),
    "call": _call,
    "call_on_item": _call,
    "call_on_run": _call,
    "call_on_sum": lambda function, sign, body: _call(function, _big_sum(sign, body)),
    "norm": lambda opening, inner, close: tree.Norm(_at(opening), close.value, inner),
    "inner": lambda opening, left, _, right, _close: tree.Inner(_at(opening), left, right),
    "after": lambda inner, mark: mark.value(inner),
    "derivative": lambda nabla, top: tree.Derivative(_at(nabla), top, nabla.value, nabla=True),
    "big_sum": _big_sum,
    "big_sum_of_negative": lambda sign, minus, x: _big_sum(sign, tree.Negative(_at(minus), x)),
    "differential_of_sum": lambda d, sign, body: tree.Differential(_at(d), _big_sum(sign, body)),
    "operator": lambda token: token,
    "run": _run,
    "product": _product,
    "plus": lambda left, _, right: _sum(left, 1, right),
    "minus": lambda left, _, right: _sum(left, -1, right),
    "compare": lambda left, sign, right: tree.Compare(left.at, sign.value, left, right),
}


class Build(Transformer[Token, Node]):
    """Each rule of the grammar to its node."""

    def __getattr__(self, rule: str) -> Callable[[list[Any]], Any]:
        if rule not in RULES:
            raise AttributeError(rule)
        return lambda children: RULES[rule](*children)


def _nodes(items: tuple[Any, ...]) -> tuple[Node, ...]:
    return tuple(item for item in items if isinstance(item, Node))


def _spliced(operator: str, factor: Node) -> list[tuple[str, Node]]:
    """A run inside a product, as the factors it consists of."""
    if not isinstance(factor, tree.Product):
        return [(operator, factor)]
    return [(operator, factor.factors[0][1]), *factor.factors[1:]]


def _sum(left: Node, sign: int, right: Node) -> Node:
    before = left.terms if isinstance(left, tree.Sum) else ((1, left),)
    return tree.Sum(left.at, (*before, (sign, right)))


GRAMMAR = (Path(__file__).parent / "grammar.lark").read_text()
LALR = Lark(GRAMMAR, parser="lalr", lexer=Ready, transformer=Build(), maybe_placeholders=False)


def parse(tokens: list[Token]) -> Node:
    """The tree of a list of grammar tokens."""
    try:
        return LALR.parse(tokens)  # type: ignore[return-value]
    except VisitError as error:
        raise error.orig_exc from error
    except UnexpectedToken as error:
        raise _unexpected(error, tokens) from error
    except UnexpectedInput as error:
        raise Unreadable("this is not a formula", tokens[0].start_pos) from error


def _unexpected(error: UnexpectedToken, tokens: list[Token]) -> Unreadable:
    if error.token.type == "$END":
        return Unreadable("the formula ends too early", _at(tokens[-1]))
    shown = error.token.value if isinstance(error.token.value, str) else error.token.type.lower()
    return Unreadable(f'"{shown}" does not belong here', error.token.start_pos)
