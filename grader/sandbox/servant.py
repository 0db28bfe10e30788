"""Do in the submission's process what the referee asks: run a cell, give a value, call a function.

Nothing on this side is trusted. What it does well (limits on time and output, noticing autograd) it
does so that an honest mistake costs little; the referee enforces the same from outside.
"""

import linecache
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import torch

from .coding import Decoder, Encoder
from .limits import MEGABYTE, Limits, size_of
from .shell import Output, Shell, Sink
from .trace import Trace
from .wire import MAX_BUFFERS, MAX_VALUE, Json, Message, TooLargeError, Wire

# What torch calls, in C, when a derivative is computed by reverse or forward mode.
_ENGINE = frozenset(
    {"run_backward", "_make_dual", "_enter_dual_level", "_grad_increment_nesting",
     "_jvp_increment_nesting"}
)  # fmt: skip
_MAX_TEXT = 4000


class OutOfTime(KeyboardInterrupt):
    """The cell's time is over. Not an Exception, so that `except Exception` lets it through."""


class Servant:
    """Answers one request after the other until the referee goes."""

    def __init__(self, end: socket.socket, shell: Shell, limits: Limits, trace: Trace) -> None:
        self.wire, self.shell, self.limits, self.trace = Wire(end), shell, limits, trace
        self.things: list[Any] = []
        self.budget = limits.output_mb * MEGABYTE
        for alarm in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(alarm, _out_of_time)

    def serve(self) -> None:
        sys.path.insert(0, "")  # as in a kernel: a cell may import the file that another wrote
        while True:
            message, buffers = self.wire.receive()
            reply, raw = self._answer(message, buffers)
            try:
                self.wire.send({**reply, "id": message["id"]}, raw)
            except TooLargeError as error:
                self.wire.send({"raised": _described(error), "id": message["id"]})

    def _answer(self, message: Message, buffers: list[bytearray]) -> tuple[Message, list[Any]]:
        """What came of the request; an exception of the student's is an answer too."""
        encoder = Encoder(self._refer, MAX_VALUE)
        try:
            with _alarm(float(message["seconds"]), float(message["wall"])):
                if message["do"] == "run":
                    return {"answer": self.shell.run(message["source"], self._sink())}, []
                if message["do"] == "hand_over":
                    return self._hand_over(), []
                if message["do"] == "mark":
                    self.trace.mark(message["mark"])
                    return {"answer": None}, []
                with self.shell.captured(self._sink()):
                    reply = self._look(message, buffers, encoder)
            return reply, encoder.buffers
        except BaseException as error:
            return {"raised": _described(error)}, []

    def _hand_over(self) -> Message:
        """The trace's file, asked for before a cell is run."""
        if self.trace.file is not None:
            self.wire.send_file(self.trace.file)
        return {"answer": None}

    def _look(self, message: Message, buffers: list[bytearray], encoder: Encoder) -> Message:
        """Requests for values: a name or attribute, an item, a call."""
        decoder = Decoder(buffers, self._meet)
        if message["do"] == "call_each":
            return {"answers": list(self._call_each(message["calls"], decoder, encoder))}
        if message["do"] == "call":
            return self._call(message, decoder, encoder)
        target = self._target(message["target"])
        if message["do"] == "item":
            target = target[decoder.decode(message["key"])]
        return {"answer": encoder.encode(target)}

    def _target(self, target: Message) -> Any:
        value = self.things[target["thing"]] if "thing" in target else self._named(target["name"])
        for attribute in target["attributes"]:
            value = getattr(value, attribute)
        return value

    def _named(self, name: str) -> Any:
        if name not in self.shell.user_ns:
            raise NameError(f"name '{name}' is not defined")
        return self.shell.user_ns[name]

    def _call_each(
        self, calls: list[Message], decoder: Decoder, encoder: Encoder
    ) -> Iterator[Message]:
        """One answer for each call, until time is up."""
        for call in calls:
            mark = len(encoder.buffers)
            try:
                answer = self._call(call, decoder, encoder)
                _not_over(sum(map(len, encoder.buffers)), MAX_BUFFERS)
                yield answer
            except BaseException as error:
                del encoder.buffers[mark:]
                yield {"raised": _described(error)}
                if isinstance(error, OutOfTime):
                    return

    def _call(self, message: Message, decoder: Decoder, encoder: Encoder) -> Message:
        function, arguments = self._target(message["target"]), _Recorded(decoder)
        positional = arguments.decode(message["arguments"])
        named = arguments.decode(message["named"])
        watch = Watch() if message["watch"] else None
        with _torch_set(message["dtype"], message["gradients"]), watch or _nothing():
            result = function(*positional, **named)
        encoder.fresh()
        answer = encoder.encode(result)
        encoder.fresh()
        changed = arguments.changed(encoder)
        return {"answer": answer, "changed": changed, "autograd": watch.seen if watch else []}

    def _refer(self, value: Any) -> Message:
        """A number for what is no data."""
        self.things.append(value)
        kind = type(value)
        name, callable_ = _safely(lambda: kind.__qualname__), callable(value)
        return {"thing": len(self.things) - 1, "type": name, "callable": callable_}

    def _meet(self, coded: Message) -> Any:
        """What the referee refers to: one of our things, or a function it lends for this call."""
        if "target" in coded:
            return self._target(coded["target"])
        return lambda *arguments, **named: self._call_back(coded["lent"], arguments, named)

    def _call_back(self, number: int, arguments: Any, named: Any) -> Any:
        encoder = Encoder(self._refer)
        coded = {"arguments": encoder.encode(list(arguments)), "named": encoder.encode(named)}
        self.wire.send({"call_back": number, **coded}, encoder.buffers)
        reply, buffers = self.wire.receive()
        if "refused" in reply:
            raise RuntimeError(reply["refused"])
        return Decoder(buffers, self._meet).decode(reply["answer"])

    def _sink(self) -> Sink:
        """Where outputs go, until there were too many."""

        def send(output: Output) -> None:
            if self.budget < 0:
                return
            self.budget -= size_of(output)
            if self.budget < 0:
                note = f"\n(output cut off: more than {self.limits.output_mb:g} MB)\n"
                output = {"output_type": "stream", "name": "stdout", "text": note}
            self.wire.send({"output": output})

        return send


