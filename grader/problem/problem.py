r"""Say a problem: its formula and named sizes, or a torch function where LaTeX cannot say it.

>>> relu = Problem(r"f = \|\max(XW, 0) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
>>> list(relu.variables), relu.sizes
(['X', 'W', 'Y'], ('n', 'p', 'q'))
"""

import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from grader.latex import (
    Argument,
    Formula,
    LatexError,
    Named,
    Variable,
    read_formula,
    read_names,
)
from grader.problem import statement
from grader.problem.domains import DOMAINS, SQUARE
from grader.problem.points import Point, draw_points, extreme_points, fair_point

Objective = Callable[..., Tensor]


class ProblemError(ValueError):
    """What an instructor wrote is no problem; the message names the word and the cure."""


@dataclass(frozen=True)
class Mistake:
    """A likely wrong answer that the formula does not tell: what to call it, say and compare."""

    variable: str  # whose gradient is asked
    name: str  # for the class report, such as mask_left_out
    sentence: str  # for the student, such as "as if the mask were left out"
    answer: Callable[..., Tensor]  # what such a student's function returns


class Problem:
    r"""One formula, or one torch function, and the sizes of its variables.

    Sizes are given as `X="n,p"`; after them may stand a domain (`Y="n,q one-hot"`: one of one-hot,
    probability, positive, invertible, orthogonal, symmetric) and `row` for a row that is added to
    every row of a matrix (`b_1="1,m row"`). The order of the variables is the order of the
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
        declared = [read_variable(name, said) for name, said in self.declared]
        self.variables: dict[str, Variable] = {python_name(v.name): v for v in declared}
        self.sizes = size_letters(declared)
        self._text, self._near, self._outside = text, near, tuple(outside)
        self._function = objective
        self.mistakes = tuple(mistakes)
        self.formula: Formula | None = None
        if formula is not None:
            self.formula = _formula(formula, tuple(declared), matrix)
        self.named = named(names, declared, self.name)

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


@lru_cache(maxsize=64)
def _formula(text: str, declared: tuple[Variable, ...], matrix: bool) -> Formula:
    """Reading takes milliseconds, and a referee reads the same formulas for each submission."""
    return read_formula(text, declared, matrix=matrix)


def named(names: Sequence[str], variables: Sequence[Variable], objective: str) -> tuple[Named, ...]:
    """The names that a task gives; ProblemError, one line, where one cannot be used."""
    if isinstance(names, str):
        names = (names,)
    if not all(isinstance(text, str) for text in names):
        raise ProblemError('names are equations, as in names=("Z = XW",)')
    try:
        return _named(tuple(names), tuple(variables), objective)
    except LatexError as error:
        cure = f"; {error.cure}" if error.cure else ""
        raise ProblemError(f'names, "{error.text}": {error.message}{cure}') from None


@lru_cache(maxsize=64)
def _named(
    names: tuple[str, ...], variables: tuple[Variable, ...], objective: str
) -> tuple[Named, ...]:
    return tuple(read_names(names, variables, objective))


def python_name(name: str) -> str:
    r"""The name of a variable in Python: W_1 is W1, W^{(1)} is W1, \lambda is lambda_.

    >>> [python_name(name) for name in ("W_1", "W^{(1)}", r"\\lambda", r"\\hat Y")]
    ['W1', 'W1', 'lambda_', 'hatY']
    """
    plain = "".join(c for c in name if c.isalnum())
    return plain + "_" if keyword.iskeyword(plain) else plain


def read_variable(name: str, said: str) -> Variable:
    """The variable that `X="n,p one-hot"` declares."""
    sizes, _, words = said.partition(" ")
    letters = [letter.strip() for letter in sizes.split(",")]
    domain = frozenset(words.split())
    if len(letters) != 2 or not all(letter.isalnum() for letter in letters):
        raise ProblemError(
            f'{name}="{said}": give two sizes, as in {name}="n,p" (a vector is "n,1")'
        )
    if "d" in letters:
        raise ProblemError(f'{name}="{said}": d is the differential; call the size something else')
    if unknown := domain - set(DOMAINS) - {"row"}:
        known = ", ".join([*DOMAINS, "row"])
        raise ProblemError(f'{name}="{said}": unknown word {min(unknown)}; known are {known}')
    if domain & SQUARE and letters[0] != letters[1]:
        raise ProblemError(f'{name}="{said}": {min(domain & SQUARE)} needs a square matrix')
    if "row" in domain and letters[0] != "1":
        raise ProblemError(f'{name}="{said}": a row has the sizes "1,{letters[1]} row"')
    rows, columns = letters
    return Variable(name, rows, columns, domain - {"row"}, row="row" in domain)


def size_letters(variables: Sequence[Variable]) -> tuple[str, ...]:
    """Every size letter, in the order in which the variables bring them."""
    letters = [size for v in variables for size in (v.rows, v.columns) if not size.isdigit()]
    return tuple(dict.fromkeys(letters))
