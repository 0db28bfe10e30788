"""Terms as torch computes them: `evaluate(term, values)`, differentiable by autograd.

A value is a tensor of shape (*free indices, rows, columns); sizes come from the tensors given.
torch is imported where it is first needed, so that reading a formula does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.algebra.expressions import Expr
from grader.algebra.functions import FUNCTIONS, on_tensors
from grader.algebra.parts import all_parts

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Argument:
    """What a function that bends is applied to; a kink is where the value is 0."""

    function: str
    kink: bool
    value: Tensor


class Evaluation:
    """The values of terms for one choice of the variables."""

    def __init__(self, values: Mapping[str, Tensor], lengths: Mapping[str, int]) -> None:
        self.values, self.lengths = values, lengths
        self.done: dict[Expr, Tensor] = {}

    def of(self, term: Expr) -> Tensor:
        """The value of a term, computed once."""
        if term not in self.done:
            self.done[term] = getattr(self, f"_{term.op}")(term)
        return self.done[term]

    def length(self, size: str) -> int:
        """How long a size is: letters are looked up, products multiplied."""
        result = 1
        for part in size.split("·"):
            result *= 1 if part == "1" else self.lengths[part]
        return result

    def _like(self) -> dict[str, Any]:
        some = next(iter(self.values.values()))
        return {"dtype": some.dtype, "device": some.device}

    # ------------------------------------------------------------ leaves

    def _leaf(self, term: Expr) -> Tensor:
        return self.values[term.detail]

    def _number(self, term: Expr) -> Tensor:
        import torch

        return torch.full((1, 1), term.detail, **self._like())

    def _size(self, term: Expr) -> Tensor:
        import torch

        return torch.full((1, 1), float(self.length(term.detail)), **self._like())

    def _ones(self, term: Expr) -> Tensor:
        import torch

        shape = self.length(term.kind.rows), self.length(term.kind.columns)
        return torch.ones(shape, **self._like())

    def _identity(self, term: Expr) -> Tensor:
        import torch

        return torch.eye(self.length(term.kind.rows), **self._like())

    def _delta(self, term: Expr) -> Tensor:
        import torch

        return torch.eye(self.length(term.kind.axes[0][1]), **self._like())[..., None, None]

    # ------------------------------------------------------------ entry by entry

    def _both(self, term: Expr) -> tuple[Tensor, Tensor]:
        """The two arguments over the same free indices."""
        x, y = term.args
        if not (term.kind.axes or x.kind.axes or y.kind.axes):
            return self.of(x), self.of(y)
        names = [name for name, _ in term.kind.axes]
        return self._over(names, x), self._over(names, y)

    def _over(self, names: list[str], term: Expr) -> Tensor:
        value = self.of(term)
        own = [name for name, _ in term.kind.axes]
        if own == names:
            return value
        value = value.permute([own.index(n) for n in names if n in own] + [-2, -1])
        for place, name in enumerate(names):
            if name not in own:
                value = value.unsqueeze(place)
        return value

    def _plus(self, term: Expr) -> Tensor:
        x, y = self._both(term)
        return x + y if term.detail > 0 else x - y

    def _times(self, term: Expr) -> Tensor:
        x, y = self._both(term)
        return x * y

    def _negative(self, term: Expr) -> Tensor:
        return -self.of(term.args[0])

    def _power(self, term: Expr) -> Tensor:
        x, exponent = self.of(term.args[0]), term.detail
        return x ** (int(exponent) if exponent == int(exponent) else exponent)

    def _apply(self, term: Expr) -> Tensor:
        function, primes = term.detail
        return _derivative(on_tensors(FUNCTIONS[function]), primes)(self.of(term.args[0]))

    def _compare(self, term: Expr) -> Tensor:
        x, y = self._both(term)
        holds = {">": x > y, "<": x < y, ">=": x >= y, "<=": x <= y, "==": x == y, "!=": x != y}
        return holds[term.detail].to(x.dtype)

    def _maximum(self, term: Expr) -> Tensor:
        x, y = self._both(term)
        return x.maximum(y)

    def _minimum(self, term: Expr) -> Tensor:
        x, y = self._both(term)
        return x.minimum(y)

    # ------------------------------------------------------------ matrices

    def _matmul(self, term: Expr) -> Tensor:
        x, y = self._both(term)
        return x @ y

    def _transpose(self, term: Expr) -> Tensor:
        return self.of(term.args[0]).mT

    def _inverse(self, term: Expr) -> Tensor:
        import torch

        inverse: Tensor = torch.linalg.inv(self.of(term.args[0]))
        return inverse

    def _determinant(self, term: Expr) -> Tensor:
        import torch

        determinant: Tensor = torch.linalg.det(self.of(term.args[0]))
        return determinant[..., None, None]

    def _trace(self, term: Expr) -> Tensor:
        return self.of(term.args[0]).diagonal(dim1=-2, dim2=-1).sum(-1)[..., None, None]

    def _total(self, term: Expr) -> Tensor:
        axes = {"all": (-2, -1), "rows": (-2,), "columns": (-1,)}[term.detail]
        return self.of(term.args[0]).sum(axes, keepdim=True)

    def _squares(self, term: Expr) -> Tensor:
        return (self.of(term.args[0]) ** 2).sum((-2, -1), keepdim=True)

    def _vec(self, term: Expr) -> Tensor:
        return self.of(term.args[0]).mT.flatten(-2)[..., None]

    def _kron(self, term: Expr) -> Tensor:
        x, y = self._both(term)
        product = x[..., :, None, :, None] * y[..., None, :, None, :]
        return product.flatten(-4, -3).flatten(-2)

    def _spread_diagonal(self, term: Expr) -> Tensor:
        import torch

        return torch.diag_embed(self.of(term.args[0]).flatten(-2))

    def _diagonal(self, term: Expr) -> Tensor:
        return self.of(term.args[0]).diagonal(dim1=-2, dim2=-1)[..., None]

    def _softmax(self, term: Expr) -> Tensor:
        return self.of(term.args[0]).softmax(-2 if term.detail == "rows" else -1)

    def _logsumexp(self, term: Expr) -> Tensor:
        axis = -2 if term.detail == "rows" else -1
        return self.of(term.args[0]).logsumexp(axis, keepdim=True)

    # ------------------------------------------------------------ indices

    def _index(self, term: Expr) -> Tensor:
        (x,), (which, name) = term.args, term.detail
        value, axis = self.of(x), -2 + which
        if name.isdigit():
            return value.narrow(axis, int(name) - 1, 1)
        own = [index for index, _ in x.kind.axes]
        if name in own:
            taken = value.diagonal(dim1=own.index(name), dim2=axis)
            return taken.movedim(-1, own.index(name)).unsqueeze(axis)
        return value.movedim(axis, len(own)).unsqueeze(axis)

    def _sum_over(self, term: Expr) -> Tensor:
        own = [index for index, _ in term.args[0].kind.axes]
        return self.of(term.args[0]).sum(own.index(term.detail))

    def _unindexed(self, term: Expr) -> Tensor:
        own = [index for index, _ in term.args[0].kind.axes]
        value = self.of(term.args[0])[..., 0, 0].permute([own.index(n) for n in term.detail])
        return value if len(term.detail) == 2 else value[..., None]


def _derivative(function: Callable[[Tensor], Tensor], order: int) -> Callable[[Tensor], Tensor]:
    """The derivative of that order of a function that works entry by entry."""
    if order == 0:
        return function
    import torch

    lower = _derivative(function, order - 1)

    def derivative(z: Tensor) -> Tensor:
        slope: Tensor = torch.func.jvp(lower, (z,), (torch.ones_like(z),))[1]
        return slope

    return derivative


def evaluate(term: Expr, values: Mapping[str, Tensor], lengths: Mapping[str, int]) -> Tensor:
    """The value of a term, of shape (rows, columns)."""
    return Evaluation(values, lengths).of(term)


def arguments(
    term: Expr, values: Mapping[str, Tensor], lengths: Mapping[str, int]
) -> Iterator[Argument]:
    """What every bending function of a term is applied to."""
    evaluation = Evaluation(values, lengths)
    for part in all_parts([term]):
        if part.op == "apply" and not (function := FUNCTIONS[part.detail[0]]).polynomial:
            yield Argument(function.name, function.kink, evaluation.of(part.args[0]))
        elif part.op in ("maximum", "minimum", "compare"):
            x, y = evaluation._both(part)
            yield Argument({"maximum": "max", "minimum": "min"}.get(part.op, "step"), True, x - y)
        elif part.op in ("softmax", "logsumexp"):
            yield Argument(part.op, False, evaluation.of(part.args[0]))
