"""Write a term as a student writes it: `Symbols(problem).said(term)` is max'(Z), X^T, Y.

What stands inside a nonlinear function gets a letter, Z before a kink and h elsewhere, if the
problem does not use it; `legend` says what the letters in a sentence are.
"""

import re
from typing import TYPE_CHECKING

from grader.algebra.expressions import Expr, is_number
from grader.algebra.functions import FUNCTIONS
from grader.algebra.parts import parts
from grader.algebra.tidy import tidy
from grader.algebra.write import Words
from grader.latex.names import canonical

if TYPE_CHECKING:
    from grader.problem import Problem


class Symbols(Words):
    """How the terms of one problem are written."""

    def __init__(self, problem: "Problem") -> None:
        assert problem.formula
        super().__init__({canonical(v.name): name for name, v in problem.variables.items()})
        self.letters: dict[Expr, str] = {}
        for term in parts(tidy(problem.formula.term)):
            if term.op in ("apply", "softmax", "logsumexp"):
                self._give_letter(term)

    def _give_letter(self, term: Expr) -> None:
        (argument,) = term.args
        if argument.op == "leaf" or argument.kind.axes or is_number(argument):
            return
        smooth = term.op == "apply" and not FUNCTIONS[term.detail[0]].kink
        choices = "hgu" if smooth else "ZVU"
        taken = {*self.names.values(), *self.letters.values()}
        letter = next((c for c in choices if c not in taken), None)
        if letter and argument not in self.letters:
            self.letters[argument] = letter

    def said(self, term: Expr) -> str:
        """The term in letters, or "…" where that would be long."""
        return self.of(term)

    def legend(self, sentence: str) -> str:
        """What the letters in a sentence stand for, such as (Z = XW)."""
        used = [
            f"{letter} = {self.written_out(term)}"
            for term, letter in self.letters.items()
            if re.search(rf"\b{letter}\b", sentence)
        ]
        return f" ({', '.join(used)})" if used else ""
