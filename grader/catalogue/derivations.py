"""On derivations: what is said of a line, and of the whole."""

from collections.abc import Callable

SENTENCES: dict[str, str | Callable[..., str]] = {
    "derivation.second_meaning": "{name} meant something else in the task or in an earlier cell",
}
