"""Have papers judged by the workers of a Dask cluster, on this machine or on many.

`Cluster` is one that somebody else started, `OwnCluster` one that ends with us. Dask carries papers
and answers and says who is there; the foreman gives out the work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from grader.autograde.foreman import Foreman, Patience
from grader.autograde.judging import ClusterError, Desks
from grader.sandbox.isolation import Level

# Dask looks at itself a hundred times a second, at the cost of a twelfth of all CPU, and has pages.
_QUIET: dict[str, Any] = {
    "distributed.admin.tick.interval": "1s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.http.routes": [],
    "distributed.scheduler.http.routes": [],
}
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Cluster:
    """Judges on the workers of the scheduler at an address."""

    address: str
    tell: Callable[[str], None]  # what whoever started us should know
    patience: Patience = field(default_factory=Patience)

    @contextmanager
    def at_work(self, level: Level | None) -> Iterator[Desks]:
        with _client(self.address) as client:
            yield from _led(Foreman(client, level, self.tell, self.patience))


@dataclass(frozen=True)
class OwnCluster:
    """Judges in worker processes of our own, which end with us."""

    count: int
    tell: Callable[[str], None]

    @contextmanager
    def at_work(self, level: Level | None) -> Iterator[Desks]:
        with _own_workers(self.count) as cluster, _client(cluster) as client:
            yield from _led(Foreman(client, level, self.tell, Patience()))


def _led(foreman: Foreman) -> Iterator[Desks]:
    thread = Thread(target=foreman.lead, name="foreman", daemon=True)
    thread.start()
    try:
        yield foreman
    finally:
        foreman.stop()
        thread.join()


@contextmanager
def _client(where: Any) -> Iterator[Any]:
    """A connection to a scheduler; encrypted if Dask's own configuration says how."""
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # we say ourselves what matters
    try:
        client = Client(where, timeout=CONNECT_SECONDS, set_as_default=False, name="grader")
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise ClusterError(f"no Dask scheduler answers at {where} ({error})") from error
    try:
        yield client
    finally:
        with suppress(Exception):  # gone already
            client.close(timeout=5)


@contextmanager
def _own_workers(count: int) -> Iterator[Any]:
    """A scheduler and workers that nobody else on this machine or beyond can talk to."""
    import dask
    from distributed import LocalCluster
    from distributed.security import Security

    with dask.config.set(_QUIET):
        cluster = LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host="127.0.0.1",
            protocol="tls://",
            security=Security.temporary(),  # a key of its own: a port is open to other users too
            dashboard_address="127.0.0.1:0",  # without pages
            memory_limit=0,  # a worker holds little; each submission has its own limit
            silence_logs=logging.CRITICAL,
            preload=["grader.autograde.leave_ctrl_c"],
        )
        with cluster:
            yield cluster
