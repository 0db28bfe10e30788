r"""Write an expression in LaTeX as our reader reads it: `Latex({"X": "X"}).of(e)`.

Differentials are expressions of their own: `dX` for a variable or a letter, `d(XW - Y)` for what is
in brackets.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from .expressions import Expr, is_number, size, split
from .forms import CALL, ENTRYWISE, POWER, PRODUCT, SIGN, SUM, Written
from .functions import FUNCTIONS
from .sizes import typeset
from .write import Writer


class Latex(Writer):
    """As a person writes on paper."""

    column = "latex"

    def bracketed(self, text: str) -> str:
        return bracketed(text)

    # ------------------------------------------------------------ leaves

    def _leaf(self, e: Expr) -> Written:
        name = self.names[e.detail]
        return name, CALL if "^" in name else SIGN

    def _number(self, e: Expr) -> Written:
        return fraction(e.detail), SUM if e.detail < 0 else CALL

    def _size(self, e: Expr) -> Written:
        return typeset(e.detail), CALL

    def _ones(self, e: Expr) -> Written:
        rows, columns = size(e)
        if rows == "1":
            return r"\mathbf{1}^\top", CALL
        return (r"\mathbf{1}", SIGN) if columns == "1" else (r"\mathbf{1}\mathbf{1}^\top", CALL)

    def _identity(self, e: Expr) -> Written:
        return "I", SIGN

    def _differential(self, e: Expr) -> Written:
        (of,) = e.args
        if of in self.letters or of.op in ("leaf", "identity", "ones"):
            text = f"d{spaced(self.of(of))}"
            return text, CALL if "^" in text else SIGN
        return f"d{bracketed(self.of(of))}", CALL

    # ------------------------------------------------------------ sums and products

    def addend(self, e: Expr, whole: Expr, need: int = SUM) -> str:
        """One that is a variable's row needs no 1 before it: it was declared as a row."""
        (base,) = e.args if e.op == "differential" else (e,)
        return self._widened(e, whole, need) if base.op != "leaf" else self.of(e, need)

    def _times(self, e: Expr) -> Written:
        factor, rest = split(e)
        if factor < 0:
            return f"-{self._scaled(-factor, rest)}", SUM
        if factor != 1:
            return self._scaled(factor, rest), PRODUCT
        x, y = e.args
        if is_number(x):
            return joined([self.of(x, PRODUCT), self.of(y, PRODUCT)]), PRODUCT
        return rf"{self._widened(x, e)} \odot {self._widened(y, e)}", ENTRYWISE

    def _widened(self, e: Expr, to: Expr, need: int = ENTRYWISE) -> str:
        """A column that stands for every column, or a row that stands for every row."""
        if e.kind.columns == "1" != to.kind.columns and e.kind.rows != "1":
            return joined([self.of(e, PRODUCT), r"\mathbf{1}^\top"])
        if e.kind.rows == "1" != to.kind.rows and e.kind.columns != "1":
            return joined([r"\mathbf{1}", self.of(e, PRODUCT)])
        return self.of(e, need)

    def _scaled(self, factor: float, rest: Expr) -> str:
        if factor == 1:  # behind a minus
            return self.of(rest, ENTRYWISE)
        if rest.op == "power" and is_number(rest) and rest.detail == -1:
            over = Fraction(factor).limit_denominator(1000)
            below = self.of(rest.args[0], PRODUCT if over.denominator > 1 else SUM)
            below = f"{over.denominator}{spaced(below)}" if over.denominator > 1 else below
            return rf"\frac{{{over.numerator}}}{{{below}}}"
        return f"{fraction(factor)}{spaced(self.of(rest, PRODUCT))}"

    def _matmul(self, e: Expr) -> Written:
        return joined([self.of(factor, PRODUCT) for factor in self._factors(e)]), PRODUCT

    def _factors(self, product: Expr) -> list[Expr]:
        """The factors of a product of several matrices."""
        found: list[Expr] = []
        for factor in product.args:
            nested = factor.op == "matmul" and factor not in self.letters
            found += self._factors(factor) if nested else [factor]
        return found

    def _total(self, e: Expr) -> Written:
        (x,) = e.args
        before = [r"\mathbf{1}^\top"] if e.detail != "columns" and x.kind.rows != "1" else []
        after = [r"\mathbf{1}"] if e.detail != "rows" and x.kind.columns != "1" else []
        return joined([*before, self.of(x, PRODUCT), *after]), PRODUCT

    # ------------------------------------------------------------ powers and functions

    def _inverse(self, e: Expr) -> Written:
        (x,) = e.args
        if x.op == "transpose" and x not in self.letters:
            return self.of(x.args[0], SIGN) + r"^{-\top}", POWER
        return self.of(x, SIGN) + "^{-1}", POWER

    def _power(self, e: Expr) -> Written:
        (x,), exponent = e.args, e.detail
        if is_number(e) and exponent == -1:
            return rf"\frac{{1}}{{{self.of(x)}}}", CALL
        if exponent == 0.5:
            return rf"\sqrt{{{self.of(x)}}}", CALL
        sign = "" if is_number(e) else r"\odot "
        return f"{self.of(x, SIGN)}^{{{sign}{fraction(exponent)}}}", POWER

    def _apply(self, e: Expr) -> Written:
        function, primes = e.detail
        return FUNCTIONS[function].in_latex(self.of(e.args[0]), primes), CALL


def fraction(value: float) -> str:
    r"""A number as people write it.

    >>> fraction(2.0), fraction(0.5), fraction(-0.25)
    ('2', '\\frac{1}{2}', '-\\frac{1}{4}')
    """
    exact = Fraction(value).limit_denominator(1000)
    if abs(float(exact) - value) > 1e-12:
        return f"{value:g}"
    if exact.denominator == 1:
        return str(exact.numerator)
    sign = "-" if exact < 0 else ""
    return rf"{sign}\frac{{{abs(exact.numerator)}}}{{{exact.denominator}}}"


def bracketed(text: str) -> str:
    r"""In brackets, square ones around round ones.

    >>> bracketed("X + Y"), bracketed("(X + Y)W"), bracketed(r"\max(Z, 0) - Y")
    ('(X + Y)', '[(X + Y)W]', '(\\max(Z, 0) - Y)')
    """
    called = r"\\(?!top)(operatorname\{\w+\}|[a-z]+)'*\("
    nested = "(" in re.sub(called, "", text)
    return f"[{text}]" if nested and "[" not in text else f"({text})"


def spaced(text: str) -> str:
    """Text that may stand behind a sign."""
    return rf"\,{text}" if re.match(r"d[A-Z\\(]", text) else text


def joined(factors: list[str]) -> str:
    r"""Factors of a product, with a thin space around a differential.

    >>> joined(["X", "dW", "V"]), joined([r"\lambda", "W"]), joined(["W_1", "X"])
    ('X\\,dW\\,V', '\\lambda W', 'W_1 X')
    """
    text = factors[0]
    for before, factor in pairwise(factors):
        if is_differential(before) or is_differential(factor):
            text += rf"\,{factor}"
        elif re.search(r"_\w$|\\[a-zA-Z]+$", text) and re.match(r"[A-Za-z0-9]", factor):
            text += f" {factor}"
        else:
            text += factor
    return text


def is_differential(text: str) -> bool:
    return re.match(r"d([A-Z(]|[a-z](?![a-z])|\\)", text) is not None and text != "d"
