r"""Read no more of a costly notebook than is needed: `without_outputs(raw)`, `cells_alone(text)`.

    >>> without_outputs(b'{"outputs": [{"text": "]\\""}, []], "source": "x"}')
    b'{"outputs": [], "source": "x"}'
    >>> cells_alone('{"metadata": {"cells": []}, "cells": [{"cell_type": "code"}], ')
    [{'cell_type': 'code'}]

A whole file is tried first. What made it too much is mostly in what its cells once showed, where
one emoji makes each letter of a text take four bytes, or in metadata; nothing of either is kept.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from .marks import costs_too_much
from .text import LARGE

_OUTPUTS = re.compile(rb'"outputs"\s*+:\s*+\[')
_CELLS = re.compile(r'"cells"\s*+:\s*+(?=\[)')
# The next bracket of a list: before it stand whole texts, in which brackets are letters.
_BRACKET = re.compile(rb'[^"\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]]*+)*+([\[\]])', re.DOTALL)


def is_too_large(raw: bytes) -> bool:
    """Whether an earlier try to read this file as a whole cost too much."""
    return len(raw) > LARGE and costs_too_much(f"a file of {len(raw)} bytes")


def without_outputs(raw: bytes) -> bytes:
    """The same JSON, in UTF-8 or the like, with every list of outputs empty."""
    return b"".join(_between_outputs(raw))


def _between_outputs(raw: bytes) -> Iterator[bytes]:
    start = 0
    while begin := _OUTPUTS.search(raw, start):
        end = _end_of_list(raw, begin.end())
        if end is None:  # it is damaged: the reader says how
            break
        yield raw[start : begin.end()]
        start = end - 1
    yield raw[start:]


def _end_of_list(raw: bytes, at: int) -> int | None:
    """Where the list ends in which this place is."""
    depth = 1
    while depth:
        bracket = _BRACKET.match(raw, at)
        if bracket is None:
            return None
        depth += 1 if bracket[1] == b"[" else -1
        at = bracket.end()
    return at


def cells_alone(text: str, decoder: json.JSONDecoder | None = None) -> list[Any]:
    """The first list of cells in it; MemoryError if there is none: the rest is too much."""
    decoder = decoder or json.JSONDecoder()
    for begin in _CELLS.finditer(text):
        try:
            found, _ = decoder.raw_decode(text, begin.end())
        except (ValueError, RecursionError):
            continue
        if any(isinstance(cell, dict) and "cell_type" in cell for cell in found):
            return list(found)
    raise MemoryError("no cells were found in it")
