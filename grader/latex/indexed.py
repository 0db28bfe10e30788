"""Read indices, and the sums over them."""

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind

from . import tree
from .asking import Attempt, meaning
from .errors import Unreadable
from .tree import Node


@meaning.register
def _(node: tree.Index, attempt: Attempt) -> Expr:
    if _is_delta(attempt, node.base):
        return _delta(attempt, node)
    return attempt.index(meaning(node.base, attempt), node.indices, node.at)


def _is_delta(attempt: Attempt, base: Node) -> bool:
    if not isinstance(base, tree.Name) or base.name != "delta":
        return False
    return "delta" not in attempt.scope.definitions and "delta" not in attempt.scope.variables


def _delta(attempt: Attempt, node: tree.Index) -> Expr:
    if len(set(node.indices)) != 2:
        raise Unreadable("this delta is not understood", node.at)
    size = attempt.sizes.new()
    kind = Kind(axes=tuple((i, size) for i in node.indices))
    return Expr("delta", (), kind, node.indices, node.at)


@meaning.register
def _(node: tree.Line, attempt: Attempt) -> Expr:
    column = attempt.pick(("line", node.name), 2)
    which = ("row", "column")[column]
    attempt.remark("line", f"{node.name.lower()}_{node.index} is read as a {which} of {node.name}")
    matrix = meaning(tree.Name(node.at, node.name), attempt)
    if column:
        return attempt.index(matrix, (":", node.index), node.at)
    return attempt.transpose(attempt.index(matrix, (node.index, ":"), node.at), node.at)


@meaning.register
def _(node: tree.BigSum, attempt: Attempt) -> Expr:
    body = meaning(node.body, attempt)
    carried = dict(body.kind.axes)
    if not attempt.scalar(body) and not any(i in carried for i in node.indices):
        return _bare_sum(attempt, node, body)
    if not node.indices and carried:
        attempt.liberty("sum", "a sum without an index is read as one over its indices")
    for index in node.indices or tuple(carried):
        upto = dict(node.upto).get(index)
        if index not in carried and upto and upto in attempt.scope.leaves:
            body = attempt.times(body, attempt.scope.leaves[upto], node.at)
        else:
            body = attempt.sum_over(body, index, node.at)
    return body


def _bare_sum(attempt: Attempt, node: tree.BigSum, body: Expr) -> Expr:
    axes = ["all"] if len(node.indices) == 2 else ["all", "rows", "columns"]
    chosen = axes[attempt.pick(("sum", node.at), len(axes))]
    said = {"all": "all entries", "rows": "the rows (the batch)", "columns": "the columns"}
    attempt.liberty("sum", f"a sum without an index is read as the sum over {said[chosen]}")
    return attempt.total(body, chosen, node.at)
