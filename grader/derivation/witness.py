"""Call a line wrong only if what it is written with is known to be understood.

A line that does not hold may be a mistake, or notation that we take for something else. Beyond the
plain notation of matrices every construct of a wrong line must stand in a line of the same text
that holds, or in the task: that is its witness.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise, permutations

from grader.algebra.functions import FUNCTIONS
from grader.latex import tree
from grader.latex.tree import Node

PLAIN = (
    tree.Number, tree.Name, tree.Group, tree.Negative, tree.Sum, tree.Transpose, tree.Norm,
    tree.Index, tree.Zero, tree.Ones, tree.Compare,
)  # fmt: skip
PRODUCTS = {"", "odot"}  # juxtaposed, and entry by entry


class Witnesses:
    """The constructs of which it is known that they are understood."""

    def __init__(self, objectives: Set[str], variables: Set[str], task: Iterable[Node]) -> None:
        self.objectives, self.variables = objectives, variables
        self.seen = {construct for node in task for construct in self._constructs(node)}

    def hear(self, *sides: Node) -> None:
        """They are the two sides of a line that holds."""
        self.seen.update(construct for side in sides for construct in self._constructs(side))

    def withdrawn(self, wrong: Mapping[int, Sequence[Node]]) -> dict[int, str]:
        """Which of these lines are not to be called wrong, each with what nothing bears out.

        A name that such a line gives a meaning has none that is known, nor has what it stands in.
        """
        found: dict[int, str] = {}
        doubted: set[str] = set()
        for place, sides in sorted(wrong.items()):
            missing = self._missing(sides) or [n for n in _names(sides) if n in doubted]
            if missing:
                found[place] = missing[0]
                doubted |= {side.name for side in sides if isinstance(side, tree.Name)}
        return found

    def _missing(self, sides: Sequence[Node]) -> list[str]:
        """The constructs of a line of which nothing shows that they are read as meant."""
        if any(self._names_a_gradient(*pair) for pair in permutations(sides, 2)):
            return ["Named"]
        found = dict.fromkeys(c for side in sides for c in self._constructs(side))
        differentials = [
            part for side in sides for part in tree.walk(side)
            if isinstance(part, tree.Differential)
        ]  # fmt: skip
        if not all(map(self._may_name_a_gradient, differentials)):
            found.pop(tree.Differential.__name__, None)  # beside df, or d(AB), so is dA
        return [construct for construct in found if construct not in self.seen]

    def _constructs(self, node: Node) -> Iterator[str]:
        """What an expression is written with, beyond plain notation: functions, kinds of nodes."""
        for part in tree.walk(node):
            if not isinstance(part, PLAIN):
                yield from self._of(part)

    def _of(self, part: Node) -> Iterator[str]:
        match part:
            case tree.Product(factors=factors):
                yield from dict.fromkeys(_signs(factors))
            case tree.Quotient(bottom=tree.Number()) | tree.Power(exponent=tree.Number()):
                return
            case tree.Call(function=name) | tree.Function(function=name):
                if name != "tr" and name not in FUNCTIONS:
                    yield name
            case tree.BigSum(indices=(_, *_)):
                return
            case tree.Derivative(
                top=tree.Name() | tree.Index(), bottom=tree.Name() | tree.Index() | tree.Line()
            ):
                return
            case tree.Derivative(top=tree.Product(factors=((_, tree.Name()), *_))):
                return  # \nabla_Z f W is (\nabla_Z f) W
            case tree.Differential() if not self._may_name_a_gradient(part):
                return
            case _:
                yield type(part).__name__

    def _names_a_gradient(self, side: Node, other: Node) -> bool:
        """Whether it says dW = ..., or dZ = what is no differential.

        That is no identity of differentials, whatever was mistaken in it.
        """
        if not isinstance(side, tree.Differential) or not self._may_name_a_gradient(side):
            return False
        free = isinstance(side.inner, tree.Name) and side.inner.name in self.variables
        return free or not tree.holds(other, tree.Differential)

    def _may_name_a_gradient(self, part: tree.Differential) -> bool:
        """Whether dZ may be the gradient by Z, as in code: neither df nor d(AB) is one."""
        inner = part.inner
        return isinstance(inner, tree.Name) and inner.name not in self.objectives


def _names(sides: Sequence[Node]) -> Iterator[str]:
    return (part.name for side in sides for part in tree.walk(side) if isinstance(part, tree.Name))


def _signs(factors: tuple[tuple[str, Node], ...]) -> Iterator[str]:
    """The signs of a product, save beside a number, where all of them say the same."""
    for (_, before), (sign, factor) in pairwise(factors):
        beside = isinstance(before, tree.Number) or isinstance(factor, tree.Number)
        if sign not in PRODUCTS and not beside:
            yield sign
