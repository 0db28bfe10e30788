"""Hostile, broken and unlucky submissions, each with the score it honestly deserves.

An attack is a student edition with some cells filled in, some cells added in front or behind, an
edit of the file's JSON, or bytes of its own. What is not filled in is as released: it earns nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attacks.target import RIGHT, WRONG

Json = dict[str, Any]
ESCAPED = Path("/dev/shm/x")  # what an attack leaves behind outside its course


@dataclass(frozen=True)
class Attack:
    """One submission; `honest` is what it deserves."""

    category: str
    name: str
    honest: float
    answers: dict[str, str] = field(default_factory=dict)
    first: str = ""  # a cell of the student's own in front of everything
    last: str = ""  # one behind everything
    edit: Callable[[Json], Any] | None = None
    encode: Callable[[str], bytes] = str.encode
    file: str = "target.ipynb"
    beside: dict[str, bytes] = field(default_factory=dict)
    fails: bool = False  # ends as failed: there is nothing to grade
    tame: bool = True  # may be shown to an engine without a sandbox


def cell_of(notebook: Json, name: str) -> Json:
    """The cell with a grade_id."""
    return next(c for c in notebook["cells"] if _name(c) == name)


def _name(cell: Json) -> str | None:
    found: str | None = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return found


def place_of(notebook: Json, name: str) -> int:
    return [_name(c) for c in notebook["cells"]].index(name)


def _mark(name: str, **more: Any) -> Callable[[Json], Any]:
    """Change a cell's nbgrader metadata."""
    return lambda notebook: cell_of(notebook, name)["metadata"]["nbgrader"].update(more)


def _drop(*names: str) -> Callable[[Json], Any]:
    def edit(notebook: Json) -> None:
        notebook["cells"] = [c for c in notebook["cells"] if _name(c) not in names]

    return edit


def _copy(name: str, source: str | None = None, where: int = 1) -> Callable[[Json], Any]:
    """Duplicate a cell in the editor, before (0) or behind (1) itself."""

    def edit(notebook: Json) -> None:
        place = place_of(notebook, name)
        twin = json.loads(json.dumps(notebook["cells"][place])) | {"id": f"{name}-twin"}
        twin["source"] = source if source is not None else twin["source"]
        notebook["cells"].insert(place + where, twin)

    return edit


def _behind(name: str, source: str) -> Callable[[Json], Any]:
    """Put a cell of the student's own behind a cell."""
    own = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None}

    def edit(notebook: Json) -> None:
        notebook["cells"].insert(place_of(notebook, name) + 1, {**own, "source": source})

    return edit


def _split(name: str, at: int) -> Callable[[Json], Any]:
    """Split a cell before one of its lines, as JupyterLab does: both parts keep the metadata."""

    def edit(notebook: Json) -> None:
        lines = "".join(cell_of(notebook, name)["source"]).splitlines(keepends=True)
        _copy(name, "".join(lines[at:]))(notebook)
        cell_of(notebook, name)["source"] = "".join(lines[:at]).rstrip("\n")

    return edit


def _paste_in_vs_code(name: str, of: int = 0) -> Callable[[Json], Any]:
    """Cut a cell and paste it: VS Code gives it a new id, and drops its metadata."""

    def edit(notebook: Json) -> None:
        place = place_of(notebook, name) + of
        notebook["cells"][place].update(id="20e6dd7b", metadata={})

    return edit


def _split_in_vs_code(name: str, at: int) -> Callable[[Json], Any]:
    """Split a cell as VS Code does: the second part is a new cell without metadata."""

    def edit(notebook: Json) -> None:
        _split(name, at)(notebook)
        _paste_in_vs_code(name, of=1)(notebook)

    return edit


def _set(**more: Any) -> Callable[[Json], Any]:
    return lambda notebook: notebook.update(more)


def _source(name: str, source: Any) -> Callable[[Json], Any]:
    return lambda notebook: cell_of(notebook, name).update(source=source)


def _version_3(notebook: Json) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["language"] = "python"
    notebook["worksheets"] = [{"cells": notebook.pop("cells"), "metadata": {}}]
    notebook.update(nbformat=3, nbformat_minor=0)


