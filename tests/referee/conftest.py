"""A bench at each level, and cases from short cells."""

from collections.abc import Iterator

import pytest

from grader.referee.bench import Bench
from grader.referee.case import Case, CellRun, CellToRun
from grader.referee.plan import Place
from grader.sandbox.client import NoSandboxError
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits

LIMITS = Limits(cell_seconds=2, submission_seconds=20, memory_mb=512, output_mb=0.2)


@pytest.fixture(scope="session", params=["L3", "L2"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    try:
        with Bench.open(Level(request.param)) as opened:
            yield opened
    except NoSandboxError as reason:
        pytest.skip(f"no {request.param} here: {reason}")


class Trial:
    """Judges cells given as text: set-up, then the student's, then tests."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def __call__(
        self, student: str, *tests: str, names: str = "f", watched: str = ""
    ) -> list[CellRun]:
        sources = [(Place.BOTH, "import torch"), (Place.SANDBOX, student)]
        sources += [(Place.REFEREE, test) for test in tests]
        cells = tuple(CellToRun(i, source, place) for i, (place, source) in enumerate(sources))
        case = Case(cells, frozenset(names.split()), frozenset(watched.split()))
        judgement = self.bench.judge(case, LIMITS)
        return list(judgement.runs[2:])


@pytest.fixture
def trial(bench: Bench) -> Trial:
    return Trial(bench)


def said(run: CellRun) -> str:
    """All that a student would read under a test."""
    return "".join(o.get("text", "") + o.get("evalue", "") for o in run.outputs)
