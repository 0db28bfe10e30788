"""Talk to a submission's process: run its cells, ask for its names, call its functions.

Whatever it does or sends, what comes back is data, a proxy, or one of three exceptions:
`SubmissionError` (its code raised), `StoppedError` (its process is gone; the next request
replays its cells in a fresh one) and `OutOfBudgetError` (its time is used up).
"""

import builtins
import contextlib
import secrets
import signal
import socket
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ..sandbox.client import Child, Ended
from ..sandbox.coding import Decoder, Encoder
from ..sandbox.limits import MEGABYTE, PATIENCE, Limits, size_of
from ..sandbox.wire import (
    MAX_BUFFERS,
    MAX_JSON,
    MAX_VALUE,
    Message,
    TooLargeError,
    Wire,
    WireError,
    WireTimeoutError,
)
from .outputs import Output
from .proxy import Proxy, Target
from .spending import GRACE_SECONDS, Spending
from .traced import Traced

WITHHELD = "(the text is shown to the instructor)"
_MAX_REPLAYS = 40


class SubmissionError(Exception):
    """The submission's code raised; `report` is its own account, for the instructor."""

    report = type_name = ""


class StoppedError(Exception):
    """The submission's process is gone, or was stopped."""

    type_name = "Stopped"  # what a check calls it when it reports the call


class OutOfBudgetError(StoppedError):
    """All the time of the submission is used up."""


class RefusedError(Exception):
    """A test asked for what a proxy does not give."""


