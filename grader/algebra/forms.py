r"""How an operation is written, and how tightly that holds together.

There is one order for LaTeX, PyTorch and words: what holds less tightly than its place asks stands
in brackets there.

>>> Form(r"{}^\top", POWER, SIGN).filled(None, ["X"])
'X^\\top'
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .expressions import Expr

# X + Y, X * Y, X @ Y (X Y on paper), X**2 (X^\top), f(X) (X.T), X
SUM, ENTRYWISE, PRODUCT, POWER, CALL, SIGN = range(6)
Written = tuple[str, int]  # a text, and how tightly it holds together


class Unwritable(Exception):  # noqa: N818 - says what the expression is
    """An expression for which there is no usual way to write it."""


@dataclass(frozen=True)
class Form:
    """One way to write an operation; each {} of the text is an argument."""

    text: str | Callable[[Expr], str]  # or the text for this expression
    holds: int = CALL  # how tightly what is written holds together
    needs: int = SUM  # how tightly the arguments must

    def filled(self, e: Expr, arguments: Sequence[str]) -> str:
        """The text with its arguments."""
        first, *rest = (self.text if isinstance(self.text, str) else self.text(e)).split("{}")
        return first + "".join(map("".join, zip(arguments, rest, strict=True)))
