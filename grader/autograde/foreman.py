"""Give papers to the workers of a Dask cluster that are fit for them, and make up for lost ones.

A foreman, one thread, knows the workers and what each has on its desk. Every paper is pinned to one
worker: so we know who had it when a worker is gone, and no worker gets any that was not first asked
for its tools and its sandbox.

A paper that was on the desk of a worker which died is suspect. It is judged again with a desk to
itself, so that the paper which kills is found, and not its neighbour.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

from grader.autograde.engine import EngineError
from grader.autograde.judging import ClusterError, Paper
from grader.autograde.reading import UnreadableError
from grader.autograde.worker import judge_as_data, notebook_from, why_unfit
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level

# As text, which any worker can take: one that has no grader would end in reading our own function.
_GREETING = "__import__('grader.autograde.worker', fromlist=['introduce']).introduce(level)"
DEATHS = 3  # so many workers may end with a paper on their desk; all but the first had no other
FETCH_SECONDS = 10.0  # for an answer that a worker has ready
LOOK_SECONDS = 0.5  # how often the foreman looks who is there


@dataclass(frozen=True)
class Patience:
    """Seconds to wait while nobody can judge, before giving up."""

    for_anybody: float = 120.0  # while nobody is there, or ready: a batch system may bring one
    for_better: float = 5.0  # while there are only unfit ones


@dataclass(eq=False)
class Errand:
    """A paper on its way, and to whom its notebook is promised."""

    paper: Paper
    promise: Future[Any]
    deaths: int = 0  # of workers that had it
    run: Any = None  # Dask's future


@dataclass(eq=False)
class Desk:
    """A worker: how many papers it judges at a time, and which it has."""

    address: str
    threads: int
    fit: bool = False
    unfit: str = ""  # why; empty while it has not introduced itself
    errands: list[Errand] = field(default_factory=list)

    @property
    def room(self) -> int:
        """One more than it judges lies ready, so that it need not wait for the next."""
        alone = any(errand.deaths for errand in self.errands)
        return 0 if alone or not self.fit else self.threads + 1 - len(self.errands)


class Foreman:
    """Gives papers to fit workers, and gives them to others when a worker is gone."""

    def __init__(
        self, client: Any, level: Level | None, tell: Callable[[str], None], patience: Patience
    ) -> None:
        self.client, self.level, self.tell, self.patience = client, level, tell, patience
        # All below is the leading thread's own; others leave word in `events`.
        self.events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.desks: dict[str, Desk] = {}
        self.waiting: deque[Errand] = deque()
        self.suspects: deque[Errand] = deque()
        self.stopping, self.over = Event(), ""
        self.somebody_since = time.monotonic()

    # ---- for the one who hands papers in ---------------------------------------------------------

    @property
    def ahead(self) -> int:
        """Enough for every desk, and that again to choose from when a desk is done."""
        return 2 * sum(desk.threads + 1 for desk in list(self.desks.values())) + 4

    def hand(self, paper: Paper) -> Future[Any]:
        errand = Errand(paper.carried(), Future())
        self.events.put(partial(self._take, errand))
        return errand.promise

    def stop(self) -> None:
        self.stopping.set()
        self.events.put(lambda: None)

    # ---- the leading thread ----------------------------------------------------------------------

    def lead(self) -> None:
        """Until stopped: hear what happened, look who is there, hand out."""
        looked = 0.0
        while not self.stopping.is_set():
            with suppress(Empty):
                self.events.get(timeout=LOOK_SECONDS)()
            if not self.over and time.monotonic() - looked > LOOK_SECONDS:
                self._look_round()
                looked = time.monotonic()
            self._hand_out()

    def _take(self, errand: Errand) -> None:
        if self.over:
            errand.promise.set_exception(ClusterError(self.over))
        else:
            self.waiting.append(errand)

    def _look_round(self) -> None:
        """Greet who has come, take back what those had who are gone."""
        try:
            there = self.client.nthreads()
        except Exception as error:
            return self._give_up(f"the scheduler is gone ({error})")
        for address in self.desks.keys() - there.keys():
            self._clear(self.desks.pop(address))
        for address in there.keys() - self.desks.keys():
            self._greet(Desk(address, there[address]))
        return self._despair()

    def _despair(self) -> None:
        """Give up when nobody could judge for too long."""
        desks = self.desks.values()
        if any(desk.fit for desk in desks):
            self.somebody_since = time.monotonic()
        lonely = time.monotonic() - self.somebody_since
        if desks and all(desk.unfit for desk in desks) and lonely > self.patience.for_better:
            self._give_up("none of the workers can be given work")
        elif lonely > self.patience.for_anybody:
            self._give_up(f"no worker was ready for {self.patience.for_anybody:g} s")

    def _give_up(self, why: str) -> None:
        self.over = why
        errands = [*self.waiting, *self.suspects]
        errands += [errand for desk in self.desks.values() for errand in desk.errands]
        for errand in errands:
            errand.promise.set_exception(ClusterError(why))
        self.desks, self.waiting, self.suspects = {}, deque(), deque()

    # ---- workers come and go ---------------------------------------------------------------------

    def _greet(self, desk: Desk) -> None:
        self.desks[desk.address] = desk
        level = self.level.value if self.level else None
        self._send(desk, eval, _GREETING, {"level": level}, then=partial(self._met, desk))

    def _met(self, desk: Desk, _: Any, answer: object) -> None:
        """Give a worker no work before it has said what it can do."""
        if self.desks.get(desk.address) is not desk:
            return
        if isinstance(answer, _Lost) and not answer.killed:
            del self.desks[desk.address]  # and greeted anew, if it is still there
        elif why := _why_unfit(answer):
            self._refuse(desk, why)
        else:
            desk.fit = True

    def _refuse(self, desk: Desk, why: str) -> None:
        desk.fit, desk.unfit = False, why
        self.tell(f"worker {desk.address} is given no work: {why}")

    def _clear(self, desk: Desk) -> None:
        """What a worker had that is gone is judged elsewhere."""
        if not desk.unfit:
            again = f"; {len(desk.errands)} submissions are judged elsewhere" * bool(desk.errands)
            self.tell(f"worker {desk.address} is gone{again}")
        for errand in desk.errands:
            self._suspect(errand)

    def _suspect(self, errand: Errand) -> None:
        run, errand.run = errand.run, None
        run.release()
        errand.deaths += 1
        if errand.deaths < DEATHS:
            self.suspects.append(errand)
        else:
            why = f"{errand.deaths} workers of the cluster ended while they judged it"
            errand.promise.set_exception(EngineError(why))

    # ---- papers go out and come back -------------------------------------------------------------

    def _hand_out(self) -> None:
        """While somebody is suspect, nobody else is given work: desks are to become empty."""
        for desk in sorted(self.desks.values(), key=lambda desk: len(desk.errands)):
            if self.suspects:
                if desk.fit and not desk.errands:
                    self._give(desk, self.suspects.popleft())
                continue
            for _ in range(min(desk.room, len(self.waiting))):
                self._give(desk, self.waiting.popleft())

    def _give(self, desk: Desk, errand: Errand) -> None:
        desk.errands.append(errand)
        then = partial(self._back, desk, errand)
        errand.run = self._send(desk, judge_as_data, errand.paper, then=then)

    def _send(
        self, desk: Desk, do: Callable[..., Any], *what: Any, then: Callable[[Any, object], None]
    ) -> Any:
        run = self.client.submit(do, *what, workers=[desk.address], pure=False)
        run.add_done_callback(lambda done: self.events.put(partial(then, done, _answer(done))))
        return run

    def _back(self, desk: Desk, errand: Errand, run: Any, answer: object) -> None:
        """File an answer, unless the errand was taken back meanwhile."""
        if errand.run is not run or self.over:
            return
        desk.errands.remove(errand)
        if isinstance(answer, _Lost):
            self._suspect(errand) if answer.killed else self.waiting.appendleft(errand)
            return
        try:
            errand.promise.set_result(notebook_from(answer))
        except NoSandboxError as error:
            self._refuse(desk, f"it has no sandbox any more ({error})")
            self.waiting.appendleft(errand)
        except (UnreadableError, EngineError) as error:
            errand.promise.set_exception(error)


@dataclass(frozen=True)
class _Lost:
    """No answer, through no fault of what was asked; or its worker died again and again."""

    killed: bool


def _answer(run: Any) -> object:
    """What a worker answered; what went wrong beyond our own code is a value too."""
    from distributed import KilledWorker

    try:
        return run.result(timeout=FETCH_SECONDS)
    except KilledWorker:
        return _Lost(killed=True)
    except (CancelledError, TimeoutError):
        return _Lost(killed=False)
    except Exception as error:
        return error


def _why_unfit(answer: object) -> str | None:
    if isinstance(answer, _Lost):
        return "it ended while it started its sandbox"
    if isinstance(answer, Exception):  # it did not come as far as our own code
        return f"it cannot load grader as it is here ({type(answer).__name__}: {answer})"
    return why_unfit(answer)
