"""Explain wrong answers: `explain(problem, name, asked, again)` gives the misconceptions that fit.

A misconception is said only when its candidate agrees with the student's answer at every point
asked; alone if possible, else with a number as a factor besides. No explanation is better than a
wrong one, so a factor is believed only when it is the same at every point.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grader.diagnosis.candidates import candidates, truth
from grader.diagnosis.misconceptions import overshadows, rank_of
from grader.diagnosis.slips import Slip
from grader.diagnosis.symbols import Symbols
from grader.diagnosis.values import Values, batch_letters
from grader.problem import Point

if TYPE_CHECKING:
    from grader.problem import Problem

TOLERANCE = 1e-8
TOLERANCE_32 = 1e-4
COMMON = (-1.0, 2.0, -2.0, 0.5, -0.5)  # factors that come with another mistake
MOST = 3  # sentences
LARGEST = 300  # size that a probe takes
USUAL = (10, 100)  # sizes of the examples in the homework
SHAPES = re.compile("RuntimeError|IndexError|ValueError")  # errors that come of shapes


@dataclass(frozen=True)
class Explanation:
    """The misconceptions that explain an answer, and what the student is told of them."""

    names: tuple[str, ...] = ()
    sentence: str = ""


@dataclass(frozen=True)
class Asked:
    """One point that was asked, and the answer; None if the call raised, with the error's text."""

    point: Point
    answer: Tensor | None
    error: str = ""


Again = Callable[[Point], Asked]


def explain(problem: "Problem", name: str, asked: Sequence[Asked], again: Again) -> Explanation:
    """What explains the answers, if anything does; `again` asks at another point."""
    if any(a.error and not SHAPES.match(a.error) for a in asked):
        return Explanation()
    if any(a.answer is None for a in asked):
        found = where_it_does_not_raise(problem, name, asked, again)
    else:
        found = Fit(problem, name, [*asked, *told_apart(problem, asked, again)]).best()
    found = found or when_right(problem, name, again)
    return said(problem, found)


def said(problem: "Problem", found: Sequence["Found"]) -> Explanation:
    """The explanation in one sentence, with the letters in it explained."""
    sentence = "; ".join(filter(None, dict.fromkeys(text for _, text in found)))
    names = tuple(dict.fromkeys(name for names, _ in found for name in names))
    legend = Symbols(problem).legend(sentence) if problem.formula else ""
    return Explanation(names, sentence + legend)


def where_it_does_not_raise(
    problem: "Problem", name: str, asked: Sequence[Asked], again: Again
) -> list["Found"]:
    """What explains a call whose shapes do not fit: asked once more with all sizes equal.

    The candidate must fail where the call did, and agree where it did not.
    """
    squares = ask_at(
        again, (problem.point(dict.fromkeys(problem.sizes, size), size) for size in (4, 3))
    )
    if squares:
        found = Fit(problem, name, [*squares, *asked]).best()
        if found:
            return found
        if Fit(problem, name, squares).is_right():
            return [(("square_only",), "right only where all sizes are equal")]
    return with_fixed_size(problem, name, asked, again)


def with_fixed_size(
    problem: "Problem", name: str, asked: Sequence[Asked], again: Again
) -> list["Found"]:
    """Sizes written as numbers: right where sizes are numbers that the errors name."""
    tried: list[tuple[dict[str, int], list[Asked]]] = [({}, list(asked))]
    for fixed, answers in tried:
        for more in more_fixed(problem, fixed, answers):
            found = [again(point) for point in corners(problem, fixed | more) if point]
            if all(a.answer is not None for a in found):
                if Fit(problem, name, found).is_right():
                    where = " and ".join(f"{k} = {v}" for k, v in (fixed | more).items())
                    said = f"right for {where} only, as if a size were written as a number"
                    return [(("fixed_size",), said)]
            elif not fixed:
                tried.append((more, found))
    return []


def more_fixed(
    problem: "Problem", fixed: Mapping[str, int], asked: Sequence[Asked]
) -> Iterator[dict[str, int]]:
    """One more size as a number: one that every error names, or a usual one."""
    raised = [a for a in asked if a.error]
    named = [set(map(int, re.findall(r"\d+", a.error))) for a in raised]
    numbers = set.intersection(*named) - {0, 1, *fixed.values()} if named else set()
    usual = [n for n in USUAL if not fixed and n not in numbers]
    for number in [*sorted(numbers)[:3], *usual]:
        for letter in problem.sizes:
            if letter not in fixed and number < LARGEST:
                yield {letter: number}


def told_apart(problem: "Problem", asked: Sequence[Asked], again: Again) -> list[Asked]:
    """One more point if some size was the same at all: 1/n is not 1/4 then."""
    sizes = [a.point.sizes for a in asked]
    stuck = any(len({s[letter] for s in sizes}) == 1 for letter in problem.sizes)
    if not stuck:
        return []
    fresh = [n for n in range(2, 40) if all(n not in s.values() for s in sizes)]
    return ask_at(again, [problem.point(dict(zip(problem.sizes, fresh, strict=False)), 1)])


def when_right(problem: "Problem", name: str, again: Again) -> list["Found"]:
    """What is known of an answer that no candidate explains: where it is right."""
    batch = batch_letters(problem)
    for letter in sorted(problem.sizes, key=lambda letter: letter not in batch):
        if Fit(problem, name, ask_at(again, corners(problem, {letter: 1}))).is_right():
            which = "one_sample_only" if letter in batch else "size_one_only"
            return [((which,), f"right with {letter} = 1 only")]
    return []


