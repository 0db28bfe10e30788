"""Write an expression: `Words(names).of(e)` for a sentence; `latex` and `torch` for other readers.

What is plain stands as a form in the tables of operations and functions; what depends on the
arguments, such as a product, is a method here. Brackets are put in one place, by `forms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from .expressions import Expr, is_number, split
from .forms import CALL, ENTRYWISE, SIGN, SUM, Unwritable, Written
from .functions import FUNCTIONS
from .operations import OPERATIONS

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ",
    "rho": "ρ", "sigma": "σ", "tau": "τ",
}  # fmt: skip
LONGEST = 40  # of a part of a sentence


class Writer:
    """How expressions are written, given the variables' names; some have a letter of their own."""

    column: ClassVar[str]  # of the table of operations
    indexed: ClassVar[bool] = False  # whether an expression with free indices is written too

    def __init__(self, names: Mapping[str, str], letters: Mapping[Expr, str] | None = None) -> None:
        self.names, self.letters = names, letters or {}

    def of(self, e: Expr, need: int = SUM) -> str:
        """The expression, by its letter if it has one; in brackets unless it holds so tightly."""
        text, holds = (self.letters[e], SIGN) if e in self.letters else self.written(e)
        return text if holds >= need else self.bracketed(text)

    def written_out(self, e: Expr) -> str:
        """The expression by what it is made of."""
        return self.written(e)[0]

    def written(self, e: Expr) -> Written:
        """What it is made of, and how tightly that holds together."""
        if e.kind.axes and not self.indexed:
            raise Unwritable(e.op)
        method = getattr(self, f"_{e.op}", None)
        if method is not None:
            written: Written = method(e)
            return written
        form = getattr(OPERATIONS.get(e.op), self.column, None)
        if form is None:
            raise Unwritable(e.op)
        return form.filled(e, [self.of(argument, form.needs) for argument in e.args]), form.holds

    def bracketed(self, text: str) -> str:
        return f"({text})"

    def _leaf(self, e: Expr) -> Written:
        return self.names[e.detail], SIGN

    def _plus(self, e: Expr) -> Written:
        x, y = e.args
        sign, need = ("+", SUM) if e.detail > 0 else ("-", ENTRYWISE)
        return f"{self.addend(x, e)} {sign} {self.addend(y, e, need)}", SUM

    def addend(self, e: Expr, whole: Expr, need: int = SUM) -> str:
        """One of two that are added, laid over the whole where it is smaller."""
        return self.of(e, need)


class Words(Writer):
    """As a sentence says it: max'(Z), X^T, or … where that would be long."""

    column = "words"
    indexed = True

    def of(self, e: Expr, need: int = SUM) -> str:
        text, holds = (self.letters[e], SIGN) if e in self.letters else self.written(e)
        text = text if len(text) <= LONGEST else "…"
        return text if holds >= need else f"({text})"

    def written(self, e: Expr) -> Written:
        try:
            return super().written(e)
        except Unwritable:
            return "…", CALL

    def _leaf(self, e: Expr) -> Written:
        return GREEK.get(e.detail) or self.names.get(e.detail, str(e.detail)), SIGN

    def _number(self, e: Expr) -> Written:
        return f"{e.detail:g}", SIGN

    def _size(self, e: Expr) -> Written:
        return str(e.detail), SIGN

    def _ones(self, e: Expr) -> Written:
        return "1", SIGN

    def _identity(self, e: Expr) -> Written:
        return "I", SIGN

    def _times(self, e: Expr) -> Written:
        factor, rest = split(e)
        x, y = (self.of(argument, ENTRYWISE) for argument in e.args)
        if factor == -1:
            return f"-{self.of(rest, ENTRYWISE)}", SUM
        return x + ("" if factor != 1 or is_number(e.args[0]) else "∘") + y, SUM

    def _power(self, e: Expr) -> Written:
        return f"{self.of(e.args[0], ENTRYWISE)}^{e.detail:g}", CALL

    def _apply(self, e: Expr) -> Written:
        return f"{self.function(e)}({self.of(e.args[0])})", CALL

    def function(self, e: Expr) -> str:
        """The name of the function that an expression applies, such as σ or max'."""
        function, primes = str(e.detail[0]), int(e.detail[1])
        return (FUNCTIONS[function].word or function) + "'" * primes
