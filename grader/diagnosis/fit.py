"""Hold candidates against answers: `Fit(problem, name, asked).best()` is what explains them all.

A candidate explains the answers if it equals each of them, alone if possible, else with one number
as a factor, or a size, that is the same at every point.
"""

import math
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grader.diagnosis.addends import off_by
from grader.diagnosis.candidates import as_written, candidates, rarer
from grader.diagnosis.factors import (
    COMMON,
    TOLERANCE_32,
    Factors,
    Found,
    common_of,
    factor_said,
    near,
    over_sizes,
)
from grader.diagnosis.generic import truth
from grader.diagnosis.misconceptions import Slip, overshadows, rank_of
from grader.diagnosis.values import values_at
from grader.problem import Point

if TYPE_CHECKING:
    from grader.problem import Problem

TOLERANCE = 1e-8
MOST = 3  # sentences


@dataclass(frozen=True)
class Asked:
    """One point that was asked, and the answer; None if the call raised, with the error's text."""

    point: Point
    answer: Tensor | None
    error: str = ""

    @cached_property
    def largest(self) -> list[tuple[int, float]]:
        """The answer's two largest entries, each by its place among all."""
        assert self.answer is not None
        entries = self.answer.reshape(-1)
        places = entries.abs().topk(min(2, len(entries))).indices.tolist()
        return [(place, float(entries[place])) for place in places]


class Fit:
    """The candidates of one question held against the answers to it."""

    def __init__(self, problem: "Problem", name: str, asked: Sequence[Asked]) -> None:
        self.problem, self.name, self.asked = problem, name, asked
        self.values = [values_at(problem, a.point) for a in asked]

    def _against(self, asked: Sequence[Asked]) -> "Fit":
        """The same candidates, whose values are known, held against other answers."""
        other = copy(self)
        other.asked = asked
        return other

    def best(self) -> list[Found]:
        """The explanations by one mistake, perhaps with a factor or a transpose, or by two."""
        return (
            self.untransposed()
            or self._transposed()
            or self._unsummed()
            or self._off_by()
            or self._rarer()
        )

    def untransposed(self, factors: bool = True) -> list[Found]:
        """The explanations by one mistake, or else by one mistake and a factor."""
        whole = list(self._of_truth())
        if whole:
            return whole
        fits = [(slip, self.factors(slip)) for slip in candidates(self.problem, self.name)]
        found = [(slip, numbers) for slip, numbers in fits if numbers]
        alone = [
            (slip, ((slip.name,), slip.sentence))
            for slip, numbers in found
            if all(near(f, (1.0,)) for _, f in numbers)
        ]
        if alone or not factors:
            return self._chosen(alone)
        besides = [(slip, self.besides(numbers)) for slip, numbers in found]
        return self._chosen([(slip, both(slip, more)) for slip, more in besides if more])

    def _transposed(self) -> list[Found]:
        if any(a.answer is None or a.answer.ndim != 2 for a in self.asked):
            return []
        turned = [Asked(a.point, a.answer.mT, a.error) for a in self.asked if a.answer is not None]
        found = self._against(turned).untransposed(factors=False)
        return [((*names, "transpose"), f"{text}, and transposed") for names, text in found]

    def _unsummed(self) -> list[Found]:
        """One right answer for each sample, which are not added up."""
        several = [a for a in self.asked if a.answer is not None and a.answer.ndim == 3]
        if len(several) < len(self.asked):
            return []
        summed = [Asked(a.point, a.answer.sum(0)) for a in several if a.answer is not None]
        right = self._against(summed).is_right()
        said = "as if the sum over the samples were left out"
        return [(("batch_sum_missing",), said)] if right else []

    def _off_by(self) -> list[Found]:
        """One addend that is off by some number, or two."""
        answers = [a.answer for a in self.asked if a.answer is not None]
        if len(answers) < len(self.asked) or self.problem.formula is None:
            return []
        single = any(answer.dtype != torch.float64 for answer in answers)
        points = list(zip((a.point.sizes for a in self.asked), self.values, answers, strict=True))
        forms = as_written(self.problem, self.name)
        return off_by(self.problem, forms, points, TOLERANCE_32 if single else TOLERANCE)

    def _rarer(self) -> list[Found]:
        """The first of the rarer candidates that explains the answers."""
        for slip in rarer(self.problem, self.name):
            factors = self.factors(slip)
            if factors and common_of(factors) and near(common_of(factors) or 0, (1.0, -1.0)):
                return [(tuple(slip.name.split()), slip.sentence)]
        return []

    def is_right(self) -> bool:
        """Whether the answers are right at all these points."""
        factors = self.factors(Slip("factor", "", truth(self.problem, self.name)))
        return bool(factors) and near(common_of(factors) or 0.0, (1.0,))

    def _chosen(self, found: Sequence[tuple[Slip, Found]]) -> list[Found]:
        """One explanation for each name, the plainest first, without those that it overshadows."""
        chosen: dict[str, Found] = {}
        for slip, explanation in sorted(found, key=lambda pair: rank_of(pair[0].name)):
            if not any(overshadows(name, slip.name) for name in chosen):
                chosen.setdefault(slip.name, explanation)
        return list(chosen.values())[:MOST]

    def _of_truth(self) -> Iterator[Found]:
        """The right answer times one number, or over a size."""
        right = Slip("factor", "", truth(self.problem, self.name))
        factors = self.factors(right)
        if not factors:
            return
        common = common_of(factors)
        if common is not None and near(common, (1.0,)):
            yield ("keepdim",), ""  # the verdict on the shape says it
        elif common is not None:
            yield factor_said(common)
        elif besides := over_sizes(self.problem, factors):
            yield besides

    def factors(self, slip: Slip) -> Factors:
        """The number that every answer is times the candidate's; none if one is not."""
        found: Factors = []
        for asked, values in zip(self.asked, self.values, strict=True):
            value = values.worth(slip.term)
            if value is None or asked.answer is None:
                if value is None and asked.answer is None:
                    continue
                return []
            if not asked.largest[0][1] and not value.any():
                continue  # nothing times any number is nothing
            factor = None if is_far_off(asked, value) else ratio(asked.answer, value)
            alike = [f for sizes, f in found if sizes == asked.point.sizes]
            if factor is None or not all(near(factor, (f,)) for f in alike):
                return []  # a factor depends on the sizes alone
            found.append((asked.point.sizes, factor))
        return found

    def besides(self, factors: Factors) -> Found | None:
        """A common factor, or a size, that is wrong besides another mistake."""
        common = common_of(factors)
        if common is not None:
            return factor_said(common) if near(common, COMMON) else None
        return over_sizes(self.problem, factors, COMMON)


