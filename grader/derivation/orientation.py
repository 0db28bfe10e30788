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
    """Read the rows and columns of a text in the way in which most of its lines have sizes."""
    lines = list(_with_lines(document))
    if not lines:
        return
    scope = document.scope
    fitting: dict[str, int] = {}
    for way in WAYS:
        scope.lines = way
        scope.read.clear()
        fitting[way] = sum(_fits(document, order, sides) for order, sides in lines)
    scope.lines = max(fitting, key=lambda way: fitting[way])
    scope.read.clear()


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
