"""Judge an answer against the truth: does it agree, where is it furthest off, and why not.

What a student's function does is an `Outcome`; what we say of it is a `Verdict`. Both are values:
nothing a student's code returns or raises becomes an exception of ours.

The error is max|yours - true| / max|true|, in float64, and may be at most `TOLERANCE`; where either
is in float32, `TOLERANCE_32`. So it is where an answer was in float32 on its way, which is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from grader.precision import default_dtype

TOLERANCE = 1e-8
TOLERANCE_32 = 1e-4
IN_FLOAT32 = "computed in float32"


@dataclass(frozen=True)
class Outcome:
    """What one call of a student's function did: the value it returned, or the error it raised."""

    value: object = None
    error: str = ""  # "ValueError: text", empty if the call returned
    changed: tuple[str, ...] = ()  # arguments that were changed in place
    retried: bool = False  # it failed on float64 and was called once more in float32


@dataclass(frozen=True)
class Verdict:
    """What we say of one answer; `sentence` is for the student and empty if all is well."""

    name: str
    agrees: bool
    kind: str = "agrees"
    sentence: str = ""
    shape: tuple[int, ...] | None = None
    asked: tuple[int, ...] | None = None
    furthest: float | None = None
    at: tuple[int, ...] | None = None
    remarks: tuple[str, ...] = ()
    diagnosis: tuple[str, ...] = ()  # names of misconceptions, for the class report
    distance: Tensor | None = field(default=None, repr=False, compare=False)  # |yours - true|

    def line(self) -> str:
        """One fixed line: name, shape, agrees, furthest, and the reason if there is one."""
        parts = [self.name, *self._shape_part(), f"agrees: {'yes' if self.agrees else 'no'}"]
        if self.furthest is not None:
            place = f" at {_place(self.at)}" if self.at and not self.agrees else ""
            parts.append(f"furthest {self.furthest:.1e}{place}")
        return " | ".join([*parts, *([self.sentence] if self.sentence else []), *self.remarks])

    def _shape_part(self) -> list[str]:
        if self.shape is None:
            return []
        if self.shape == self.asked:
            return [f"shape {_place(self.shape)} as asked"]
        return [f"shape {_place(self.shape)}, asked {_place(self.asked or ())}"]


def judge(name: str, outcome: Outcome, truth: Tensor, lists: str = "accept") -> Verdict:
    """The verdict on one outcome; `lists` is "accept" or "refuse" for lists and numpy arrays."""
    if outcome.error:
        return Verdict(name, False, *explain_error(outcome.error))
    answer = read_answer(name, outcome.value, lists)
    if isinstance(answer, Verdict):
        return answer
    verdict = compare(name, answer, truth)
    said = remarks(outcome)
    return replace(verdict, remarks=(*verdict.remarks, *said)) if said else verdict


def remarks(outcome: Outcome) -> list[str]:
    """What a student should know although it costs nothing."""
    said = []
    if outcome.changed:
        which = ", ".join(outcome.changed)
        said.append(f"the call changes its input {which} in place; work on a copy, {which}.clone()")
    if outcome.retried:
        said.append("works in float32 only: a tensor was made with a fixed dtype")
    if isinstance(outcome.value, list | tuple):
        said.append("a list was returned, a tensor is asked for")
    elif type(outcome.value).__module__ == "numpy":
        said.append("a numpy array was returned, a tensor is asked for")
    return said


def explain_error(error: str) -> tuple[str, str]:
    """The kind of failure and a sentence for an exception that a call raised."""
    last = error.strip().splitlines()[-1]
    if last.startswith("NotImplementedError"):
        return "missing", "not written yet"
    if re.match(r"TypeError: \S+ (takes|missing) .*positional argument", last):
        return "arguments", f"wrong number of arguments: {last.removeprefix('TypeError: ')}"
    return "raised", f"the call raised {last}"


def read_answer(name: str, value: object, lists: str) -> Tensor | Verdict:
    """The answer as a detached tensor, or the verdict that it is none."""
    if value is None:
        return Verdict(name, False, "none", "the function returns None; does it end in return?")
    if not isinstance(value, Tensor):
        converted = as_tensor(value)
        if converted is None:
            kind = type(value).__name__
            return Verdict(name, False, "type", f"a tensor is asked for, this is a {kind}")
        if lists == "refuse":
            kind = "numpy" if type(value).__module__ == "numpy" else "list"
            said = {"numpy": "a numpy array", "list": "a list"}[kind]
            return Verdict(name, False, kind, f"{said} was returned; return a torch tensor")
        value = converted
    if value.is_complex():
        return Verdict(name, False, "dtype", "the answer is complex; gradients here are real")
    return value.detach().to_dense()


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
        return Verdict(name, False, "shape", explain_shape(answer, truth), shape, asked)
    if not bool(torch.isfinite(answer.double()).all()):
        return Verdict(name, False, "nan", explain_nan(answer), shape, asked)
    return compare_entries(name, answer, truth)


def compare_entries(name: str, answer: Tensor, truth: Tensor) -> Verdict:
    """The verdict on an answer of the right shape with finite entries."""
    short = (torch.float32, torch.float16, torch.bfloat16)
    distance = (answer.double() - truth).abs()
    error, scale = float(distance.max()), float(truth.abs().max())
    off = error > TOLERANCE * scale
    cast = off and is_cast(answer)
    single = cast or answer.dtype in short or truth.dtype in short
    kind, sentence = explain_distance(error, scale, single)
    agrees = kind == "agrees"
    told = cast or (answer.dtype in short and truth.dtype == torch.float64)
    said = (IN_FLOAT32,) if agrees and told else ()
    at = place_of(int(distance.argmax()), distance.shape)
    shape = tuple(answer.shape)
    return Verdict(name, agrees, kind, sentence, shape, shape, error, at, said, distance=distance)


def is_cast(answer: Tensor) -> bool:
    """Whether all entries fit in float32: 64 bits that were computed as 64 hardly ever do."""
    is_double = answer.dtype is torch.float64
    return is_double and torch.equal(answer.float().double(), answer)


def explain_distance(error: float, scale: float, single: bool) -> tuple[str, str]:
    """The kind of verdict on the largest error, and a sentence if there is one."""
    if error <= (TOLERANCE_32 if single else TOLERANCE) * scale:
        return "agrees", ""
    if error <= TOLERANCE_32 * scale:
        return "precision", "right to a few digits only: float32 inside, or a finite difference"
    return "differs", ""


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


def explain_shape(answer: Tensor, truth: Tensor) -> str:
    """What a wrong shape looks like: transposed, a dimension lost, or the batch not summed."""
    if tuple(answer.shape) == tuple(truth.shape)[::-1]:
        return "the shape is transposed"
    if answer.ndim == 0:
        return f"a single number, asked {truth.ndim} dimensions; .item() and .sum() lose them"
    if answer.ndim != truth.ndim:
        return f"{answer.ndim} dimension(s), asked {truth.ndim}; keepdim=True keeps them in a sum"
    return "a gradient has the shape of its variable"


def explain_nan(answer: Tensor) -> str:
    """Where the answer is not a number, or infinite."""
    bad = (~torch.isfinite(answer.double())).nonzero()
    at = _place(tuple(int(i) for i in bad[0]))
    what = "nan" if bool(torch.isnan(answer.double()).any()) else "inf"
    return f"{what} in {len(bad)} of {answer.numel()} entries, the first at {at}"


def _place(indices: Sequence[int]) -> str:
    return "(" + ", ".join(map(str, indices)) + ("," if len(indices) == 1 else "") + ")"
