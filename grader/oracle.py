"""Know the true gradient of a problem, by autograd in float64.

A question is a fair point (see `grader.problem.points`) with the truth there. Points at which a
gradient that is asked for vanishes are passed over: any multiple of zero would agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from grader.problem import Point, Problem

Values = Mapping[str, Tensor]

FELT = 1e-6  # a gradient whose largest entry is smaller than this says nothing


@dataclass(frozen=True)
class Question:
    """Where a problem is asked, and the truth there by asked name, each of its variable's shape."""

    point: Point
    truth: Mapping[str, Tensor]


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
