"""Know the true gradient of a problem, by autograd in float64.

A question is a fair point (see `grader.problem.points`) with the truth there. Points at which a
gradient that is asked for vanishes are passed over: any multiple of zero would agree.

Checks that are written alike ask alike. What was found for them is `Kept`, so that a process can
`learn` it once for all that are forked from it; what is to be learnt is a `Query`, plain data.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from grader.problem import Point, Problem

Values = Mapping[str, Tensor]
Found = TypeVar("Found")

FELT = 1e-6  # a gradient whose largest entry is smaller than this says nothing
VISIBLE_SEED = 0
_MOST_KEPT = 500


@dataclass(frozen=True)
class Question:
    """Where a problem is asked, and the truth there by asked name, each of its variable's shape."""

    point: Point
    truth: Mapping[str, Tensor]


@dataclass(frozen=True)
class Query:
    """What a check asks, in the words of the notebook: all its questions follow from it."""

    formula: str
    variables: tuple[tuple[str, str], ...]  # with their sizes
    matrix: bool
    names: tuple[str, ...]  # what is asked for
    seed: int | None  # None: the visible check
    stable: bool

    @classmethod
    def of(cls, problem: Problem, names: Sequence[str], seed: int | None, stable: bool) -> "Query":
        assert problem.formula
        text, matrix = problem.formula.text, problem.formula.matrix
        return cls(text, problem.declared, matrix, tuple(names), seed, stable)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Query":
        variables = tuple((name, said) for name, said in given["variables"])
        return cls(**{**given, "variables": variables, "names": tuple(given["names"])})

    @property
    def problem(self) -> Problem:
        return Problem(self.formula, dict(self.variables), matrix=self.matrix)


class Kept(Generic[Found]):
    """What was found for queries, at most `_MOST_KEPT` of them."""

    def __init__(self, find: Callable[[Problem, Sequence[str], int | None, bool], Found]) -> None:
        self.find = find
        self.found: dict[Query, Found] = {}

    def of(
        self, problem: Problem, names: Sequence[str], seed: int | None, stable: bool = False
    ) -> Found:
        """What is found for a problem; only where it has a formula is it kept."""
        if problem.formula is None:
            return self.find(problem, names, seed, stable)
        query = Query.of(problem, names, seed, stable)
        if query not in self.found:
            if len(self.found) >= _MOST_KEPT:
                self.found.clear()
            self.found[query] = self.find(problem, names, seed, stable)
        return self.found[query]

    def learnt(self) -> list[dict[str, Any]]:
        """The queries of what is kept, as `learn` takes them."""
        return list(map(asdict, self.found))

    def learn(self, given: Mapping[str, Any]) -> None:
        """Keep what a query finds; one that makes no sense is left to whoever asks it."""
        with suppress(ValueError):
            query = Query.from_dict(given)
            self.of(query.problem, query.names, query.seed, query.stable)


_shift = 0


def shift_seeds(by: int) -> None:
    """Ask hidden checks elsewhere from now on: each seed that is given counts for so much more."""
    global _shift  # noqa: PLW0603 - a referee's process judges one case
    _shift = by


def asked(
    problem: Problem, names: Sequence[str], seed: int | None, stable: bool = False
) -> list[Question]:
    """Where a check asks: few ordinary points without a seed, the whole battery with one."""
    return _asked.of(problem, names, None if seed is None else seed + _shift, stable)


def _points(problem: Problem, seed: int | None, stable: bool) -> list[Point]:
    if stable:
        return problem.extreme_points(VISIBLE_SEED if seed is None else seed)
    if seed is None:
        return problem.points(VISIBLE_SEED, draws=2, corners=False)
    return problem.points(seed)


_asked = Kept(lambda problem, names, *how: questions(problem, names, _points(problem, *how)))
learnt, learn = _asked.learnt, _asked.learn


def gradient(problem: Problem, values: Values, names: Sequence[str]) -> dict[str, Tensor]:
    """The gradient of the objective with respect to each name, of that variable's shape."""
    leaves = {name: value.detach().clone().requires_grad_() for name, value in values.items()}
    objective = problem.objective(leaves)
    slopes = torch.autograd.grad(objective, [leaves[n] for n in names], materialize_grads=True)
    return dict(zip(names, slopes, strict=True))


def truth(problem: Problem, values: Values, names: Sequence[str]) -> dict[str, Tensor]:
    """The true answer for each asked name: a variable asks for its gradient, f for the value."""
    asked = [name for name in names if name != problem.name]
    answers = gradient(problem, values, asked) if asked else {}
    if problem.name in names:
        answers[problem.name] = problem.objective(values).detach()
    return answers


def questions(problem: Problem, names: Sequence[str], points: Sequence[Point]) -> list[Question]:
    """The points at which every asked answer is felt, each with the truth there."""
    asked = (Question(point, truth(problem, point.values, names)) for point in points)
    found = [question for question in asked if is_felt(question)]
    if not found:
        raise ValueError(f"{problem}: {', '.join(names)} is zero everywhere we asked")
    return found


def is_felt(question: Question) -> bool:
    """Whether no asked answer vanishes at this point."""
    return all(bool(answer.abs().max() > FELT) for answer in question.truth.values())
