"""On hand-ins: what was mended before grading."""

from collections.abc import Callable


def _mended(count: int, first: str) -> str:
    """What was mended, as far as there is room for it in a line."""
    return f"mended: {first}" if count == 1 else f"{count} things were mended: {first}, ..."


SENTENCES: dict[str, str | Callable[..., str]] = {
    "repair.count": _mended,
    "repair.text": "{text}",
}
