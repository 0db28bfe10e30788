"""What running a cell of a student's gave, fit for a page: figures, tables and text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from grader.budget import costs_too_much
from grader.course.pages.prose import LONGEST, clean, prose, too_much
from grader.notebook import ANSI, Cell, last_line

MOST_LINES = 60  # of text that a cell printed
LARGEST_FIGURE = 8_000_000  # characters of base64
FIGURES = ("image/png", "image/jpeg", "image/gif", "image/svg+xml")


@dataclass(frozen=True)
class Figure:
    """A picture, as a data address that stands in the page itself."""

    address: str
    words: str  # for those who do not see it


@dataclass(frozen=True)
class Shown:
    """Something a cell showed that is no figure: text it printed, a table, an error."""

    html: Markup
    kind: str  # text, table or error


def shown(cell: Cell) -> Iterator[Figure | Shown]:
    """All that a cell showed, in order."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield from _text(output.text, "text")
        elif output.output_type == "error":
            yield Shown(_quote(_error(output)), "error")
        else:
            yield from _richest(output.get("data", {}), output.get("metadata", {}))


def drawn(outputs: Iterable[Mapping[str, Any]]) -> list[Figure]:
    """The pictures among outputs."""
    found = (_richest(one.get("data", {}), one.get("metadata", {})) for one in outputs)
    return [thing for things in found for thing in things if isinstance(thing, Figure)]


def _error(output: Any) -> str:
    """The exception without its traceback, some lines of which are not the student's."""
    said = last_line(output.evalue)
    return f"{output.ename}: {said}" if said else str(output.ename)


def _richest(data: Any, metadata: Any) -> Iterator[Figure | Shown]:
    figure = next((kind for kind in FIGURES if kind in data), None)
    if figure:
        yield from _figure(figure, _joined(data[figure]), metadata)
    elif "text/html" in data and len(_joined(data["text/html"])) <= LARGEST_FIGURE:
        yield Shown(_table(_joined(data["text/html"])), "table")
    elif "text/markdown" in data or "text/latex" in data:
        yield Shown(prose(_joined(data.get("text/markdown", data.get("text/latex")))), "table")
    elif "text/plain" in data:
        yield from _text(_joined(data["text/plain"]), "text")


def _table(html: str) -> Markup:
    return too_much("") if costs_too_much(html) else Markup(clean(html))


def _figure(kind: str, content: str, metadata: Any) -> Iterator[Figure | Shown]:
    """A figure is put into an <img>, in which no script runs and nothing is fetched."""
    packed = re.sub(r"\s", "", content)
    if kind == "image/svg+xml":
        packed = base64.b64encode(content.encode()).decode()
    if len(packed) > LARGEST_FIGURE or not _is_base64(packed):
        yield Shown(_quote("(a figure that cannot be shown)"), "text")
        return
    words = metadata.get(kind, {}).get("alt") if isinstance(metadata.get(kind), dict) else None
    yield Figure(f"data:{kind};base64,{packed}", str(words or ""))


def _is_base64(packed: str) -> bool:
    try:
        return bool(base64.b64decode(packed, validate=True))
    except binascii.Error:
        return False


def _text(text: Any, kind: str) -> Iterator[Shown]:
    plain = ANSI.sub("", _joined(text)).rstrip()
    lines = plain[:LONGEST].splitlines()
    left_out = len(plain.splitlines()) - min(MOST_LINES, len(lines))
    if lines:
        more = f"\n... {left_out} more lines" if left_out else ""
        yield Shown(_quote("\n".join(lines[:MOST_LINES]) + more), kind)


def _quote(text: str) -> Markup:
    return Markup("<pre>{}</pre>").format(text)


def _joined(text: Any) -> str:
    return "".join(text) if isinstance(text, list) else str(text)
