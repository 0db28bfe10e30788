"""Fork submissions from a warm process that holds nothing of the course.

The process starts with an empty environment, loads torch, matplotlib and IPython once, forks a
second one that becomes the referee's (the only one to load the real `grader`), moves into its room
and then forks a child per request. Whoever holds the other end of a lease owns the child: when
that end closes, for whatever reason, the child is killed.

    control   the starter's socket: settings first, then a message for each new lease, and what the
              referee's process is to learn; closed: all ends
    lease     {"fork": limits} with sockets for the child, {"kill": true} --> {"ended": ...}
              {"clock": true} --> {"clock": the CPU that the child has used}
"""

import contextlib
import gc
import importlib
import json
import os
import random
import resource
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import isolation, kernel
from .isolation import Level, Room
from .limits import MEGABYTE, Limits

Play = Callable[[list[socket.socket], Limits], None]
Prepare = Callable[[], None]
Learn = Callable[[Any], None]

# The last four are what the first optimiser, data loader and figure would import, child by child.
_PRELOADED = (
    "numpy", "torch", "torch.nn", "torch.utils.data", "torch._dynamo", "torch.func",
    "matplotlib.pyplot", "matplotlib.animation", "matplotlib_inline.backend_inline",
)  # fmt: skip
_WARM_UP = (
    "%matplotlib inline\nimport torch, numpy as np, matplotlib.pyplot as plt",
    "plt.figure(); plt.loglog([1e-9, 2], [1, 2], 'o-'); plt.grid(); plt.title('$x^2$'); plt.show()",
    # In another size of letters: matplotlib looks for each font again in each size.
    "plt.rcParams['font.size'] = 12\n"
    "figure, (left, right) = plt.subplots(1, 2, layout='constrained')\n"
    "left.scatter([1, 2], [1, 2], label=r'$\\log_{10}x$')\n"
    "left.legend(); left.set(xlabel='x', title='t')\n"
    "right.semilogy([1, 2]); figure.colorbar(left.imshow([[1, 2]])); plt.show()\n"
    "plt.rcParams['font.size'] = 10",
    "torch.manual_seed(0)\n"
    "net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Sigmoid())\n"
    "step = torch.optim.SGD(net.parameters(), lr=0.1)\n"
    "net(torch.randn(5, 3)).sum().backward(); step.step(); torch.ones(2)",
    "1 / 0",
)
_WATCH_SECONDS = 0.1
_PACKET = 1 << 16
SCRATCH = "grader-sandbox-"  # the name of our directories in /tmp, then the zygote's number
SANDBOX_FAILED = 97  # the exit code of a child that could not be shut in


def _nothing(*_: Any) -> None:
    """What a submission's warm process learns, and what a referee prepares."""


@dataclass
class Lease:
    """A socket, and the child that its holder owns."""

    end: socket.socket
    pid: int | None = None
    scratch: str | None = None
    core: int | None = None  # that its child is bound to
    limits: Limits = field(default_factory=Limits)
    why: str | None = None  # we killed it


