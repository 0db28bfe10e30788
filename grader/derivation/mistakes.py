"""Say what went wrong: an edit of the line that would make it hold, or the line it follows from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .definitions import Document
from .equation import Equations, Outcome
from .report import Step
from .text import Part

if TYPE_CHECKING:
    from .checker import Chain


@dataclass
class Mistakes:
    document: Document
    equations: Equations

    def explained(self, step: Step, chain: "Chain", part: Part, outcome: Outcome) -> Step:
        return step

    def remember(self, step: Step, chain: "Chain", part: Part, outcome: Outcome) -> None:
        pass
