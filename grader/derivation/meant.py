r"""What is meant by a tree under the conventions of a text: `as_meant(node, names, parts)`.

`dQ` may be the name of a gradient, `\nabla W` is the gradient by W, and `df_1` the name of a part
of df, if a brace says so.
"""

from collections.abc import Set

from grader.latex import tree
from grader.latex.names import Names
from grader.latex.tree import Node

D_MARK = "d."  # before the name of a part of a differential: dl_2 is d.l_2


def as_meant(node: Node, names: Names, parts: Set[str] = frozenset()) -> Node:
    """The tree with gradients for what names gradients, in the conventions of the names."""
    if not tree.holds(node, tree.Differential, tree.Derivative):
        return node

    def meant(found: Node) -> Node:
        match found:
            case tree.Differential(inner=tree.Name(name=name)) if name in parts:
                return tree.Name(found.at, D_MARK + name)
            case tree.Differential(inner=inner) if _names_a_gradient(inner, names):
                return _named(found, inner, names)
            case tree.Derivative(top=tree.Name(name=name), bottom=None) if name in names.variables:
                return _gradient(found.at, name, names)
        return found

    return tree.rebuilt(node, meant)


def _names_a_gradient(inner: Node, names: Names) -> bool:
    """Whether this behind a d makes the name of a gradient: one name, perhaps with a transpose or
    indices, that is not the objective's.
    """
    while isinstance(inner, tree.Index | tree.Transpose):
        inner = inner.base if isinstance(inner, tree.Index) else inner.inner
    if not isinstance(inner, tree.Name) or not names.objective:
        return False
    if inner.name in (names.objective, names.customs.taken.alias):
        return False
    return names.customs.ask("differentials") == "gradients"


def _named(whole: Node, inner: Node, names: Names) -> Node:
    match inner:
        case tree.Index(base=base):
            return tree.Index(inner.at, _named(whole, base, names), inner.indices)
        case tree.Transpose():
            return tree.Transpose(inner.at, _named(whole, inner.inner, names))
        case tree.Name(name=name):
            return _scaled(_gradient(whole.at, name, names), name, names)
    return whole


def _gradient(at: int, name: str, names: Names) -> Node:
    return tree.Derivative(at, tree.Name(at, names.objective), tree.Name(at, name))


def _scaled(gradient: Node, name: str, names: Names) -> Node:
    """Where the text moves 1/m to the weights, dZ is m times the gradient by Z."""
    size = names.customs.taken.averaged
    if not size or name in names.variables:
        return gradient
    at = gradient.at
    return tree.Group(at, tree.Product(at, (("", tree.Name(at, size)), ("", gradient))))