FORGING = [
    ("patched torch.allclose", "import torch\ntorch.allclose = torch.equal = lambda *a, **k: True"),
    ("patched check", "import grader\ngrader.check = check = lambda *a, **k: None"),
    ("check in builtins", "import builtins\nbuiltins.check = lambda *a, **k: None"),
    ("patched Tensor.__eq__", "import torch\ntorch.Tensor.__eq__ = lambda *a: torch.tensor(True)"),
    ("assert switched off", "import sys\nsys.flags = type('F', (), {'optimize': 2})()"),
    ("patched AssertionError", "import builtins\nbuiltins.AssertionError = type('A', (Exception,), {})"),
    ("equal to everything", "class All(int):\n    __eq__ = __gt__ = __lt__ = lambda *a: True\n"
     "answer = All(7)\ndef double(x): return All(0)\nslope_grad_Y = lambda *a: All(0)"),
    ("a tensor that lies", "import torch\nclass T(torch.Tensor):\n"
     "    def __torch_function__(self, *a, **k): return torch.tensor(0.)\n"
     "def slope_grad_Y(X, W, Y): return T(Y)\ndef double(x): return T([0.])\nanswer = T([7.])"),
    ("a numpy array that lies", "import numpy as np\nclass N(np.ndarray):\n"
     "    __eq__ = lambda *a: True\nanswer = np.zeros(()).view(N)\ndef double(x): return answer"),
    ("answer read from the test's frame", "import sys\ndef double(x):\n    f = sys._getframe()\n"
     "    while f:\n        for v in f.f_locals.values():\n            if v == 2 * x: return v\n        f = f.f_back"),
    ("hidden test read from history", "def double(x):\n    return eval(str(In[-1]).split('==')[1])"),
    ("an object with every attribute", "class O:\n    __getattr__ = lambda s, n: s\n"
     "    __call__ = lambda s, *a, **k: s\n    __eq__ = __gt__ = __lt__ = lambda *a: True\n"
     "answer = double = slope_grad_Y = O()"),
    ("true gradients from the grader", "from grader import true_gradients, Problem\n"
     "p = Problem(r'f = \\|\\max(XW, 0) - Y\\|_F^2', X='n,p', W='p,q', Y='n,q')\n"
     "slope_grad_Y = lambda X, W, Y: true_gradients(p, 'Y')['Y'](X, W, Y)"),
    ("the grader's own oracle", "from grader.oracle import gradient\n"
     "slope_grad_Y = lambda X, W, Y: gradient(slope, dict(X=X, W=W, Y=Y), ['Y'])['Y']"),
    ("the writer of solutions", "from grader.author.solution import compiled\n"
     "from grader.author.torch_code import gradient_code\n"
     "slope_grad_Y = compiled(slope, gradient_code(slope, 'Y'))"),
    ("the writer of solutions, by its path", "import glob, sys\n"
     "del sys.modules['grader']\nsys.path[:0] = glob.glob('/*/*') + glob.glob('/*/*/*')\n"
     "from grader import Problem\nfrom grader.author.solution import compiled\n"
     "from grader.author.torch_code import gradient_code\n"
     "p = Problem(r'f = \\|\\max(XW, 0) - Y\\|_F^2', X='n,p', W='p,q', Y='n,q')\n"
     "slope_grad_Y = compiled(p, gradient_code(p, 'Y'))"),
    ("patched inputs", "def slope_grad_Y(X, W, Y):\n    X.zero_(); W.zero_(); Y.zero_(); return Y"),
    ("an exception named CheckPassed", "class CheckPassed(Exception): pass\n"
     "def double(x): raise CheckPassed\nslope_grad_Y = double"),
    ("SystemExit in a call", "def double(x): raise SystemExit(0)\nslope_grad_Y = double"),
    ("KeyboardInterrupt in a call", "def double(x): raise KeyboardInterrupt\nslope_grad_Y = double"),
    ("the end of a generator", "def double(x): raise StopIteration\nslope_grad_Y = double"),
    ("state counts calls", "calls = []\ndef double(x):\n    calls.append(x)\n    return 2 if len(calls) < 2 else 62675"),
    ("a lookup table of the visible test", "def double(x): return {1: 2}.get(x, 0)"),
]  # fmt: skip

