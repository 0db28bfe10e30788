"""Write tables that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

# Where a spreadsheet may take a text for a formula, in ASCII and in full width.
FORMULA = tuple("=+-@|%\t\r\n＝＋－＠")


def to_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file: numbers as they are, texts quoted where they must be and safe from formulas."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([field(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8")


def field(value: object) -> str:
    """One cell of a table, as text.

    >>> [field(value) for value in (None, 2.50, 0.0, "Emmy", "=1+2", " @SUM(A1)", "-")]
    ['', '2.5', '0', 'Emmy', "'=1+2", "' @SUM(A1)", '-']
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return harmless(visible(str(value)))


def visible(text: str) -> str:
    r"""The text, with the signs that would act on a terminal shown instead.

    >>> visible("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _ACTS.sub(lambda found: ascii(found.group())[1:-1], text)


_ACTS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would calculate."""
    bare = text.lstrip(" ")
    is_formula = len(bare) > 1 and bare.startswith(FORMULA) and not _is_number(bare)
    return f"'{text}" if is_formula else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text[-1].isdigit()
