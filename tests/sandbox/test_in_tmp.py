"""A course, its Python too, may lie in /tmp, which each submission has for itself."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from grader.sandbox.isolation import Level, why_not

SCRIPT = """
import sys
import sysconfig
from grader.referee.bench import Bench
from grader.referee.case import Case, CellToRun
from grader.referee.plan import Place
from grader.sandbox.limits import Limits

late = "import json.tool, wsgiref.simple_server, latecomer; x = latecomer.x"
write = "open('/tmp/mine', 'w').write('x'); open('mine').read()"
cells = (CellToRun(0, late, Place.SANDBOX), CellToRun(1, write, Place.SANDBOX),
         CellToRun(2, "assert x == 1", Place.REFEREE))
with Bench.open() as bench:
    judgement = bench.judge(Case(cells, frozenset({"x"}), frozenset()), Limits())
    print(bench.level.value, [run.passed for run in judgement.runs], judgement.runs)
"""


@pytest.mark.skipif(why_not(Level.NAMESPACES) is not None, reason="no L3 here")
def test_what_is_imported_late_is_there_too(tmp_path: Path) -> None:
    """The package, and a library of its environment, are found beneath the scratch directory."""
    assert str(tmp_path).startswith("/tmp/"), "pytest makes its directories elsewhere"
    shutil.copytree(Path(__file__).parents[2] / "grader", tmp_path / "grader")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "v"], check=True)
    site = next((tmp_path / "v" / "lib").glob("python*")) / "site-packages"
    (site / "more.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    (site / "latecomer.py").write_text("x = 1\n")
    done = subprocess.run(
        [tmp_path / "v" / "bin" / "python", "-c", SCRIPT],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("L3 [True, True, True]"), done.stdout + done.stderr