IPYTHON = [
    ("an input transformer", "get_ipython().input_transformers_post.append(lambda l: ['pass\\n'])"),
    ("an AST transformer", "import ast\nclass T(ast.NodeTransformer):\n"
     "    visit_Assert = visit_Expr = lambda s, n: ast.Pass()\nget_ipython().ast_transformers.append(T())"),
    ("displayhook forges credit", "import sys\nsys.displayhook(4)"),
    ("a display hook of its own", "import sys\nsys.displayhook = lambda x: None"),
    ("a patched run_cell", "get_ipython().run_cell = lambda *a, **k: type('R', (), {'success': True})()"),
    ("events after each cell", "get_ipython().events.register('post_run_cell', lambda *a: print(4))"),
    ("custom exceptions are swallowed", "get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)"),
    ("tracebacks are swallowed", "get_ipython().showtraceback = lambda *a, **k: None"),
    ("a magic named assert", "from IPython.core.magic import register_line_magic\n"
     "@register_line_magic\ndef check(line): pass\n%alias_magic assert check"),
    ("autocall and aliases", "%autocall 2\n%alias assert true"),
    ("skips its own tests", "%%script false --no-raise-error\nassert 0"),
    ("sys.settrace jumps over asserts", "import sys\ndef t(f, e, a):\n    return t\nsys.settrace(t)"),
    ("an import hook", "import sys\nclass H:\n    def find_spec(s, n, *a): return None\nsys.meta_path[:] = [H()]"),
    ("a stdout of its own", "import sys, io\nsys.stdout = sys.stderr = io.StringIO()"),
    ("the wire's servant is patched", "import sandbox.servant as s\ns.Servant._answer = lambda *a: ({'answer': True}, [])"),
]  # fmt: skip

CREDIT = [
    ("the last value is True", {"answer": "answer = 7\nTrue"}, 0),
    ("the last value is nan", {"answer": "answer = float('nan')\nanswer"}, 0),
    ("the last value is -1", {"answer": "answer = -1\n-1"}, 0),
    ("the value is a string", {"answer": "answer = '42'"}, 0),
    ("the value is True", {"answer": "answer = True"}, 0),
    ("the value is a tensor, and right", {"answer": "import torch\nanswer = torch.tensor(42)"}, 1),
    ("the value is 42.0, and right", {"answer": "answer = 42.0"}, 1),
]

METADATA: list[tuple[str, Callable[[Json], Any], dict[str, str], float]] = [
    ("a test is no test any more", _mark("double_test", grade=False), WRONG, 0),
    ("a test is worth more", _mark("double_test", points=100), {"double": RIGHT["double"]}, 1),
    ("a test is an answer", _mark("double_test", solution=True), WRONG, 0),
    ("a test is unlocked and emptied", lambda n: (
        _mark("double_test", locked=False)(n), _source("double_test", "")(n)), WRONG, 0),
    ("tagged skip-execution", lambda n: [
        c["metadata"].update(tags=["skip-execution", "raises-exception"]) for c in n["cells"]],
     WRONG, 0),
    ("the set-up is replaced", _source("setup", "check = print\nslope = 1"), WRONG, 0),
    ("the set-up is a test", _mark("setup", grade=True, points=50), WRONG, 0),
    ("a test calls itself set-up", _mark("double_test", grade_id="setup2"), WRONG, 0),
    ("two cells swap their names", lambda n: (
        _mark("double", grade_id="answer_x")(n), _mark("answer", grade_id="double")(n),
        _mark("answer_x", grade_id="answer")(n)), WRONG, 0),
    ("grade_id is a list", _mark("double", grade_id=["double"]), RIGHT, 4),
    ("grade_id is very long", _mark("double", grade_id="x" * 100_000), RIGHT, 4),
    ("points are nan", _mark("double_test", points=float("nan")), WRONG, 0),
    ("schema version 99", _mark("double", schema_version=99), RIGHT, 4),
    ("schema version 1", _mark("double", schema_version=1), RIGHT, 4),
    ("nbgrader metadata is text", lambda n: cell_of(n, "double")["metadata"].update(nbgrader="x"),
     RIGHT, 4),
    ("outputs are already there", lambda n: cell_of(n, "double_test").update(outputs=[
        {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {},
         "execution_count": 1}]), WRONG, 0),
    ("a stamp of its own", lambda n: n["metadata"].update(grader={"score": 99}), WRONG, 0),
    ("an added test cell", lambda n: n["cells"].append(json.loads(json.dumps(
        cell_of(n, "double_test") | {"id": "more", "source": "1"}))), WRONG, 0),
]  # fmt: skip

