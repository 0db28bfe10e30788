"""Ask a student's function once more: where sizes are equal, are 1, or are what an error names.

What raises for distinct sizes is seen through at equal ones; what no candidate explains may still
be right somewhere, and where is worth saying.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from torch import Tensor

from grader.diagnosis.factors import Found
from grader.diagnosis.fit import Asked, Fit
from grader.diagnosis.values import batch_letters
from grader.problem import Point

if TYPE_CHECKING:
    from grader.problem import Problem

LARGEST = 300  # size that is tried
DRAWS = 4  # at which an answer must be right where it is said to be
UPWARD = range(2, 7)
USUAL = (10, 100)  # sizes of the examples in the homework

Again = Callable[[Point], Asked]


def where_it_does_not_raise(
    problem: "Problem", name: str, asked: Sequence[Asked], again: Again
) -> list[Found]:
    """What explains a call whose shapes do not fit: asked once more with all sizes equal.

    The candidate must fail where the call did, and agree where it did not.
    """
    squares = ask_at(
        again, (point_of(problem, dict.fromkeys(problem.sizes, size), size) for size in (4, 3))
    )
    if squares:
        found = Fit(problem, name, [*squares, *asked]).best()
        if found:
            return found
        unequal = [a for a in asked if len({*a.point.sizes.values()}) > 1]
        if Fit(problem, name, squares).is_right() and not right_at_one(problem, name, unequal):
            return [(("square_only",), "right only where all sizes are equal")]
    return with_fixed_size(problem, name, asked, again)


def with_fixed_size(
    problem: "Problem", name: str, asked: Sequence[Asked], again: Again
) -> list[Found]:
    """Sizes written as numbers: right where sizes are numbers that the errors name."""
    tried: list[tuple[dict[str, int], list[Asked]]] = [({}, list(asked))]
    for fixed, answers in tried:
        for more in more_fixed(problem, fixed, answers):
            found = [again(point) for point in corners(problem, fixed | more) if point]
            if all(a.answer is not None for a in found):
                sizes = fixed | more
                others = (a for a in asked if not sizes.items() <= a.point.sizes.items())
                if Fit(problem, name, found).is_right() and not right_at_one(problem, name, others):
                    return [fixed_said(sizes)]
            elif not fixed:
                tried.append((more, found))
    return []


def fixed_said(sizes: Mapping[str, int]) -> Found:
    """For which sizes alone the answer is right."""
    where = " and ".join(f"{letter} = {number}" for letter, number in sizes.items())
    return ("fixed_size",), f"right for {where} only, as if a size were written as a number"


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
    """Three more points, so that what agrees by chance is told from what agrees.

    At one of them no size is one that was asked before: there 1/n is not 1/4.
    """
    sizes = [a.point.sizes for a in asked]
    fresh = [n for n in range(2, 40) if all(n not in s.values() for s in sizes)]
    unseen = point_of(problem, dict(zip(problem.sizes, fresh, strict=False)), 1)
    return ask_at(again, [unseen, *two_more(problem)])


def right_at_one(problem: "Problem", name: str, asked: Iterable[Asked]) -> bool:
    """Whether one answer is right: then it is not right elsewhere only."""
    return any(Fit(problem, name, [a]).is_right() for a in asked if a.answer is not None)


def when_right(problem: "Problem", name: str, asked: Sequence[Asked], again: Again) -> list[Found]:
    """What is known of an answer that no candidate explains: where alone it is right.

    It must be right at several draws there, and wrong at every other that is asked.
    """
    batch = batch_letters(problem)
    for letter in sorted(problem.sizes, key=lambda letter: letter not in batch):
        if letter not in batch and len(problem.sizes) == 1:
            continue  # all is a number there, and a matrix's slips are none
        if any(is_cut_off(a.answer) for a in asked if a.answer is not None):
            continue  # right by chance, where nothing is large
        if not right_with(problem, name, again, letter, 1):
            continue
        if last := right_up_to(problem, name, asked, again, letter):
            return [said_of(letter, last, letter in batch)]
    return []


def said_of(letter: str, last: int, is_batch: bool) -> Found:
    """That an answer is right for a size of 1 only, or up to some number."""
    if last == 1:
        which = "one_sample_only" if is_batch else "size_one_only"
        return (which,), f"right with {letter} = 1 only"
    return ("fixed_size",), f"right for {letter} <= {last} only, as if {last} stood for {letter}"


def right_with(problem: "Problem", name: str, again: Again, letter: str, number: int) -> bool:
    """Whether the answer is right at every draw at which a size is this number."""
    points = [p for p in corners(problem, {letter: number}, DRAWS) if p]
    return bool(points) and Fit(problem, name, ask_at(again, points)).is_right()


def right_up_to(
    problem: "Problem", name: str, asked: Sequence[Asked], again: Again, letter: str
) -> int:
    """The largest size at which it is right, as it is at all below and none above; 0 if so none."""
    right = [1, *(n for n in UPWARD if right_with(problem, name, again, letter, n))]
    last = len(right)
    larger = (a for a in asked if a.point.sizes[letter] > last)
    if right != list(range(1, last + 1)) or last == UPWARD[-1]:
        return 0
    beyond = ask_at(again, corners(problem, {letter: last + 1}))
    return 0 if right_at_one(problem, name, [*larger, *beyond]) else last


def is_cut_off(answer: Tensor) -> bool:
    """Whether several entries are the largest, as after a clamp."""
    sizes = answer.abs().flatten()
    return bool(sizes.numel() > 1 and sizes.max() > 0 and (sizes == sizes.max()).sum() > 1)


def corners(problem: "Problem", fixed: Mapping[str, int], draws: int = 2) -> Iterator[Point | None]:
    """Points with some sizes as said, and the others different."""
    others = [s for s in (5, 3, 4, 2, 6, 7, 8, 9, 11, 12) if s not in fixed.values()]
    for seed in range(1, draws + 1):
        rest = dict(zip(problem.sizes, others[seed - 1 :], strict=False))
        yield point_of(problem, {**rest, **fixed}, seed)


def point_of(problem: "Problem", sizes: Mapping[str, int], seed: int) -> Point | None:
    """The fair point with these sizes, the same for every wrong answer."""
    return _point_of(problem, tuple(sizes.items()), seed)


@lru_cache(maxsize=100)
def _point_of(problem: "Problem", sizes: tuple[tuple[str, int], ...], seed: int) -> Point | None:
    return problem.point(dict(sizes), seed)


@lru_cache(maxsize=20)
def two_more(problem: "Problem") -> Sequence[Point]:
    """Two ordinary points that no check asks at."""
    return problem.points(seed=1, draws=2, corners=False, kinks=False)


def ask_at(again: Again, points: Iterable[Point | None]) -> list[Asked]:
    """The answers at further points; none where there is no such point or the call raises."""
    asked = [again(point) for point in points if point]
    return asked if all(a.answer is not None for a in asked) else []
