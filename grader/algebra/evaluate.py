"""Expressions as torch computes them: `evaluate(e, values, lengths)`, differentiable by autograd.

A value is a tensor of shape (*free indices, rows, columns); sizes come from the tensors given.
torch is imported where it is first needed, so that reading a formula does not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .expressions import Expr
from .operations import OPERATIONS, bend_of
from .parts import all_parts
from .sizes import length
from .values import CONSTANTS, free, over

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Argument:
    """What a function that bends is applied to; a kink is where the value is 0."""

    function: str
    kink: bool
    value: Tensor


class Evaluation:
    """The values of expressions for one choice of the variables."""

    def __init__(self, values: Mapping[str, Tensor], lengths: Mapping[str, int]) -> None:
        self.values, self.lengths = values, lengths
        self.done: dict[Expr, Tensor] = {}

    def of(self, e: Expr) -> Tensor:
        """The value of an expression, computed once."""
        if e not in self.done:
            known_here = getattr(self, f"_{e.op}", None)
            self.done[e] = known_here(e) if known_here else self._operated(e)
        return self.done[e]

    def _operated(self, e: Expr) -> Tensor:
        """A constant, or an operation on its arguments, laid over the same free indices."""
        if e.op in CONSTANTS:
            return self._constant(e)
        args = [self.of(argument) for argument in e.args]
        if len(args) > 1 and any(part.kind.axes for part in (e, *e.args)):
            pairs = zip(e.args, args, strict=True)
            args = [over(free(e), free(argument), value) for argument, value in pairs]
        value: Tensor = OPERATIONS[e.op].value(e, *args)
        return value

    def _constant(self, e: Expr) -> Tensor:
        import torch

        some = next(iter(self.values.values()))
        like = {"dtype": some.dtype, "device": some.device}
        value: Tensor = CONSTANTS[e.op](torch, self.length, e, **like)
        return value

    def _leaf(self, e: Expr) -> Tensor:
        return self.values[e.detail]

    def length(self, size: str) -> int:
        return length(size, self.lengths)


def evaluate(e: Expr, values: Mapping[str, Tensor], lengths: Mapping[str, int]) -> Tensor:
    """The value of an expression, of shape (rows, columns)."""
    return Evaluation(values, lengths).of(e)


def arguments(
    e: Expr, values: Mapping[str, Tensor], lengths: Mapping[str, int]
) -> Iterator[Argument]:
    """What every operation that bends is applied to."""
    evaluation = Evaluation(values, lengths)
    for part in all_parts([e]):
        if bend := bend_of(part):
            yield Argument(bend.function, bend.kink, evaluation.of(bend.argument))
