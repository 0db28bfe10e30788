r"""What is meant by a tree under the conventions of a text: `as_meant(node, names, ...)`.

`dQ` may be the name of a gradient, `\nabla W` is the gradient by W, and `df_1` the name of a part
of df, if a brace says so.
"""

from collections.abc import Set

from grader.latex import tree
from grader.latex.conventions import Customs
from grader.latex.names import Names
from grader.latex.tree import Node

D_MARK = "d."  # before the name of a part of a differential: dl_2 is d.l_2


def as_meant(node: Node, names: Names, customs: Customs, parts: Set[str] = frozenset()) -> Node:
    """The tree with gradients for what names gradients."""
    if not tree.holds(node, tree.Differential, tree.Derivative):
        return node

    def meant(found: Node) -> Node:
        match found:
            case tree.Differential(inner=tree.Name(name=name)) if name in parts:
                return tree.Name(found.at, D_MARK + name)
            case tree.Differential(inner=inner) if _names_a_gradient(inner, names, customs):
                return _named(found, inner, names, customs)
            case tree.Derivative(top=top, bottom=None):
                by = tree.unwrapped(top)  # \nabla{w}, where w is a variable
                if isinstance(by, tree.Name) and by.name in names.variables - names.numbers:
                    return _gradient(found.at, by.name, names) if names.objective else found
        return found

    return tree.rebuilt(node, meant)


def _names_a_gradient(inner: Node, names: Names, customs: Customs) -> bool:
    """Whether this behind a d makes the name of a gradient: one name, perhaps with a transpose or
    indices, that is not the objective's.
    """
    while isinstance(inner, tree.Index | tree.Transpose):
        inner = inner.base if isinstance(inner, tree.Index) else inner.inner
    if not isinstance(inner, tree.Name) or not names.objective:
        return False
    if inner.name in (names.objective, customs.taken.alias):
        return False
    return customs.ask("differentials") == "gradients"


def _named(whole: Node, inner: Node, names: Names, customs: Customs) -> Node:
    match inner:
        case tree.Index(base=base):
            return tree.Index(inner.at, _named(whole, base, names, customs), inner.indices)
        case tree.Transpose():
            return tree.Transpose(inner.at, _named(whole, inner.inner, names, customs))
        case tree.Name(name=name):
            size = "" if name in names.variables else customs.taken.averaged
            return _scaled(_gradient(whole.at, name, names), size)
    return whole


def _gradient(at: int, name: str, names: Names) -> Node:
    return tree.Derivative(at, tree.Name(at, names.objective), tree.Name(at, name))


def _scaled(gradient: Node, size: str) -> Node:
    """Where the text moves 1/m to the weights, dZ is m times the gradient by Z."""
    if not size:
        return gradient
    at = gradient.at
    return tree.Group(at, tree.Product(at, (("", tree.Name(at, size)), ("", gradient))))
