"""The least that submissions can cost: their cells executed, figures drawn, and nothing else."""

import contextlib
import gc
import io
import os
from pathlib import Path

import nbformat
from cost import Cost, of_children


def floor(submissions: list[Path], solution: Path, workers: int) -> Cost:
    """What they cost together, each in a fork of a process that has loaded everything.

    As many at a time as the engine judges at a time: cores that share a cache slow each other.
    """
    sources = [cells(submission, solution) for submission in submissions]
    run(sources[0])
    gc.collect()
    gc.freeze()  # or each fork would pay for collecting what it shares
    with of_children() as cost:
        for count, source in enumerate(sources):
            if count >= workers:
                wait()
            if os.fork() == 0:
                live(source)
        for _ in sources[:workers]:
            wait()
    gc.unfreeze()
    return cost


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