def corners(problem: "Problem", fixed: Mapping[str, int]) -> Iterator[Point | None]:
    """Two points with some sizes as said, and the others different."""
    others = [s for s in (5, 3, 4, 2, 6, 7, 8, 9, 11, 12) if s not in fixed.values()]
    for seed in (1, 2):
        rest = dict(zip(problem.sizes, others[seed - 1 :], strict=False))
        yield problem.point({**rest, **fixed}, seed)


def ask_at(again: Again, points: Iterable[Point | None]) -> list[Asked]:
    """The answers at further points; none where there is no such point or the call raises."""
    asked = [again(point) for point in points if point]
    return asked if all(a.answer is not None for a in asked) else []


Found = tuple[tuple[str, ...], str]


class Fit:
    """The candidates of one question held against the answers to it."""

    def __init__(self, problem: "Problem", name: str, asked: Sequence[Asked]) -> None:
        self.problem, self.name, self.asked = problem, name, asked
        self.values = [Values(problem, a.point.values) for a in asked]

    def best(self) -> list[Found]:
        """The explanations by one mistake, or by one and a factor, or by one and a transpose."""
        return self.untransposed() or self._transposed()

    def untransposed(self) -> list[Found]:
        """The explanations by one mistake, or else by one mistake and a factor."""
        whole = list(self._of_truth())
        if whole:
            return whole
        fits = [(slip, self.factors(slip)) for slip in candidates(self.problem, self.name)]
        found = [(slip, factors) for slip, factors in fits if factors]
        alone = [
            (slip, ((slip.name,), slip.sentence))
            for slip, factors in found
            if all(near(f, (1.0,)) for f in factors)
        ]
        if alone:
            return self._chosen(alone)
        besides = [(slip, self.besides(factors)) for slip, factors in found]
        return self._chosen([(slip, both(slip, more)) for slip, more in besides if more])

    def _transposed(self) -> list[Found]:
        if any(a.answer is None or a.answer.ndim != 2 for a in self.asked):
            return []
        turned = [Asked(a.point, a.answer.mT, a.error) for a in self.asked if a.answer is not None]
        found = Fit(self.problem, self.name, turned).untransposed()
        return [((*names, "transpose"), f"{text}, and transposed") for names, text in found]

    def is_right(self) -> bool:
        """Whether the answers are right at all these points."""
        factors = self.factors(Slip("factor", "", truth(self.problem, self.name)))
        return bool(factors) and near(same(factors or [0.0]) or 0.0, (1.0,))

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
        if factors is None:
            return
        common = same(factors)
        if common is not None and near(common, (1.0,)):
            yield ("keepdim",), ""  # the verdict on the shape says it
        elif common is not None:
            yield factor_said(common)
        elif besides := self.over_sizes(factors):
            yield besides

    def factors(self, slip: Slip) -> list[float] | None:
        """The number that every answer is times the candidate's; None if one is not."""
        found = []
        for asked, values in zip(self.asked, self.values, strict=True):
            value = values.worth(slip.term)
            if value is None or asked.answer is None:
                if value is None and asked.answer is None:
                    continue
                return None
            factor = ratio(asked.answer, value)
            if factor is None:
                return None
            found.append(factor)
        return found or None

    def besides(self, factors: Sequence[float]) -> Found | None:
        """A common factor, or a size, that is wrong besides another mistake."""
        common = same(factors)
        if common is not None:
            return factor_said(common) if near(common, COMMON) else None
        return self.over_sizes(factors, COMMON)

    def over_sizes(
        self, factors: Sequence[float], common: Sequence[float] | None = None
    ) -> Found | None:
        """A factor that is 1/n, or n, or 1/(nq)."""
        letters = self.problem.sizes
        for count in (1, 2):
            for chosen in combinations(letters, count):
                for power, name in ((-1, "mean_for_sum"), (1, "sum_for_mean")):
                    sizes = [
                        math.prod(a.point.sizes[c] for c in chosen) ** power for a in self.asked
                    ]
                    rest = same([f / s for f, s in zip(factors, sizes, strict=True)])
                    if rest is None or (common and not near(rest, (1.0, *common))):
                        continue
                    return mean_said(name, " ".join(chosen), rest)
        return None


def both(slip: Slip, besides: Found) -> Found:
    """A mistake and what comes besides it."""
    names, text = besides
    return (slip.name, *names), f"{slip.sentence}, and {text}"


def same(factors: Sequence[float]) -> float | None:
    """The one number all these are, if they are one."""
    first = factors[0]
    alike = all(abs(f - first) <= TOLERANCE_32 * abs(first) for f in factors)
    return first if alike and first else None


def near(number: float, common: Sequence[float]) -> bool:
    return any(abs(number - c) <= TOLERANCE_32 * abs(c) for c in common)


def factor_said(factor: float) -> Found:
    """The sign, a number written for a size, or a factor."""
    if near(factor, (-1.0,)):
        return ("sign",), "as if the sign were flipped"
    sign = ("sign",) if factor < 0 else ()
    fixed = 1 / abs(factor)
    if round(fixed) >= 3 and round(fixed) != 4 and near(fixed, (round(fixed),)):
        said = f"off by a factor {factor:.4g}, as if divided by a fixed {round(fixed)}"
        return (*sign, "factor", "fixed_size"), said
    return (*sign, "factor"), f"off by a factor {factor:.4g}"


def mean_said(name: str, sizes: str, rest: float) -> Found:
    """A mean for a sum, or a sum for a mean, with the factor that is left."""
    said = {
        "mean_for_sum": f"as if divided by {sizes}, a mean for a sum",
        "sum_for_mean": f"as if 1/{sizes} were left out, a sum for a mean",
    }[name]
    if near(rest, (1.0,)):
        return (name,), said
    names, text = factor_said(rest)
    return (name, *names), f"{said}, and {text}"


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
