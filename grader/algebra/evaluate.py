"""Expressions as torch computes them: `evaluate(e, values, lengths)`, differentiable by autograd.

A value is a tensor of shape (*free indices, rows, columns); sizes come from the tensors given.
torch is imported where it is first needed, so that reading a formula does not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .expressions import Expr
from .operations import OPERATIONS, bend_of
from .parts import all_parts
from .sizes import length
from .values import free, over

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
        """An operation on the arguments, which lie over the same free indices where it has them."""
        args = [self.of(argument) for argument in e.args]
        if len(args) > 1 and any(part.kind.axes for part in (e, *e.args)):
            pairs = zip(e.args, args, strict=True)
            args = [over(free(e), free(argument), value) for argument, value in pairs]
        value: Tensor = OPERATIONS[e.op].value(e, *args)
        return value

    def length(self, size: str) -> int:
        return length(size, self.lengths)

    def _like(self) -> dict[str, Any]:
        some = next(iter(self.values.values()))
        return {"dtype": some.dtype, "device": some.device}

    # ------------------------------------------------------------ what only a point knows

    def _leaf(self, e: Expr) -> Tensor:
        return self.values[e.detail]

    def _number(self, e: Expr) -> Tensor:
        import torch

        return torch.full((1, 1), e.detail, **self._like())

    def _size(self, e: Expr) -> Tensor:
        import torch

        return torch.full((1, 1), float(self.length(e.detail)), **self._like())

    def _ones(self, e: Expr) -> Tensor:
        import torch

        shape = self.length(e.kind.rows), self.length(e.kind.columns)
        return torch.ones(shape, **self._like())

    def _identity(self, e: Expr) -> Tensor:
        import torch

        return torch.eye(self.length(e.kind.rows), **self._like())

    def _position(self, e: Expr) -> Tensor:
        """An index itself, as a number."""
        import torch

        places = torch.arange(1, self.length(e.kind.axes[0][1]) + 1, **self._like())
        return places[:, None, None]

    def _delta(self, e: Expr) -> Tensor:
        import torch

        return torch.eye(self.length(e.kind.axes[0][1]), **self._like())[..., None, None]


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
