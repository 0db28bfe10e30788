"""Read the notebook that is to be rehearsed."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """The file is no notebook."""


def read(path: Path) -> Any:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds for many sorts of damage
        raise Unreadable(f"{path} is no notebook ({error})") from error
