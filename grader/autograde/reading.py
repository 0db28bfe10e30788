"""Read a notebook that was handed in, however it was damaged, down to what grading needs.

Of each cell only its kind, its source, its name, its id and its pasted pictures are taken; all else
that a file may claim is left behind. What had to be mended on the way is said in `remarks`.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from grader.budget import cells_alone, decoded_json, is_too_large, without_outputs
from grader.catalogue import Reason

LARGEST = 64 << 20
MOST_CELLS = 2000
MOST_OTHERS = 200  # that are read, besides the assignment's own, of more cells than that


class UnreadableError(Exception):
    """The file is no notebook; the text says why, for the student."""


@dataclass(frozen=True)
class HandedIn:
    """One cell as it was handed in."""

    kind: str  # code or markdown
    source: str
    name: str | None = None  # the grade_id it claims
    identity: str = ""  # the id it has, which tools may keep where they lose the name
    attachments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """A notebook as it was handed in."""

    cells: tuple[HandedIn, ...]
    remarks: tuple[Reason, ...] = ()
    left_out: int = 0  # cells that were not read, as there are thousands


@dataclass(frozen=True)
class Text:
    """A file's text, and what had to be mended to get it."""

    content: str
    remarks: tuple[Reason, ...] = ()
    only_cells: bool = False  # all of it is too much to read


@dataclass(frozen=True)
class Own:
    """What the assignment's own cells are called, and by which ids they are known."""

    names: frozenset[str] = frozenset()
    ids: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str | None, identity: str) -> str | None:
        """Which of them a cell says that it is."""
        return name if name in self.names else self.ids.get(identity)


def read(path: Path, own: Own) -> Reading:
    """The notebook in a file."""
    return read_text(decoded(content_of(path)), own)


def content_of(path: Path) -> bytes:
    """The bytes of a file; UnreadableError if they are more than a notebook may have."""
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableError(f"the file is larger than {LARGEST >> 20} MB")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"the file cannot be opened ({error.strerror})") from None


def read_text(text: Text, own: Own) -> Reading:
    """The notebook in a text that was decoded; UnreadableError if there is none."""
    content, said_of_json = _parsed(text)
    found, said_of_version = _cells(content)
    cells = [cell for cell in found if isinstance(cell, dict)]
    reached = _reached(cells, own)
    remarks = (*text.remarks, *said_of_json, *said_of_version, *_kernel_remark(content))
    return Reading(tuple(map(_cell, reached)), remarks, len(cells) - len(reached))


def decoded(raw: bytes) -> Text:
    """The text, whatever the encoding; UTF-8 without a mark is as it should be."""
    if not raw.strip():
        raise UnreadableError("the file is empty")
    if is_too_large(raw):
        content, said = _decoded(without_outputs(raw))
        return Text(content, (*said, Reason.of("repair.cells_alone")), only_cells=True)
    return Text(*_decoded(raw))


def _decoded(raw: bytes) -> tuple[str, tuple[Reason, ...]]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            remark = Reason.of("repair.encoding", encoding=encoding.upper())
            return decoded_json(raw, encoding, "replace"), (remark,)
    try:
        return decoded_json(raw), ()
    except UnicodeDecodeError:
        return decoded_json(raw, "cp1252", "replace"), (Reason.of("repair.not_utf8"),)


def _without_outputs(found: dict[str, Any]) -> dict[str, Any]:
    """A cell without what it once showed, which is most of a large file and is not read."""
    if "cell_type" in found:
        found.pop("outputs", None)
    return found


_DECODER = json.JSONDecoder(strict=False, object_hook=_without_outputs)


def _parsed(text: Text) -> tuple[dict[str, Any], list[Reason]]:
    if text.only_cells:
        return {"cells": cells_alone(text.content, _DECODER)}, []
    content, end = _first_value(text.content.lstrip())
    if not isinstance(content, dict):
        raise UnreadableError("it is no notebook (it holds no cells)")
    rest = text.content.lstrip()[end:].strip()
    return content, [Reason.of("repair.after_end")] if rest else []


def _first_value(text: str) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"it is no notebook ({_short(error)})") from None


def _short(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:200]


def _cells(content: dict[str, Any]) -> tuple[list[Any], list[Reason]]:
    """The list of cells; version 3 of the format kept them in worksheets."""
    version = content.get("nbformat", 4)
    cells, sheets = content.get("cells"), content.get("worksheets")
    if not isinstance(cells, list) and isinstance(sheets, list):
        found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        cells = [cell for some in found if isinstance(some, list) for cell in some]
    if not isinstance(cells, list):
        raise UnreadableError("it is no notebook (it holds no cells)")
    usual = version == 4
    return cells, [] if usual else [Reason.of("repair.format", version=str(version)[:20])]


def _reached(cells: list[dict[str, Any]], own: Own) -> list[dict[str, Any]]:
    """All cells; of thousands the assignment's own, the last of each, and the first others."""
    if len(cells) <= MOST_CELLS:
        return cells
    named = ((own.named(*_called(cell)), place) for place, cell in enumerate(cells))
    last = {name: place for name, place in named if name}
    kept = set(last.values())
    others = (place for place in range(len(cells)) if place not in kept)
    return [cells[place] for place in sorted([*kept, *islice(others, MOST_OTHERS)])]


def _cell(cell: dict[str, Any]) -> HandedIn:
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    source = _text(cell.get("source", cell.get("input", "")))
    attachments = cell.get("attachments") if kind == "markdown" else None
    kept = attachments if isinstance(attachments, dict) else {}
    return HandedIn(kind, source, *_called(cell), kept)


def _called(cell: dict[str, Any]) -> tuple[str | None, str]:
    """The name that a cell claims, and its id."""
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    mark = metadata.get("nbgrader")
    name = mark.get("grade_id") if isinstance(mark, dict) else None
    identity = cell.get("id", metadata.get("id"))  # Colab keeps it in the metadata
    known = name if isinstance(name, str) else None
    return known, identity if isinstance(identity, str) else ""


def _text(source: Any) -> str:
    """A source is text or a list of lines; a lone surrogate could not be written again."""
    joined = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    return joined.encode("utf-8", "replace").decode("utf-8")


def _kernel_remark(content: dict[str, Any]) -> list[Reason]:
    """Say so if the notebook was meant for another language."""
    metadata = content.get("metadata")
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = spec.get("language", "python") if isinstance(spec, dict) else "python"
    if str(language).lower() == "python":
        return []
    return [Reason.of("repair.language", language=str(language)[:40])]
