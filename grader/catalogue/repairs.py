"""On hand-ins: what was mended before grading."""

from collections.abc import Callable

SENTENCES: dict[str, str | Callable[..., str]] = {
    "repair.text": "{text}",
}
