"""Say which text is being read, so that a text which costs too much is known afterwards.

In the process of a hand the mark lies in a page that it shares with whoever started it, and stays
there when it is killed. Anywhere else nothing is marked and no text is left out.
"""

import mmap
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

SIZE = 32  # bytes of a mark
UNMARKED = bytes(SIZE)


@dataclass
class Marks:
    """Where the mark is put, and what is left out."""

    page: mmap.mmap | None = None
    left_out: Collection[bytes] = field(default_factory=tuple)
    everything: bool = False  # no text is taken on at all

    def costs_too_much(self, text: str) -> bool:
        if self.page is None:
            return False
        if self.everything:
            return True
        mark = mark_of(text)
        self.page[:SIZE] = mark
        return mark in self.left_out


HERE = Marks()  # of this process


def mark_of(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()


def costs_too_much(text: str) -> bool:
    """Whether this text ended an earlier try; if not, it is marked as the one being read."""
    return HERE.costs_too_much(text)
