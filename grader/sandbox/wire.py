"""Carry messages between a submission, the referee and whoever holds the gradebook.

A message is a JSON object and raw buffers; `coding` says how values become these. Never pickle.

    4 bytes: length of the JSON | the JSON, whose "sizes" lists the buffers' lengths | the buffers
"""

import json
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

from .limits import MEGABYTE

Json = Any  # what json.loads gives
Message = dict[str, Json]
# A time of time.monotonic, or a function that says how many seconds are left from now.
Deadline = float | Callable[[], float] | None

MAX_JSON = 32 << 20
MAX_BUFFERS = 128 << 20
MAX_VALUE = 64 << 20  # of which a single answer may take

_LUMP = 1 << 16  # as much as is read at a time, whatever is asked for


class WireError(Exception):
    """What came is not a message, or says what no message may say."""


class WireClosedError(WireError):
    """The other side is gone."""


class WireTimeoutError(WireError):
    """The other side did not answer in time."""


class TooLargeError(ValueError):
    """A value, or all of a message, is larger than is carried; the process lives on."""

    def __init__(self, size: int, allowed: int) -> None:
        super().__init__(f"too large: {-(-size // MEGABYTE)} MB, {allowed // MEGABYTE} allowed")
        self.size, self.allowed = size, allowed


class Wire:
    """One end of a stream socket that carries messages."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.ahead = bytearray()  # read, and not yet asked for

    def send(self, message: Message, buffers: Sequence[memoryview] = ()) -> None:
        """Send; a message over the limits is an error on this side."""
        sizes = [len(buffer) for buffer in buffers]
        text = json.dumps({**message, "sizes": sizes}).encode()
        for size, allowed in ((len(text), MAX_JSON), (sum(sizes), MAX_BUFFERS)):
            if size > allowed:
                raise TooLargeError(size, allowed)
        try:
            self.end.sendall(b"".join((struct.pack("<I", len(text)), text, *buffers)))
        except TimeoutError:
            raise WireTimeoutError("the other side does not listen") from None
        except OSError as error:
            raise WireClosedError(str(error)) from None

    def receive(self, deadline: Deadline = None) -> tuple[Message, list[bytearray]]:
        """The next message, before the deadline."""
        (length,) = struct.unpack("<I", self._exactly(4, deadline))
        if length > MAX_JSON:
            raise WireError("a message is too long")
        message = _read_json(self._exactly(length, deadline))
        sizes = message.pop("sizes", None)
        if not isinstance(sizes, list) or not all(type(n) is int and n >= 0 for n in sizes):
            raise WireError("a message without sizes")
        if sum(sizes) > MAX_BUFFERS:
            raise WireError("a message is too long")
        return message, [self._exactly(size, deadline) for size in sizes]

    def _exactly(self, count: int, deadline: Deadline) -> bytearray:
        # Grown as it comes: a promise of 128 MB costs nothing until it is kept.
        while len(self.ahead) < count:
            self.ahead += self._more(count - len(self.ahead), deadline)
        taken, self.ahead = self.ahead[:count], self.ahead[count:]
        return taken

    def _more(self, wanted: int, deadline: Deadline) -> bytes:
        """What has come, at least one byte."""
        while True:
            left = _seconds_until(deadline)
            if left is not None and left <= 0:
                raise WireTimeoutError("no answer in time")
            self.end.settimeout(left)
            try:
                part = self.end.recv(min(max(wanted, _LUMP), 1 << 20))
                break
            except TimeoutError:  # a deadline may have moved meanwhile
                continue
            except OSError as error:
                raise WireClosedError(str(error)) from None
        if not part:
            raise WireClosedError("the other side is gone")
        return part

    def send_file(self, file: int) -> None:
        """Let the other side have an open file, in front of the next message."""
        socket.send_fds(self.end, [b"\0"], [file])

    def receive_file(self, deadline: Deadline) -> int | None:
        """The file that comes in front of the next message, if one does."""
        left = _seconds_until(deadline)
        self.end.settimeout(None if left is None else max(0.01, left))
        try:
            data, files, _, _ = socket.recv_fds(self.end, 1, 1)
        except TimeoutError:
            raise WireTimeoutError("no answer in time") from None
        except OSError as error:
            raise WireClosedError(str(error)) from None
        if not files:
            self.ahead += data
        return files[0] if files else None

    def close(self) -> None:
        self.end.close()


def _seconds_until(deadline: Deadline) -> float | None:
    if deadline is None:
        return None
    return deadline() if callable(deadline) else deadline - time.monotonic()


def _read_json(raw: bytearray) -> Message:
    try:
        message = json.loads(bytes(raw))
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from None
    if not isinstance(message, dict):
        raise WireError("a message is an object")
    return message
