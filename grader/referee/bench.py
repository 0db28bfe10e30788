"""Have cases judged, from the process that holds the gradebook.

A judgement always comes: of the case, or a `Failed` with the reason. Several threads may ask at
once; each case gets a referee's process and a submission's process of its own.
"""

import time
from dataclasses import dataclass, replace

from ..sandbox.client import Child, RefereeSettings, Starting, Warm
from ..sandbox.isolation import Level
from ..sandbox.limits import PATIENCE, Limits
from ..sandbox.wire import Wire, WireError
from .case import Case, Judgement

# Reading a formula builds the parser, and the first gradient starts torch's engine: once, here.
_REHEARSAL = r"""
import contextlib, io
from grader import Problem, check, check_derivations, check_equal, true_gradients
from grader.derivation.cell import print_findings
slope = Problem(r"f = \|\sigma(XW) - Y\|_F^2", X="n,p", W="p,q", Y="n,q")
with contextlib.redirect_stdout(io.StringIO()):
    with contextlib.suppress(AssertionError):
        check(slope, W=lambda X, W, Y: 2 * X.T @ X @ W)
    print_findings(slope, "Y", r"$$\frac{\partial f}{\partial Y} = 2(Y - \sigma(XW))$$")
"""
_SETTINGS = RefereeSettings("grader.referee.court", _REHEARSAL)
_OWN_SECONDS = 60.0  # for the tests themselves, beyond the submission's time


@dataclass(frozen=True)
class Failed:
    """No judgement; why, in words for the instructor."""

    why: str
    cell: int | None = None  # where the course is at fault


def begun(level: Level | None = None) -> Starting:
    """The warm processes of a bench, which load while their starter does other things."""
    return Starting.begin(level, _SETTINGS)


@dataclass(frozen=True)
class Bench:
    """Warm processes that are ready to judge."""

    warm: Warm

    @classmethod
    def open(cls, level: Level | None = None) -> "Bench":
        """Warm up, at a level or the best there is; NoSandboxError if there is none."""
        return cls(begun(level).ready())

    @property
    def level(self) -> Level:
        return self.warm.level

    @property
    def is_alive(self) -> bool:
        """Whether the warm processes are there; the kernel may have killed them for memory."""
        return self.warm.process.poll() is None

    def judge(self, case: Case, limits: Limits) -> Judgement | Failed:
        try:
            submission_lease = self.warm.lease()
            referee = Child(self.warm.lease(referee=True))
            wire = Wire(referee.fork(_referee_limits(limits), submission_lease))
        except OSError as error:
            return Failed(f"the warm processes are gone ({error})")
        try:
            return _ask(wire, case, limits)
        except WireError as error:
            ended = referee.ended(0.2)
            how = f"exit code {ended.code}" if ended else str(error)
            return Failed(f"the referee's process did not answer ({how})")
        finally:
            wire.close()
            referee.close()

    def rehearse(self, case: Case, limits: Limits) -> None:
        """Let later referees begin with the tests of this case read and the truths they ask for.

        The case is the course's own: nothing of a submission may outlive it.
        """
        done = self.judge(replace(case, rehearsal=True), limits)
        for lesson in done.lessons if isinstance(done, Judgement) else ():
            self.warm.teach(lesson)

    def close(self) -> None:
        self.warm.close()

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _ask(wire: Wire, case: Case, limits: Limits) -> Judgement | Failed:
    deadline = time.monotonic() + PATIENCE * limits.submission_seconds + _OWN_SECONDS
    wire.send({"case": case.as_dict(), "limits": limits.as_dict()})
    message, _ = wire.receive(deadline)
    if "judgement" in message:
        return Judgement.from_dict(message["judgement"])
    if "no_sandbox" in message:
        return Failed(f"the sandbox could not be entered: {message['no_sandbox']}")
    return Failed(str(message["failed"]), message.get("cell"))


def _referee_limits(limits: Limits) -> Limits:
    """A referee holds a submission's answers, and has a little time of its own."""
    seconds = limits.submission_seconds + _OWN_SECONDS
    return Limits(submission_seconds=seconds, memory_mb=4096, files=64, file_mb=1)
