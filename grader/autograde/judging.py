"""Judge a hand-in from its bytes alone, wherever there is a sandbox.

A `Paper` holds all that it takes, so judging needs neither course directory nor gradebook. `Judges`
are whoever takes papers, several at once: threads of this process, or a cluster (cluster.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from grader.autograde.blueprint import Blueprint
from grader.autograde.cleaning import clean_outputs
from grader.autograde.engine import ENGINE_OF_THIS_PROCESS, EngineError, Settings, run
from grader.autograde.reading import UnreadableError, content_of
from grader.autograde.taking import taken_in
from grader.budget import Budget
from grader.catalogue import Reason
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level


class ClusterError(Exception):
    """Nobody is left to judge; the text says why."""


@dataclass(frozen=True)
class Paper:
    """A hand-in, and what there is to know for judging it."""

    content: bytes  # empty where the path tells
    remarks: tuple[Reason, ...]  # on how it was handed in
    blueprint: Blueprint
    settings: Settings
    path: Path | None = None  # where it lies, for a judge on this machine

    def carried(self) -> Paper:
        """With its content, for a judge elsewhere; UnreadableError if there is none to carry."""
        return replace(self, content=content_of(self.path), path=None) if self.path else self


def judge(paper: Paper) -> Any:
    """The graded notebook; UnreadableError, EngineError or NoSandboxError if there is none."""
    try:
        budget = Budget()
        taken = taken_in(budget, paper.path or paper.content, paper.remarks, paper.blueprint)
        assert taken.repaired is not None
        stamp = {"submission": taken.digest}
        notebook = run(taken.repaired, paper.blueprint, paper.settings, stamp)
        clean_outputs(notebook, budget)  # here, as whoever files has others waiting
        return notebook
    except (UnreadableError, EngineError, NoSandboxError):
        raise
    except Exception as error:  # a fault of ours must not stop the others
        raise EngineError(f"{type(error).__name__}: {error}") from error


class Desks(Protocol):
    """Judges who are there and take papers."""

    @property
    def ahead(self) -> int:
        """How many papers to hand them at a time, so that nobody waits for work."""

    def hand(self, paper: Paper) -> Future[Any]:
        """Have a paper judged; the future gives the graded notebook, or raises as `judge` does."""


class Judges(Protocol):
    """Judges who can be called to their desks."""

    def at_work(self, level: Level | None) -> Any:
        """A context in which they are there, as `Desks`; leaving it early stops them."""


class JudgesHere:
    """Some threads of this process, which share its warm processes."""

    def __init__(self, count: int) -> None:
        self.count = count

    @contextmanager
    def at_work(self, level: Level | None) -> Iterator[Desks]:
        with ThreadPoolExecutor(self.count) as pool:
            try:
                yield _Threads(pool, 2 * self.count)
            except BaseException:  # Ctrl-C, or nobody wants more results: leave nothing running
                pool.shutdown(wait=False, cancel_futures=True)
                ENGINE_OF_THIS_PROCESS.close()
                raise


@dataclass(frozen=True)
class _Threads:
    pool: ThreadPoolExecutor
    ahead: int

    def hand(self, paper: Paper) -> Future[Any]:
        return self.pool.submit(judge, paper)