class _Recorded:
    """Decodes a call's arguments, and tells afterwards which of them the call changed."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder, self.values = decoder, dict[int, tuple[Json, Any]]()
        self.before = dict[int, tuple[bytes, Any]]()

    def decode(self, coded: Json) -> Any:
        if isinstance(coded, list):
            return [self.decode(item) for item in coded]
        if isinstance(coded, dict) and len(coded) == 1:
            ((kind, content),) = coded.items()
            if kind in ("tensor", "array"):
                value, index = self.decoder.decode(coded), content[2]
                self.values[index] = content[:2], value
                self.before[index] = bytes(self.decoder.buffers[index]), _place_in_memory(value)
                return value
            if kind in ("list", "tuple"):
                items = [self.decode(item) for item in content]
                return items if kind == "list" else tuple(items)
            if kind == "dict":
                return {self.decode(key): self.decode(value) for key, value in content}
        return self.decoder.decode(coded)

    def changed(self, encoder: Encoder) -> list[Json]:
        """[index of its buffer, what it is now] for each that is not what was sent."""
        found = []
        for index, (form, value) in self.values.items():
            raw, place = self.before[index]
            # A tensor lies in the very buffer that it was sent in.
            if place and raw == self.decoder.buffers[index] and place == _place_in_memory(value):
                continue
            mark = len(encoder.buffers)
            coded = encoder.encode(value)
            ((_, content),) = coded.items()
            if content[:2] == form and bytes(encoder.buffers[mark]) == raw:
                del encoder.buffers[mark:]
            else:
                found.append([index, coded])
        return found


def _place_in_memory(value: Any) -> Any:
    """Where a tensor's entries lie; None if the buffer it came in does not hold them."""
    if not isinstance(value, torch.Tensor) or value.dtype is torch.bool:
        return None
    return value.data_ptr(), value.dtype, value.shape, value.stride()


class Watch:
    """Notices, while it is entered, that torch's engine is asked for a derivative."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __enter__(self) -> None:
        sys.setprofile(self._profile)

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _profile(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call" and argument.__name__ in _ENGINE and len(self.seen) < 5:
            self.seen.append(_place(frame) or argument.__name__)


def _place(frame: FrameType | None) -> str:
    """The student's line that led here."""
    while frame is not None and not frame.f_code.co_filename.startswith("<ipython-input"):
        frame = frame.f_back
    if frame is None:
        return ""
    code: CodeType = frame.f_code
    line = linecache.getline(code.co_filename, frame.f_lineno).strip()
    return f"{code.co_name}, line {frame.f_lineno}: {line}"[:200]


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _torch_set(dtype: str, gradients: bool) -> Iterator[None]:
    """Torch's default dtype and gradient mode as they are where the call comes from."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with torch.set_grad_enabled(gradients):
            yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def _alarm(seconds: float, wall: float) -> Iterator[None]:
    """Stop after so many seconds of CPU, or on the clock."""
    clocks = {signal.ITIMER_PROF: seconds, signal.ITIMER_REAL: wall}
    for clock, rings_after in clocks.items():
        signal.setitimer(clock, rings_after)
    try:
        yield
    finally:
        for clock in clocks:
            signal.setitimer(clock, 0)


def _out_of_time(*_: object) -> None:
    raise OutOfTime("stopped: it ran longer than it may")


def _not_over(size: int, allowed: int) -> None:
    if size > allowed:
        raise TooLargeError(size, allowed)


def _described(error: BaseException) -> Message:
    """An exception as data: its name, text, built-in ancestors and traceback."""
    lines = _safely(lambda: "".join(traceback.format_exception(error, limit=-8)))
    ancestors = [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"]
    text = _safely(lambda: str(error))
    told: Message = {
        "name": type(error).__name__,
        "text": text,
        "is": ancestors,
        "traceback": lines,
    }
    if type(error) is TooLargeError:
        told["too_large"] = [error.size, error.allowed]
    return told


def _safely(say: Callable[[], str]) -> str:
    """Text that the student's own code may be asked for."""
    try:
        return str(say())[:_MAX_TEXT]
    except Exception as error:
        return f"(no text: {type(error).__name__})"
