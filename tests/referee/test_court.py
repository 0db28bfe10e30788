"""Tests judge data; what a submission is beyond data stays with it."""

import pytest

from .conftest import said

NET = """class Net(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.linear1 = torch.nn.Linear(n, 2)
    def forward(self, x):
        return self.linear1(x)"""
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"

WORKS = [
    ("def f(x): return 2 * x", "assert f(3) == 6"),
    ("def f(x): return 2 * x", "assert torch.equal(f(torch.ones(2)), 2 * torch.ones(2))"),
    ("def f(x): x[0] = 7", "x = torch.ones(3)\nf(x)\nassert x.tolist() == [7, 1, 1]"),
    ("def f(x): x += 1", "import numpy as np\nx = np.ones(2)\nf(x)\nassert x.tolist() == [2, 2]"),
    ("def f(x): x.resize_(1, 2)", "x = torch.ones(2)\nf(x)\nassert x.shape == (1, 2)"),
    ("def f(): return torch.ones(1).dtype", "with torch.no_grad(): f"),
    ("def f(): return torch.ones(1)", "torch.set_default_dtype(torch.float64)\n"
     "try: assert f().dtype is torch.float64\nfinally: torch.set_default_dtype(torch.float32)"),
    ("def f(g): return g(2) + g(3)", "assert f(lambda x: 10 * x) == 50"),
    ("def f(d): return d['a'](torch.ones(2))", "assert f({'a': lambda x: x.sum()}) == 2"),
    ("def f(g):\n    try: g(0)\n    except RuntimeError as e: return str(e)",
     "assert 'ZeroDivisionError' in f(lambda x: 1 / x)"),
    ("def f(x): raise ValueError('no')",
     "try: f(1)\nexcept ValueError as e: assert (type(e).__name__ + str(e)) == 'ValueErrorno'"),
    ("class E(KeyError): pass\ndef f(x): raise E('k')", "try: f(1)\nexcept KeyError: pass"),
    ("f = (1.5, [None, 'a'], {'k': True})", "assert f == (1.5, [None, 'a'], {'k': True})"),
    ("def f(): return map(int, '123')", "assert f() == [1, 2, 3]"),
    (NET, "net = Net(3)\nassert net(torch.ones(5, 3)).shape == (5, 2)"),
    (NET, "state = Net(3).state_dict()\nassert state['linear1.weight'].shape == (2, 3)"),
    (NET, "net = Net(3)\nstate = {k: torch.zeros_like(v) for k, v in net.state_dict().items()}\n"
     "net.load_state_dict(state)\nassert not net(torch.ones(1, 3)).any()"),
    (NET, "assert len(list(Net(3).parameters())) == 2"),
    (NET, "assert Net(3).linear1.weight.shape == (2, 3)"),
]  # fmt: skip


@pytest.mark.parametrize(("student", "test"), WORKS)
def test_usual_tests_run_unchanged(trial, student, test) -> None:
    (run,) = trial(f"import torch\n{student}", test, names="f Net")
    assert run.passed, (said(run), run.notes)


REFUSED = [
    "f == f",
    "bool(f)",
    "len(f)",
    "list(f)",
    "f < f",
    "1 in f",
    "import pickle; pickle.dumps(f)",
    "import copy; copy.deepcopy(f)",
    "{f: 1}",
    "f(object())",
    "g",
    "f.nothing",
    "open('/etc/passwd')",
    "import os; os.fork()",
    "import socket; socket.socket()",
]


@pytest.mark.parametrize("test", REFUSED)
def test_what_a_proxy_or_a_referee_must_not_do_is_refused(trial, test) -> None:
    (run,) = trial("def f(x): return x\ng = 3", test)
    assert not run.passed


def test_names_that_no_solution_binds_are_never_looked_up(trial) -> None:
    (run,) = trial("expected = 3\nf = 3", "assert f == expected")
    assert "'expected' is not defined" in said(run)


def test_the_set_up_goes_before_the_submission(trial) -> None:
    (run,) = trial("torch = None\nf = 1", "torch.ones(1)", names="f torch")
    assert run.passed


def test_tests_do_not_depend_on_one_another(trial) -> None:
    first, second = trial("f = 1", "x = 5", "x")
    assert first.passed
    assert "'x' is not defined" in said(second)


def test_a_death_costs_its_test_and_nothing_else(trial) -> None:
    student = "import os\ndef f(x):\n    if x: os._exit(5)\n    return 1"
    runs = trial(student, "f(1)", "assert f(0) == 1")
    assert [run.passed for run in runs] == [False, True]
    assert "exit code 5" in said(runs[0])


def test_after_a_death_there_is_no_second_call_in_the_same_test(trial) -> None:
    test = (
        "for _ in range(99):\n  try: f(1)\n  except Exception as e: last = str(e)\nassert 0, last"
    )
    (run,) = trial("def f(x):\n    while True: pass", test)
    assert "longer than 2 s" in said(run)


def test_a_thing_does_not_outlive_its_process(trial) -> None:
    student = "import os\nclass C: pass\ndef f(x): return os._exit(1) if x else C()"
    test = "thing = f(0)\ntry: f(1)\nexcept Exception: pass\nthing.x"
    (run,) = trial(student, test)
    assert not run.passed