FILES = [
    ("reads the gradebook", "print(open('../../../gradebook.db', 'rb').read(100))"),
    ("reads its own notebook with the tests", "import glob\nprint([open(f).read() for f in glob.glob('**/*.ipynb', recursive=True)][0])"),
    ("reads the solutions", "print(open('{course}/solutions/target/target.ipynb').read())"),
    ("writes the gradebook", "import sqlite3\ndb = sqlite3.connect('{course}/gradebook.db')\n"
     "db.execute('update grade set auto_score = 4'); db.commit()"),
    ("SQL through nbgrader's own code", "from nbgrader.api import Gradebook\n"
     "with Gradebook('sqlite:///{course}/gradebook.db') as g:\n"
     "    for x in g.db.query(__import__('nbgrader.api').api.Grade): x.auto_score = 4\n    g.db.commit()"),
    ("reads another student", "answer = 42 if 'answer = 42' in open('{course}/submitted/z-witness/target/target.ipynb').read() else 0"),
    ("writes another student", "open('{course}/submitted/z-witness/target/target.ipynb', 'w').write('')"),
    ("removes another's result", "import shutil\nshutil.rmtree('{course}/autograded')"),
    ("chmods the gradebook", "import os\nos.chmod('{course}/gradebook.db', 0)"),
    ("a symbolic link to the solutions", "import os\nos.symlink('{course}/solutions', 's')\nprint(os.listdir('s'))"),
    ("changes site-packages", "import torch, os\nopen(os.path.join(os.path.dirname(torch.__file__), 'evil.py'), 'w').write('1')"),
    ("a sitecustomize for later", "import site\nopen(site.getsitepackages()[0] + '/evil.pth', 'w').write('import os')"),
    ("/proc of the grader", "import os\nprint(open(f'/proc/{os.getppid()}/environ').read(), os.listdir('/proc/1/cwd'))"),
    ("fills the disk", "f = open('big', 'wb')\nfor _ in range(40): f.write(b'x' * (1 << 20)); f.flush()"),
    ("ten thousand files", "for i in range(10_000): open(f'f{i}', 'w').close()"),
    ("/dev/shm", f"open('{ESCAPED}', 'wb').write(b'x' * (8 << 20)); raise MemoryError"),
]  # fmt: skip

