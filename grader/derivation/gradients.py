"""Whether an expression is a gradient of the objective: `Gradients(equations).of(side, order)`."""

import numpy as np

from grader.latex import tree
from grader.latex.tree import Node

from .equation import Equations
from .outcome import Outcome


class Gradients:
    """Knows the gradients of one document."""

    def __init__(self, equations: Equations) -> None:
        self.equations, self.scope = equations, equations.scope

    def of(self, side: Node, order: float, outcome: Outcome | None = None) -> str | None:
        """The variable by which this side is the objective's derivative."""
        indices: tuple[str, ...] = ()
        side, indices = self.unwrapped(side, indices)
        if not isinstance(side, tree.Derivative):
            return None
        bottom = tree.unwrapped(side.bottom) if side.bottom else self.chosen(outcome)
        if isinstance(bottom, tree.Index):
            indices, bottom = bottom.indices, tree.unwrapped(bottom.base)
        elif isinstance(bottom, tree.Line):
            indices, bottom = (bottom.index, ":"), tree.Name(bottom.at, bottom.name)
        if not isinstance(bottom, tree.Name) or bottom.name not in self.scope.variables:
            return None
        if not self._covers(indices, bottom.name) or not self.is_objective(side.top, order):
            return None
        return bottom.name

    def unwrapped(self, side: Node, indices: tuple[str, ...] = ()) -> tuple[Node, tuple[str, ...]]:
        """Without brackets, a sign, a factor, a transpose, vec, or indices: it determines the
        gradient as well.
        """
        while True:
            if isinstance(side, tree.Group | tree.Transpose | tree.Negative):
                side = side.inner
            elif (inner := _without_number(side)) is not None:
                side = inner
            elif isinstance(side, tree.Call) and side.function == "vec" and not side.primes:
                side = side.arguments[0]
            elif isinstance(side, tree.Index):
                indices, side = side.indices, side.base
            else:
                return side, indices

    def _covers(self, indices: tuple[str, ...], name: str) -> bool:
        """Whether entries are said for every place: free letters, or 1 where there is one."""
        kind = self.scope.variables[name]
        sizes = [s for s in (kind.rows, kind.columns) if len(indices) == 2 or s != "1"]
        letters = [i for i in indices if not i.isdigit()]
        if len(set(letters)) != len(letters):
            return False
        return all(not i.isdigit() or size == "1" for i, size in zip(indices, sizes, strict=False))

    def chosen(self, outcome: Outcome | None) -> Node:
        r"""The variable a bare \nabla was read by."""
        meanings = outcome.meanings if outcome and outcome.meanings else {}
        answer = next((v for k, v in meanings.items() if k[0] == "nabla"), 0)
        return tree.Name(0, self.scope.derivable()[answer])

    def is_objective(self, top: Node, order: float) -> bool:
        """Whether the thing derived is the objective: by name, or by value."""
        top = _without_arguments(tree.unwrapped(top))
        objective = self.equations.document.objective
        if isinstance(top, tree.Name) and top.name == objective:
            return True
        if objective not in self.scope.definitions:
            return False
        mine, theirs = (self._value(n, order) for n in (top, tree.Name(0, objective)))
        return mine is not None and theirs is not None and np.allclose(mine, theirs, rtol=1e-9)

    def _value(self, node: Node, order: float) -> np.ndarray | None:
        found = self.equations.value(node, order)
        if found is None:
            return None
        term, numbers = found
        if term.kind.form or term.kind.axes or (term.kind.rows, term.kind.columns) != ("1", "1"):
            return None
        return numbers.of(term)


def _without_arguments(top: Node) -> Node:
    """The f of f(W), where it was read as a product."""
    if isinstance(top, tree.Product) and len(top.factors) == 2:
        (_, name), (by, group) = top.factors
        if isinstance(name, tree.Name) and not by and isinstance(group, tree.Group | tree.Listing):
            return name
    return top


def _without_number(side: Node) -> Node | None:
    """What stands behind a number, or over one; None where neither is so."""
    if isinstance(side, tree.Product) and len(side.factors) == 2:
        (_, number), (_, rest) = side.factors
        return rest if _is_number(number) else None
    if isinstance(side, tree.Quotient) and _is_number(side.bottom):
        return side.top
    return None


def _is_number(node: Node) -> bool:
    """Whether it is a number that is not 0, or a quotient of two."""
    node = tree.unwrapped(node)
    if isinstance(node, tree.Quotient):
        return _is_number(node.top) and _is_number(node.bottom)
    return isinstance(node, tree.Number) and bool(node.value)
