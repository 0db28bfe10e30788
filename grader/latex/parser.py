"""Grammar tokens to the tree: `parse(tokens)`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, v_args
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


@v_args(inline=True)
class Build(Transformer[Token, Node]):
    """Each rule of the grammar to its node."""

    def name(self, token: Token) -> Node:
        return tree.Name(_at(token), token.value)

    def number(self, token: Token) -> Node:
        return tree.Number(_at(token), token.value)

    def whole(self, token: Token) -> Node:
        node: Node = token.value
        return node

    def group(self, opening: Token, inner: Node, _close: Token) -> Node:
        return tree.Group(_at(opening), inner)

    def listing(self, opening: Token, *rest: Any) -> Node:
        return tree.Listing(_at(opening), _nodes(rest))

    def call(self, function: Token, *rest: Any) -> Node:
        name, primes = function.value
        return tree.Call(_at(function), name, int(primes), _nodes(rest))

    def call_on_item(self, function: Token, argument: Node) -> Node:
        name, primes = function.value
        return tree.Call(_at(function), name, int(primes), (argument,))

    call_on_run = call_on_item

    def norm(self, opening: Token, inner: Node, close: Token) -> Node:
        return tree.Norm(_at(opening), close.value, inner)

    def bars(self, opening: Token, inner: Node, _close: Token) -> Node:
        return tree.Bars(_at(opening), inner)

    def inner(self, opening: Token, left: Node, _comma: Token, right: Node, _close: Token) -> Node:
        return tree.Inner(_at(opening), left, right)

    def after(self, inner: Node, mark: Token) -> Node:
        wrap: Callable[[Node], Node] = mark.value
        return wrap(inner)

    def differential(self, d: Token, inner: Node) -> Node:
        return tree.Differential(_at(d), inner)

    def derivative(self, nabla: Token, top: Node) -> Node:
        return tree.Derivative(_at(nabla), top, nabla.value)

    def big_sum(self, sign: Token, body: Node) -> Node:
        return tree.BigSum(_at(sign), sign.value[0], body, sign.value[1])

    def big_sum_of_negative(self, sign: Token, minus: Token, body: Node) -> Node:
        return self.big_sum(sign, tree.Negative(_at(minus), body))

    def differential_of_sum(self, d: Token, sign: Token, body: Node) -> Node:
        return tree.Differential(_at(d), self.big_sum(sign, body))

    def operator(self, token: Token) -> Token:
        return token

    def run(self, *items: Node) -> Node:
        return items[0] if len(items) == 1 else tree.Product(items[0].at, _factors("", items))

    def product(self, first: Node, *rest: Any) -> Node:
        if not rest:
            return first
        factors = _spliced("", first)
        for operator, factor in zip(rest[::2], rest[1::2], strict=True):
            factors += _spliced(OPERATORS[operator.type], factor)
        return tree.Product(first.at, tuple(factors))

    def negative(self, minus: Token, inner: Node) -> Node:
        return tree.Negative(_at(minus), inner)

    def positive(self, _plus: Token, inner: Node) -> Node:
        return inner

    def plus(self, left: Node, _plus: Token, right: Node) -> Node:
        return _sum(left, 1, right)

    def minus(self, left: Node, _minus: Token, right: Node) -> Node:
        return _sum(left, -1, right)

    def compare(self, left: Node, relation: Token, right: Node) -> Node:
        return tree.Compare(left.at, relation.value, left, right)


def _nodes(items: tuple[Any, ...]) -> tuple[Node, ...]:
    return tuple(item for item in items if isinstance(item, Node))


def _factors(first: str, items: tuple[Node, ...]) -> tuple[tuple[str, Node], ...]:
    return ((first, items[0]), *(("", item) for item in items[1:]))


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
