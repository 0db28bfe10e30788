"""The least that submissions can cost: their cells executed, figures drawn, and nothing else.

with Floor(submissions, solution) as floor:
    with floor.beside() as least:
        ...                     # what is measured
    least.cpu, least.wall       # of one submission, at the speed the machine had meanwhile
"""

import contextlib
import gc
import io
import itertools
import os
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

import nbformat
from cost import Cost, of_children

KINDS = 3  # submissions that between them load all there is, a wrong one among them


class Floor:
    """A process that has loaded everything, and executes submissions in forks when asked to."""

    def __init__(self, submissions: list[Path], solution: Path) -> None:
        sources = [cells(submission, solution) for submission in submissions]
        self.line, theirs = Pipe()
        self.process = os.fork()
        if self.process == 0:
            self.line.close()
            be_the_floor(sources, theirs)
        theirs.close()

    def __enter__(self) -> "Floor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.line.close()
        os.waitpid(self.process, 0)

    @contextlib.contextmanager
    def beside(self) -> Iterator[Cost]:
        """Execute one after the other, over and over, on another core; what one of them costs."""
        self.line.send("go on")
        least = Cost()
        yield least
        self.line.send("stop")
        cost, count = self.line.recv()
        least.cpu, least.wall = cost.cpu / count, cost.wall / count


def be_the_floor(sources: list[list[str]], line: Connection) -> None:
    """The life of that process: a round whenever the line says so, until it is closed."""
    try:
        for some in sources[:KINDS]:
            run(some)
        gc.collect()
        gc.freeze()  # or each fork would pay for collecting what it shares
        while line.recv():
            line.send(go_on(sources, line))
    except EOFError:
        os._exit(0)
    finally:
        os._exit(1)


def go_on(sources: list[list[str]], line: Connection) -> tuple[Cost, int]:
    """Fork a life for each, until the line says stop; what they cost, and how many they were."""
    with of_children() as cost:
        for count in itertools.count(1):
            if os.fork() == 0:
                live(sources[count % len(sources)])
            wait()
            if line.poll():
                break
    line.recv()
    return cost, count


def live(sources: list[str]) -> None:
    """The life of a fork."""
    code = 1
    try:
        run(sources)
        code = 0
    finally:
        os._exit(code)


def wait() -> None:
    _, status = os.wait()
    assert status == 0, "a fork died"


def cells(submission: Path, solution: Path) -> list[str]:
    """What is executed: the answers as handed in, and the tests in full."""
    tests = {c.id: c.source for c in nbformat.read(solution, 4).cells if _is_test(c)}
    code = [c for c in nbformat.read(submission, 4).cells if c.cell_type == "code"]
    return [tests.get(cell.id, cell.source) for cell in code]


def _is_test(cell: nbformat.NotebookNode) -> bool:
    mark = cell.metadata.get("nbgrader", {})
    return bool(mark.get("grade")) and not mark.get("solution")


def run(sources: list[str]) -> None:
    """Execute the cells one after the other; what they print goes nowhere."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    import torch

    torch.set_num_threads(1)
    plt.show = draw
    names: dict[str, object] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in sources:
            with contextlib.suppress(Exception):  # as nbgrader goes on after a test that failed
                exec(compile(source, "<cell>", "exec"), names)


def draw() -> None:
    """Draw every open figure as a notebook would show it."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png")
    plt.close("all")