class Zygote:
    """Waits for leases and forks."""

    def __init__(
        self,
        control: socket.socket,
        level: Level,
        room: Room,
        play: Play,
        *,
        learn: Learn = _nothing,
        prepare: Prepare = _nothing,
    ) -> None:
        self.control, self.level, self.room = control, level, room
        self.play, self.learn, self.prepare = play, learn, prepare
        self.leases: dict[int, Lease] = {}
        self.cores = _cores()
        self.numbers: int | None = None
        self.scratch_base: str | None = None
        _one_thread_or_die()
        # Asked now: there is no /proc in the room. A little is for what forking itself needs.
        self.address_space = _address_space() + 64 * MEGABYTE
        _seed()
        memory = kernel.written_memory()
        if level is Level.NAMESPACES:
            self.numbers = isolation.move_in(room)
        else:
            self.scratch_base = tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-")
        self.visible = isolation.visible_paths(room) if level is Level.LANDLOCK else []
        kernel.gather_in_huge_pages(memory)
        kernel.set_dumpable(False)  # nobody of our user may look into the zygote

    def serve(self) -> None:
        """Until control closes."""
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.control, selectors.EVENT_READ)
        self.selector.register(_child_signals(), selectors.EVENT_READ)
        try:
            while self._round():
                pass
        finally:
            for lease in list(self.leases.values()):
                self._end(lease)
            if self.scratch_base:
                shutil.rmtree(self.scratch_base, ignore_errors=True)

    def _round(self) -> bool:
        watching = any(lease.pid and lease.scratch for lease in self.leases.values())
        for key, _ in self.selector.select(_WATCH_SECONDS if watching else None):
            if key.fileobj is self.control:
                if not self._hear():
                    return False
            elif key.data is None:
                _drain(key.fd)
            elif key.fd in self.leases:
                self._request(self.leases[key.fd])
        self._reap()
        if watching:
            self._watch()
        return True

    def _hear(self) -> bool:
        """What the starter says: here is a new lease, or something to learn."""
        data, descriptors = _receive(self.control)
        if data and not descriptors:
            self.learn(json.loads(data))
            _seed()
            gc.freeze()
        for descriptor in descriptors:
            end = socket.socket(fileno=descriptor)
            self.leases[descriptor] = Lease(end)
            self.selector.register(end, selectors.EVENT_READ, "lease")
        return bool(data)

    def _request(self, lease: Lease) -> None:
        data, descriptors = _receive(lease.end)
        if not data:
            self._end(lease)
            return
        request = json.loads(data)
        if "clock" in request:
            _say(lease, {"clock": _clock(lease.pid)})
            return
        self._kill(lease)  # a lease holds one child at a time
        if "fork" in request:
            self._fork(lease, Limits.from_dict(request["fork"]), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)

    def _fork(self, lease: Lease, limits: Limits, descriptors: list[int]) -> None:
        lease.limits, lease.why = limits, None
        if self.level is not Level.NAMESPACES:
            lease.scratch = tempfile.mkdtemp(dir=self.scratch_base)
        lease.core = self._freest_core()
        lease.pid = isolation.fork_into_own_numbers(self.numbers)
        if lease.pid == 0:
            self._live(lease, descriptors)

    def _freest_core(self) -> int | None:
        """The core that the fewest children are bound to; None where they cannot be bound."""
        taken = Counter(lease.core for lease in self.leases.values() if lease.pid)
        return min(self.cores, key=lambda core: taken[core], default=None)

    def _live(self, lease: Lease, descriptors: list[int]) -> None:
        """The child, from its first breath to its last."""
        try:
            sockets = _keep_only(descriptors)
            kernel.die_with_parent()
            self.prepare()
            _bind(lease.core)
            self._shut_in(lease)
            _start_afresh(os.getcwd())
            self.play(sockets, lease.limits)
        except EOFError:
            pass
        except OSError as error:
            _complain(error)
            os._exit(SANDBOX_FAILED)
        finally:
            os._exit(0)

    def _shut_in(self, lease: Lease) -> None:
        if self.level is Level.NAMESPACES:
            isolation.shut_in_namespaces(self.room, lease.limits, self.address_space)
        elif self.level is Level.LANDLOCK and lease.scratch:
            isolation.shut_in_landlock(
                self.visible, lease.scratch, lease.limits, self.address_space
            )
        else:
            os.chdir(lease.scratch or "/")
            lease.limits.impose(self.address_space)

    def _kill(self, lease: Lease) -> None:
        if lease.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(lease.pid, signal.SIGKILL)
            os.waitpid(lease.pid, 0)
        self._clear(lease)

    def _clear(self, lease: Lease) -> None:
        if lease.scratch:
            shutil.rmtree(lease.scratch, ignore_errors=True)
        lease.pid = lease.scratch = None

    def _end(self, lease: Lease) -> None:
        self._kill(lease)
        self.selector.unregister(lease.end)
        del self.leases[lease.end.fileno()]
        lease.end.close()

    def _reap(self) -> None:
        """Tell the owners of children that ended."""
        owners = {lease.pid: lease for lease in self.leases.values() if lease.pid}
        while owners:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in owners:
                self._report(owners[pid], status, used)

    def _report(self, lease: Lease, status: int, used: resource.struct_rusage) -> None:
        code = os.waitstatus_to_exitcode(status)
        cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss // 1024
        ended = {"ended": code, "why": lease.why, "cpu": cpu, "memory_mb": memory}
        self._clear(lease)
        _say(lease, ended)

    def _watch(self) -> None:
        """What Landlock and rlimits cannot count: all files together, all threads."""
        for lease in self.leases.values():
            if lease.pid and lease.scratch and (why := _overdrawn(lease)):
                lease.why = why
                with contextlib.suppress(ProcessLookupError):
                    os.kill(lease.pid, signal.SIGKILL)


