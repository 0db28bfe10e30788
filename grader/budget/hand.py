"""Be the process that reads: one request after the other, each within its CPU and its memory.

It ends when nobody holds the other end, when the kernel says that a request has used up what it
may, and after a request that left it large. Its limits are against what a text costs, not against
its writer: nothing of a student's is ever run here.
"""

import contextlib
import gc
import importlib
import mmap
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from .data import packed, receive, send, unpacked
from .marks import HERE, SIZE, UNMARKED

MEGABYTE = 1 << 20
LARGE = 64 * MEGABYTE  # by so much a request may leave it larger, if there is to be a next one
IDLE_SECONDS = 120.0
READY = b"ready"
FRAMES = 2_000  # of Python's stack: nested text ends as RecursionError, not as a crash


def main(end: socket.socket, page: mmap.mmap) -> None:
    """Answer until the other end is closed, or until it is better to begin anew."""
    HERE.page = page
    sys.setrecursionlimit(FRAMES)
    _quiet()
    with contextlib.suppress(EOFError, OSError):
        while True:
            end.settimeout(IDLE_SECONDS)
            request = unpacked(receive(end))
            do = _prepared(*request["do"])
            before = address_space()
            end.settimeout(None)
            send(end, READY)
            send(end, packed(_answer(do, request)))
            if request["everything"] or address_space() - before > LARGE:
                return  # it may remember what was left out, or never give back what it took
            del request


@cache
def _prepared(module: str, name: str) -> Callable[..., Any]:
    """The function, with all that its module wants to have loaded before time is taken."""
    room = importlib.import_module(module)
    if warm_up := getattr(room, "warm_up", None):
        warm_up()
    do: Callable[..., Any] = getattr(room, name)
    return do


def _answer(do: Callable[..., Any], request: dict[str, Any]) -> dict[str, Any]:
    """What a function gives for its arguments, and what it cost; or that it was too much."""
    HERE.left_out, HERE.everything = request["left_out"], request["everything"]
    if HERE.page is not None:
        HERE.page[:SIZE] = UNMARKED
    gc.disable()  # a large file is read in a third of the time; JSON makes no cycles
    began = time.process_time()
    _limit(request["seconds"], request["megabytes"])
    try:
        told: dict[str, Any] = {"answer": do(*request["arguments"])}
    except MemoryError:
        told = {"too_much": True}
    except Exception as error:
        told = {"fault": f"{type(error).__name__}: {error}"[:2000]}
    finally:
        _limit(0, None)
        gc.enable()
    return {**told, "cpu": time.process_time() - began}


def _limit(seconds: float, megabytes: int | None) -> None:
    """From here on so much CPU, which ends the process, and so much more memory."""
    # SIGPROF as the kernel handles it: it ends even a library that never comes back to Python.
    signal.setitimer(signal.ITIMER_PROF, seconds)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = hard if megabytes is None else address_space() + megabytes * MEGABYTE
    with contextlib.suppress(ValueError, OSError):  # lower than that already
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def address_space() -> int:
    """How much address space this process has, in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _quiet() -> None:
    """No core files, and nothing on anybody's terminal."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
