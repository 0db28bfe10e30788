"""On answers in code: what a check found."""

from collections.abc import Callable

MANY = "{text}"  # words that are made elsewhere: of a course's own test, of the diagnosis


def _arguments(text: str) -> str:
    return f"wrong number of arguments: {text}"


def _raised(type: str, text: str) -> str:
    return f"the call raised {_error(type, text)}"


def _error(type: str, text: str) -> str:
    return f"{type}: {text}" if text else type


def _not_finite(what: str, count: int, total: int, at: str) -> str:
    return f"{what} in {count} of {total} entries, the first at {at}"


def _overflows(what: str, count: int, total: int, at: str) -> str:
    return f"{_not_finite(what, count, total, at)}: exp overflows there"


def _there_no_more(name: str, type: str, text: str) -> str:
    return f"{name} is not there, as its cell stopped with {_error(type, text)}"


SENTENCES: dict[str, str | Callable[..., str]] = {
    # ---- why an answer does not agree
    "answer.transposed": "the shape is transposed",
    "answer.single_number": (
        "a single number, asked {asked} dimensions; .item() and .sum() lose them"
    ),
    "answer.dimensions": "{found} dimension(s), asked {asked}; keepdim=True keeps them in a sum",
    "answer.shape": "a gradient has the shape of its variable",
    "answer.not_finite": _not_finite,
    "answer.overflows": _overflows,
    "answer.few_digits": "right to a few digits only: float32 inside, or a finite difference",
    "answer.not_written": "not written yet",
    "answer.arguments": _arguments,
    "answer.raised": _raised,
    "answer.none": "the function returns None; does it end in return?",
    "answer.too_large": "the answer is {text}",
    "answer.type": "a tensor is asked for, this is a {type}",
    "answer.list_refused": "a list was returned; return a torch tensor",
    "answer.numpy_refused": "a numpy array was returned; return a torch tensor",
    "answer.complex": "the answer is complex; gradients here are real",
    "answer.diagnosis": MANY,
    # ---- what costs nothing
    "remark.in_place": (
        "the call changes its input {names} in place; work on a copy, {names}.clone()"
    ),
    "remark.float32": "computed in float32",
    "remark.float32_only": "works in float32 only: a tensor was made with a fixed dtype",
    "remark.list": "a list was returned, a tensor is asked for",
    "remark.numpy": "a numpy array was returned, a tensor is asked for",
    "remark.at": "with {where}",
    # ---- the fields of a check's line
    "check.as_asked": "shape {shape} as asked",
    "check.other_shape": "shape {shape}, asked {asked}",
    "check.agrees": "agrees: yes",
    "check.differs": "agrees: no",
    "check.furthest": "furthest {error}",
    "check.furthest_at": "furthest {error} at {at}",
    # ---- what a graded cell came to
    "cell.agrees": "All checks agree.",
    "cell.unwritten": "Nothing was written here yet.",
    "cell.too_long": "It ran longer than allowed and was stopped.",
    "cell.not_there": "{name} is not there: was its cell filled in, and did it run?",
    "cell.not_there_as": _there_no_more,
    "cell.error": _error,
    "cell.error_on_further": "{type} on further inputs.",
    "cell.said": MANY,
    "cell.does_not_hold": "The check does not hold.",
    "cell.autograd": "this gradient is computed by autograd; it is to be written out by hand",
    "cell.by_hand": "Scored by a person.",
    "cell.no_score": "It has no score.",
    "cell.not_run": MANY,
    # ---- what the sandbox stopped
    "stop.text": MANY,
    # ---- headings under which answers are counted
    "counted.diagnosis": lambda name: str(name).replace("_", " "),
    "counted.unknown": "differs, cause unknown",
    "counted.at": "differs, cause unknown, with {where}",
    "counted.mistake": lambda name: str(name).replace("_", " "),
    "counted.two_sides": "the two sides differ",
    "counted.not_stated": "the gradient asked for is not stated",
    "counted.raised": "the call raised {type}",
    "counted.error": "it stopped with {type}",
    "counted.arguments": "wrong number of arguments",
    "counted.not_finite": "not a number, or infinite",
    "counted.dimensions": "a dimension is lost, or one too many",
    "counted.type": "no tensor is returned",
    "counted.not_there": "a name is not there",
    # For the instructor: how a gradient was come by that should be written by hand.
    "answer.engine": "{name} has torch's engine compute derivatives: {operations}",
    "answer.unwatched": "the watch on what torch does was switched off while {name} was asked",
    "answer.too_long": "{name} does too much to be watched",
    "answer.drowned": (
        "{name} is off by {error:.1e} where the objective is huge and its gradient is not"
    ),
    "answer.single": "{name} is off by {error:.1e} in float32",
    "answer.shape_otherwise": "asked once more, {name} gives no tensor of finite numbers as before",
    "answer.no_more": "asked once more, {name} gives no answer: {why}",
}
