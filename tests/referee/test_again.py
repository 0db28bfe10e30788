"""A gradient that torch or a difference quotient computes is noticed, however it is called."""

import pytest

RELU = (
    "from grader import Problem, check\n"
    'relu = Problem(r"f = \\|\\max(XW, 0) - Y\\|_F^2", X="n,p", W="p,q", Y="n,q")\n'
    "check(relu, W=f)\n### BEGIN HIDDEN TESTS\ncheck(relu, W=f, seed=4711)\n### END HIDDEN TESTS"
)
F = "def F(X, W, Y):\n    return ((X @ W).clamp(min=0) - Y).square().sum()\n"
LEAF = "def leaf(X, W, Y):\n    w = W.clone().requires_grad_()\n    return w, F(X, w, Y)\n"
BACKWARD = (
    F + LEAF + "def g(X, W, Y):\n    w, f = leaf(X, W, Y)\n    f.backward()\n    return w.grad\n"
)

ENGINE = {
    "sys.setprofile(None)": "import sys\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    return g(X, W, Y)",
    "a thread": "import threading\ndef f(X, W, Y):\n    out = []\n"
    "    t = threading.Thread(target=lambda: out.append(g(X, W, Y)))\n"
    "    t.start(); t.join()\n    return out[0]",
    "a thread of before": "from concurrent.futures import ThreadPoolExecutor\n"
    "pool = ThreadPoolExecutor(1)\npool.submit(int).result()\n"
    "def f(X, W, Y): return pool.submit(g, X, W, Y).result()",
    "map from C": "def f(X, W, Y):\n    w, l = leaf(X, W, Y)\n"
    "    list(map(torch._C._EngineBase.run_backward, [torch.autograd.Variable._execution_engine],"
    " [(l,)], [(torch.ones(()),)], [False], [False], [()], [True], [True])) if 0 else"
    " list(map(torch.Tensor.backward, [l]))\n    return w.grad",
    "grad_fn is walked": "def f(X, W, Y):\n    w, l = leaf(X, W, Y)\n"
    "    todo, found = [(l.grad_fn, torch.ones(()))], None\n"
    "    while todo:\n        node, slope = todo.pop()\n"
    "        if hasattr(node, 'variable'):\n            found = slope\n            continue\n"
    "        slopes = node(slope)\n"
    "        slopes = slopes if isinstance(slopes, tuple) else (slopes,)\n"
    "        todo += [(n, s) for (n, _), s in zip(node.next_functions, slopes) if n]\n"
    "    return found",
    "the watch's class is patched": "import sys\nw = sys.modules['sandbox.servant'].Watch\n"
    "w.__enter__ = w.__exit__ = lambda *a: None\nf = g",
    "the watch's list is emptied": "import gc, sys\ndef f(X, W, Y):\n    out = g(X, W, Y)\n"
    "    for w in gc.get_objects():\n"
    "        if type(w).__name__ == 'Watch': w.seen.clear()\n    return out",
    "the trace is patched": "import sys\n"
    "sys.modules['sandbox.trace'].Trace.mark = lambda *a: None\n"
    "w = sys.modules['sandbox.servant'].Watch\nw.__enter__ = w.__exit__ = lambda *a: None\nf = g",
    "the servant answers for the trace": "import sys\ns = sys.modules['sandbox.servant']\n"
    "s.Watch.__enter__ = s.Watch.__exit__ = lambda *a: None\nold = s.Servant._answer\n"
    "def new(self, m, b):\n    if m['do'] == 'mark': return {'answer': None}, []\n"
    "    return old(self, m, b)\ns.Servant._answer = new\nf = g",
    "the trace's file is closed": "import os, sys\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    out = g(X, W, Y)\n    for n in range(4, 60):\n        try: os.close(n)\n"
    "        except OSError: pass\n    return out",
    "its files are emptied": "import os, sys\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    out = g(X, W, Y)\n    for n in range(4, 60):\n        try: os.ftruncate(n, 0)\n"
    "        except OSError: pass\n    return out",
    "the mark is set too soon": "import sys\nT = sys.modules['sandbox.trace'].Trace\n"
    "mark = T.mark\n"
    "def f(X, W, Y):\n    sys.setprofile(None)\n    frame = sys._getframe()\n"
    "    while frame:\n        m = frame.f_locals.get('message')\n"
    "        s = frame.f_locals.get('self')\n"
    "        if isinstance(m, dict) and 'mark' in m and hasattr(s, 'trace'):\n"
    "            mark(s.trace, m['mark'])\n"
    "            T.mark = lambda *a: setattr(T, 'mark', mark)\n"
    "            break\n        frame = frame.f_back\n    return g(X, W, Y)",
    "torch.func": "import sys\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    return torch.func.grad(lambda w: F(X, w, Y))(W)",
    "functional.jacobian": "import sys\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    return torch.autograd.functional.jacobian(lambda w: F(X, w, Y), W)",
    "forward mode": "import sys\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    E = torch.eye(W.numel()).reshape(-1, *W.shape)\n"
    "    level = torch._C._enter_dual_level()\n"  # torch.func.jvp takes seconds to load
    "    duals = [torch._VF._make_dual(W, e, level=level) for e in E]\n"
    "    slopes = [torch._VF._unpack_dual(F(X, w, Y), level=level)[1] for w in duals]\n"
    "    torch._C._exit_dual_level(level=level)\n"
    "    return torch.stack(slopes).reshape(W.shape)",
    "what was asked is kept": "import sys\nkept = {}\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    key = X.sum().item()\n    if key not in kept: kept[key] = g(X, W, Y)\n"
    "    return kept[key]",
    "a part of it": "import sys\ndef f(X, W, Y):\n    sys.setprofile(None)\n"
    "    Z = (X @ W).requires_grad_()\n    (Z.clamp(min=0) - Y).square().sum().backward()\n"
    "    return X.T @ Z.grad",
}  # fmt: skip


