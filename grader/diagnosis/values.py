"""What the terms of candidates are worth at a point: `Values(problem, matrices).of(term)`.

Beyond the terms of formulas there are `pullback` (an adjoint passed back by autograd), `given` (the
right answer), `by_hand` (a mistake named by the instructor), `mean`, `largest` (the one largest
entry), `row` (one row alone), `without_row` and `reshape` (to the shape of the transpose).
"""

from collections.abc import Mapping
from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grader import oracle
from grader.algebra.evaluate import Evaluation
from grader.algebra.expressions import Expr, kindless
from grader.algebra.values import pulled_back
from grader.latex.names import canonical

if TYPE_CHECKING:
    from grader.problem import Mistake, Point, Problem


@lru_cache(maxsize=24)
def values_at(problem: "Problem", point: "Point") -> "Values":
    """Where a point is asked again, all that was computed there: students check many times."""
    return Values(problem, point.values)


class Values(Evaluation):
    """The values of terms for one choice of the variables; None where shapes do not fit."""

    def __init__(
        self,
        problem: "Problem",
        matrices: Mapping[str, Tensor],
    ) -> None:
        variables = problem.variables
        named = {canonical(variables[name].name): value for name, value in matrices.items()}
        lengths: dict[str, int] = {}
        for name, variable in variables.items():
            lengths |= zip((variable.rows, variable.columns), matrices[name].shape, strict=True)
        super().__init__(named, lengths)
        self.problem, self.matrices = problem, matrices
        self.unfit = set[Expr]()
        self.gradients: dict[str, Mapping[str, Tensor]] = {}

    def worth(self, term: Expr) -> Tensor | None:
        """The value of a term, or None where its shapes do not fit."""
        if term in self.unfit:
            return None
        try:
            return self.of(term)
        except (RuntimeError, IndexError, ValueError):
            self.unfit.add(term)
            return None

    def _pullback(self, term: Expr) -> Tensor:
        which, op, detail, kind = term.detail
        adjoint, *values = (self.of(a) for a in term.args)
        places = tuple(kindless(a) for a in term.args[1:])
        forward = Expr(op, places, kind, detail)

        inner, moved = copy(self), values[which].detach().requires_grad_()
        inner.done = {p: v for p, v in zip(places, values, strict=True)}
        inner.done[places[which]] = moved
        with torch.enable_grad():
            value = inner.of(forward)
        return pulled_back(value, moved, adjoint).detach()

    def _without_row(self, term: Expr) -> Tensor:
        """The rows but one, which is zero, or is not there."""
        which, there = term.detail
        value = self.of(term.args[0])
        if not there:
            return value[..., 1:, :] if which == 0 else value[..., :-1, :]
        value = value.clone()
        value[..., which, :] = 0
        return value

    def _by_hand(self, term: Expr) -> Tensor:
        """What a mistake that an instructor named would return."""
        mistake: Mistake = self.problem.mistakes[term.detail]
        return mistake.answer(*(matrix.clone() for matrix in self.matrices.values()))

    def _given(self, term: Expr) -> Tensor:
        """The right answer, by autograd, of all samples or of one."""
        name, which = term.detail
        if name == self.problem.name:
            return self.problem.objective(self.matrices).detach()
        if which not in self.gradients:
            matrices = samples(self.problem, self.matrices, which)
            self.gradients[which] = oracle.gradient(self.problem, matrices, list(matrices))
        given: Tensor = self.gradients[which][name]
        return given


def samples(problem: "Problem", matrices: Mapping[str, Tensor], which: str) -> dict[str, Tensor]:
    """The matrices with every sample in them, one alone, or all but one."""
    rows = {
        "": slice(None), "first": slice(0, 1), "last": slice(-1, None),
        "but the first": slice(1, None), "but the last": slice(0, -1),
    }[which]  # fmt: skip
    letters = batch_letters(problem)
    variables = problem.variables
    return {n: m[rows] if variables[n].rows in letters else m for n, m in matrices.items()}


def batch_letters(problem: "Problem") -> set[str]:
    """The sizes that count samples: the rows of some variables and the columns of none."""
    variables = problem.variables.values()
    rows = {v.rows for v in variables if not v.rows.isdigit()}
    return rows - {v.columns for v in variables}
