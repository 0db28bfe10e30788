"""Have a function done by a hand, and again without what cost too much."""

import atexit
import contextlib
import mmap
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .data import packed, receive, send, unpacked
from .marks import SIZE, UNMARKED

_TOO_MUCH = "too much to read"
SECONDS = 2.0  # of CPU for all that a submission's text costs
MEGABYTES = 300
WALL_SECONDS = 60.0  # its CPU ends a try long before: for a machine that stands still
SHARES = (0.6, 0.6, 0.6)  # of what is left, try by try; the last one leaves every text out
LEAST = 0.5  # seconds for a try, however little is left
_HERE = Path(__file__).parent
_PATH = str(_HERE.parents[1])
_START_SECONDS, _STARTS = 120.0, 3
_WAIT = 0.1  # seconds to wait for a hand that is at work before another is started


class TooMuchError(Exception):
    """What was written costs more than its budget, even with the costly texts left out."""


class HandError(Exception):
    """A function of ours failed in the hand; the text says how."""


class _SpentError(Exception):
    """A try cost more than it was given."""

    def __init__(self, mark: bytes, cpu: float | None = None) -> None:
        super().__init__(mark)
        self.mark = mark  # of the text that it was at
        self.cpu = cpu  # None where it came to the end of its time


class _GoneError(Exception):
    """The hand was no longer there."""


@dataclass
class Budget:
    """What is left for one submission's text, all of its handling together."""

    left: float = SECONDS
    megabytes: int = MEGABYTES
    left_out: set[bytes] = field(default_factory=set)  # texts that cost too much

    def share(self, part: float) -> float:
        return max(LEAST, part * self.left)

    def spend(self, seconds: float) -> None:
        self.left = max(0.0, self.left - seconds)


def within(budget: Budget, do: Callable[..., Any], *arguments: Any) -> Any:
    """What the function gives; TooMuchError if no try ends in time.

    It is a module's own function, its arguments and its answer are data.
    """
    request = {
        "do": (do.__module__, do.__name__),
        "arguments": arguments,
        "megabytes": budget.megabytes,
    }
    for part in SHARES:
        seconds = budget.share(part)
        asked = {"seconds": seconds, "left_out": frozenset(budget.left_out), "everything": False}
        try:
            return _tried(budget, {**request, **asked})
        except _SpentError as spent:
            if spent.mark == UNMARKED:  # there is nothing that could be left out
                raise TooMuchError(_TOO_MUCH) from None
            if spent.mark in budget.left_out:  # that did not help
                break
            budget.left_out.add(spent.mark)
    asked = {"seconds": LEAST, "left_out": frozenset(), "everything": True}
    try:
        return _tried(budget, {**request, **asked})
    except _SpentError:
        raise TooMuchError(_TOO_MUCH) from None


def _tried(budget: Budget, request: dict[str, Any]) -> Any:
    for _ in range(_STARTS):
        with HANDS.one() as hand, contextlib.suppress(_GoneError):
            try:
                told = hand.ask(request)
                break
            except _SpentError as spent:
                budget.spend(request["seconds"] if spent.cpu is None else spent.cpu)
                raise
    else:
        raise HandError("the process that reads what was handed in does not start")
    budget.spend(told["cpu"])
    if "fault" in told:
        raise HandError(told["fault"])
    return told["answer"]


class Hand:
    """One process that reads, seen from this side."""

    def __init__(self) -> None:
        self.end, theirs = socket.socketpair()
        with tempfile.TemporaryFile() as shared:
            shared.truncate(SIZE)
            self.page = mmap.mmap(shared.fileno(), SIZE)
            ends = theirs.fileno(), shared.fileno()
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    str(_HERE / "start.py"),
                    *map(str, ends),
                    str(_HERE.parents[1]),
                ],
                pass_fds=ends,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us to hear
            )
        theirs.close()

    @property
    def mark(self) -> bytes:
        """The text that it was reading when it ended."""
        return self.page[:SIZE]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Its answer; _GoneError if it never began, _SpentError if it came to none.

        Then it is gone.
        """
        begun = False
        try:
            self.end.settimeout(_START_SECONDS)
            send(self.end, packed(request))
            receive(self.end)
            begun = True
            self.end.settimeout(WALL_SECONDS)
            told: dict[str, Any] = unpacked(receive(self.end))
        except (EOFError, OSError):
            self.close()
            raise _SpentError(self.mark) if begun else _GoneError from None
        except BaseException:
            self.close()
            raise
        if "too_much" in told:
            self.close()
            raise _SpentError(self.mark, told["cpu"])
        return told

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        self.process.kill()
        self.end.close()
        self.process.wait()


class Hands:
    """The hands of this process: one, and more only where the first is at work for long."""

    def __init__(self) -> None:
        self.idle: queue.LifoQueue[Hand] = queue.LifoQueue()
        self.lock, self.busy = threading.Lock(), 0

    @contextlib.contextmanager
    def one(self) -> Iterator[Hand]:
        """A hand that nobody else uses meanwhile."""
        with self.lock:
            self.busy += 1
            alone = self.busy == 1
        hand = self._taken(wait=not alone)
        try:
            yield hand
        finally:
            with self.lock:
                self.busy -= 1
            if hand.is_alive:
                self.idle.put(hand)

    def _taken(self, wait: bool) -> Hand:
        while True:
            try:
                hand = self.idle.get(block=wait, timeout=_WAIT)
            except queue.Empty:
                return Hand()
            if hand.is_alive:
                return hand
            hand.close()

    def close(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self.idle.get_nowait().close()


HANDS = Hands()
close = HANDS.close
atexit.register(close)
