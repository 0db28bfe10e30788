"""One attempt to read a formula: `meaning(node, attempt)` is the expression of a tree.

An `Attempt` has a fixed answer to each question that stays open. What each kind of node means is
registered in `reading`, `products`, `applied`, `indexed`, `families` and `derived`, so that each
may ask for the meaning of what stands inside.
"""

from functools import singledispatch
from typing import Any

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind

from . import tree
from .builder import Builder
from .errors import Unreadable
from .scope import Scope
from .tree import Node

Key = tuple[Any, ...]


class Attempt(Builder):
    """Whose formula is read, what was assumed for it so far, and the answers under trial."""

    def __init__(
        self,
        scope: Scope,
        order: float,
        choices: dict[Key, int],
        busy: frozenset[tuple[str, float]] = frozenset(),
    ) -> None:
        super().__init__()
        self.scope, self.order, self.choices, self.busy = scope, order, choices, busy
        self.customs = scope.customs
        self.free_ones: list[Kind] = []  # the sizes of each bold 1 of which none are said
        self.own_sizes: dict[str, str] = {}  # letters of the text for sizes, as in 1_N
        self.asked: dict[Key, int] = {}
        self.unknown: dict[str, Expr] = {}
        self.parameters: list[dict[str, Expr]] = []
        self.summed: list[str] = []  # the indices of the sums around

    def pick(self, key: Key, answers: int) -> int:
        """The answer under trial to a question."""
        self.asked.setdefault(key, answers)
        return min(self.choices.get(key, 0), answers - 1)

    def meanings(self) -> dict[Key, int]:
        """The questions of meaning that came up, and how many answers each has."""
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


@singledispatch
def meaning(node: Node, attempt: Attempt) -> Expr:
    """What a tree means in this attempt; of a list of expressions nothing is known."""
    raise Unreadable("a list of expressions is not understood here", node.at)


def names_quantity(name: Node, group: Node, scope: Scope) -> bool:
    """Whether this is f and the (W) of f(W), where f is a quantity: it says nothing new."""
    if not isinstance(name, tree.Name) or name.name not in scope.definitions:
        return False
    if not isinstance(group, tree.Group | tree.Listing):
        return False
    items = group.items if isinstance(group, tree.Listing) else (group.inner,)
    return all(isinstance(x, tree.Name) and x.name in scope.variables for x in items)
