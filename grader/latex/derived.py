"""Read derivatives: of what, by what, and in which layout."""

from dataclasses import replace

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind, product

from . import tree
from .asking import Attempt, meaning, names_quantity
from .errors import Unreadable
from .families import whole_of
from .indexing import entry, line
from .tree import Node


@meaning.register
def _(node: tree.Derivative, attempt: Attempt) -> Expr:
    top, bottom = tree.unwrapped(node.top), _by(attempt, node)
    if isinstance(top, tree.Function):  # of sigma by Z: sigma prime of Z
        return meaning(tree.Call(node.at, top.function, top.primes + 1, (bottom,)), attempt)
    split = _first_factor(attempt, top)
    if split is not None:
        gradient = replace(node, top=split[0], bottom=bottom)
        return meaning(tree.Product(node.at, (("", gradient), *split[1])), attempt)
    if isinstance(top, tree.Transpose) and attempt.scalar(meaning(top.inner, attempt)):
        gradient = replace(node, top=top.inner, bottom=bottom)
        return attempt.transpose(meaning(gradient, attempt), node.at)
    indices: tuple[str, ...] = ()
    member: tuple[str, str] | None = None
    if isinstance(bottom, tree.Index):
        indices, bottom = bottom.indices, tree.unwrapped(bottom.base)
    elif isinstance(bottom, tree.Line):
        member, bottom = (bottom.index, attempt.scope.way(bottom.name)), whole_of(bottom)
    transposed = isinstance(bottom, tree.Transpose)
    by = meaning(bottom.inner if isinstance(bottom, tree.Transpose) else bottom, attempt)
    if by.op == "stacked" and len(indices) == 1:
        member, indices = (indices[0], by.detail[1]), ()
    result = _derived(attempt, meaning(top, attempt), by, node)
    if indices and result.kind.jacobian:
        raise Unreadable("indices and matrices are mixed in this derivative", node.at)
    result = attempt.transpose(result, node.at) if transposed else result
    if member:
        return line(attempt, result, *member, node.at)
    return entry(attempt, result, indices, node.at) if indices else result


def _by(attempt: Attempt, node: tree.Derivative) -> Node:
    r"""What is derived by; after a bare \nabla it may be any of the variables."""
    if node.bottom is not None:
        return tree.unwrapped(node.bottom)
    names = attempt.scope.derivable()
    name = names[attempt.pick(("nabla", node.at), len(names))]
    attempt.remark("nabla", f"the gradient is read as the one with respect to {name}")
    return tree.Name(node.at, name)


def _first_factor(attempt: Attempt, top: Node) -> tuple[Node, tuple[tuple[str, Node], ...]] | None:
    r"""\nabla_Z f W^T is (\nabla_Z f) W^T."""
    if not isinstance(top, tree.Product) or len(top.factors) < 2:
        return None
    first = top.factors[0][1]
    if not isinstance(first, tree.Name):
        return None
    if names_quantity(first, top.factors[1][1], attempt.scope):  # the (W) of f(W)
        top = tree.Product(top.at, (top.factors[0], *top.factors[2:]))
    if first.name in attempt.scope.definitions and attempt.scalar(meaning(first, attempt)):
        return first, top.factors[1:]
    return None


def _derived(attempt: Attempt, of: Expr, by: Expr, node: tree.Derivative) -> Expr:
    if of.kind.form or by.kind.form or by.kind.axes or by.kind.jacobian or of.kind.jacobian:
        raise Unreadable("this derivative is not read", node.at)
    a, b = attempt.known(of), attempt.known(by)
    if attempt.scalar(of):
        kind = Kind(b.rows, b.columns, a.axes)
        gradient = Expr("gradient", (of, by), kind, None, node.at)
        return _numerator_layout(attempt, gradient, node)
    if a.axes:
        raise Unreadable("indices and matrices are mixed in this derivative", node.at)
    if attempt.scalar(by):
        return Expr("tangent", (of, by), Kind(a.rows, a.columns), None, node.at)
    return _matrix_by_matrix(attempt, of, by, node)


def _numerator_layout(attempt: Attempt, gradient: Expr, node: tree.Derivative) -> Expr:
    """The gradient by a vector as a row, where the whole line is written so."""
    if not attempt.vector(gradient) or gradient.kind.axes:
        return gradient
    layout = attempt.customs.ask("layout")
    whole = layout == "rows" or (layout == "partials" and not node.nabla)
    if whole or attempt.pick(("layout", "rows"), 2):
        attempt.remark("layout", "derivatives by a vector are read as rows (numerator layout)")
        return attempt.transpose(gradient, node.at)
    return gradient


def _matrix_by_matrix(attempt: Attempt, of: Expr, by: Expr, node: Node) -> Expr:
    a, b = attempt.known(of), attempt.known(by)
    vectors = attempt.vector(of) and attempt.vector(by)
    if (a.rows, a.columns) == (b.rows, b.columns) and attempt.scope.is_entrywise(of, by):
        if vectors and attempt.pick(("layout", node.at), 2):
            n = product(a.rows, a.columns)
            return Expr("jacobian_matrix", (of, by), Kind(n, n), False, node.at)
        kind = Kind(a.rows, a.columns, mask=True)
        return Expr("entrywise_derivative", (of, by), kind, None, node.at)
    if vectors and (layout := attempt.pick(("layout", node.at), 3)) < 2:
        sizes = product(a.rows, a.columns), product(b.rows, b.columns)
        said = ("numerator", "denominator")[layout]
        attempt.remark("layout", f"the derivative of a vector by a vector is in {said} layout")
        kind = Kind(*(sizes if layout == 0 else sizes[::-1]))
        return Expr("jacobian_matrix", (of, by), kind, layout == 1, node.at)
    return Expr("jacobian", (of, by), Kind(jacobian=(a, b)), None, node.at)
