"""Why a person must look."""

from collections.abc import Callable


def _counts(graded: int, failed: int, unchanged: int, waiting: int) -> str:
    """What a class came to, in a line; what there is none of is left out."""
    before = f" ({unchanged} unchanged)" if unchanged else ""
    parts = [f"{graded} graded{before}", f"{failed} failed" if failed else ""]
    parts.append(_waiting(waiting) if waiting else "")
    return ", ".join(filter(None, parts))


def _waiting(count: int) -> str:
    return "1 answer waits for a person" if count == 1 else f"{count} answers wait for a person"


SENTENCES: dict[str, str | Callable[..., str]] = {
    "person.reads": "a person reads every answer of this kind",
    "person.no_formula": "no formula was found in the answer",
    "person.stopped": "the checker stopped at line {line}; from there on nothing was checked",
    "person.not_read": 'line {line} was not understood: "{text}"',
    "person.undefined": "{name} is not defined here: say what it is before line {line}",
    "person.undefined_cure": "{name} is not defined here: begin with {cure}",
    "person.stated_twice": (
        "the gradient by {name} is stated in two ways, in lines {right} and {wrong}: leave one"
    ),
    "person.not_stated": (
        "the gradient by {names} was not found: write it as an equation of its own, with every "
        "name in it defined"
    ),
    "person.by_definition": (
        "{name} is a derivative by an intermediate that is defined, not derived: write it as one, "
        "such as \\frac{{\\partial f}}{{\\partial Z}} = {name}"
    ),
    "person.picture": "the answer holds a picture, which no program reads",
    "person.added_cell": "the answer goes on in an added cell",
    "person.too_much": "too much to read: it is shown as it was written, and a person reads it",
    "person.which_cell": (
        "something is written in a cell that may be this answer: say whether it is, and give points"
    ),
    "person.cells_left_out": (
        "it was not found under its name, and thousands of cells were not looked at:"
        " say which one is the answer"
    ),
    "person.begun_before": "the answer may begin in the added cell before it",
    "person.not_checked": "it could not be checked here",
    "person.not_understood": "a line that matters was not understood",
    "person.second_look": "a person scored it before it was graded again",
    "person.in_the_gradebook": "the gradebook asks for a person",
    "person.will_read": "A person will read this.",
    "person.waiting": _waiting,
    "class.counts": _counts,
}
