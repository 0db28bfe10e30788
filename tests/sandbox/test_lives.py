"""Children end with their owner, leave nothing behind, and never meet one another."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from grader.sandbox.client import Child, Warm
from grader.sandbox.wire import Wire, WireClosedError

from .conftest import SMALL, Cells

ROOT = Path(__file__).parents[2]


def descendants(pid: int) -> set[int]:
    """All processes below one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found, fresh = set[int](), {pid}
    while fresh:
        found |= fresh
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
    return found - {pid}


def eventually(condition) -> bool:
    """Whether it comes true within a minute: a machine may be busy with other things."""
    for _ in range(1200):
        if condition():
            return True
        time.sleep(0.05)
    return False


def scratch(pids: set[int]) -> list[Path]:
    """The scratch directories of these zygotes; others may be at work at the same time."""
    found = Path(tempfile.gettempdir()).glob("grader-sandbox-*")
    return [path for path in found if int(path.name.split("-")[2]) in pids]


def test_a_death_is_reported(cells):
    with pytest.raises(WireClosedError):
        cells.run("import os; os._exit(7)")
    ended = cells.child.ended()
    assert ended is not None
    assert ended.code == 7


def test_a_crash_is_reported(cells):
    with pytest.raises(WireClosedError):
        cells.run("import ctypes; ctypes.string_at(0)")
    ended = cells.child.ended()
    assert ended is not None
    assert ended.code == -signal.SIGSEGV


def test_closing_the_lease_ends_the_child(warm):
    cells = Cells(warm)
    cells.run("1")
    before = descendants(warm.process.pid)
    cells.child.close()
    assert eventually(lambda: len(descendants(warm.process.pid)) < len(before))


def test_a_second_fork_replaces_the_first(warm):
    child = Child(warm.lease())
    first, second = Wire(child.fork(SMALL)), Wire(child.fork(SMALL))
    with pytest.raises(WireClosedError):
        first.receive(time.monotonic() + 30)
    second.send({"do": "run", "source": "1", "seconds": 5, "wall": 20, "id": 0})
    assert second.receive(time.monotonic() + 30)
    child.close()


def test_submissions_do_not_meet(warm):
    """Neither through files nor through processes."""
    one, other = Cells(warm), Cells(warm)
    path = eval(one.run("import os; open('mine', 'w').write('x'); os.path.abspath('mine')").text)
    assert not other.run(f"text = open({path!r}).read()").ok
    assert not other.run("import os; all = os.listdir(os.path.dirname(os.getcwd()))").ok or (
        warm.level.value == "L3"
    )
    for cells in (one, other):
        cells.child.close()


def test_nothing_is_left_after_the_owner_is_killed(warm):
    """kill -9 of the process that holds the leases ends the zygote and every child."""
    code = (
        "from grader.sandbox.client import *; from grader.sandbox.isolation import Level\n"
        f"import time; w = Warm.start(Level({warm.level.value!r})); c = Child(w.lease())\n"
        "wire = c.fork(Limits()); print(w.process.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert owner.stdout
    started = int(owner.stdout.readline())
    everyone = descendants(started) | {started}
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert eventually(lambda: not any(os.path.exists(f"/proc/{pid}/cwd") for pid in everyone))
    assert eventually(lambda: not scratch(everyone))


def test_nothing_is_left_after_the_zygote_is_killed(warm):
    """The kernel ends what it forked; its scratch directory goes at the next start or end."""
    again = Warm.start(warm.level)
    child = Child(again.lease())
    child.fork(SMALL)
    everyone = descendants(again.process.pid) | {again.process.pid}
    again.process.kill()
    again.process.wait()
    assert eventually(lambda: not any(os.path.exists(f"/proc/{pid}/cwd") for pid in everyone))
    again.close()
    assert not scratch(everyone)
