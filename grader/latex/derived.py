"""Read derivatives: of what, by what, and in which layout."""

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind, product

from . import tree
from .asking import Asker
from .errors import Unreadable
from .tree import Node


class Derived(Asker):
    """The meaning of differentials and derivatives."""

    def _differential(self, node: tree.Differential) -> Expr:
        return self.differential(self.term(node.inner), node.at)

    def _derivative(self, node: tree.Derivative) -> Expr:
        top, bottom = tree.unwrapped(node.top), self._by(node)
        split = self._first_factor(top)
        if split is not None:
            gradient = tree.Derivative(node.at, split[0], bottom)
            return self.term(tree.Product(node.at, (("", gradient), *split[1])))
        if isinstance(top, tree.Transpose) and self.scalar(self.term(top.inner)):
            return self.transpose(
                self._derivative(tree.Derivative(node.at, top.inner, bottom)), node.at
            )
        indices: tuple[str, ...] = ()
        if isinstance(bottom, tree.Index):
            indices, bottom = bottom.indices, tree.unwrapped(bottom.base)
        transposed = isinstance(bottom, tree.Transpose)
        by = self.term(bottom.inner if isinstance(bottom, tree.Transpose) else bottom)
        result = self._derived(self.term(top), by, node)
        result = self.transpose(result, node.at) if transposed else result
        return self.index(result, indices, node.at) if indices else result

    def _by(self, node: tree.Derivative) -> Node:
        r"""What is derived by; after a bare \nabla it may be any of the variables."""
        if node.bottom is not None:
            return tree.unwrapped(node.bottom)
        names = list(self.scope.variables)
        name = names[self.pick(("nabla", node.at), len(names))]
        self.remark("nabla", f"the gradient is read as the one with respect to {name}")
        return tree.Name(node.at, name)

    def _first_factor(self, top: Node) -> tuple[Node, tuple[tuple[str, Node], ...]] | None:
        r"""\nabla_Z f W^T is (\nabla_Z f) W^T."""
        if not isinstance(top, tree.Product) or len(top.factors) < 2:
            return None
        first = top.factors[0][1]
        if not isinstance(first, tree.Name):
            return None
        if self._names_quantity(first, top.factors[1][1]):  # the (W) of f(W)
            top = tree.Product(top.at, (top.factors[0], *top.factors[2:]))
        if first.name in self.scope.definitions and self.scalar(self.term(first)):
            return first, top.factors[1:]
        return None

    def _derived(self, of: Expr, by: Expr, node: tree.Derivative) -> Expr:
        if of.kind.form or by.kind.form or by.kind.axes or by.kind.jacobian or of.kind.jacobian:
            raise Unreadable("this derivative is not read", node.at)
        a, b = self.known(of), self.known(by)
        if self.scalar(of):
            kind = Kind(b.rows, b.columns, a.axes)
            gradient = Expr("gradient", (of, by), kind, None, node.at)
            return self._numerator_layout(gradient, node)
        if a.axes:
            raise Unreadable("indices and matrices are mixed in this derivative", node.at)
        if self.scalar(by):
            return Expr("tangent", (of, by), Kind(a.rows, a.columns), None, node.at)
        return self._matrix_by_matrix(of, by, node)

    def _numerator_layout(self, gradient: Expr, node: Node) -> Expr:
        """The gradient by a vector as a row, where the whole line is written so."""
        if self.vector(gradient) and not gradient.kind.axes and self.pick(("layout", "rows"), 2):
            self.remark("layout", "derivatives by a vector are read as rows (numerator layout)")
            return self.transpose(gradient, node.at)
        return gradient

    def _matrix_by_matrix(self, of: Expr, by: Expr, node: Node) -> Expr:
        a, b = self.known(of), self.known(by)
        vectors = self.vector(of) and self.vector(by)
        if (a.rows, a.columns) == (b.rows, b.columns) and self.scope.is_entrywise(of, by):
            if vectors and self.pick(("layout", node.at), 2):
                n = product(a.rows, a.columns)
                return Expr("jacobian_matrix", (of, by), Kind(n, n), False, node.at)
            kind = Kind(a.rows, a.columns, mask=True)
            return Expr("entrywise_derivative", (of, by), kind, None, node.at)
        if vectors and (layout := self.pick(("layout", node.at), 3)) < 2:
            sizes = product(a.rows, a.columns), product(b.rows, b.columns)
            said = ("numerator", "denominator")[layout]
            self.remark("layout", f"the derivative of a vector by a vector is in {said} layout")
            kind = Kind(*(sizes if layout == 0 else sizes[::-1]))
            return Expr("jacobian_matrix", (of, by), kind, layout == 1, node.at)
        return Expr("jacobian", (of, by), Kind(jacobian=(a, b)), None, node.at)
