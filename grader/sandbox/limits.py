"""Say how much one submission may use."""

import resource
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

MEGABYTE = 1 << 20
PATIENCE = 4  # so many times the seconds of CPU may pass on the clock


def size_of(output: Any) -> int:
    """The characters of an output; nothing else that a submission sends in its place counts."""
    return sum(len(str(part)) for part in output.values()) if isinstance(output, dict) else 0


@dataclass(frozen=True)
class Limits:
    """How much one submission may use; every one of them can be set in the course's settings."""

    cell_seconds: float = 30.0  # of CPU, for one cell, or one call from a test
    submission_seconds: float = 120.0  # of CPU, for all of it together
    memory_mb: int = 2048  # beyond what the warm process brings along
    output_mb: float = 4.0  # printed and shown, all of it together
    file_mb: int = 64  # in its scratch directory, all files together
    files: int = 1024  # how many of them
    open_files: int = 128
    threads: int = 64
    processes: int = 0  # beyond its own; more than none needs level L3

    def __post_init__(self) -> None:
        """A limit is a number, and none of them may be switched off by zero but processes."""
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name == "processes" else 1e-3
            if isinstance(value, bool) or not isinstance(value, int | float) or value < least:
                raise ValueError(f"limit {field.name}: {value!r} is not a number from {least:g}")

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, float]) -> "Limits":
        unknown = set(given) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"no such limit: {', '.join(sorted(unknown))}")
        return cls(**given)  # type: ignore[arg-type]

    def impose(self, address_space_now: int) -> None:
        """Hand the kernel what it can watch over; it holds for this process and its children.

        Address space is what counts memory of every kind (shared mappings too). It is given per
        process, so several processes share the allowance by dividing it.
        """
        memory = int(self.memory_mb * MEGABYTE) // (1 + int(self.processes))
        seconds = int(self.submission_seconds) + 2
        for what, value in (
            (resource.RLIMIT_AS, address_space_now + memory),
            # The hard limit kills: the first process of a namespace would ignore the soft one.
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_FSIZE, int(self.file_mb * MEGABYTE)),
            (resource.RLIMIT_NOFILE, int(self.open_files)),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
            (resource.RLIMIT_MEMLOCK, 0),
        ):
            lower(what, value)


def lower(what: int, value: int) -> None:
    """Set soft and hard limit, never above a hard limit that already holds."""
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))
