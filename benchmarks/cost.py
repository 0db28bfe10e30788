"""What something took: seconds of CPU, and by the clock."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Cost:
    """Seconds of CPU, and by the clock."""

    cpu: float = 0.0
    wall: float = 0.0

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.cpu - other.cpu, self.wall - other.wall)

    def __truediv__(self, count: float) -> "Cost":
        return Cost(self.cpu / count, self.wall / count)

    def __mul__(self, count: float) -> "Cost":
        return Cost(self.cpu * count, self.wall * count)

    def __str__(self) -> str:
        return f"{self.cpu:8.3f} s CPU {self.wall:8.3f} s wall"


@contextmanager
def of_children() -> Iterator[Cost]:
    """What the processes cost that are started and ended meanwhile, with all that they start."""
    cost = Cost()
    before, start = used_by_children(), time.perf_counter()
    yield cost
    cost.cpu, cost.wall = used_by_children() - before, time.perf_counter() - start


def used_by_children() -> float:
    """CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