class Submission:
    """The line to one submission, kept up through deaths."""

    def __init__(self, lease: socket.socket, limits: Limits, watched: frozenset[str]) -> None:
        self.child, self.limits, self.watched = Child(lease), limits, watched
        self.spending = Spending(limits, self.child.cpu)
        self.fatal: StoppedError | None = None  # it died in this cell: no second try
        self.sink: Callable[[Output], None] = lambda output: None
        self.wire: Wire | None = None
        self.journal: list[str] = []  # the cells that make up its state
        self.generation = self.received = 0
        self.withhold = False  # hidden tests: its texts are for the instructor alone
        self.lent: dict[int, Callable[..., Any]] = {}
        self.autograd: list[str] = []
        self.last_calls: dict[str, tuple[tuple[Any, ...], Any]] = {}
        self.about: dict[str, tuple[Any, str, int]] = {}  # problem, variable and seed by name
        self.traced: Traced | None = None  # what libtorch does in its process

    # ---- what the court asks for ----

    def begin_cell(self, withhold: bool = False) -> None:
        """The next requests belong to a new cell, which has its own time and its own death."""
        self.fatal, self.withhold = None, withhold
        self.spending.begin_cell()

    def allow(self, seconds: float) -> None:
        """However much of its time it used up, so much is left."""
        self.spending.allow(seconds)

    def mark(self) -> int:
        """A number that nobody knew before, in its trace; from the first on libtorch writes it."""
        number = secrets.randbits(30)
        self._request({"do": "mark", "mark": number})
        return number

    def run(self, source: str) -> bool:
        """Run one cell; whether it ended without an exception. Outputs go to the sink."""
        reply, _ = self._request({"do": "run", "source": source})
        self.journal.append(source)
        return reply.get("answer") is True

    def get(self, name: str) -> Any:
        """The value of a name: data, or a proxy, which asks for the name anew each time."""
        value = self.look(Target(name=name))
        if type(value) is Proxy:
            return Proxy(self, Target(name=name), "function or object")
        return value

    def look(self, target: Target) -> Any:
        return self._look({"do": "get", "target": target.as_dict()})

    def item(self, target: Target, key: Any) -> Any:
        encoder = self._encoder()
        message = {"do": "item", "target": target.as_dict(), "key": encoder.encode(key)}
        return self._look(message, encoder)

    def call(self, target: Target, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call a function there, as if it were here: what it changes in place changes here."""
        encoder = self._encoder()
        call = {"arguments": encoder.encode(list(arguments)), "named": encoder.encode(named)}
        message = {"do": "call", **call, **self._manner(target)}
        before = tuple(map(_copied, arguments)) if message["watch"] else ()
        try:
            result = self._look(message, encoder)
        finally:
            self.lent.clear()  # what was lent is taken back
        if message["watch"]:
            self.last_calls[target.name or ""] = before, result
        return result

    def call_each(self, target: Target, many: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Call a function with one set of data after the other, in one request.

        Gives an answer or an exception for each; where the process dies, the same for all.
        """
        manner = self._manner(target)
        last = tuple(map(_copied, many[-1])) if manner["watch"] and many else ()
        results = self._calls([(manner, arguments) for arguments in many])
        if last and not isinstance(results[-1], Exception):
            self.last_calls[target.name or ""] = last, results[-1]
        return results

    def call_all(self, calls: Sequence[tuple[Target, torch.dtype, tuple[Any, ...]]]) -> list[Any]:
        """As `call_each`, of functions that differ, each in its precision, and not watched."""
        return self._calls(
            [({**self._manner(target, dtype), "watch": False}, arguments)
             for target, dtype, arguments in calls]
        )  # fmt: skip

    def _calls(self, calls: Sequence[tuple[Message, tuple[Any, ...]]]) -> list[Any]:
        encoder = self._encoder()
        named = encoder.encode({})
        coded = [
            {**manner, "arguments": encoder.encode(list(arguments)), "named": named}
            for manner, arguments in calls
        ]
        try:
            return self._look_at_each({"do": "call_each", "calls": coded}, encoder, len(coded))
        except Exception as error:
            return [error] * len(coded)

    def _manner(self, target: Target, dtype: torch.dtype | None = None) -> Message:
        """How a call is to be made: as it would be here, or in another precision."""
        return {
            "target": target.as_dict(),
            "dtype": str(dtype or torch.get_default_dtype()).removeprefix("torch."),
            "gradients": torch.is_grad_enabled(),
            "watch": target.name in self.watched and not target.attributes,
        }

    def close(self) -> None:
        if self.wire:
            self.wire.close()
        if self.traced:
            self.traced.close()
        self.child.close()

    # ---- requests ----

    def _look(self, message: Message, encoder: Encoder | None = None) -> Any:
        reply, buffers = self._request(message, encoder)
        return self._value(reply, Decoder(buffers, self._meet), encoder.sources if encoder else [])

    def _look_at_each(self, message: Message, encoder: Encoder, count: int) -> list[Any]:
        reply, buffers = self._request(message, encoder)
        if "raised" in reply:
            raise self._raised(reply["raised"])
        decoder, answers = Decoder(buffers, self._meet), reply.get("answers")
        if not isinstance(answers, list) or len(answers) > count:
            answers = []
        found = [self._value_or_error(one, decoder, encoder.sources) for one in answers]
        if len(found) < count and self.fatal is None:  # after the call it died in there are none
            raise self._break_off("its answer was no data (not one for each call)")
        return found + [self.fatal] * (count - len(found))

    def _value_or_error(self, reply: Any, decoder: Decoder, sources: list[Any]) -> Any:
        if self.fatal:
            return self.fatal
        try:
            return self._value(reply, decoder, sources)
        except Exception as error:
            return error

    def _value(self, reply: Any, decoder: Decoder, sources: list[Any]) -> Any:
        """What a reply says, after what the call changed is changed here too."""
        try:
            if "raised" not in reply:
                answer = decoder.decode(reply.get("answer"))
                _put_back(decoder, reply.get("changed", []), sources)
                self.autograd += [str(place)[:200] for place in reply.get("autograd", [])][:5]
                return answer
        except (WireError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._break_off(f"its answer was no data ({error})") from None
        raise self._raised(reply["raised"])

    def _request(
        self, message: Message, encoder: Encoder | None = None
    ) -> tuple[Message, list[bytearray]]:
        """One request and its reply, whatever happens."""
        if self.fatal:
            raise self.fatal
        wire, spending = self._living_wire(), self.spending
        if spending.is_over():
            limit = self.limits.submission_seconds
            raise OutOfBudgetError(f"not run: the {limit:g} s of the whole submission are used up")
        spending.begin_request()
        times = {"seconds": spending.may_use, "wall": spending.may_take}
        message = {**message, **times, "id": secrets.token_hex(8)}
        try:
            wire.end.settimeout(spending.may_take + GRACE_SECONDS)
            wire.send(message, encoder.buffers if encoder else ())
            return self._reply(wire, message["id"])
        except WireTimeoutError:
            raise self._break_off(self._too_long()) from None
        except WireError as error:
            raise self._break_off(self._cause(str(error))) from None
        finally:
            spending.end_request()

    def _reply(self, wire: Wire, wanted: str) -> tuple[Message, list[bytearray]]:
        while True:
            message, buffers = wire.receive(self.spending.patience)
            if "output" in message:
                self._take_output(message["output"])
            elif "call_back" in message:
                self._call_back(wire, message, buffers)
            elif "no_sandbox" in message:
                raise ShelterError(str(message["no_sandbox"]))
            elif message.get("id") == wanted:
                return message, buffers
            else:
                raise WireError("an answer to no question")

    def _take_output(self, output: Any) -> None:
        self.received += size_of(output)
        if self.received > 2 * self.limits.output_mb * MEGABYTE + 10_000:
            raise WireError(f"it printed more than {self.limits.output_mb:g} MB")
        self.sink(output)

    def _call_back(self, wire: Wire, message: Message, buffers: list[bytearray]) -> None:
        """It calls a function that a test lent it for the call that is running."""
        function = self.lent.get(message["call_back"])
        if function is None:
            raise WireError("a call of what was not lent")
        decoder, encoder = Decoder(buffers, self._meet), Encoder(_refuse)
        arguments = decoder.decode(message["arguments"])
        named = decoder.decode(message["named"])
        try:
            answer = encoder.encode(function(*arguments, **named))
        except Exception as error:
            wire.send({"refused": f"{type(error).__name__}: {error}"[:500]})
            return
        wire.send({"answer": answer}, encoder.buffers)

    def _too_long(self) -> str:
        seconds = self.limits.cell_seconds
        if self.spending.has_waited():
            return f"it was not done after {PATIENCE * seconds:g} s, which it spent waiting"
        return f"it ran longer than {seconds:g} s"

    # ---- values that are no data ----

    def _encoder(self) -> Encoder:
        return Encoder(self._refer)

    def _refer(self, value: Any) -> Message:
        """How to speak of one of its own things, or of a function of ours."""
        if type(value) is Proxy:
            return {"target": Proxy.target_of(value).as_dict()}
        if not callable(value):
            raise RefusedError(f"a {type(value).__name__} cannot be handed to a submission")
        number = len(self.lent)
        self.lent[number] = value
        return {"lent": number}

    def _meet(self, coded: Message) -> Proxy:
        """A proxy for what is no data."""
        thing = coded.get("thing")
        if type(thing) is not int:
            raise WireError("neither data nor a thing")
        kind = _printable(coded.get("type"))
        return Proxy(self, Target(thing=thing, generation=self.generation), kind)

    def _raised(self, described: Any) -> Exception:
        """Its exception as one of ours, of the nearest built-in kind."""
        if not isinstance(described, dict):
            return self._break_off("it raised what is no exception")
        if described.get("name") == "OutOfTime":  # by its own clock: it lives, the cell is over
            self.fatal = StoppedError(self._too_long())
            return self.fatal
        ancestors = described.get("is")
        names = [str(name) for name in ancestors] if isinstance(ancestors, list) else []
        name, text = str(described.get("name"))[:80], str(described.get("text"))[:4000]
        report = f"{name}: {text}\n{described.get('traceback')}"
        if self.withhold:
            kinds = [n for n in names if hasattr(builtins, n)]
            name, text = (kinds or ["Exception"])[0], text and WITHHELD
        if "too_large" in described:
            name, text = TooLargeError.__name__, self._too_large(described["too_large"])
        error = _same_kind(name, text, names)
        error.report, error.type_name = report, name
        return error

    def _too_large(self, said: Any) -> str:
        """How large its answer was; in a hidden test only how large it may be."""
        size, allowed = said if isinstance(said, list) and len(said) == 2 else (0, 0)
        known = type(size) is int and allowed in (MAX_VALUE, MAX_JSON, MAX_BUFFERS)
        if self.withhold or not known or not allowed < size < 1 << 50:
            return f"too large: more than {MAX_VALUE // MEGABYTE} MB"
        return str(TooLargeError(size, allowed))

    # ---- life and death ----

    def _living_wire(self) -> Wire:
        """The wire to a process with the submission's state in it."""
        if self.wire is None:
            if self.generation > _MAX_REPLAYS:
                raise OutOfBudgetError(f"not run: its process died {self.generation} times before")
            self.generation += 1
            self.wire = Wire(self.child.fork(self.limits))
            self.spending.begin_process()
            if self.watched:
                self._take_trace(self.wire)
            self._replay()
            self.spending.begin_cell()
        return self.wire

    def _take_trace(self, wire: Wire) -> None:
        """The file in which its process will say what libtorch does, before it runs a cell."""
        if self.traced:
            self.traced.close()
        number, self.traced = secrets.token_hex(8), None
        self.spending.begin_request()
        times = {"seconds": self.spending.may_use, "wall": self.spending.may_take}
        with contextlib.suppress(WireError):  # it is gone: the next request will say how
            wire.send({"do": "hand_over", **times, "id": number})
            file = wire.receive_file(self.spending.patience)
            self.traced = None if file is None else Traced(file)
            self._reply(wire, number)
        self.spending.end_request()

    def _replay(self) -> None:
        """Make the state again in a fresh process; what is shown meanwhile was seen before."""
        sources, self.journal = self.journal, []
        sink, self.sink = self.sink, lambda output: None
        received, self.received = self.received, 0
        try:
            for source in sources:
                self.spending.begin_cell()
                self.run(source)
        finally:
            self.sink, self.received = sink, received

    def _cause(self, error: str) -> str:
        """Why the process is gone, in words."""
        ended = self.child.ended(0.3)
        if ended is None:
            return error
        return _cause_of_death(ended)

    def _break_off(self, why: str) -> StoppedError:
        if self.wire:
            self.wire.close()
            self.wire = None
        self.child.kill()
        self.child.forget()
        self.fatal = StoppedError(why)
        return self.fatal


class ShelterError(Exception):
    """The sandbox could not be entered, so nothing was run."""


def _cause_of_death(ended: Ended) -> str:
    known = {
        -signal.SIGSEGV: "its process crashed (segmentation fault)",
        -signal.SIGBUS: "its process crashed (bus error)",
        -signal.SIGABRT: "its process aborted",
        -signal.SIGKILL: "its process was killed (out of time or memory)",
    }
    said = known.get(ended.code, f"its process ended by itself (exit code {ended.code})")
    return ended.why or said


def _same_kind(name: str, text: str, ancestors: Sequence[str]) -> SubmissionError:
    """An exception called as theirs, which `except ValueError` and its like will catch."""
    for ancestor in ancestors:
        base = getattr(builtins, ancestor, None)
        if isinstance(base, type) and issubclass(base, Exception):
            with contextlib.suppress(TypeError, ValueError):
                return _named(name, (SubmissionError, base), text)
    return _named(name, (SubmissionError,), text)


def _named(name: str, bases: tuple[type, ...], text: str) -> SubmissionError:
    error: SubmissionError = type(name if name.isidentifier() else "Exception", bases, {})(text)
    return error


def _put_back(decoder: Decoder, changed: Any, sources: list[Any]) -> None:
    """What the call changed in its arguments is changed in ours."""
    for index, coded in changed:
        value = decoder.decode(coded)
        source = sources[index] if type(index) is int and 0 <= index < len(sources) else None
        if isinstance(source, torch.Tensor) and isinstance(value, torch.Tensor):
            _overwrite(source, value.detach())
        elif isinstance(source, np.ndarray) and source.shape == getattr(value, "shape", None):
            source[...] = value
        else:
            raise WireError("it changed what it was not given")


def _overwrite(ours: torch.Tensor, now: torch.Tensor) -> None:
    """Make our tensor what theirs has become."""
    if ours.shape == now.shape and ours.dtype == now.dtype:
        ours.data.copy_(now)  # in place, so that views of it change too
    else:
        ours.data = now


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, torch.Tensor) else value


def _printable(name: object) -> str:
    """The name of a student's type, which may be any text, as one that can stand in a line."""
    letters = "".join(c for c in str(name)[:200] if c.isalnum() or c in "_.")
    return letters[:40] or "object"


def _refuse(value: Any) -> Message:
    raise RefusedError(f"a {type(value).__name__} cannot be handed to a submission")
