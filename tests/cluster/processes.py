"""A Dask scheduler and workers as processes of their own on loopback, each ended by its number."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classroom import REPOSITORY
from sandbox.test_lives import eventually

STAND_IN = Path(__file__).with_name("stand_in.py")  # in place of the engine
BARE = Path(__file__).with_name("bare.py")  # the engine, on a machine without any sandbox


@dataclass
class Cluster:
    """A scheduler at an address, and the workers started so far."""

    address: str
    folder: Path
    environment: dict[str, str]
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start_worker(self, *preload: Path, **environment: str) -> "subprocess.Popen[bytes]":
        """One more worker, which judges one at a time; it may not be there yet."""
        loaded = [word for path in preload for word in ("--preload", str(path))]
        process = start(
            "dask_worker", self.address, "--no-nanny", "--nthreads=1", "--no-dashboard",
            "--host=127.0.0.1", f"--local-directory={self.folder}", *loaded,
            **self.environment, **environment,
        )  # fmt: skip
        self.started.append(process)
        return process


@contextmanager
def cluster(folder: Path, *words: str, **environment: str) -> Iterator[Cluster]:
    """A scheduler; it and its workers end with the context."""
    known = folder / "scheduler.json"
    scheduler = start(
        "dask_scheduler", "--host=127.0.0.1", "--port=0", "--no-dashboard",
        "--dashboard-address=127.0.0.1:0", f"--scheduler-file={known}", *words,
        **environment,
    )  # fmt: skip
    made = Cluster(address_in(known, scheduler), folder, environment, [scheduler])
    try:
        yield made
    finally:
        for process in reversed(made.started):
            end(process)


def ready(desks: Any, count: int) -> bool:
    """Whether so many workers, and no others, are ready for work within seconds."""
    return eventually(lambda: [desk.fit for desk in [*desks.desks.values()]] == [True] * count)


def start(program: str, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{program}", *words],
        cwd=REPOSITORY, env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)


def address_in(known: Path, scheduler: "subprocess.Popen[bytes]") -> str:
    for _ in range(600):
        if known.is_file() and (text := known.read_text()).endswith("}"):
            return str(json.loads(text)["address"])
        assert scheduler.poll() is None
        time.sleep(0.1)
    raise TimeoutError("the scheduler did not come up")