def test_hidden_tests_are_the_instructors(trial) -> None:
    """Neither what is printed nor what is raised, nor the test's own lines, reach the student."""
    student = "def f(x):\n    print('seen', x)\n    raise ValueError(f'got {x}')"
    (run,) = trial(student, "pass\n" + HIDDEN.format("secret = 4711\nf(secret)"))
    assert said(run) == "a hidden test of this cell failed"
    assert "4711" not in str(run.outputs)
    assert "got 4711" in "".join(run.notes)
    assert "seen 4711" in "".join(run.notes)


def test_a_hidden_part_may_use_the_names_of_the_visible_one(trial) -> None:
    (run,) = trial("def f(x): return x", "y = f(2)\n" + HIDDEN.format("assert y == 2"))
    assert run.passed


def test_a_hidden_part_inside_a_block_hides_the_whole_cell(trial) -> None:
    hidden = "    ### BEGIN HIDDEN TESTS\n    f(4711)\n    ### END HIDDEN TESTS"
    test = f"for x in (1, 2):\n    assert f(x) == 1\n{hidden}"
    (run,) = trial("def f(x): raise ValueError(x)", test)
    assert said(run) == "a hidden test of this cell failed"


def test_printing_in_a_visible_test_is_shown_and_never_as_stderr(trial) -> None:
    student = "import sys\ndef f(x):\n    print('out'); print('err', file=sys.stderr)"
    (run,) = trial(student, "f(1)")
    assert [(o["output_type"], o["name"]) for o in run.outputs] == [("stream", "stdout")]
    assert said(run) == "out\nerr\n"


AFFINE = """from grader import Problem, check
affine = Problem(r"f = \\|XW + B\\|_F^2", X="n,p", W="p,q", B="n,q")
"""
WRONG_W = "def f(X, W, B): return 2 * X.T @ (X @ W)"


def pictures(run) -> list[str]:
    """The words of the pictures among a test's outputs."""
    shown = [o for o in run.outputs if o["output_type"] == "display_data"]
    return [one["metadata"]["image/svg+xml"]["alt"] for one in shown]


def test_a_visible_check_shows_where_the_answer_is_off(trial) -> None:
    (run,) = trial(WRONG_W, AFFINE + "check(affine, W=f)")
    assert not run.passed
    assert pictures(run)[0].startswith("|yours - true| for W, 7 by 5: furthest 7.1e+00 at row 1")


@pytest.mark.parametrize("seed", ["", ", seed=4711"])
def test_a_hidden_check_shows_no_picture(trial, seed) -> None:
    """Not even of the points of the visible check."""
    (run,) = trial(WRONG_W, AFFINE + HIDDEN.format(f"check(affine, W=f{seed})"))
    assert not run.passed
    assert pictures(run) == []


DRAWN = '{"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}, "metadata": {}}'


@pytest.mark.parametrize(
    "body",
    [
        "from IPython.display import SVG, display; display(SVG('<svg/>'))",
        f"error = AssertionError('no'); error.pictures = [{DRAWN}]; raise error",
        f"from grader.checks import CheckFailed; raise CheckFailed('no', (), [{DRAWN}])",
    ],
)
def test_a_submission_puts_no_picture_among_a_tests_outputs(trial, body) -> None:
    (run,) = trial(f"def f(*_): {body}", "f(1)\nassert 0")
    assert not run.passed
    assert [o for o in run.outputs if o["output_type"] not in ("error", "stream")] == []


AUTOGRAD = [
    "x = x.clone().requires_grad_()\n    (x ** 2).sum().backward()\n    return x.grad",
    "x = x.clone().requires_grad_()\n    return torch.autograd.grad((x ** 2).sum(), x)[0]",
    "return torch.func.grad(lambda y: (y ** 2).sum())(x)",
    "return torch.func.jacrev(lambda y: (y ** 2).sum())(x)",
    "return torch.autograd.functional.jacobian(lambda y: (y ** 2).sum(), x)",
    "return torch.func.jvp(lambda y: y ** 2, (x,), (torch.ones_like(x),))[1]",
]
TEST = "x = torch.rand(3, dtype=torch.float64) + 1\nassert torch.allclose(f(x), 2 * x, rtol=1e-5)"


@pytest.mark.parametrize("body", AUTOGRAD)
def test_autograd_is_noticed_with_the_line(trial, body) -> None:
    (run,) = trial(f"import torch\ndef f(x):\n    {body}", TEST, watched="f")
    assert run.passed
    assert run.flags == ["uses_autograd"]
    assert "f, line" in "".join(run.notes)


def test_a_difference_quotient_is_noticed(trial) -> None:
    body = "return (((x + 1e-7) ** 2) - ((x - 1e-7) ** 2)) / 2e-7"
    (run,) = trial(f"def f(x):\n    {body}", TEST, watched="f")
    assert run.flags == ["finite_differences"]


@pytest.mark.parametrize("body", ["return 2 * x", "return torch.stack([2 * y for y in x])",
                                  "return torch.from_numpy(2 * x.numpy())"])  # fmt: skip
def test_honest_gradients_are_not_flagged(trial, body) -> None:
    (run,) = trial(f"import torch\ndef f(x):\n    {body}", TEST, watched="f")
    assert (run.passed, run.flags) == (True, [])


def test_what_is_printed_again_in_a_replay_does_not_count(trial) -> None:
    """Two deaths: the cells run three times, and print nearly all that they may each time."""
    student = "print(('x' * 99 + '\\n') * 1800)\nimport os\nf = os.abort\ndef g(): return 1"
    *_, last = trial(student, "f()", "f()", "assert g() == 1", names="f g")
    assert last.passed, said(last)
