"""A warm sandbox for each level, and a way to run cells in it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from grader.sandbox.client import Child, NoSandboxError, Warm
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.sandbox.wire import Wire

SMALL = Limits(
    cell_seconds=5, submission_seconds=30, memory_mb=512, file_mb=8, files=50, output_mb=0.2
)


@dataclass
class Run:
    """What one cell came to."""

    ok: bool
    outputs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was printed, shown as text or raised."""
        said = ""
        for output in self.outputs:
            shown = output.get("data", {}).get("text/plain", "")
            said += output.get("text", "") + shown + output.get("evalue", "")
        return said


class Cells:
    """A fresh submission's process, cell by cell."""

    def __init__(self, warm: Warm, limits: Limits = SMALL) -> None:
        self.child, self.limits = Child(warm.lease()), limits
        self.wire = Wire(self.child.fork(limits))

    def run(self, source: str, seconds: float | None = None) -> Run:
        seconds = seconds or self.limits.cell_seconds
        self.wire.send(
            {"do": "run", "source": source, "seconds": seconds, "wall": 4 * seconds, "id": 0}
        )
        outputs = []
        while True:
            message, _ = self.wire.receive(time.monotonic() + 4 * seconds + 1)
            if "answer" in message:
                return Run(message["answer"], outputs)
            assert "output" in message, message
            outputs.append(message["output"])


@pytest.fixture(scope="session", params=["L3", "L2"])
def warm(request: pytest.FixtureRequest) -> Iterator[Warm]:
    """A warm process at each level; one that this machine lacks is skipped with the reason."""
    try:
        with Warm.start(Level(request.param)) as started:
            yield started
    except NoSandboxError as reason:
        pytest.skip(f"no {request.param} here: {reason}")


@pytest.fixture
def cells(warm: Warm) -> Iterator[Cells]:
    one = Cells(warm)
    yield one
    one.wire.close()
    one.child.close()


@pytest.fixture
def roomy(warm: Warm) -> Iterator[Cells]:
    """With time enough for slow machines."""
    one = Cells(warm, replace(SMALL, cell_seconds=20))
    yield one
    one.child.close()
