"""What an expression rests on: `Rests(scope).undeclared(node, order)` and `.expanded(...)`."""

from collections.abc import Iterator

from grader.latex import tree
from grader.latex.names import NO_VARIABLES
from grader.latex.scope import Scope
from grader.latex.tree import Node


class Rests:
    """Knows the names and definitions below each expression of a document."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.heard: dict[tuple[int, float], tuple[Node, set[str]]] = {}  # while names stay

    def forget(self) -> None:
        """A name has got another meaning."""
        self.heard.clear()

    def undeclared(self, node: Node, order: float) -> set[str]:
        """The names in it, definitions expanded, that nobody declared or defined."""
        known = self.heard.get((id(node), order))
        if known is None:
            known = self.heard[id(node), order] = node, self._undeclared(node, order)
        return known[1]

    def _undeclared(self, node: Node, order: float) -> set[str]:
        return {
            part.name
            for part, bound in self.expanded(node, order)
            if isinstance(part, tree.Name)
            and part.name not in bound
            and part.name not in self.scope.variables
            and part.name not in NO_VARIABLES
            and part.name not in self.scope.definitions
            and part.name not in self.scope.leaves
        }

    def expanded(self, node: Node, order: float) -> Iterator[tuple[Node, tuple[str, ...]]]:
        """Every part of it and of the definitions it rests on, each definition once; with the
        parameters of the function whose body the part stands in.
        """
        waiting: list[tuple[Node, float, tuple[str, ...]]] = [(node, order + 0.5, ())]
        seen: set[tuple[str, float]] = set()
        while waiting:
            whole, at, bound = waiting.pop()
            for part in tree.walk(whole):
                yield part, bound
                for key, found in self._rests_on(part, at, bound):
                    if key not in seen:
                        seen.add(key)
                        waiting.append(found)

    def _rests_on(
        self, part: Node, order: float, bound: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, float], tuple[Node, float, tuple[str, ...]]]]:
        if isinstance(part, tree.Call | tree.Function):
            own = self.scope.functions.get(part.function)
            if own and isinstance(own.body, Node):
                yield (f"{part.function}()", 0.0), (own.body, order, own.parameters)
        elif isinstance(part, tree.Name) and part.name not in (*bound, *self.scope.variables):
            definition = self.scope.definition(part.name, order)
            if definition is not None:
                key = (part.name, definition.order)
                yield key, (definition.node, definition.order, ())
