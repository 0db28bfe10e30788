"""Why a person must look."""

from collections.abc import Callable

SENTENCES: dict[str, str | Callable[..., str]] = {
    "person.picture": "the answer holds a picture, which no program reads",
    "person.added_cell": "the answer goes on in an added cell",
    "person.which_cell": (
        "something is written in a cell that may be this answer: say whether it is, and give points"
    ),
    "person.begun_before": "the answer may begin in the added cell before it",
    "person.not_checked": "it could not be checked here",
}
