"""Read the members of a family: rows and columns of a matrix, samples declared once for every k.

A member is a matrix with an orientation, so that a derivative by u_i is the same row or column of
the derivative by U. Which of them u_i is, is one convention of the whole text: `scope.way`.
"""

from dataclasses import replace

from grader.algebra.expressions import Expr

from . import tree
from .asking import Attempt, meaning
from .indexing import line

SAID = {"standing": "row", "columns": "column", "rows": "row"}


@meaning.register
def _(node: tree.Line, attempt: Attempt) -> Expr:
    way = attempt.scope.way(node.name)
    said = f"{node.name.lower()}_{node.index} is read as a {SAID[way]} of {node.name}"
    attempt.remark("line", said)
    return line(attempt, meaning(whole_of(node), attempt), node.index, way, node.at)


def whole_of(node: tree.Line) -> tree.Name:
    """The matrix that it is a row or column of."""
    return tree.Name(node.at, node.name)


@meaning.register
def _(node: tree.Member, attempt: Attempt) -> Expr:
    """The leaf that holds all members, its free index called as here."""
    kind = attempt.scope.variables[node.family]
    ((_, size),) = kind.axes
    return Expr("leaf", (), replace(kind, axes=((node.index, size),)), node.family, node.at)
