"""On derivations: what is said of a line, and of the whole."""

from collections.abc import Callable

SENTENCES: dict[str, str | Callable[..., str]] = {}
