"""Read indices, and the sums over them."""

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind

from . import tree
from .asking import Asker
from .errors import Unreadable
from .tree import Node


class Indexed(Asker):
    """The meaning of entries, lines and sums."""

    def _index(self, node: tree.Index) -> Expr:
        if self._is_delta(node.base):
            return self._delta(node)
        return self.index(self.term(node.base), node.indices, node.at)

    def _is_delta(self, base: Node) -> bool:
        if not isinstance(base, tree.Name) or base.name != "delta":
            return False
        return "delta" not in self.scope.definitions and "delta" not in self.scope.variables

    def _delta(self, node: tree.Index) -> Expr:
        if len(set(node.indices)) != 2:
            raise Unreadable("this delta is not understood", node.at)
        size = self.sizes.new()
        kind = Kind(axes=tuple((i, size) for i in node.indices))
        return Expr("delta", (), kind, node.indices, node.at)

    def _line(self, node: tree.Line) -> Expr:
        column = self.pick(("line", node.name), 2)
        which = ("row", "column")[column]
        self.remark("line", f"{node.name.lower()}_{node.index} is read as a {which} of {node.name}")
        matrix = self._name(tree.Name(node.at, node.name))
        if column:
            return self.index(matrix, (":", node.index), node.at)
        return self.transpose(self.index(matrix, (node.index, ":"), node.at), node.at)

    def _bigsum(self, node: tree.BigSum) -> Expr:
        body = self.term(node.body)
        carried = dict(body.kind.axes)
        if not self.scalar(body) and not any(i in carried for i in node.indices):
            return self._bare_sum(node, body)
        if not node.indices and carried:
            self.liberty("sum", "a sum without an index is read as one over its indices")
        for index in node.indices or tuple(carried):
            upto = dict(node.upto).get(index)
            if index not in carried and upto and upto in self.scope.leaves:
                body = self.times(body, self.scope.leaves[upto], node.at)
            else:
                body = self.sum_over(body, index, node.at)
        return body

    def _bare_sum(self, node: tree.BigSum, body: Expr) -> Expr:
        axes = ["all"] if len(node.indices) == 2 else ["all", "rows", "columns"]
        chosen = axes[self.pick(("sum", node.at), len(axes))]
        said = {"all": "all entries", "rows": "the rows (the batch)", "columns": "the columns"}
        self.liberty("sum", f"a sum without an index is read as the sum over {said[chosen]}")
        return self.total(body, chosen, node.at)
