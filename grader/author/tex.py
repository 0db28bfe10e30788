r"""Write a term in LaTeX as our reader reads it: `Tex(problem, letters).of(term)`.

Differentials are terms of their own: `dX` for a variable or a letter, `d(XW - Y)` for what is in
brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

from grader.algebra.expressions import Expr, is_number, size, split
from grader.algebra.functions import FUNCTIONS
from grader.latex.names import canonical, typeset
from grader.problem import Problem


class Unwritable(Exception):  # noqa: N818 - says what the term is
    """A term for which there is no usual way to write it."""


class Tex:
    """How the terms of one problem are written."""

    def __init__(self, problem: Problem, letters: Mapping[Expr, str]) -> None:
        self.names = {canonical(v.name): v.name for v in problem.variables.values()}
        self.letters = letters

    def of(self, term: Expr) -> str:
        """The term, by its letter if it has one."""
        return self.letters.get(term) or self.written_out(term)

    def written_out(self, term: Expr) -> str:
        """The term by what it is made of."""
        write = getattr(self, f"_{term.op}", None)
        if write is None or term.kind.axes:
            raise Unwritable(term.op)
        text: str = write(term)
        return text

    # ------------------------------------------------------------ leaves

    def _leaf(self, term: Expr) -> str:
        return self.names[term.detail]

    def _number(self, term: Expr) -> str:
        return fraction(term.detail)

    def _size(self, term: Expr) -> str:
        return typeset(term.detail)

    def _ones(self, term: Expr) -> str:
        rows, columns = size(term)
        if rows == "1":
            return r"\mathbf{1}^\top"
        return r"\mathbf{1}" if columns == "1" else r"\mathbf{1}\mathbf{1}^\top"

    def _identity(self, term: Expr) -> str:
        return "I"

    def _differential(self, term: Expr) -> str:
        (of,) = term.args
        text = self.of(of)
        return f"d{spaced(text)}" if self._is_one_sign(of) else f"d{bracketed(text)}"

    # ------------------------------------------------------------ sums and products

    def _plus(self, term: Expr) -> str:
        x, y = term.args
        if term.detail > 0:
            return f"{self.of(x)} + {self.of(y)}"
        return f"{self.of(x)} - {self._factor(y) if self._is_sum(y) else self.of(y)}"

    def _times(self, term: Expr) -> str:
        factor, rest = split(term)
        if factor < 0:
            return f"-{self._scaled(-factor, rest)}"
        if factor != 1:
            return self._scaled(factor, rest)
        x, y = term.args
        if is_number(x):
            return joined([self._factor(x), self._factor(y)])
        return rf"{self._entrywise(x)} \odot {self._widened(y, to=x)}"

    def _widened(self, term: Expr, to: Expr) -> str:
        """A column that multiplies every column, or a row that multiplies every row."""
        if term.kind.columns == "1" != to.kind.columns:
            return joined([self._factor(term), r"\mathbf{1}^\top"])
        if term.kind.rows == "1" != to.kind.rows:
            return joined([r"\mathbf{1}", self._factor(term)])
        return self._entrywise(term)

    def _scaled(self, factor: float, rest: Expr) -> str:
        if factor == 1:  # behind a minus
            return self._factor(rest) if self._is_sum(rest) else self.of(rest)
        if rest.op == "power" and is_number(rest) and rest.detail == -1:
            over = Fraction(factor).limit_denominator(1000)
            below = self._factor(rest.args[0]) if over.denominator > 1 else self.of(rest.args[0])
            below = f"{over.denominator}{spaced(below)}" if over.denominator > 1 else below
            return rf"\frac{{{over.numerator}}}{{{below}}}"
        hadamard = rest.op == "times" and not is_number(rest.args[0])
        text = self.of(rest) if not hadamard and not self._is_sum(rest) else self._factor(rest)
        return f"{fraction(factor)}{spaced(text)}"

    def _matmul(self, term: Expr) -> str:
        return joined([self._factor(factor) for factor in self._factors(term)])

    def _factors(self, product: Expr) -> list[Expr]:
        """The factors of a product of several matrices."""
        found: list[Expr] = []
        for factor in product.args:
            nested = factor.op == "matmul" and factor not in self.letters
            found += self._factors(factor) if nested else [factor]
        return found

    def _transpose(self, term: Expr) -> str:
        return self._base(term.args[0]) + r"^\top"

    def _inverse(self, term: Expr) -> str:
        (x,) = term.args
        if x.op == "transpose" and x not in self.letters:
            return self._base(x.args[0]) + r"^{-\top}"
        return self._base(x) + "^{-1}"

    def _power(self, term: Expr) -> str:
        (x,), e = term.args, term.detail
        if is_number(term) and e == -1:
            return rf"\frac{{1}}{{{self.of(x)}}}"
        if e == 0.5:
            return rf"\sqrt{{{self.of(x)}}}"
        sign = "" if is_number(term) else r"\odot "
        return f"{self._base(x)}^{{{sign}{fraction(e)}}}"

    # ------------------------------------------------------------ functions

    def _apply(self, term: Expr) -> str:
        function, primes = term.detail
        return FUNCTIONS[function].in_latex(self.of(*term.args), primes)

    def _softmax(self, term: Expr) -> str:
        if term.detail != "columns" or term.kind.columns == "1":
            raise Unwritable("softmax")
        return rf"\operatorname{{softmax}}({self.of(term.args[0])})"

    def _logsumexp(self, term: Expr) -> str:
        if term.detail != "columns":
            raise Unwritable("logsumexp")
        return rf"\log(\exp({self.of(term.args[0])})\mathbf{{1}})"

    def _trace(self, term: Expr) -> str:
        return rf"\operatorname{{tr}}({self.of(term.args[0])})"

    def _determinant(self, term: Expr) -> str:
        return rf"\det({self.of(term.args[0])})"

    def _squares(self, term: Expr) -> str:
        bars = r"\|{}\|^2" if "1" in size(term.args[0]) else r"\|{}\|_F^2"
        return bars.format(self.of(term.args[0]))

    def _inner(self, term: Expr) -> str:
        x, y = map(self.of, term.args)
        return rf"\langle {x}, {y} \rangle"

    def _total(self, term: Expr) -> str:
        left, right = r"\mathbf{1}^\top", r"\mathbf{1}"
        text = self._factor(term.args[0])
        before = left if term.detail in ("rows", "all") else ""
        after = right if term.detail in ("columns", "all") else ""
        return joined([part for part in (before, text, after) if part])

    # ------------------------------------------------------------ brackets

    def _factor(self, term: Expr) -> str:
        """In brackets where it would fall apart in a product."""
        text = self.of(term)
        bare = term in self.letters or not (self._is_sum(term) or self._is_hadamard(term))
        return text if bare and not text.startswith("-") else bracketed(text)

    def _entrywise(self, term: Expr) -> str:
        text = self.of(term)
        bare = term in self.letters or not self._is_sum(term)
        return text if bare and not text.startswith("-") else bracketed(text)

    def _base(self, term: Expr) -> str:
        """In brackets unless it is one sign, so that something may stand at its top."""
        text = self.of(term)
        single = self._is_one_sign(term) and "^" not in text
        differential = term.op == "differential" and self._is_one_sign(term.args[0])
        return text if single or (differential and "^" not in text) else bracketed(text)

    def _is_one_sign(self, term: Expr) -> bool:
        return term in self.letters or term.op in ("leaf", "identity", "ones")

    def _is_sum(self, term: Expr) -> bool:
        return term.op == "plus" and term not in self.letters

    def _is_hadamard(self, term: Expr) -> bool:
        factor, rest = split(term)
        if factor != 1 and rest.op == "times":
            return self._is_hadamard(rest) and rest not in self.letters
        return term.op == "times" and factor == 1 and not is_number(term.args[0])


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
