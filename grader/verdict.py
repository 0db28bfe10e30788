"""Judge an answer against the truth: does it agree, where is it furthest off, and why not.

What a student's function does is an `Outcome`; what we say of it is a `Verdict`. Both are values:
nothing a student's code returns or raises becomes an exception of ours.

The error is max|yours - true| / max|true|, in float64, and may be at most `TOLERANCE`; where either
is in float32, `TOLERANCE_32`. So it is where an answer was in float32 on its way, which is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from grader.catalogue import Reason
from grader.graded.verdict import Verdict, place
from grader.precision import default_dtype

__all__ = ["IN_FLOAT32", "Outcome", "Verdict", "as_tensor", "judge"]

TOLERANCE = 1e-8
TOLERANCE_32 = 1e-4
IN_FLOAT32 = Reason.of("remark.float32")


@dataclass(frozen=True)
class Outcome:
    """What one call of a student's function did: the value it returned, or the error it raised."""

    value: object = None
    error: str = ""  # "ValueError: text", empty if the call returned
    changed: tuple[str, ...] = ()  # arguments that were changed in place
    retried: bool = False  # it failed on float64 and was called once more in float32


def judge(name: str, outcome: Outcome, truth: Tensor, lists: str = "accept") -> Verdict:
    """The verdict on one outcome; `lists` is "accept" or "refuse" for lists and numpy arrays."""
    if outcome.error:
        kind, why = explain_error(outcome.error)
        return Verdict(name, False, kind, (why,))
    answer = read_answer(name, outcome.value, lists)
    if isinstance(answer, Verdict):
        return answer
    verdict = compare(name, answer, truth)
    said = tuple(remarks(outcome))
    return replace(verdict, remarks=(*verdict.remarks, *said)) if said else verdict


def remarks(outcome: Outcome) -> list[Reason]:
    """What a student should know although it costs nothing."""
    said = []
    if outcome.changed:
        which = ", ".join(outcome.changed)
        said.append(Reason.of("remark.in_place", names=which))
    if outcome.retried:
        said.append(Reason.of("remark.float32_only"))
    if isinstance(outcome.value, list | tuple):
        said.append(Reason.of("remark.list"))
    elif type(outcome.value).__module__ == "numpy":
        said.append(Reason.of("remark.numpy"))
    return said


def explain_error(error: str) -> tuple[str, Reason]:
    """The kind of failure, and why, for an exception that a call raised.

    Without words NotImplementedError is a stub's; torch says what is not implemented.
    """
    last = error.strip().splitlines()[-1]
    name, _, text = last.partition(": ")
    if last == "NotImplementedError":
        return "missing", Reason.of("answer.not_written")
    if name == "TypeError" and re.match(r"\S+ (takes|missing) .*positional argument", text):
        return "arguments", Reason.of("answer.arguments", text=text)
    if name == "TooLargeError":
        return "raised", Reason.of("answer.too_large", text=text)
    return "raised", Reason.of("answer.raised", type=name, text=text)


def read_answer(name: str, value: object, lists: str) -> Tensor | Verdict:
    """The answer as a detached tensor, or the verdict that it is none."""
    if value is None:
        return Verdict(name, False, "none", (Reason.of("answer.none"),))
    if not isinstance(value, Tensor):
        converted = as_tensor(value)
        if converted is None:
            why = Reason.of("answer.type", type=type_name(value))
            return Verdict(name, False, "type", (why,))
        if lists == "refuse":
            kind = "numpy" if type(value).__module__ == "numpy" else "list"
            return Verdict(name, False, kind, (Reason.of(f"answer.{kind}_refused"),))
        value = converted
    if value.is_complex():
        return Verdict(name, False, "dtype", (Reason.of("answer.complex"),))
    return value.detach().to_dense()


def type_name(value: object) -> str:
    """What the type of an answer is called; one that lives elsewhere says it."""
    said = getattr(type(value), "__type_name__", None)
    name = said(value) if callable(said) else type(value).__name__
    return "".join(c for c in str(name) if c.isprintable())[:40]


def as_tensor(value: object) -> Tensor | None:
    """Numbers (of 64 bits, as they are), lists and numpy arrays as a tensor; None for others."""
    try:
        with default_dtype(torch.float64):
            return torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def compare(name: str, answer: Tensor, truth: Tensor) -> Verdict:
    """The verdict on an answer that is a real tensor."""
    shape, asked = tuple(answer.shape), tuple(truth.shape)
    if shape != asked:
        return Verdict(name, False, "shape", (explain_shape(answer, truth),), shape, asked)
    if not bool(torch.isfinite(answer.double()).all()):
        return Verdict(name, False, "nan", (explain_nan(answer),), shape, asked)
    return compare_entries(name, answer, truth)


def compare_entries(name: str, answer: Tensor, truth: Tensor) -> Verdict:
    """The verdict on an answer of the right shape with finite entries."""
    short = (torch.float32, torch.float16, torch.bfloat16)
    distance = (answer.double() - truth).abs()
    error, scale = float(distance.max()), float(truth.abs().max())
    off = error > TOLERANCE * scale
    cast = off and is_cast(answer)
    single = cast or answer.dtype in short or truth.dtype in short
    kind, why = explain_distance(error, scale, single)
    agrees = kind == "agrees"
    told = cast or (answer.dtype in short and truth.dtype == torch.float64)
    said = (IN_FLOAT32,) if agrees and told else ()
    at = place_of(int(distance.argmax()), distance.shape)
    shape = tuple(answer.shape)
    return Verdict(name, agrees, kind, why, shape, shape, error, at, said, distance=distance)


def is_cast(answer: Tensor) -> bool:
    """Whether all entries fit in float32: 64 bits that were computed as 64 hardly ever do."""
    is_double = answer.dtype is torch.float64
    return is_double and torch.equal(answer.float().double(), answer)


def explain_distance(error: float, scale: float, single: bool) -> tuple[str, tuple[Reason, ...]]:
    """The kind of verdict on the largest error, and why if there is more to say."""
    if error <= (TOLERANCE_32 if single else TOLERANCE) * scale:
        return "agrees", ()
    if error <= TOLERANCE_32 * scale:
        return "precision", (Reason.of("answer.few_digits"),)
    return "differs", ()


def place_of(number: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The indices of an entry that is counted row by row.

    >>> place_of(5, (2, 3))
    (1, 2)
    """
    indices = []
    for size in reversed(shape):
        number, index = divmod(number, size)
        indices.append(index)
    return tuple(reversed(indices))


def explain_shape(answer: Tensor, truth: Tensor) -> Reason:
    """What a wrong shape looks like: transposed, a dimension lost, or the batch not summed."""
    if tuple(answer.shape) == tuple(truth.shape)[::-1]:
        return Reason.of("answer.transposed")
    if answer.ndim == 0:
        return Reason.of("answer.single_number", asked=truth.ndim)
    if answer.ndim != truth.ndim:
        return Reason.of("answer.dimensions", found=answer.ndim, asked=truth.ndim)
    return Reason.of("answer.shape")


def explain_nan(answer: Tensor) -> Reason:
    """Where the answer is not a number, or infinite."""
    bad = (~torch.isfinite(answer.double())).nonzero()
    at = place([int(i) for i in bad[0]])
    what = "nan" if bool(torch.isnan(answer.double()).any()) else "inf"
    count, total = len(bad), answer.numel()
    return Reason.of("answer.not_finite", what=what, count=count, total=total, at=at)
