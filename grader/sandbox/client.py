"""Hold the warm processes, and the children forked from them, from the trusted side.

`Warm.start` takes about 3 s, once; `Child(warm.lease()).fork(limits)` makes a fresh submission's
process in some milliseconds, and closing the lease ends it, whatever it does.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .isolation import Level
from .limits import Limits

_KEPT = ("GRADER_CATALOGUE",)  # in which words outputs are written
_HERE = Path(__file__).parent
_START_SECONDS = 120.0
_PACKET = 1 << 16
_SCRATCH = "grader-sandbox-"


class NoSandboxError(Exception):
    """No submission can be shut in on this machine; the text says what the kernel said."""


@dataclass(frozen=True)
class RefereeSettings:
    """Where the trusted side's warm process finds the code that plays the referee."""

    module: str
    rehearsal: str = ""  # Python that test cells are like: run once, so that caches are warm

    def as_dict(self) -> dict[str, Any]:
        path = str(_HERE.parents[1])
        # Of the directory that holds the package only the package itself is shown.
        readable = [*_python(), str(_HERE.parent)]
        where = {"path": path, "readable": readable}
        return {"module": self.module, "rehearsal": self.rehearsal, **where}


@dataclass
class Warm:
    """The warm processes: one that forks submissions, and perhaps one that forks referees."""

    level: Level
    seconds: float  # what starting took
    process: "subprocess.Popen[bytes]"
    control: socket.socket
    referee_control: socket.socket | None = None
    children: list["Child"] = field(default_factory=list)

    @classmethod
    def start(cls, level: Level | None = None, referee: RefereeSettings | None = None) -> "Warm":
        """Start them at a level, by default the best there is; NoSandboxError if there is none."""
        return Starting.begin(level, referee).ready()

    def lease(self, referee: bool = False) -> socket.socket:
        """A new lease on one child at a time; close it to end the child."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control = self.referee_control if referee else self.control
        if control is None:
            raise ValueError("started without a referee")
        socket.send_fds(control, [b"lease"], [theirs.fileno()])
        theirs.close()
        return ours

    def teach(self, what: Any) -> None:
        """Have the referee's warm process learn something, for all that it forks from then on."""
        if self.referee_control:
            with contextlib.suppress(OSError):  # gone, or it was too long: it can do without
                self.referee_control.send(json.dumps(what).encode())

    def close(self) -> None:
        """End the warm processes and all their children."""
        self.control.close()
        if self.referee_control:
            self.referee_control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        _sweep()

    def __enter__(self) -> "Warm":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class Starting:
    """Warm processes that load what they need, while whoever began them does other things."""

    process: "subprocess.Popen[bytes]"
    control: socket.socket
    referee_control: socket.socket | None

    @classmethod
    def begin(
        cls, level: Level | None = None, referee: RefereeSettings | None = None
    ) -> "Starting":
        _sweep()
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        referee_control, referee_theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        process = _launch(theirs)
        theirs.close()
        settings = {
            "level": level.value if level else None,
            "readable": _python(),
            "hidden": _grader_packages(),
            "referee": referee.as_dict() if referee else None,
        }
        socket.send_fds(control, [json.dumps(settings).encode()], [referee_theirs.fileno()])
        referee_theirs.close()
        if referee:
            return cls(process, control, referee_control)
        referee_control.close()
        return cls(process, control, None)

    def ready(self) -> Warm:
        """They, as soon as they are there; NoSandboxError if they cannot be had."""
        greeting = self._greeting(self.control)
        if self.referee_control:
            self._greeting(self.referee_control)
        reached, seconds = Level(greeting["ready"]), float(greeting["seconds"])
        return Warm(reached, seconds, self.process, self.control, self.referee_control)

    def give_up(self) -> str:
        """End them, as nobody needs them after all; what they had to say.

        The connections go first: what they forked holds their stderr open until it sees that.
        """
        self.control.close()
        if self.referee_control:
            self.referee_control.close()
        self.process.kill()
        _, said = self.process.communicate()
        return said.decode(errors="replace")

    def _greeting(self, control: socket.socket) -> dict[str, Any]:
        """The first message: ready, or why not."""
        control.settimeout(_START_SECONDS)
        try:
            data = control.recv(_PACKET)
        except OSError:
            data = b""
        control.settimeout(None)
        greeting: dict[str, Any] = json.loads(data) if data else {}
        if "ready" in greeting:
            return greeting
        said = self.give_up()
        if "refused" in greeting:
            reasons = [f"{level}: {why}" for level, why in greeting["refused"].items()]
            raise NoSandboxError("; ".join(reasons))
        raise RuntimeError("the warm process did not start: " + said[-2000:])