@pytest.mark.parametrize("body", ENGINE.values(), ids=ENGINE)
def test_torchs_engine_is_noticed(trial, body) -> None:
    (run,) = trial("import torch\n" + BACKWARD + body, RELU, watched="f")
    assert run.passed
    assert run.flags == ["uses_autograd"], run.notes
    assert any(note.startswith("autograd: ") for note in run.notes)


def test_a_lazy_generator_is_noticed(trial) -> None:
    """The gradient is computed when the answer is read, after the call."""
    body = "import sys\ndef f(x):\n    x = x.clone().requires_grad_()\n    sys.setprofile(None)\n"
    body += "    yield torch.autograd.grad(x.square().sum(), x)[0]"
    test = "x = torch.ones(2, dtype=torch.float64)\nassert f(x)[0].tolist() == [2, 2]"
    (run,) = trial(f"import torch\n{body}", test, watched="f")
    assert (run.passed, run.flags) == (True, ["uses_autograd"])


QUOTIENT = (
    "def f(X, W, Y):\n    {cast}\n    G = torch.zeros_like(W)\n    for i in range(W.shape[0]):\n"
    "        for j in range(W.shape[1]):\n            E = torch.zeros_like(W); E[i, j] = {step}\n"
    "            G[i, j] = {quotient}\n    return G{answer}"
)
DOUBLE = "X, W, Y = X.double(), W.double(), Y.double()"
CENTRAL = "(F(X, W + E, Y) - F(X, W - E, Y)) / (2 * E[i, j])"
DIFFERENCES = {
    "central": QUOTIENT.format(cast="", step="1e-4", quotient=CENTRAL, answer=""),
    "central in float64": QUOTIENT.format(
        cast=DOUBLE, step="1e-4", quotient=CENTRAL, answer=""
    ),
    "a large step": QUOTIENT.format(cast="", step="1e-3", quotient=CENTRAL, answer=""),
    "a secant answered in float32": QUOTIENT.format(
        cast=DOUBLE, step="1e-8",
        quotient="(F(X, W + E, Y) - F(X, W, Y)) / E[i, j]", answer=".float()",
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_difference_quotient_is_noticed(trial, body) -> None:
    (run,) = trial(f"import torch\n{F}{body}", RELU, watched="f")
    assert run.passed, run.outputs
    assert run.flags == ["finite_differences"]


HONEST = {
    "the formula": "def f(X, W, Y):\n"
    "    return 2 * X.T @ (((X @ W).clamp(min=0) - Y) * (X @ W > 0))",
    "the other convention": "def f(X, W, Y):\n"
    "    return 2 * X.T @ (((X @ W).clamp(min=0) - Y) * (X @ W >= 0))",
    "multiplied out": "def f(X, W, Y):\n    M = (X @ W > 0).to(X)\n"
    "    return 2 * X.T @ (torch.relu(X @ W) * M) - 2 * X.T @ (Y * M)",
    "loops": "def f(X, W, Y):\n    G = torch.zeros_like(W)\n    Z = X @ W\n"
    "    for i in range(X.shape[0]):\n        for j in range(W.shape[1]):\n"
    "            if Z[i, j] > 0: G[:, j] += 2 * (Z[i, j] - Y[i, j]) * X[i]\n    return G",
    "numpy": "import numpy as np\ndef f(X, W, Y):\n    X, W, Y = X.numpy(), W.numpy(), Y.numpy()\n"
    "    return torch.from_numpy(2 * X.T @ ((np.maximum(X @ W, 0) - Y) * (X @ W > 0)))",
    "float32": "def f(X, W, Y):\n    X, W, Y = X.float(), W.float(), Y.float()\n"
    "    D = (torch.relu(X @ W) - Y) * (X @ W > 0)\n"
    "    return 2 * torch.einsum('np,nq->pq', X, D)",
    "leaves that are never asked": "def f(X, W, Y):\n    W = W.clone().requires_grad_()\n"
    "    return 2 * X.T @ (((X @ W).clamp(min=0) - Y) * (X @ W > 0))",
    "checked by autograd outside": BACKWARD + "def f(X, W, Y):\n"
    "    return 2 * X.T @ (((X @ W).clamp(min=0) - Y) * (X @ W > 0))\n"
    "A = [torch.randn(3, 3) for _ in 'XWY']\nassert torch.allclose(f(*A), g(*A), atol=1e-4)",
}  # fmt: skip


@pytest.mark.parametrize("body", HONEST.values(), ids=HONEST)
def test_an_honest_gradient_is_not_flagged(trial, body) -> None:
    (run,) = trial(f"import torch\n{body}", RELU, watched="f")
    assert (run.passed, run.flags) == (True, []), (run.notes, run.outputs)


@pytest.mark.parametrize("answer", ["W * 0", "None", "1 / 0", "W / 0", "os._exit(0)"])
def test_who_gives_no_second_answer_is_flagged_for_the_instructor(trial, answer) -> None:
    """It costs nothing, and no other function is touched by it."""
    body = "def f(X, W, Y):\n    sys.setprofile(None)\n"
    body += "    large = any((v.abs() > 1e6).any() for v in (X, W, Y))\n"
    body += f"    return {answer} if large else g(X, W, Y)\n"
    body += "def h(X, W, Y):\n    return 2 * X.T @ (((X @ W).clamp(min=0) - Y) * (X @ W > 0))"
    tests = RELU, RELU.replace("W=f", "W=h")
    source = f"import torch, sys, os\n{BACKWARD}{body}"
    run, other = trial(source, *tests, names="f h", watched="f h")
    assert [run.passed, other.passed] == [True, True]
    assert run.flags in (["no_second_answer"], ["finite_differences"])
    assert other.flags == []


@pytest.mark.parametrize(("formula", "sizes", "name", "body"), [
    (r"f = \\|Y - (\\sigma(XW_1 + b_1) W_2 + b_2)\\|_F^2",
     "X='n,p', Y='n,q', W_1='p,m', b_1='1,m row', W_2='m,q', b_2='1,q row'", "b1",
     "def f(X, Y, W1, b1, W2, b2):\n    H = torch.sigmoid(X @ W1 + b1)\n"
     "    return (2 * (H @ W2 + b2 - Y) @ W2.T * H * (1 - H)).sum(0, keepdim=True)"),
    (r"f = \\|XW - Y\\|_F", "X='n,p', W='p,q', Y='n,q'", "W",
     "def f(X, W, Y):\n    R = X @ W - Y\n    return X.T @ R / R.norm()"),
    (r"f = \\mathrm{tr}(A^T X B)", "X='n,p', A='n,q', B='p,q'", "X",
     "def f(X, A, B):\n    return torch.stack([(A[i] * B).sum(1) for i in range(A.shape[0])])"),
    (r"f = 1^T|x - a|", "x='n,1', a='n,1'", "x", "def f(x, a):\n    return torch.sign(x - a)"),
    (r"f = \\|Xw - y\\|^2 + \\|w\\|^2", "X='n,p', w='p,1', y='n,1'", "w",
     "def f(X, w, y):\n    return 2 * (X.T @ X @ w - X.T @ y + w)"),
    (r"f = 1^T\\log(1+\\exp(-Xw))", "X='n,p', w='p,1'", "w",
     "def f(X, w):\n    return -X.T @ torch.sigmoid(-X @ w)"),
])  # fmt: skip
def test_right_answers_to_other_problems_are_not_flagged(trial, formula, sizes, name, body) -> None:
    test = f'from grader import Problem, check\np = Problem("{formula}", {sizes})\n'
    (run,) = trial(f"import torch\n{body}", f"{test}check(p, {name}=f, seed=5)", watched="f")
    assert (run.passed, run.flags) == (True, []), (run.notes, run.outputs)


GRADIENT = "2 * X.T @ (((X @ W).clamp(min=0) - Y) * (X @ W > 0))"
PAIR = (
    "def f(X, W, Y):\n    sys.setprofile(None)\n    return g(X, W, Y)\n"
    f"def h(X, W, Y):\n    return {GRADIENT}"
)


def _two(trial, body: str):
    tests = RELU, RELU.replace("W=f", "W=h")
    return trial(f"import torch, sys, os\n{BACKWARD}{body}", *tests, names="f h", watched="f h")


def test_only_the_function_that_uses_the_engine_is_flagged(trial) -> None:
    """All are asked in one request; which of them it was is found by asking each alone."""
    run, other = _two(trial, PAIR)
    assert (run.flags, other.flags) == (["uses_autograd"], []), (run.notes, other.notes)


def test_who_uses_the_engine_in_company_only_is_among_the_flagged(trial) -> None:
    """It counts how often it was asked at such points, and so knows when it is asked alone."""
    body = PAIR.replace(
        "return g(X, W, Y)",
        "large = any((v.abs() > 1e6).any() for v in (X, W, Y))\n"
        "    alone = large and bool(asked)\n    asked.extend([1] * large)\n"
        f"    return {GRADIENT} if alone else g(X, W, Y)",
    )  # fmt: skip
    run, other = _two(trial, "asked = []\n" + body)
    assert "uses_autograd" in run.flags, run.notes
    assert other.passed


def test_who_never_answers_does_not_take_the_others_time(trial) -> None:
    body = PAIR.replace(
        "return g(X, W, Y)",
        "\n    large = any((v.abs() > 1e6).any() for v in (X, W, Y))\n"
        f"    while large: pass\n    return {GRADIENT}",
    )
    run, other = _two(trial, body)
    assert (run.flags, other.flags) == (["no_second_answer"], []), (run.notes, other.notes)
