"""What all readings of a text have in common: `Source`.

Its statements are cut into tokens once, its draws are drawn once, and all readings together have
one budget; what the tokens mean is of one reading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.latex import Variable
from grader.latex.budget import Budget
from grader.latex.conventions import Conventions
from grader.latex.dress import tokens
from grader.latex.values import Numbers

from .draws import draws
from .row import Part
from .said import as_said
from .text import Statement, statements

SECONDS = 1.2  # of CPU for one document, so that a busy machine changes no verdict


class Source:
    """A text and the problem that it is about."""

    def __init__(
        self,
        text: str,
        variables: Sequence[Variable],
        given: Iterable[str] = (),
        asked: Sequence[str] = (),
        names: Iterable[str] = (),
        *,
        upstream: Iterable[str] = (),
    ) -> None:
        self.text, self.variables = text, tuple(variables)
        self.asked, self.names, self.upstream = tuple(asked), tuple(names), tuple(upstream)
        self.budget = Budget(SECONDS)
        self.given = [tokens(formula) for formula in given]
        self.task = "".join(t.text for found in self.given for t in found)
        self.numbers = [Numbers(draw) for draw in draws(variables)]
        self.typed: dict[Conventions, object] = {}  # the trees of readings that share them
        self.statements = as_said(text, statements(text))

    def unread(self) -> list[Statement]:
        """The statements, none of whose expressions has a tree yet."""
        return [
            replace(s, parts=[Part(p.relation, p.tokens, p.node) for p in s.parts], mended=[])
            for s in self.statements
        ]