@dataclass(frozen=True)
class Ended:
    """How a child ended."""

    code: int  # below zero: the signal
    why: str | None  # set if the zygote killed it
    cpu: float
    memory_mb: int


class Child:
    """One child at a time, owned through a lease."""

    def __init__(self, lease: socket.socket) -> None:
        self.lease = lease
        self.report: Ended | None = None  # came while something else was asked

    def fork(self, limits: Limits, *more: socket.socket) -> socket.socket:
        """A fresh child (a former one is killed); returns our end of its first socket.

        `more` are handed to it too, and are then no longer ours.
        """
        ours, theirs = socket.socketpair()
        self.report = None
        request = json.dumps({"fork": limits.as_dict()}).encode()
        ends = [theirs, *more]
        socket.send_fds(self.lease, [request], [end.fileno() for end in ends])
        for end in ends:
            end.close()
        return ours

    def ended(self, seconds: float = 1.0) -> Ended | None:
        """How it ended, None if it did not within the time."""
        deadline = time.monotonic() + seconds
        while self.report is None and self._hear(deadline) is not None:
            pass
        return self.report

    def cpu(self, seconds: float = 1.0) -> float | None:
        """The CPU that it has used so far, all its threads; None if that cannot be known."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            self.lease.send(b'{"clock": true}')
            while self.report is None and (said := self._hear(deadline)) is not None:
                if "clock" in said:
                    told: float | None = said["clock"]
                    return told
        return self.report.cpu if self.report else None

    def forget(self) -> None:
        """Whatever the zygote still said about a former process concerns no later one."""
        self.lease.setblocking(False)
        with contextlib.suppress(OSError):
            while self.lease.recv(_PACKET):
                pass
        self.lease.setblocking(True)
        self.report = None

    def _hear(self, deadline: float) -> dict[str, Any] | None:
        """What the zygote says next; None if it says nothing in time, or is gone."""
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        self.lease.settimeout(left)
        try:
            data = self.lease.recv(_PACKET)
        except OSError:
            return None
        if not data:
            return None
        said: dict[str, Any] = json.loads(data)
        if "ended" in said:
            self.report = Ended(said["ended"], said["why"], said["cpu"], said["memory_mb"])
        return said

    def kill(self) -> None:
        """Whatever it is doing, it is killed; another may be forked."""
        with contextlib.suppress(OSError):
            self.lease.send(json.dumps({"kill": True}).encode())

    def close(self) -> None:
        """As `kill`, and the lease is over."""
        self.lease.close()


def _launch(control: socket.socket) -> "subprocess.Popen[bytes]":
    """Python without our environment, path or terminal, in a session of its own (for Ctrl-C)."""
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": _matplotlib_cache(),
        # A second thread, once started, would make every later fork hang.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # Huge pages: a fork has fewer entries to copy and a child fewer faults. Worth a tenth.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
    }
    return subprocess.Popen(
        [sys.executable, "-I", str(_HERE / "start.py"), str(control.fileno())],
        env=environment,
        cwd="/",
        pass_fds=[control.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _matplotlib_cache() -> str:
    """Where the list of fonts is kept from one start to the next."""
    home = os.environ.get("MPLCONFIGDIR") or os.path.expanduser("~/.cache/matplotlib")
    with contextlib.suppress(OSError):
        os.makedirs(home, exist_ok=True)
    return home if os.access(home, os.W_OK) else os.path.join(tempfile.gettempdir(), "matplotlib")


def _python() -> list[str]:
    """The directories this Python lives in."""
    known = sysconfig.get_paths()
    return sorted({sys.prefix, sys.base_prefix, known["purelib"], known["platlib"]})


def _grader_packages() -> list[str]:
    """Where an installed copy of this package may lie: hidden from submissions."""
    return sorted({sysconfig.get_paths()["purelib"] + "/grader", str(_HERE.parent)})


def _sweep() -> None:
    """Remove the scratch directories of zygotes that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        number = path.name.removeprefix(_SCRATCH).split("-")[0]
        if number.isdigit() and not os.path.exists(f"/proc/{number}"):
            shutil.rmtree(path, ignore_errors=True)
