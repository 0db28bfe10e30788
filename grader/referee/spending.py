"""Count what a submission uses of its time: its own CPU, as the process that forked it reads it.

Neighbours make the clock on the wall run on, not this one. Asking takes a message, so it is not
asked after every request: what took less than a moment counts as long as it took. A submission is
bound to one core, so it has used no more CPU than time has passed.

On the wall it may take four times as long, whatever it waits for.
"""

import time
from collections.abc import Callable

from ..sandbox.limits import PATIENCE, Limits

_MOMENT = 0.05  # seconds; what takes longer is worth asking for
GRACE_SECONDS = 1.0  # an interrupt first, so that its state survives; then the end


class Spending:
    """The time of one submission, through all its processes."""

    def __init__(self, limits: Limits, ask: Callable[[], float | None]) -> None:
        self.limits, self.ask = limits, ask
        self.ended = self.known = self.since = 0.0  # CPU: of former processes; told; since then
        self.asked = self.began = time.monotonic()
        self.may_spend = limits.submission_seconds
        self.wall_end = self.began + PATIENCE * limits.submission_seconds
        self.begin_cell()

    @property
    def used(self) -> float:
        """CPU of all its processes, no less than it was."""
        return self.ended + self.known + self.since

    def begin_process(self) -> None:
        """The former process is gone; another begins at nothing."""
        self.ended, self.known, self.since = self.used, 0.0, 0.0

    def begin_cell(self) -> None:
        self.cell_from = self.used
        self.cell_wall_end = time.monotonic() + PATIENCE * self.limits.cell_seconds

    def allow(self, seconds: float) -> None:
        """However much was used up, so much is left."""
        self.may_spend = max(self.may_spend, self.used + seconds)
        self.wall_end = max(self.wall_end, time.monotonic() + PATIENCE * seconds)

    def is_over(self) -> bool:
        """Whether the time of the whole submission is used up."""
        return self.used >= self.may_spend or time.monotonic() >= self.wall_end

    def cpu_left(self) -> float:
        """Seconds of CPU that the cell may still use."""
        of_cell = self.limits.cell_seconds - (self.used - self.cell_from)
        return max(0.01, min(of_cell, self.may_spend - self.used))

    def wall_left(self) -> float:
        """Seconds that it may still take."""
        return max(0.01, min(self.wall_end, self.cell_wall_end) - time.monotonic())

    # ---- while it works ----

    def begin_request(self) -> None:
        self.asked = self.began = time.monotonic()
        self.may_use, self.may_take = self.cpu_left(), self.wall_left()
        self.before = self.used

    def patience(self) -> float:
        """Seconds to wait for it from now on; none if it has used what it may."""
        now = time.monotonic()
        wall = self.began + self.may_take + GRACE_SECONDS - now
        cpu = self._cpu_patience(now)
        if cpu <= 0 and wall > 0:  # it may have waited, or not had its turn: now it is asked
            self._look()
            cpu = max(_MOMENT, left) if (left := self._cpu_patience(now)) > 0 else 0.0
        elif wall <= 0:
            self._look()
        return min(cpu, wall)

    def has_waited(self) -> bool:
        """Whether it did next to nothing until the clock on the wall stopped it."""
        slept = self.used - self.cell_from < self.limits.cell_seconds / 10
        return slept and time.monotonic() - self.began >= self.may_take

    def end_request(self) -> None:
        passed = time.monotonic() - self.asked
        if passed < _MOMENT:
            self.since += passed
        else:
            self._look()

    def _cpu_patience(self, now: float) -> float:
        used = self.used - self.before + (now - self.asked)
        return self.may_use + GRACE_SECONDS - used

    def _look(self) -> None:
        """Ask what it has used; if nobody knows, all the time that passed."""
        told, now = self.ask(), time.monotonic()
        if told is None:
            self.since += now - self.asked
        else:
            self.known, self.since = told, 0.0
        self.asked = now
