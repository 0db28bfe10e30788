"""Keep the questions that stay open in a formula, and one answer to each: `Asker.pick`.

What all readers of trees share stands here: whose formula it is, and what was assumed so far.
"""

from abc import ABC, abstractmethod
from typing import Any

from grader.algebra.expressions import Expr

from . import tree
from .builder import Builder
from .scope import Scope
from .tree import Node

Key = tuple[Any, ...]


class Asker(Builder, ABC):
    """One attempt: a fixed answer to every open question."""

    def __init__(
        self,
        scope: Scope,
        order: float,
        choices: dict[Key, int],
        busy: frozenset[tuple[str, float]] = frozenset(),
    ) -> None:
        super().__init__()
        self.scope, self.order, self.choices, self.busy = scope, order, choices, busy
        self.asked: dict[Key, int] = {}
        self.unknown: dict[str, Expr] = {}
        self.parameters: list[dict[str, Expr]] = []

    @abstractmethod
    def term(self, node: Node) -> Expr:
        """The meaning of a tree."""

    @abstractmethod
    def _name(self, node: tree.Name) -> Expr:
        """The meaning of a name."""

    def pick(self, key: Key, answers: int) -> int:
        """The answer under trial to a question."""
        self.asked.setdefault(key, answers)
        return min(self.choices.get(key, 0), answers - 1)

    def meanings(self) -> dict[Key, int]:
        return {key: answers for key, answers in self.asked.items() if key[0] != "size"}

    def advance(self) -> bool:
        """Go on to the next choice of sizes, the last question first."""
        sized = [(key, n) for key, n in self.asked.items() if key[0] == "size"]
        for key, answers in reversed(sized):
            if self.choices.get(key, 0) + 1 < answers:
                self.choices[key] = self.choices.get(key, 0) + 1
                return True
            self.choices.pop(key, None)
        return False

    def _names_quantity(self, name: Node, group: Node) -> bool:
        if not isinstance(name, tree.Name) or name.name not in self.scope.definitions:
            return False
        if not isinstance(group, tree.Group | tree.Listing):
            return False
        items = group.items if isinstance(group, tree.Listing) else (group.inner,)
        return all(isinstance(x, tree.Name) and x.name in self.scope.variables for x in items)
