"""Run pytest as the user `nobody`: python -m tests.sandbox.ordinary_user FILE ...

Root's Python and this repository may lie where nobody can go, say under /root. So, in a mount
namespace of this process alone, every closed directory on the way is covered by an open one in
which only what is needed is shown.
"""

import os
import sys
import tempfile
from pathlib import Path

from grader.sandbox import kernel
from grader.sandbox.isolation import NOBODY

ROOT = Path(__file__).parents[2]


def closed_ancestors(path: Path) -> list[Path]:
    return [p for p in reversed(path.parents) if not p.stat().st_mode & 0o001]


def open_the_way(needed: list[Path], keep: Path) -> None:
    """Cover what is closed, and show what is needed where it was."""
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount(None, "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    shut = [path for path in needed if closed_ancestors(path)]
    for number, path in enumerate(shut):
        (keep / str(number)).mkdir()
        kernel.mount(str(path), str(keep / str(number)), None, kernel.BIND | kernel.RECURSIVE)
    for outermost in {closed_ancestors(path)[0] for path in shut}:
        kernel.mount("open", str(outermost), "tmpfs", 0, "mode=755")
    for number, path in enumerate(shut):
        path.mkdir(parents=True, exist_ok=True)
        kernel.mount(str(keep / str(number)), str(path), None, kernel.BIND | kernel.RECURSIVE)


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="nobody-"))
    needed = {ROOT.resolve(), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    (home / "keep").mkdir()
    open_the_way(sorted(needed), home / "keep")
    os.chown(home, NOBODY, NOBODY)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *sys.argv[1:]]
    os.execve(sys.executable, pytest, environment)


if __name__ == "__main__":
    main()
