"""Read products, where brackets may be missing: those in which the sizes fit are found."""

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Misfit

from . import tree
from .asking import Asker
from .products import Factor, bracketed, bracketings, fold
from .tree import Node


class Products(Asker):
    """The meaning of factors in a row."""

    def _product(self, node: tree.Product) -> Expr:
        pairs = self._with_tolerance(list(node.factors), node)
        if len(pairs) == 1:
            return self.term(pairs[0][1])
        try:
            factors = [(operator, self.term(factor)) for operator, factor in pairs]
        except Misfit as misfit:
            return self._trace_of_the_rest(pairs, node, misfit)
        return self._folded(factors, node.at)

    def _folded(self, factors: list[Factor], at: int) -> Expr:
        before, remarks = dict(self.sizes.bound), list(self.remarks)
        try:
            return fold(self, factors, at)
        except Misfit:
            self.sizes.bound, self.remarks = before, remarks
            found = bracketings(self, factors, at)
            if not found:
                raise
        chosen = found[self.pick(("brackets", at), len(found))]
        if chosen.liberties:
            self.liberty("juxtaposed", "matrices side by side are read as an entry-wise product")
        else:
            self.liberty("brackets", "brackets are missing; read in an order in which sizes fit")
        return bracketed(self, factors, chosen, at)

    def _with_tolerance(self, pairs: list[tuple[str, Node]], node: Node) -> list[tuple[str, Node]]:
        """The factors after the questions of meaning that a product can raise."""
        pairs = self._quantity_of(pairs, node)
        for i, (operator, factor) in enumerate(pairs[:-1]):
            if pairs[i + 1][0] != "" or not isinstance(factor, tree.Differential):
                continue
            if isinstance(factor.inner, tree.Name) and self.pick(("d", factor.at), 2):
                self.liberty("d", '"dAB" is read as d(AB)')
                end = _run_end(pairs, i)
                inside = tree.Product(factor.at, (("", factor.inner), *pairs[i + 1 : end]))
                whole = tree.Differential(factor.at, inside)
                return [*pairs[:i], (operator, whole), *pairs[end:]]
        return pairs

    def _quantity_of(self, pairs: list[tuple[str, Node]], node: Node) -> list[tuple[str, Node]]:
        """f(W) where f is a quantity: its argument says nothing new."""
        said = [
            i
            for i in range(1, len(pairs))
            if pairs[i][0] == "" and self._names_quantity(pairs[i - 1][1], pairs[i][1])
        ]
        listed = any(isinstance(pairs[i][1], tree.Listing) for i in said)
        if said and (listed or self.pick(("argument", node.at), 2)):
            self.remark("argument", "y(X) is read as the quantity y")
            return [pair for i, pair in enumerate(pairs) if i not in said]
        return pairs

    def _trace_of_the_rest(self, pairs: list[tuple[str, Node]], node: Node, misfit: Misfit) -> Expr:
        """tr(A)^T B where the bracket closes too early: the trace takes the whole product."""
        for i, (operator, factor) in enumerate(pairs[:-1]):
            wrapped = factor
            while isinstance(wrapped, tree.Transpose):
                wrapped = wrapped.inner
            if not isinstance(wrapped, tree.Call) or wrapped.function != "tr":
                continue
            first: Node = tree.Group(factor.at, wrapped.arguments[0])
            first = first if wrapped is factor else tree.Transpose(factor.at, first)
            inside = tree.Product(factor.at, (("", first), *pairs[i + 1 :]))
            whole = tree.Call(factor.at, "tr", 0, (inside,))
            self.liberty("trace", "the trace is read as taking the whole product")
            return self._product(tree.Product(node.at, (*pairs[:i], (operator, whole))))
        raise misfit


def _run_end(pairs: list[tuple[str, Node]], i: int) -> int:
    end = i + 1
    while end < len(pairs) and pairs[end][0] == "":
        end += 1
    return end