PROCESSES = [
    ("os._exit in a cell", "import os\nos._exit(0)"),
    ("a segmentation fault in a cell", "import ctypes\nctypes.string_at(0)"),
    ("sys.exit and quit", "quit()"),
    ("a fork bomb", "import os, time\nfor _ in range(50):\n    if os.fork() == 0: time.sleep(2); os._exit(0)"),
    ("a daemon that stays", "import subprocess\nsubprocess.Popen(['sleep', '3'], start_new_session=True)"),
    ("kills its parent", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"),
    ("kills everybody", "import os\nfor p in range(2, 4): os.kill(os.getppid() + p, 15)"),
    ("signals itself", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)"),
    ("five hundred threads", "import threading, time\nfor _ in range(500): threading.Thread(target=time.sleep, args=(2,), daemon=True).start()"),
    ("an endless loop", "while True: pass"),
    ("a loop that ignores interrupts", "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass"),
    ("a loop in C", "sum(range(10**11))"),
    ("blocked signals", "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\ntime.sleep(60)"),
    ("all memory", "x = []\nwhile True: x.append(bytearray(50 << 20))"),
    ("memory through torch", "import torch\nx = [torch.ones(30_000_000) for _ in range(50)]"),
    ("shared memory", "import mmap\nm = mmap.mmap(-1, 2 << 30)\nm.write(b'x' * (2 << 30))"),
    ("deep recursion", "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()"),
    ("a regular expression without end", "import re\nre.match('(a+)+$', 'a' * 40 + 'b')"),
    ("a huge power", "x = 10 ** 10 ** 9"),
    ("ptrace of the parent", "import ctypes, os\nassert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0"),
    ("a network connection", "import urllib.request as r\nr.urlopen('http://127.0.0.1:9/', timeout=2)"),
    ("a server", "import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()"),
    ("pip install", "!pip install --quiet nothing-of-this-name"),
]  # fmt: skip

OUTPUT = [
    ("200 MB printed", "for _ in range(2000): print('x' * 100_000)"),
    ("200 MB on stderr", "import sys\nfor _ in range(2000): print('x' * 100_000, file=sys.stderr)"),
    ("a million display calls", "from IPython.display import display\nfor i in range(200_000): display(i)"),
    ("raw writes to descriptor 1", "import os\nfor _ in range(100): os.write(1, b'x' * 100_000)"),
    ("a script in HTML", "from IPython.display import HTML, display\ndisplay(HTML('<script>alert(1)</script><img src=x onerror=alert(1)>'))"),
    ("a script as JavaScript", "from IPython.display import Javascript, display\ndisplay(Javascript('alert(1)'))"),
    ("a script in a picture's name", "from IPython.display import display\ndisplay({'image/png': 'x\" onerror=\"alert(1)'}, raw=True)"),
    ("surrogates and control characters", "print('\\ud800\\x00\\x1b]0;t\\x07')"),
    ("a malformed bundle", "from IPython.display import display\ndisplay({'text/plain': 5, 'application/json': 'x'}, raw=True)"),
]  # fmt: skip

COLLIDING = """class D(dict):
    def items(self):
        return [(i * (2**61 - 1), None) for i in range(1, 49_000)]
answer = D()"""
WIRE = [
    ("garbage on the wire", "import os\nfor fd in range(3, 20):\n    try: os.write(fd, b'\\xff' * 64)\n    except OSError: pass"),
    ("a forged success", "import os, json, struct\nm = json.dumps({'id': 0, 'answer': True, 'sizes': []}).encode()\n"
     "for fd in range(3, 20):\n    try: os.write(fd, struct.pack('<I', len(m)) + m)\n    except OSError: pass"),
    ("a promise of 4 GB", "import os, struct\nfor fd in range(3, 20):\n    try: os.write(fd, struct.pack('<I', 0xffffffff))\n    except OSError: pass"),
    ("the wire is closed", "import os\nos.closerange(3, 50)"),
    ("the wire is duplicated and read", "import os\nfor fd in range(3, 20):\n    try: os.read(os.dup(fd), 100)\n    except OSError: pass"),
    ("a list that holds itself", "answer = []\nanswer.append(answer)\ndef double(x): return answer\nslope_grad_Y = lambda *a: answer"),
    ("a value of a gigabyte", "import torch\ndef double(x): return torch.ones(1).expand(300_000_000)\nslope_grad_Y = lambda *a: double(1)"),
    ("a generator without end", "import itertools\ndef double(x): return itertools.count()\nslope_grad_Y = lambda *a: double(1)"),
    ("ten million small objects", "def double(x): return [[]] * 10_000_000\nanswer = double(1)\nslope_grad_Y = lambda *a: answer"),
    ("pickle with a payload", "class P:\n    def __reduce__(s): return (print, ('owned',))\nanswer = P()\ndef double(x): return P()"),
    ("a class named torch.Tensor", "class Tensor: pass\nTensor.__module__ = 'torch'\nanswer = Tensor()\ndef double(x): return Tensor()"),
    ("an exception that cannot be shown", "class E(Exception):\n    __str__ = __repr__ = lambda s: 1 / 0\ndef double(x): raise E\nslope_grad_Y = lambda *a: double(1)"),
    ("an integer of a million digits", "answer = 1 << 4_000_000\ndef double(x): return answer"),
    ("hidden inputs in the exception", "def double(x): raise ValueError(f'leak {x}')\ndef slope_grad_Y(X, W, Y): raise ValueError(f'leak {X}')"),
    ("hidden inputs printed", "def double(x):\n    print(f'leak {x}'); return 2\nanswer = 7"),
]  # fmt: skip

BROKEN: list[Attack] = [
    Attack("broken", "a byte order mark", 4, RIGHT, encode=lambda s: b"\xef\xbb\xbf" + s.encode()),
    Attack("broken", "UTF-16", 4, RIGHT, encode=lambda s: s.encode("utf-16")),
    Attack("broken", "UTF-32", 4, RIGHT, encode=lambda s: s.encode("utf-32")),
    Attack("broken", "Latin-1", 4, {**RIGHT, "answer": "answer = 42  # fuenf"},
           encode=lambda s: s.replace("fuenf", "fünf").encode("latin-1")),
    Attack("broken", "no JSON", 0, encode=lambda s: b"{ not json", fails=True),
    Attack("broken", "empty file", 0, encode=lambda s: b"", fails=True),
    Attack("broken", "cut in the middle", 0, RIGHT, encode=lambda s: s[: len(s) // 2].encode(), fails=True),
    Attack("broken", "a merge conflict", 0, RIGHT, encode=lambda s: ("<<<<<<< HEAD\n" + s).encode(), fails=True),
    Attack("broken", "text behind the end", 4, RIGHT, encode=lambda s: (s + "\n\x00garbage").encode()),
    Attack("broken", "a list instead of a notebook", 0, encode=lambda s: b"[1, 2]", fails=True),
    Attack("broken", "JSON nested too deep", 0, encode=lambda s: b"[" * 200_000, fails=True),
    Attack("broken", "no cells", 0, edit=lambda n: n.pop("cells"), fails=True),
    Attack("broken", "an empty list of cells", 0, edit=_set(cells=[])),
    Attack("broken", "cells that are no cells", 4, RIGHT, edit=lambda n: n["cells"].extend([1, None, "x", {}])),
    Attack("broken", "a source that is a number", 3, RIGHT, edit=_source("answer", 5)),
    Attack("broken", "format 3", 4, RIGHT, edit=_version_3),
    Attack("broken", "format 5", 4, RIGHT, edit=_set(nbformat=5, nbformat_minor=9)),
    Attack("broken", "no format", 4, RIGHT, edit=lambda n: (n.pop("nbformat"), n.pop("nbformat_minor"))),
    Attack("broken", "kernel R", 4, RIGHT, edit=_set(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}})),
    Attack("broken", "no metadata", 4, RIGHT, edit=_set(metadata=[])),
    Attack("broken", "a test deleted", 4, RIGHT, edit=_drop("double_test")),
    Attack("broken", "set-up deleted", 4, RIGHT, edit=_drop("setup")),
    Attack("broken", "every test deleted", 4, RIGHT, edit=_drop("slope_test", "double_test", "answer_test")),
    Attack("broken", "an answer deleted", 3, RIGHT, edit=_drop("double")),
    Attack("broken", "an answer deleted and written elsewhere", 4, RIGHT, edit=_drop("double"), first=RIGHT["double"]),
    Attack("broken", "a test duplicated", 4, RIGHT, edit=_copy("double_test")),
    Attack("broken", "a duplicated test emptied", 3, {**RIGHT, "double": WRONG["double"]}, edit=_copy("double_test", "")),
    Attack("broken", "an answer duplicated", 4, RIGHT, edit=_copy("double")),
    Attack("broken", "an answer and its stub", 4, RIGHT, edit=_copy("double", "# YOUR CODE HERE\nraise NotImplementedError")),
    Attack("broken", "split between functions", 4, {**RIGHT, "double": "def two():\n    return 2\ndef double(x):\n    return two() * x"}, edit=_split("double", 2)),
    Attack("broken", "split within a function", 4, {**RIGHT, "double": "def double(x):\n    y = x\n    return y + x"}, edit=_split("double", 2)),
    Attack("broken", "split within a function in VS Code", 4, {**RIGHT, "double": "def double(x):\n    y = x\n    return y + x"}, edit=_split_in_vs_code("double", 2)),
    Attack("broken", "an answer cut and pasted in VS Code", 4, RIGHT, edit=_paste_in_vs_code("double")),
    Attack("broken", "reordered", 4, RIGHT, edit=lambda n: n["cells"].reverse()),
    Attack("broken", "an answer as Markdown", 4, RIGHT, edit=lambda n: cell_of(n, "double").update(cell_type="markdown")),
    Attack("broken", "a test as Markdown", 4, RIGHT, edit=lambda n: cell_of(n, "double_test").update(cell_type="markdown")),
    Attack("broken", "all ids the same", 4, RIGHT, edit=lambda n: [c.update(id="same") for c in n["cells"]]),
    Attack("broken", "named target (1).ipynb", 4, RIGHT, file="target (1).ipynb"),
    Attack("broken", "named Target.ipynb", 4, RIGHT, file="Target.ipynb"),
    Attack("broken", "a PDF instead", 0, file="target.pdf", fails=True),
    Attack("broken", "a torch.py beside it", 4, RIGHT, beside={"torch.py": b"raise SystemExit", "grader.py": b"check = print"}),
    Attack("broken", "a directory beside it", 4, RIGHT, beside={"target_files/x.png": b"x"}),
    Attack("broken", "a cell that takes long to read", 4, RIGHT, edit=_behind("double", "%time 1\n" * 60 + "x = 1\n" * 6000)),
    Attack("broken", "a list of half a million", 4, RIGHT, edit=_behind("double", "x = [" + "0," * 500_000 + "]")),
    Attack("broken", "named target.ipynb.txt", 4, RIGHT, file="target.ipynb.txt"),
    Attack("broken", "ten thousand cells", 4, RIGHT, edit=lambda n: n["cells"].extend([n["cells"][0]] * 10_000)),
]  # fmt: skip

UNLUCKY = [
    Attack("unlucky", "a warning on stderr", 4, {**RIGHT, "double": "import warnings\ndef double(x):\n    warnings.warn('old'); return 2 * x"}),
    Attack("unlucky", "prints in a function", 4, {**RIGHT, "double": "def double(x):\n    print('x is', x); return 2 * x"}),
    Attack("unlucky", "logging in a function", 4, {**RIGHT, "double": "import logging\ndef double(x):\n    logging.warning('hm'); return 2 * x"}),
    Attack("unlucky", "a cell that fails before", 4, RIGHT, first="1 / 0"),
    Attack("unlucky", "a syntax error before", 4, RIGHT, first="def"),
    Attack("unlucky", "an endless loop behind", 4, RIGHT, last="while True: pass"),
    Attack("unlucky", "one function dies", 3, {**RIGHT, "double": "import os\ndef double(x): os._exit(1)"}),
    Attack("unlucky", "one function never ends", 3, {**RIGHT, "double": "def double(x):\n    while True: pass"}),
    Attack("unlucky", "a crash behind", 4, RIGHT, last="import os; os.abort()"),
    Attack("unlucky", "input() is asked", 4, RIGHT, first="name = input('Name? ')"),
    Attack("unlucky", "a progress bar's thread", 4, RIGHT, first="import threading, time\nt = threading.Thread(target=time.sleep, args=(60,), daemon=True)\nt.start()"),
    Attack("unlucky", "names of the set-up reused", 4, RIGHT, first="check = 3\nslope = 'gradient'"),
    Attack("unlucky", "a figure and a table", 4, RIGHT, last="import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
    Attack("unlucky", "await at the top", 4, RIGHT, first="import asyncio\nawait asyncio.sleep(0.01)"),
    Attack("unlucky", "a numpy array returned", 4, {**RIGHT, "slope": "import numpy as np\ndef slope_grad_Y(X, W, Y):\n    return 2 * (Y.numpy() - np.maximum(X.numpy() @ W.numpy(), 0))"}),
    Attack("unlucky", "float64 by hand", 4, {**RIGHT, "slope": "def slope_grad_Y(X, W, Y):\n    return 2 * (Y - torch.relu(X.double() @ W.double()))"}),
    Attack("unlucky", "files written and read", 4, RIGHT, first="torch = __import__('torch'); torch.save(torch.ones(2), 'w.pt'); torch.load('w.pt')"),
    Attack("unlucky", "half an emoji printed", 4, {**RIGHT, "double": "def double(x):\n    print('ok \\ud83d'); return 2 * x"}),
    Attack("unlucky", "a shell line above the answer", 4, {**RIGHT, "double": "!ls\nfiles = !ls\n%pip list\ndef double(x):\n    return 2 * x"}),
    Attack("unlucky", "a module written and imported", 4, {**RIGHT, "double": "from helpers import double"}, first="%%writefile helpers.py\ndef double(x):\n    return 2 * x"),
    Attack("unlucky", "much text of no width", 4, {**RIGHT, "double": "def double(x):\n    return 2 * x\nfor _ in range(300): print('\\u200b' * 1000)"}),
    Attack("unlucky", "autograd in a gradient", 2, {**RIGHT, "slope": "def slope_grad_Y(X, W, Y):\n    Y = Y.clone().requires_grad_()\n    (((X @ W).clamp(min=0) - Y) ** 2).sum().backward()\n    return Y.grad"}),
]  # fmt: skip

_LOSS = """import gc, sys, threading
def loss(X, W, Y):
    Y = Y.clone().requires_grad_()
    return Y, (((X @ W).clamp(min=0) - Y) ** 2).sum()
def backward(X, W, Y):
    Y, f = loss(X, W, Y)
    f.backward()
    return Y.grad
"""
AUTOGRAD = [
    ("sys.setprofile(None)", "def slope_grad_Y(X, W, Y):\n    sys.setprofile(None)\n    return backward(X, W, Y)"),
    ("in a thread", "def slope_grad_Y(X, W, Y):\n    out = []\n"
     "    t = threading.Thread(target=lambda: out.append(backward(X, W, Y)))\n    t.start(); t.join()\n    return out[0]"),
    ("map calls it from C", "def slope_grad_Y(X, W, Y):\n    sys.setprofile(None)\n    Y, f = loss(X, W, Y)\n"
     "    list(map(torch.Tensor.backward, [f]))\n    return Y.grad"),
    ("grad_fn is walked", "def slope_grad_Y(X, W, Y):\n    Y, f = loss(X, W, Y)\n    node, slope = f.grad_fn, torch.ones(())\n"
     "    for k in (0, 0, 1):\n        slopes = node(slope)\n        slope = slopes[k] if isinstance(slopes, tuple) else slopes\n"
     "        node = node.next_functions[k][0]\n    return slope"),
    ("the watcher is patched", "w = sys.modules['sandbox.servant'].Watch\nw.__enter__ = w.__exit__ = lambda *a: None\n"
     "sys.modules['sandbox.trace'].Trace.mark = lambda *a: None\nslope_grad_Y = backward"),
    ("the watcher's list is emptied", "def slope_grad_Y(X, W, Y):\n    out = backward(X, W, Y)\n"
     "    for w in gc.get_objects():\n        if type(w).__name__ == 'Watch': w.seen.clear()\n    return out"),
]  # fmt: skip


# What would harm the machine that draws up the table, where nothing holds it.
WILD = {
    "all memory", "kills everybody", "changes site-packages", "a sitecustomize for later",
    "five hundred threads", "pip install",
}  # fmt: skip


def _hostile(category: str, rows: list[tuple[str, str]]) -> list[Attack]:
    """Wrong answers, and code that tries to have them taken for right: it stands first and last."""
    return [
        Attack(category, name, 0, WRONG, first=code, last=code, tame=name not in WILD)
        for name, code in rows
    ]


ATTACKS: list[Attack] = [
    *_hostile("score forging", FORGING[:6]),
    *[Attack("score forging", name, 0, last=code) for name, code in FORGING[6:]],
    *[Attack("score forging", f"{name}, in its cell", 0, {**WRONG, "double": code})
      for name, code in FORGING[6:]],
    *_hostile("IPython", IPYTHON),
    *[Attack("partial credit", name, points, answers) for name, answers, points in CREDIT],
    *[Attack("metadata", name, points, answers, edit=edit)
      for name, edit, answers, points in METADATA],
    *_hostile("files", FILES),
    *_hostile("processes", PROCESSES),
    *[Attack("processes", f"{name}, then right", 4, RIGHT, first=code, tame=name not in WILD)
      for name, code in PROCESSES],
    *_hostile("output", OUTPUT),
    *[Attack("wire", name, 0, {**WRONG, "double": code}) for name, code in WIRE],
    Attack("wire", "a dict whose keys collide", 3, {**RIGHT, "answer": COLLIDING}),
    *[Attack("autograd", name, 2, {**RIGHT, "slope": _LOSS + code}) for name, code in AUTOGRAD],
    *BROKEN,
    *UNLUCKY,
]  # fmt: skip
