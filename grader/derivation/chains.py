"""A chain of expressions `A = B = C` while it is walked along, and what it may go on from."""

from dataclasses import dataclass, field

from grader.latex.tex import Tex
from grader.latex.tree import Node

from .row import Part
from .text import Statement


@dataclass(frozen=True)
class Expression:
    """An expression met before, from which a dangling `=` may go on."""

    order: int
    node: Node
    display: bool
    head: bool
    tokens: list[Tex]
    segment: int


@dataclass
class Chain:
    """What is known while walking along `A = B = C`."""

    statement: Statement
    order: int
    previous: Part | None = None  # the expression the next one is compared with
    base: Part | None = None  # the last one that was understood
    earlier: list[Expression] = field(default_factory=list)  # for a chain that starts with =
    compared: Part | None = None  # what the last one was compared with