def _overdrawn(lease: Lease) -> str | None:
    limits, size, count = lease.limits, 0, 0
    for directory, _, names in os.walk(lease.scratch or ""):
        for name in names:
            count += 1
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(directory, name)).st_blocks * 512
        if count > limits.files or size > limits.file_mb * MEGABYTE:
            return f"it wrote more than {limits.file_mb} MB or {limits.files} files"
    with contextlib.suppress(OSError):
        if len(os.listdir(f"/proc/{lease.pid}/task")) > limits.threads:
            return f"it started more than {limits.threads} threads"
    return None


# ---- the small things a fork needs -------------------------------------------------------------


def _receive(end: socket.socket) -> tuple[bytes, list[int]]:
    try:
        data, descriptors, _, _ = socket.recv_fds(end, _PACKET, 8)
    except OSError:
        return b"", []
    return data, list(descriptors)


def _say(lease: Lease, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        lease.end.send(json.dumps(message).encode(), socket.MSG_DONTWAIT)


def _cores() -> list[int]:
    """The cores there are, in an order of our own: other zygotes begin with others."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return random.sample(cores, len(cores))


def _bind(core: int | None) -> None:
    """Keep to one core, in a session of its own: the kernel shares a core out by sessions.

    However many threads a submission starts, another's share is as large as before.
    """
    with contextlib.suppress(OSError):
        os.setsid()
        if core is not None:
            os.sched_setaffinity(0, {core})


def _clock(pid: int | None) -> float | None:
    """The CPU that a process has used, with all its threads; None if there is none to ask."""
    try:
        return time.clock_gettime((~pid << 3) | 2) if pid else None  # as clock_getcpuclockid(3)
    except OSError:
        return None


def _child_signals() -> int:
    """A descriptor that is readable whenever a child ended."""
    reading, writing = os.pipe()
    for descriptor in (reading, writing):
        os.set_blocking(descriptor, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _drain(descriptor: int) -> None:
    with contextlib.suppress(BlockingIOError):
        while os.read(descriptor, 4096):
            pass


def _keep_only(descriptors: list[int]) -> list[socket.socket]:
    """Close everything but the sockets meant for us; standard streams lead nowhere."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nowhere = os.open("/dev/null", os.O_RDWR)
    # First out of the way, then to 3, 4, ...: a plain dup2 could run over one still to come.
    high = [os.dup2(descriptor, 500 + place) for place, descriptor in enumerate(descriptors)]
    for place, descriptor in enumerate([nowhere] * 3 + high):
        os.dup2(descriptor, place)
    os.closerange(3 + len(descriptors), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return [socket.socket(fileno=3 + place) for place in range(len(descriptors))]


def _start_afresh(scratch: str) -> None:
    """Give the child a home of its own."""
    names = ("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR")
    os.environ.update(dict.fromkeys(names, scratch))
    tempfile.tempdir = scratch
    random.seed(0)  # Python seeds itself anew in every fork
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _complain(error: OSError) -> None:
    """Say on the child's first socket why it could not start."""
    from .wire import Wire, WireError

    with contextlib.suppress(OSError, WireError):
        Wire(socket.socket(fileno=3)).send({"no_sandbox": str(error)})


def _address_space() -> int:
    """How much address space this process has, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _one_thread_or_die() -> None:
    """A fork copies one thread alone; a lock that another one held would stay locked for ever."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"the warm process has {threads} threads: it must not fork")


# ---- start -------------------------------------------------------------------------------------


def warm_up() -> Any:
    """Import what submissions import, make the shell, and run what every notebook runs."""
    for name in _PRELOADED:
        importlib.import_module(name)
    import torch

    torch.set_num_threads(1)
    from .shell import ignore, make_shell

    shell = make_shell()
    for source in _WARM_UP:
        shell.run(source, ignore)
    shell.reset(new_session=True)  # type: ignore[no-untyped-call]
    shell.execution_count = 1
    _close_fonts()
    return shell


def _close_fonts() -> None:
    """Let go of the font files that matplotlib keeps open: forks would share their positions."""
    from matplotlib import font_manager, mathtext

    caches: tuple[Any, Any] = font_manager, mathtext.MathTextParser
    caches[0]._get_font.cache_clear()
    caches[1]._parse_cached.cache_clear()


def main() -> None:
    """Become a zygote: argv[1] is the control socket."""
    os.umask(0o022)
    control = socket.socket(fileno=int(sys.argv[1]))
    data, descriptors = _receive(control)
    settings = json.loads(data)
    started = time.perf_counter()
    level, refused = _choose(settings["level"])
    if level is None:
        control.send(json.dumps({"refused": refused}).encode())
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, IPYTHONDIR=home)
        shell = warm_up()
    if settings["referee"] and os.fork() == 0:
        control.close()
        _become_referee(socket.socket(fileno=descriptors[0]), level, settings["referee"])
        return
    for descriptor in descriptors:
        os.close(descriptor)
    _become_student(control, level, settings, shell, started)


def _become_student(
    control: socket.socket, level: Level, settings: Any, shell: Any, started: float
) -> None:
    from . import standin
    from .servant import Servant
    from .trace import Trace

    standin.install()
    trace = Trace()
    room = Room.with_system(settings["readable"], settings["hidden"])
    _freeze()

    def play(sockets: list[socket.socket], limits: Limits) -> None:
        Servant(sockets[0], shell, limits, trace).serve()

    zygote = Zygote(control, level, room, play, prepare=trace.make_file)
    seconds = time.perf_counter() - started
    _be_ready(control, {"ready": level.value, "seconds": seconds})
    zygote.serve()
    control.close()
    isolation.reap_all()


def _become_referee(control: socket.socket, level: Level, referee: Any) -> None:
    """The same for test cells, with the real grader on the path."""
    sys.path.insert(0, referee["path"])
    court = importlib.import_module(referee["module"])
    exec(referee["rehearsal"], {})
    room = Room.with_system(referee["readable"], [])
    _freeze()
    zygote = Zygote(control, level, room, court.play, learn=court.learn)
    _be_ready(control, {"ready": level.value})
    zygote.serve()


def _be_ready(control: socket.socket, message: Any) -> None:
    """Say so; from here on nobody listens to what this process prints."""
    nowhere = os.open("/dev/null", os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    control.send(json.dumps(message).encode())


def _freeze() -> None:
    """Keep the garbage collector off what is shared: it would touch every page, and so copy it."""
    gc.collect()
    gc.freeze()


def _seed() -> None:
    """Let every child begin with the same random numbers, and not each take its time to seed."""
    import numpy
    import torch

    numpy.random.seed(0)
    torch.manual_seed(0)


def _choose(wanted: str | None) -> tuple[Level | None, dict[str, str]]:
    """The level asked for, or the best there is; else what the kernel said to each."""
    if wanted == Level.NONE.value:
        return Level.NONE, {}
    levels = [Level(wanted)] if wanted else [Level.NAMESPACES, Level.LANDLOCK]
    refused: dict[str, str] = {}
    for level in levels:
        why = isolation.why_not(level)
        if why is None:
            return level, refused
        refused[level.value] = why
    return None, refused
