"""What every name of a text stands for, and from which place on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind

from .budget import UNBOUNDED, Budget
from .conventions import Customs
from .tree import Node

# What a member of a family is: a row that stands upright, a column, or a row.
STANDING, COLUMN, ROW = WAYS = "standing", "columns", "rows"


class Definition(NamedTuple):
    """A name, from the statement `order` on, stands for `node` (entry by entry if indexed)."""

    order: float
    node: Node
    indices: tuple[str, ...] = ()


class UserFunction(NamedTuple):
    """A function of the student's own; `body` is a tree, or the name of the one it renames."""

    parameters: tuple[str, ...]
    body: Node | str | None


def _never(_of: Expr, _by: Expr) -> bool:
    return False


@dataclass
class Scope:
    """The declared variables and sizes, and what the text defines."""

    variables: dict[str, Kind]
    sizes: tuple[str, ...]
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    functions: dict[str, UserFunction] = field(default_factory=dict)
    is_entrywise: Callable[[Expr, Expr], bool] = _never  # asked about derivatives only
    leaves: dict[str, Expr] = field(default_factory=dict)
    read: dict[tuple[str, float], Expr] = field(default_factory=dict)
    asked: tuple[str, ...] = ()  # variables, by which a gradient is asked for
    budget: Budget = UNBOUNDED  # when it is spent nothing more is read
    lines: dict[str, str] = field(default_factory=dict)  # what x_i is of X, by X: see families
    customs: Customs = field(default_factory=Customs)

    def __post_init__(self) -> None:
        for name, kind in self.variables.items():
            self.leaves[name] = Expr("leaf", (), kind, name)
        for size in self.sizes:
            self.leaves.setdefault(size, Expr("size", (), Kind(), size))

    def derivable(self) -> list[str]:
        """What a bare nabla may derive by, what is asked for first."""
        names = [name for name, kind in self.variables.items() if not kind.axes]
        return sorted(names, key=lambda name: name not in self.asked)

    def way(self, name: str) -> str:
        """What a member is of the matrix of this name, throughout a text."""
        return self.lines.get(name, STANDING)

    def define(self, name: str, definition: Definition) -> None:
        """Let the name have this meaning from there on."""
        known = self.definitions.setdefault(name, [])
        known.append(definition)
        known.sort(key=lambda d: d.order)

    def definition(self, name: str, order: float) -> Definition | None:
        """The meaning in force at a statement; the first one when the name is explained later."""
        known = self.definitions.get(name)
        if not known:
            return None
        before = [d for d in known if d.order < order]
        return before[-1] if before else known[0]
