"""Write a term as a student writes it: `Symbols(problem).said(term)` is max'(Z), X^T, Y.

What stands inside a nonlinear function gets a letter, Z before a kink and h elsewhere, if the
problem does not use it; `legend` says what the letters in a sentence are.
"""

import re
from typing import TYPE_CHECKING

from grader.diagnosis.algebra import is_number, make, normal, parts, split
from grader.latex.names import canonical
from grader.latex.terms import Term

if TYPE_CHECKING:
    from grader.problem import Problem

WRITTEN = {"relu": "max", "sigmoid": "σ"}
NAMED = ("softmax", "logsumexp", "maximum", "minimum", "trace", "determinant", "vec")
GREEK = dict(zip("alpha beta gamma eta theta lambda mu rho sigma tau".split(), "αβγηθλμρστ"))
LONGEST = 40


class Symbols:
    """How the terms of one problem are written."""

    def __init__(self, problem: "Problem") -> None:
        assert problem.formula
        self.names = {canonical(v.name): name for name, v in problem.variables.items()}
        self.letters: dict[Term, str] = {}
        for term in parts(normal(problem.formula.term)):
            if term.op in ("apply", "softmax", "logsumexp"):
                self._give_letter(term)

    def _give_letter(self, term: Term) -> None:
        (argument,) = term.args
        if argument.op == "leaf" or argument.kind.axes or is_number(argument):
            return
        choices = "hgu" if term.op == "apply" and term.detail[0] != "relu" else "ZVU"
        taken = {*self.names.values(), *self.letters.values()}
        letter = next((c for c in choices if c not in taken), None)
        if letter and argument not in self.letters:
            self.letters[argument] = letter

    def said(self, term: Term) -> str:
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

    def _write(self, term: Term) -> str:
        args = term.args
        match term.op:
            case "leaf":
                return GREEK.get(term.detail) or self.names.get(term.detail, str(term.detail))
            case "number":
                return f"{term.detail:g}"
            case "size":
                return str(term.detail)
            case "ones" | "identity":
                return {"ones": "1", "identity": "I"}[term.op]
            case "plus":
                sign = "+" if term.detail > 0 else "-"
                right = self._factor(args[1]) if sign == "-" else self.said(args[1])
                return f"{self.said(args[0])} {sign} {right}"
            case "matmul":
                return self._factor(args[0]) + self._factor(args[1])
            case "times":
                return self._product(term)
            case "transpose" | "inverse":
                return self._factor(args[0]) + {"transpose": "^T", "inverse": "^-1"}[term.op]
            case "power":
                return f"{self._factor(args[0])}^{term.detail:g}"
            case "apply":
                return self._function(*term.detail) + f"({self.said(args[0])})"
            case "total" | "mean":
                return f"{'sum' if term.op == 'total' else 'mean'}({self.said(args[0])})"
        return self._other(term)

    def _product(self, term: Term) -> str:
        factor, _ = split(term)
        between = "" if factor != 1 or is_number(term.args[0]) else "∘"
        return self._factor(term.args[0]) + between + self._factor(term.args[1])

    def _other(self, term: Term) -> str:
        if term.op in NAMED:
            return f"{term.op}({', '.join(map(self.said, term.args))})"
        return "…"

    def _factor(self, term: Term) -> str:
        text = self.said(term)
        named = term in self.letters
        return f"({text})" if term.op in ("plus", "times") and not named else text

    def function(self, term: Term) -> str:
        """The name of the function a term applies, such as σ or max'."""
        return self._function(*term.detail) if term.op == "apply" else term.op

    def _function(self, function: str, primes: int) -> str:
        return WRITTEN.get(function, function) + "'" * primes


def activation(term: Term) -> Term:
    """The function that a derivative belongs to, of the same argument."""
    function, _ = term.detail
    return make("apply", term.args, term.kind.rows, term.kind.columns, (function, 0))
