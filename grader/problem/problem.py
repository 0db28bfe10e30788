r"""Say a problem: its formula and named sizes, or a torch function where LaTeX cannot say it.

>>> relu = Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
>>> list(relu.variables), relu.sizes
(['X', 'W', 'Y'], ('n', 'p', 'q'))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from grader.algebra.evaluate import Argument
from grader.latex import Formula, Variable
from grader.problem import statement
from grader.problem.declared import ProblemError, declared, python_name
from grader.problem.domains import DOMAINS
from grader.problem.points import Point, draw_points, extreme_points, fair_point

Objective = Callable[..., Tensor]


@dataclass(frozen=True)
class Mistake:
    """A likely wrong answer that the formula does not tell: what to call it, say and compare."""

    variable: str  # whose gradient is asked
    name: str  # for the class report, such as mask_left_out
    sentence: str  # for the student, such as "as if the mask were left out"
    answer: Callable[..., Tensor]  # what such a student's function returns


class Problem:
    r"""One formula, or one torch function, and the sizes of its variables.

    Sizes are given as `X="n,p"`, and may be called `d`, `d_k` or `tr`; after them may stand a
    domain (`Y="n,q one-hot"`: one of one-hot, probability, positive, invertible, orthogonal,
    symmetric, definite) and `row` for a row that is added to every row of a matrix
    (`b_1="1,m row"`). The order of the variables is the order of the
    arguments of a student's function; `W_1` is called `W1` in Python. Names that are not Python's,
    such as `W^{(1)}`, are given as `Problem(formula, {"W^{(1)}": "p,m"})`.

    `names=("Z = XW", r"H = \max(Z, 0)")` are the names that the task gives. The statement says
    them, and derivations may use them as if they had defined them.

    With `matrix=True` the right side may be a matrix, such as a prediction: then only its value can
    be asked for, no gradient.

    Instead of LaTeX a torch function can be given: `Problem(objective=f, X="n,p")`, where
    `f(X)` returns a 0-d tensor, with `text` (Markdown) for its statement, `near` (a function that
    returns the list of `Argument`s whose kinks points must avoid), and `outside` (names that may be
    large without saturating anything).

    Wrong answers are explained from the formula; `mistakes` adds a list of `Mistake`s by hand.

    Raises ProblemError for sizes that make no sense, LatexError for a formula that cannot be read.
    """

    def __init__(
        self,
        formula: str | None = None,
        variables: Mapping[str, str] | None = None,
        *,
        names: Sequence[str] = (),
        matrix: bool = False,
        objective: Objective | None = None,
        text: str | None = None,
        near: Callable[..., list[Argument]] | None = None,
        outside: Sequence[str] = (),
        mistakes: Sequence[Mistake] = (),
        **sizes: str,
    ) -> None:
        if (formula is None) == (objective is None):
            raise ProblemError("give either a formula or objective=, a torch function")
        sizes = {**(variables or {}), **sizes}
        self.declared = tuple(sizes.items())  # as they were written
        said = declared(sizes, () if formula is None else (formula,), names, matrix=matrix)
        self.variables: dict[str, Variable] = {python_name(v.name): v for v in said.variables}
        self.sizes, self.named = said.sizes, said.named
        self.formula: Formula | None = said.formulas[0] if said.formulas else None
        self._text, self._near, self._outside = text, near, tuple(outside)
        self._function = objective
        self.mistakes = tuple(mistakes)

    def __repr__(self) -> str:
        function = getattr(self._function, "__name__", "function")
        return f"Problem({self.formula.text if self.formula else function})"

    @property
    def name(self) -> str:
        """What the left side of the formula is called, usually f."""
        return self.formula.name if self.formula else "f"

    def domain(self, name: str) -> str:
        """The word for the domain of a variable, or '' if every real matrix will do."""
        return next((word for word in DOMAINS if word in self.variables[name].domain), "")

    def objective(self, values: Mapping[str, Tensor]) -> Tensor:
        """The formula's value at matrices given by Python name; differentiable, any float dtype."""
        if self.formula:
            return self.formula.objective({v.name: values[n] for n, v in self.variables.items()})
        assert self._function is not None
        return self._function(*(values[name] for name in self.variables))

    def arguments(self, values: Mapping[str, Tensor]) -> list[Argument]:
        """What stands inside each nonlinear function there: where kinks and saturation can be."""
        if self.formula:
            return self.formula.arguments({v.name: values[n] for n, v in self.variables.items()})
        return self._near(*(values[name] for name in self.variables)) if self._near else []

    def outside_activations(self, values: Mapping[str, Tensor]) -> list[str]:
        """The variables that reach no nonlinear function, so that large values saturate nothing."""
        if not self.formula:
            return list(self._outside)
        leaves = {name: value.clone().requires_grad_() for name, value in values.items()}
        inside = sum((a.value.sum() for a in self.arguments(leaves)), torch.zeros(()))
        if not inside.requires_grad:
            return list(leaves)
        slopes = torch.autograd.grad(inside, list(leaves.values()), allow_unused=True)
        return [name for name, slope in zip(leaves, slopes, strict=True) if slope is None]

    def points(
        self, seed: int, draws: int = 3, corners: bool = True, kinks: bool = True
    ) -> list[Point]:
        """Fair points to ask at, the same for the same seed (see `grader.problem.points`)."""
        return list(draw_points(self, seed, draws, corners, kinks))

    def point(self, sizes: Mapping[str, int], seed: int) -> Point | None:
        """One fair point with these sizes, or None where there is none."""
        return fair_point(self, sizes, torch.Generator().manual_seed(seed))

    def extreme_points(self, seed: int, draws: int = 2) -> list[Point]:
        """Points where exp overflows in one row, to tell a stable formula from an unstable one."""
        return list(extreme_points(self, seed, draws))

    def statement(self) -> str:
        """What a student is told, as Markdown: the formula, the variables and their shapes, and the
        names that derivations may use.
        """
        said = self._text if self._text is not None else statement.of(self)
        return f"{said}\n{statement.names(self)}" if self.named else said

    def _repr_markdown_(self) -> str:
        return self.statement()
