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
    "person.picture": "the answer holds a picture, which no program reads",
    "person.added_cell": "the answer goes on in an added cell",
    "person.which_cell": (
        "something is written in a cell that may be this answer: say whether it is, and give points"
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