def both(slip: Slip, besides: Found) -> Found:
    """A mistake and what comes besides it."""
    names, text = besides
    return (slip.name, *names), f"{slip.sentence}, and {text}"


def is_far_off(asked: Asked, value: Tensor) -> bool:
    """Whether two entries tell already that the answer is no multiple: most candidates end here.

    Where answer = factor * value + e with |e| <= t, a_1 v_2 - a_2 v_1 is at most t(|v_1| + |v_2|).
    """
    assert asked.answer is not None
    if asked.answer.shape != value.shape or len(asked.largest) < 2:
        return False
    entries = value.reshape(-1)
    (first, a_1), (second, a_2) = asked.largest
    v_1, v_2 = float(entries[first]), float(entries[second])
    tolerance = TOLERANCE if asked.answer.dtype == torch.float64 else TOLERANCE_32
    # Twice that: the numbers are rounded.
    return abs(a_1 * v_2 - a_2 * v_1) > 2 * tolerance * abs(a_1) * (abs(v_1) + abs(v_2))


def ratio(answer: Tensor, value: Tensor) -> float | None:
    """The number that the answer is times the value, if they are of one shape and direction."""
    if answer.shape != value.shape:
        lost = answer.ndim != value.ndim and answer.squeeze().shape == value.squeeze().shape
        if not lost:  # a dimension of size 1, which the verdict on the shape says
            return None
        value = value.reshape(answer.shape)
    factor = float((answer * value).sum() / (value * value).sum())
    scale = float(answer.abs().max())
    tolerance = TOLERANCE if answer.dtype == torch.float64 else TOLERANCE_32
    agrees = float((answer - factor * value).abs().max()) <= tolerance * scale
    return factor if agrees and scale > 0 and math.isfinite(factor) else None
