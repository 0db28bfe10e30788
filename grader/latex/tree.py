"""The tree of a formula as it was typed; nothing is decided yet about sizes.

Whether `A B` is a product of matrices or entry by entry is the business of `reading`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

FROBENIUS = {"", "F", "f", "Fro", "fro", "frob", "2"}  # what is written below its norm


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a formula; `at` is its offset in the document."""

    at: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: float


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Ones(Node):
    r"""`\mathbf 1`, with its sizes where they are said."""

    sizes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity(Node):
    size: str | None


@dataclass(frozen=True, slots=True)
class Zero(Node):
    r"""`\mathbf 0`: zero of whatever size."""


@dataclass(frozen=True, slots=True)
class Group(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Listing(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Sum(Node):
    terms: tuple[tuple[int, Node], ...]  # sign, term


@dataclass(frozen=True, slots=True)
class Product(Node):
    factors: tuple[tuple[str, Node], ...]  # the operator before it ("" juxtaposed), factor


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Transpose(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Primed(Node):
    """A prime behind a bracket: a transpose, or, of a function's value, its derivative."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Inverse(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    base: Node
    exponent: Node
    entrywise: bool = False


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    primes: int
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function named without an argument."""

    function: str
    primes: int


@dataclass(frozen=True, slots=True)
class Norm(Node):
    kind: str
    inner: Node


@dataclass(frozen=True, slots=True)
class Bars(Node):
    """|A|: a determinant or absolute values."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Inner(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Index(Node):
    base: Node
    indices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line(Node):
    """x_i where only X is known: a row or a column of it."""

    name: str
    index: str


@dataclass(frozen=True, slots=True)
class Entries(Node):
    """(a_{ij}), the matrix that has these entries."""

    entry: Node
    indices: tuple[str, ...]
    ends: tuple[str, ...] = ()  # how far each runs, where it is said: a size or a number


@dataclass(frozen=True, slots=True)
class Matrix(Node):
    """A matrix of which every entry is written."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Member(Node):
    """z_i of samples that were declared once, for every index."""

    family: str
    index: str


Bound = tuple[str, str, str]  # an index, a relation, and an index, a size or a number: i <= m-1


@dataclass(frozen=True, slots=True)
class Over:
    """What a sum runs over: its indices, their bounds, and what else is said of them."""

    indices: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    paired: tuple[str, ...] = ()  # the j of i < j, over which it may run too
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BigSum(Node):
    body: Node
    over: Over

    @property
    def indices(self) -> tuple[str, ...]:
        return self.over.indices


@dataclass(frozen=True, slots=True)
class Cases(Node):
    rows: tuple[tuple[Node, Node | None], ...]  # value, condition


@dataclass(frozen=True, slots=True)
class Compare(Node):
    relation: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Differential(Node):
    inner: Node


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    top: Node
    bottom: Node | None  # None: the nabla says not by what
    nabla: bool = False  # written with one


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in reading order."""
    for name in _holding(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)


_HOLDING: dict[str, tuple[str, ...]] = {}  # kind of node: its fields that may hold nodes


def _holding(kind: type[Node]) -> tuple[str, ...]:
    if kind.__name__ not in _HOLDING:
        plain = (int, str, float, bool)
        _HOLDING[kind.__name__] = tuple(f.name for f in fields(kind) if f.type not in plain)
    return _HOLDING[kind.__name__]


def _nodes(values: tuple[Any, ...]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes(value)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in reading order."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(list(children(found)))


def depth(node: Node) -> int:
    """How deep a term it becomes, counted without recursion: a + b + c is (a + b) + c."""
    deepest, waiting = 0, [(node, 1)]
    while waiting:
        parent, level = waiting.pop()
        deepest = max(deepest, level)
        inside = list(children(parent))
        row = len(inside) - 1 if isinstance(parent, Sum | Product) else 1
        waiting += [(child, level + max(1, row)) for child in inside]
    return deepest


def holds(node: Node, *kinds: type[Node]) -> bool:
    """Whether a node of one of these kinds stands anywhere in it."""
    return any(isinstance(part, kinds) for part in walk(node))


def unwrapped(node: Node) -> Node:
    """Without the brackets around it."""
    while isinstance(node, Group):
        node = node.inner
    return node


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every node changed, from the leaves up."""
    changes = {f.name: _rebuilt_value(getattr(node, f.name), change) for f in fields(node)}
    changes.pop("at")
    return change(replace(node, **changes))


def _rebuilt_value(value: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(value, Node):
        return rebuilt(value, change)
    if isinstance(value, tuple):
        return tuple(_rebuilt_value(item, change) for item in value)
    return value
