"""Write a term as a student writes it: `Symbols(problem).said(term)` is max'(Z), X^T, Y.

What stands inside a nonlinear function gets a letter, Z before a kink and h elsewhere, if the
problem does not use it; `legend` says what the letters in a sentence are.
"""

import re
from typing import TYPE_CHECKING

from grader.algebra.expressions import Expr, is_number, split
from grader.algebra.functions import FUNCTIONS
from grader.algebra.matrices import normal
from grader.algebra.parts import parts
from grader.latex.names import canonical

if TYPE_CHECKING:
    from grader.problem import Problem

NAMED = ("softmax", "logsumexp", "maximum", "minimum", "trace", "determinant", "vec")
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ",
    "rho": "ρ", "sigma": "σ", "tau": "τ",
}  # fmt: skip
LONGEST = 40


class Symbols:
    """How the terms of one problem are written."""

    def __init__(self, problem: "Problem") -> None:
        assert problem.formula
        self.names = {canonical(v.name): name for name, v in problem.variables.items()}
        self.letters: dict[Expr, str] = {}
        for term in parts(normal(problem.formula.term)):
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
        text = self.letters.get(term) or self._write(term)
        return text if len(text) <= LONGEST else "…"

    def legend(self, sentence: str) -> str:
        """What the letters in a sentence stand for, such as (Z = XW)."""
        used = [
            f"{letter} = {self._write(term)}"
            for term, letter in self.letters.items()
            if re.search(rf"\b{letter}\b", sentence)
        ]
        return f" ({', '.join(used)})" if used else ""

    def _write(self, term: Expr) -> str:
        write = getattr(self, f"_{term.op}", self._other)
        text: str = write(term)
        return text

    def _leaf(self, term: Expr) -> str:
        return GREEK.get(term.detail) or self.names.get(term.detail, str(term.detail))

    def _number(self, term: Expr) -> str:
        return f"{term.detail:g}"

    def _size(self, term: Expr) -> str:
        return str(term.detail)

    def _ones(self, term: Expr) -> str:
        return "1"

    def _identity(self, term: Expr) -> str:
        return "I"

    def _plus(self, term: Expr) -> str:
        x, y = term.args
        if term.detail > 0:
            return f"{self.said(x)} + {self.said(y)}"
        return f"{self.said(x)} - {self._factor(y)}"

    def _matmul(self, term: Expr) -> str:
        return "".join(map(self._factor, term.args))

    def _transpose(self, term: Expr) -> str:
        return self._factor(term.args[0]) + "^T"

    def _inverse(self, term: Expr) -> str:
        return self._factor(term.args[0]) + "^-1"

    def _power(self, term: Expr) -> str:
        return f"{self._factor(term.args[0])}^{term.detail:g}"

    def _apply(self, term: Expr) -> str:
        return f"{self.function(term)}({self.said(term.args[0])})"

    def _total(self, term: Expr) -> str:
        return f"sum({self.said(term.args[0])})"

    def _squares(self, term: Expr) -> str:
        return f"|{self.said(term.args[0])}|^2"

    def _times(self, term: Expr) -> str:
        factor, rest = split(term)
        if factor == -1:
            return f"-{self._factor(rest)}"
        between = "" if factor != 1 or is_number(term.args[0]) else "∘"
        return self._factor(term.args[0]) + between + self._factor(term.args[1])

    def _other(self, term: Expr) -> str:
        if term.op in NAMED:
            return f"{term.op}({', '.join(map(self.said, term.args))})"
        return "…"

    def _factor(self, term: Expr) -> str:
        text = self.said(term)
        named = term in self.letters
        return f"({text})" if term.op in ("plus", "times") and not named else text

    def function(self, term: Expr) -> str:
        """The name of the function a term applies, such as σ or max'."""
        function, primes = str(term.detail[0]), int(term.detail[1])
        return (FUNCTIONS[function].word or function) + "'" * primes
