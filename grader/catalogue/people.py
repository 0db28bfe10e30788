"""Why a person must look."""

from collections.abc import Callable

SENTENCES: dict[str, str | Callable[..., str]] = {
    "person.picture": "the answer holds a picture, which no program reads",
    "person.added_cell": "the answer goes on in an added cell",
    "person.not_checked": "it could not be checked here",
}
