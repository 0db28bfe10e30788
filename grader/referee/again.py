"""Ask gradient functions once more, when all tests are done, while libtorch writes what it does.

The question is one that a formula answers and what stands in for it does not: at a point that was
asked nowhere before, where the objective is huge and its gradient is not, if there is one. A
derivative that torch computes is in the trace, whoever called it in whatever thread; a difference
quotient is lost in the objective; an answer that was kept from before is another one.

All are asked in one request. If it could be any of them that has something amiss, each is asked
alone, elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from .. import huge
from ..catalogue import Reason
from ..huge import HugePoint
from .proxy import Target
from .submission import StoppedError, Submission

SECONDS, SECONDS_ALONE = 2.0, 0.5  # for all, and for each: even if the tests used up all there was
AUTOGRAD, DIFFERENCES, UNANSWERED = "uses_autograd", "finite_differences", "no_second_answer"
_TOLERANCE = 1e-3
_SEED = 7919  # added to the test's own, so that the point is another one

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Call:
    """What a test asked of a watched function, and was answered."""

    name: str
    arguments: Arguments
    answer: Any


@dataclass(frozen=True)
class Found:
    """What a function is flagged for, and the evidence."""

    name: str
    flag: str
    why: Reason


@dataclass(frozen=True)
class Question:
    """What is asked this time: a huge point, or points close to the test's, in float32 too."""

    call: Call
    point: HugePoint | None
    all_arguments: tuple[Arguments, ...]

    @classmethod
    def of(cls, call: Call, point: HugePoint | None) -> "Question":
        if point:
            return cls(call, point, (tuple(point.values.values()),))
        near = tuple(
            a * (1 + 1e-3 * torch.rand_like(a)) if _is_double(a) else a for a in call.arguments
        )
        single = tuple(a.float() if _is_double(a) else a for a in call.arguments)
        return cls(call, None, (near, single))

    def found(self, answers: Sequence[Any]) -> Iterator[Found]:
        """What its answers tell: values, or the exceptions that it raised."""
        if self.point:
            return _of_huge(self.call, answers[0], self.point)
        return _of_single(self.call, answers[1])


def point_for(about: tuple[Any, str, int], shift: int = _SEED) -> HugePoint | None:
    """Where it is asked once more, by what a check said that it asks."""
    problem, variable, seed = about
    return huge.huge_point(problem, variable, seed + shift)


def ask_again(submission: Submission, calls: list[Call]) -> list[Found]:
    if not calls:
        return []
    submission.withhold, submission.sink = True, lambda output: None
    submission.allow(SECONDS)
    of_any, found = _asked(submission, calls, _SEED)
    if not of_any or len(calls) == 1:
        return found + of_any
    for call in calls:
        submission.allow(SECONDS_ALONE)
        for more in _asked(submission, [call], 2 * _SEED):
            found += more
    if any(one.flag == AUTOGRAD for one in found):
        return found
    # Who did it in company only knows that it is asked alone: then it is held against all.
    return found + [one for one in of_any if one.flag == AUTOGRAD]


def _asked(
    submission: Submission, calls: list[Call], shift: int
) -> tuple[list[Found], list[Found]]:
    """What holds of one of them, whichever it is, said of each; and what is known of each."""
    questions = [Question.of(call, _point(submission, call, shift)) for call in calls]
    submission.begin_cell(withhold=True)
    try:
        start = submission.mark()
        if not _is_watched(submission, start):  # before it is asked: it knows the values too late
            return [_flagged(AUTOGRAD, call, "unwatched") for call in calls], []
        answers = _answers(submission, questions)
        of_any = list(_computed(submission, calls, start, submission.mark()))
    except StoppedError as death:
        return [_flagged(UNANSWERED, call, "no_more", why=str(death)) for call in calls], []
    each = zip(questions, answers, strict=True)
    return of_any, [found for question, given in each for found in question.found(given)]


def _point(submission: Submission, call: Call, shift: int) -> HugePoint | None:
    about = submission.about.get(call.name)
    return point_for(about, shift) if about else None


def _is_watched(submission: Submission, start: int) -> bool:
    """Whether the trace is written, as far as that can be told."""
    traced = submission.traced
    return traced is None or traced.is_too_long() or traced.holds(start)


def _answers(submission: Submission, questions: list[Question]) -> list[list[Any]]:
    """What each says to what it is asked, in one request."""
    calls = [(q.call.name, arguments) for q in questions for arguments in q.all_arguments]
    given = submission.call_all(
        [(Target(name=name), _dtype(arguments), arguments) for name, arguments in calls]
    )
    if stopped := next((one for one in given if isinstance(one, StoppedError)), None):
        raise stopped
    left = iter(given)
    return [list(islice(left, len(question.all_arguments))) for question in questions]


def _computed(submission: Submission, calls: list[Call], start: int, end: int) -> Iterator[Found]:
    """What libtorch wrote between two marks."""
    traced = submission.traced
    if traced is None:
        return
    found = None if (too_long := traced.is_too_long()) else traced.derivatives(start, end)
    for call in calls:
        if too_long:  # it, or another one, and so it cannot be told
            yield _flagged(UNANSWERED, call, "too_long")
        elif found is None:
            yield _flagged(AUTOGRAD, call, "unwatched")
        elif found:
            yield _flagged(AUTOGRAD, call, "engine", operations=", ".join(found))


def _of_huge(call: Call, answer: Any, point: HugePoint) -> Iterator[Found]:
    """Its answer where the objective is huge."""
    if isinstance(answer, Exception):
        yield _flagged(UNANSWERED, call, "no_more", why=f"{type(answer).__name__}: {answer}")
        return
    distance = point.distance(torch.as_tensor(answer)) if _fits(answer, point.truth) else None
    if distance is None or not distance < float("inf"):
        yield _flagged(UNANSWERED, call, "shape_otherwise")
    elif distance > _TOLERANCE:
        yield _flagged(DIFFERENCES, call, "drowned", error=distance)


def _fits(answer: Any, truth: Tensor) -> bool:
    shape = getattr(answer, "shape", None)
    return shape is not None and tuple(shape) == truth.shape


def _of_single(call: Call, rough: Any) -> Iterator[Found]:
    """Its answer in float32: a formula loses little, a difference quotient nearly all."""
    if not _is_double(call.answer) or not any(map(_is_double, call.arguments)):
        return
    try:
        apart = float((rough.double() - call.answer).abs().max() / call.answer.abs().max())
    except Exception:  # it may do what it likes with float32: nothing follows from it
        return
    if apart > _TOLERANCE:
        yield _flagged(DIFFERENCES, call, "single", error=apart)


def _flagged(flag: str, call: Call, kind: str, **values: Any) -> Found:
    return Found(call.name, flag, Reason.of(f"answer.{kind}", name=call.name, **values))


def _dtype(arguments: Arguments) -> torch.dtype:
    """What is to be the default where these are computed with."""
    return torch.float64 if any(map(_is_double, arguments)) else torch.float32


def _is_double(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype == torch.float64 and value.numel() > 0
