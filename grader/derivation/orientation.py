"""What x_i is of X in a text: the row, standing up, the column, or the row as it stands."""

from collections.abc import Iterator
from itertools import pairwise

from grader.algebra.sizes import Misfit
from grader.latex import tree
from grader.latex.errors import Unreadable
from grader.latex.reading import readings
from grader.latex.scope import WAYS
from grader.latex.tree import Node

from .compare import kinds_agree
from .definitions import Document

Sides = tuple[float, tuple[Node, ...]]  # a statement, and two sides of it, or one definition


def orient(document: Document) -> None:
    """Read the rows and columns of a text in the way in which most of its lines have sizes: first
    those of all matrices alike, then those of each.
    """
    lines = list(_with_lines(document))
    names = list(dict.fromkeys(name for _, sides in lines for name in _matrices(sides)))
    if not names:
        return
    for tried in ([dict.fromkeys(names, way) for way in WAYS], *map(_turned, names)):
        _take_best(document, lines, tried)


def _turned(name: str) -> list[dict[str, str]]:
    return [{name: way} for way in WAYS]


def _take_best(document: Document, lines: list[Sides], tried: list[dict[str, str]]) -> None:
    """Keep the first of these ways in which most lines fit; what is in force where it does."""
    before = document.scope.lines
    counts = []
    for ways in tried:
        document.scope.lines = before | ways
        document.scope.read.clear()
        counts.append(sum(_fits(document, order, sides) for order, sides in lines))
    kept = [w for w, n in zip(tried, counts, strict=True) if n == max(counts)]
    same = any(before == before | ways for ways in kept)
    document.scope.lines = before if same else before | kept[0]
    document.scope.read.clear()


def _matrices(sides: tuple[Node, ...]) -> Iterator[str]:
    return (n.name for side in sides for n in tree.walk(side) if isinstance(n, tree.Line))


def _with_lines(document: Document) -> Iterator[Sides]:
    for definitions in document.scope.definitions.values():
        for one in definitions:
            if tree.holds(one.node, tree.Line):
                yield one.order, (one.node,)
    for order, statement in enumerate(document.statements):
        nodes = [part.node for part in statement.parts]
        for left, right in pairwise(nodes):
            if not (isinstance(left, Node) and isinstance(right, Node)):
                continue
            if tree.holds(left, tree.Line) or tree.holds(right, tree.Line):
                yield order + 0.5, (left, right)


def _fits(document: Document, order: float, sides: tuple[Node, ...]) -> bool:
    try:
        for read in readings(document.scope, order, sides):
            if not read.liberties and (len(sides) == 1 or kinds_agree(read)):
                return True
    except (Misfit, Unreadable, KeyError, RecursionError):
        return False
    return False
