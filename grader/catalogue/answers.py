"""On answers in code: what a check found."""

from collections.abc import Callable

SENTENCES: dict[str, str | Callable[..., str]] = {
    "answer.transposed": "the shape is transposed",
}
