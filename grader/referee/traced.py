"""Read what libtorch wrote of a submission's process: whether a derivative was computed by it.

The file is the sandbox's `trace`, shared by the kernel; nothing that a submission says goes into
what is decided here, but what it has torch do.
"""

import os
import re
from dataclasses import dataclass

MOST = 32 << 20  # bytes; what writes more is not read
# Reverse mode: the engine's own steps, and a node that is called by hand. Forward mode.
_DERIVATIVES = (
    b"autograd::engine::", b'"scope", "type": "uint64", "value": 1}', b'"aten::_make_dual"',
    b'"aten::_fw_primal"',
)  # fmt: skip
_NAMES = re.compile(rb'"name": "(\w{1,60}Backward\w{0,20}|aten::_(?:make_dual|fw_primal))"')


@dataclass
class Traced:
    """The trace of one process."""

    file: int

    def holds(self, mark: int) -> bool:
        return _mark(mark) in self._text()

    def is_too_long(self) -> bool:
        return os.fstat(self.file).st_size >= MOST

    def derivatives(self, start: int, end: int) -> list[str] | None:
        """What was called for a derivative between two marks; None if they are not there."""
        text = self._text()
        first, last = text.find(_mark(start)), text.rfind(_mark(end))
        if not 0 <= first < last:
            return None
        between = text[first:last]
        if not any(sign in between for sign in _DERIVATIVES):
            return []
        found = dict.fromkeys(name.decode() for name in _NAMES.findall(between))
        return list(found)[:5] or ["autograd"]

    def close(self) -> None:
        os.close(self.file)

    def _text(self) -> bytes:
        return os.pread(self.file, MOST, 0)


def _mark(number: int) -> bytes:
    """How libtorch writes torch.empty((0, number))."""
    return b'"values": [[0,%d],' % number
