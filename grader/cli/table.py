"""Aligned tables on the terminal, and colours where there is one to show them.

Names of students and files come from outside: control characters in them are shown, not obeyed.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

COLOURS = {"ok": "32", "graded": "32", "wrong": "31", "error": "31", "failed": "31", "manual": "33"}
COLOURS |= {"missing": "33", "partial": "33", "not graded": "31", "not handed in": "2"}
GAP = "  "


def table(rows: Iterable[Sequence[object]], stream: TextIO | None = None) -> str:
    """Rows in columns, numbers to the right; a word for how things stand has its colour."""
    texts = [[plain(str(field)) for field in row] for row in rows]
    if not texts:
        return ""
    widths = [max(map(width, column)) for column in zip(*texts, strict=True)]
    return "\n".join(line(row, widths, stream) for row in texts)


def line(row: Sequence[object], widths: Sequence[int], stream: TextIO | None = None) -> str:
    """One row, its fields as wide as said; the last one ends where it ends."""
    fields = [_field(plain(str(text)), wide) for text, wide in zip(row, widths, strict=True)]
    coloured = has_colours(stream or sys.stdout)
    return GAP.join(_coloured(field) if coloured else field for field in fields).rstrip()


def plain(text: str) -> str:
    r"""The text in one line, without what a terminal would obey.

    >>> plain("a\x1b[31mb\nc")
    'a?[31mb c'
    """
    spaced = " ".join(text.split())
    return "".join("?" if unicodedata.category(sign) in ("Cc", "Cf") else sign for sign in spaced)


def width(text: str) -> int:
    """Columns of the terminal that a text takes.

    >>> width("añ"), width("漢"), width("e\u0301")
    (2, 2, 1)
    """
    return sum(_width_of(sign) for sign in text)


def has_colours(stream: TextIO) -> bool:
    """Whether to colour: on a terminal, unless the user said no (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _width_of(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _field(text: str, wide: int) -> str:
    space = " " * (wide - width(text))
    return space + text if _is_number(text) else text + space


def _is_number(text: str) -> bool:
    return bool(text) and all(sign in "0123456789./-%" for sign in text)


def _coloured(field: str) -> str:
    colour = COLOURS.get(field.strip())
    return f"\x1b[{colour}m{field}\x1b[0m" if colour else field
