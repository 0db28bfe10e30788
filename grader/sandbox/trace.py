"""Have libtorch itself write down what it does, into a file that the referee holds.

The writing is libtorch's execution trace, in C++: it sees every operation of every thread, however
it was called. What could stop it is taken out of reach before a student's code runs, and what
starts it is used up by starting. It slows torch down tenfold, so it starts when all tests are done.

    hand_over    the file goes to the referee, before a student's code runs
    mark         write this number; what was written before it is in the file then
"""

import contextlib
import importlib
import os
from typing import Any

import torch

_HOLDERS = (
    "torch._C._profiler", "torch._C._autograd", "torch.autograd", "torch.profiler.profiler",
)  # fmt: skip
_SWITCHES = (
    "_remove_execution_trace_observer", "_disable_execution_trace_observer", "_clear_callbacks",
    "_enable_record_function",
)  # fmt: skip
_STARTERS = "_add_execution_trace_observer", "_enable_execution_trace_observer"


class Trace:
    """What libtorch does from the first mark on."""

    def __init__(self) -> None:
        profiler: Any = importlib.import_module("torch._C._profiler")
        found = [getattr(profiler, name, None) for name in _STARTERS]
        self.starters: list[Any] = found if all(found) else []
        self.file: int | None = None
        self.empty = torch.empty
        _take_out_of_reach()

    def make_file(self) -> None:
        """In a child that is not shut in yet: later it may make no such file."""
        if self.starters:
            self.file = os.memfd_create("trace")

    def mark(self, number: int) -> None:
        """Write the number, then enough for libtorch to empty its buffer; the first mark starts."""
        if self.file is None:
            return
        if self.starters:
            self._start()
        self.empty((0, number))
        size = os.fstat(self.file).st_size
        while os.fstat(self.file).st_size == size:
            self.empty((0, 0))

    def _start(self) -> None:
        """Have it begin. It opens a path, and a student could reach any other than /dev/null."""
        (add, enable), self.starters = self.starters, []
        assert self.file is not None
        place = os.dup(self.file)  # the lowest free number, which libtorch's file will have
        os.close(place)
        add("/dev/null")
        os.dup2(self.file, place)
        enable()


def _take_out_of_reach() -> None:
    """No Python in this process, nor in one forked from it, can name these any more."""
    for holder in map(importlib.import_module, _HOLDERS):
        for name in (*_SWITCHES, *_STARTERS):
            with contextlib.suppress(AttributeError):
                delattr(holder, name)
