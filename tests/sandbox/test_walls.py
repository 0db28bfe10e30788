"""Nothing outside can be read, changed, reached or used up from inside; at L3 and at L2."""

import os
from pathlib import Path

import pytest

from grader.sandbox.wire import WireClosedError, WireError

HERE = Path(__file__).parents[2]


@pytest.mark.parametrize("path", [HERE / "pyproject.toml", "/etc/passwd", "/proc/1/environ"])
def test_files_outside_cannot_be_read(cells, path):
    assert not cells.run(f"text = open({str(path)!r}).read()").ok


def test_the_grader_package_cannot_be_read(cells):
    package = HERE / "grader"
    assert "verdict.py" not in cells.run(f"import os; os.listdir({str(package)!r})").text


@pytest.mark.parametrize("path", [HERE / "new", "/usr/new", "/tmp/../new", "/dev/shm/new"])
def test_files_outside_cannot_be_written(cells, path):
    in_tmp = (
        Path(path).resolve().is_relative_to("/tmp")
    )  # at L3 that is a scratch directory of its own
    assert not cells.run(f"file = open({str(path)!r}, 'w')").ok or in_tmp
    assert not Path(path).exists()


def test_permissions_outside_cannot_be_changed(cells, tmp_path):
    """Landlock does not guard chmod, so the call is answered with nothing done."""
    file = tmp_path / "gradebook.db"
    file.write_text("scores")
    tmp_path.chmod(0o777)
    file.chmod(0o644)
    before = file.stat()
    cells.run(f"import os; os.chmod({str(file)!r}, 0)\nos.utime({str(file)!r}, (0, 0))")
    assert (file.stat().st_mode, file.stat().st_mtime) == (before.st_mode, before.st_mtime)


def test_no_link_leads_out(cells):
    assert not cells.run("import os; os.symlink('/etc', 'e'); t = open('e/passwd').read()").ok
    assert not cells.run(f"import os; done = os.link({str(HERE / 'pyproject.toml')!r}, 'here')").ok


@pytest.mark.parametrize(
    "source",
    [
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "import urllib.request as r; r.urlopen('http://127.0.0.1:9')",
        "import os; os.fork()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.memfd_create('x')",
        "import os; os.setuid(0)",
        "import os; os.unshare(0x10000000)" if hasattr(os, "unshare") else "1 / 0",
        "import os; os.kill(1 if os.getpid() != 1 else 2, 0)",
        "import os; os.setpriority(os.PRIO_USER, 0, 0)",
        "import os; os.mkfifo('/usr/f')",
        "import fcntl, os; fcntl.fcntl(0, fcntl.F_SETOWN, 1)",
        "import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
        "import multiprocessing as m; m.Process(target=print).start()",
    ],
)
def test_the_kernel_refuses(cells, source):
    assert not cells.run(source).ok


@pytest.mark.parametrize("number", [101, 165, 272, 308, 310, 311, 321, 425, 438, 446, 449 + 1000])
def test_raw_system_calls_are_refused(cells, number):
    """ptrace, mount, unshare, setns, process_vm_*, bpf, io_uring, pidfd_getfd, Landlock, ..."""
    source = f"import ctypes; ctypes.CDLL(None).syscall({number}, 0, 0, 0, 0, 0)"
    assert cells.run(source).text == "-1"


def test_nothing_of_the_environment_is_left(cells):
    names = cells.run("import os; sorted(os.environ)").text
    assert not {"USER", "LOGNAME", "PWD", "OLDPWD"} & set(eval(names))


def test_only_its_own_descriptors_are_open(cells):
    source = (
        "import os, stat\nfound = []\nfor fd in range(3, 256):\n"
        "    try: kind = stat.S_IFMT(os.fstat(fd).st_mode)\n    except OSError: continue\n"
        "    if kind == stat.S_IFREG: os.read(fd, 4)  # a font\n"
        "    else: found.append(kind == stat.S_IFSOCK)\nfound"
    )
    assert cells.run(source).text == "[True]"


def test_memory_is_limited(roomy):
    run = roomy.run("import torch\ntry: torch.ones(300_000_000)\nexcept RuntimeError: print('no')")
    assert run.text == "no\n"
    assert roomy.run("x = bytearray(100 << 20); len(x)").ok


def test_shared_memory_counts_too(roomy):
    assert not roomy.run("import mmap; m = mmap.mmap(-1, 1 << 30); m.write(b'x' * (1 << 30))").ok


def test_a_big_file_is_refused_or_ends_it(roomy):
    source = "f = open('big', 'wb')\nfor _ in range(64): f.write(b'x' * (1 << 20)); f.flush()"
    assert not roomy.run(source).ok


def test_many_files_are_refused_or_end_it(roomy):
    """At L3 the scratch directory is full, at L2 the zygote looks and kills."""
    source = "import time\nfor i in range(500): open(f'f{i}', 'w').close(); time.sleep(0.005)"
    try:
        assert not roomy.run(source).ok
    except WireClosedError:
        ended = roomy.child.ended()
        assert ended is not None
        assert "files" in (ended.why or "")


def test_many_threads_are_refused_or_end_it(roomy):
    source = (
        "import threading, time\n"
        "for _ in range(200): threading.Thread(target=time.sleep, args=(9,)).start()\n"
        "time.sleep(3)"
    )
    try:
        assert not roomy.run(source).ok
    except WireClosedError:
        ended = roomy.child.ended()
        assert ended is not None
        assert "threads" in (ended.why or "")


def test_a_loop_is_interrupted_and_state_survives(cells):
    cells.run("x = 1")
    run = cells.run("while True: pass", seconds=0.3)
    assert run.outputs[-1]["ename"] == "OutOfTime"
    assert cells.run("x").text == "1"


def test_a_loop_that_swallows_the_interrupt_gives_no_answer(cells):
    source = "import time\nwhile True:\n  try: time.sleep(9)\n  except BaseException: pass"
    with pytest.raises(WireError, match="in time"):
        cells.run(source, 0.3)


def test_output_is_cut_off(cells):
    run = cells.run("for _ in range(100_000): print('x' * 100)")
    assert "output cut off" in run.text
    assert len(run.text) < 300_000


def test_processes_can_be_allowed_at_l3(warm):
    from dataclasses import replace

    from .conftest import SMALL, Cells

    if warm.level.value != "L3":
        pytest.skip("processes need level L3")
    cells = Cells(warm, replace(SMALL, processes=2))
    assert cells.run("import subprocess; subprocess.run(['/bin/true']).returncode").text == "0"
    cells.child.close()
