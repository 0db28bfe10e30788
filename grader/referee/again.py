"""Ask a gradient function once more, when all tests are done, while libtorch writes what it does.

The question is one that a formula answers and what stands in for it does not: at a point that was
asked nowhere before, where the objective is huge and its gradient is not, if there is one. A
derivative that torch computes is in the trace, whoever called it in whatever thread; a difference
quotient is lost in the objective; an answer that was kept from before is another one.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .. import huge
from ..catalogue import Reason
from ..huge import HugePoint
from ..precision import default_dtype
from .proxy import Target
from .submission import StoppedError, Submission

SECONDS = 2.0  # for all of it, even if the tests used up all there was
AUTOGRAD, DIFFERENCES, UNANSWERED = "uses_autograd", "finite_differences", "no_second_answer"
_TOLERANCE = 1e-3
_SEED = 7919  # added to the test's own, so that the point is another one


@dataclass(frozen=True)
class Call:
    """What a test asked of a watched function, and was answered."""

    name: str
    arguments: tuple[Any, ...]
    answer: Any


@dataclass(frozen=True)
class Found:
    """What a function is flagged for, and the evidence."""

    flag: str
    why: Reason


def point_for(about: tuple[Any, str, int]) -> HugePoint | None:
    """Where it is asked once more, by what a check said that it asks."""
    problem, variable, seed = about
    return huge.huge_point(problem, variable, seed + _SEED)


def ask_again(submission: Submission, calls: list[Call]) -> Iterator[tuple[str, Found]]:
    """What is found, with the function's name."""
    submission.withhold, submission.sink = True, lambda output: None
    submission.allow(SECONDS)
    for call in calls:
        submission.begin_cell(withhold=True)
        try:
            found = list(_asked(submission, call))
        except StoppedError as death:
            found = [Found(UNANSWERED, _why("no_more", call, why=str(death)))]
        yield from ((call.name, one) for one in found)
    # What came after the last mark: a function can set that itself, before its answer is ready.
    if calls and (start := submission.last_mark()):
        with suppress(StoppedError):
            left = list(_computed(submission, calls[-1], start, submission.mark()))
            yield from ((calls[-1].name, one) for one in left)


def _asked(submission: Submission, call: Call) -> Iterator[Found]:
    about = submission.about.get(call.name)
    point = point_for(about) if about else None
    start = submission.last_mark() or submission.mark()
    traced = submission.traced
    if traced and traced.is_too_long():  # it, or another one, and so it cannot be told
        yield Found(UNANSWERED, _why("too_long", call))
    elif traced and not traced.holds(start):  # before it is asked: it knows the values too late
        yield Found(AUTOGRAD, _why("unwatched", call))
        return
    answer = _answer(submission, call, tuple(point.values.values()) if point else _near(call))
    yield from _computed(submission, call, start, submission.last_mark() or start)
    yield from _judged(call, answer, point) if point else _in_single(submission, call)


def _answer(submission: Submission, call: Call, arguments: tuple[Any, ...]) -> Any:
    """What it says, or the exception that it raises."""
    try:
        with default_dtype(torch.float64 if any(map(_is_double, arguments)) else torch.float32):
            return submission.call_marked(Target(name=call.name), arguments)
    except StoppedError:
        raise
    except Exception as error:
        submission.mark()
        return error


def _near(call: Call) -> tuple[Any, ...]:
    """Values close to those it was asked at, where nothing more is known of them."""
    return tuple(a * (1 + 1e-3 * torch.rand_like(a)) if _is_double(a) else a
                 for a in call.arguments)  # fmt: skip


def _computed(submission: Submission, call: Call, start: int, end: int) -> Iterator[Found]:
    """What libtorch wrote meanwhile."""
    traced = submission.traced
    if traced is None or traced.is_too_long():
        return
    found = traced.derivatives(start, end)
    if found is None:
        yield Found(AUTOGRAD, _why("unwatched", call))
    elif found:
        yield Found(AUTOGRAD, _why("engine", call, operations=", ".join(found)))


def _judged(call: Call, answer: Any, point: HugePoint) -> Iterator[Found]:
    """Its answer where the objective is huge."""
    if isinstance(answer, Exception):
        yield Found(UNANSWERED, _why("no_more", call, why=f"{type(answer).__name__}: {answer}"))
        return
    distance = point.distance(torch.as_tensor(answer)) if _fits(answer, point.truth) else None
    if distance is None or not distance < float("inf"):
        yield Found(UNANSWERED, _why("shape_otherwise", call))
    elif distance > _TOLERANCE:
        yield Found(DIFFERENCES, _why("drowned", call, error=distance))


def _fits(answer: Any, truth: Tensor) -> bool:
    shape = getattr(answer, "shape", None)
    return shape is not None and tuple(shape) == truth.shape


def _in_single(submission: Submission, call: Call) -> Iterator[Found]:
    """Ask in float32: a formula loses little, a difference quotient nearly all."""
    if not _is_double(call.answer) or not any(map(_is_double, call.arguments)):
        return
    single = tuple(a.float() if _is_double(a) else a for a in call.arguments)
    try:
        with default_dtype(torch.float32):
            rough = submission.call(Target(name=call.name), single, {})
        apart = float((rough.double() - call.answer).abs().max() / call.answer.abs().max())
    except Exception:  # it may do what it likes with float32: nothing follows from it
        return
    if apart > _TOLERANCE:
        yield Found(DIFFERENCES, _why("single", call, error=apart))


def _why(kind: str, call: Call, **values: Any) -> Reason:
    return Reason.of(f"answer.{kind}", name=call.name, **values)


def _is_double(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype == torch.float64 and value.numel() > 0
