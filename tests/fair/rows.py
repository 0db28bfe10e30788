r"""What students hand in, and what is right: one row a student.

Three kinds: work that is there and written in an unusual way keeps its points; what derives
nothing or was not written by hand gets none; what is told is true, or a person is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fair.bent import BENT, SEEDS
from grader.course import Course
from grader.course.start import MODEL
from hand_in import model_answers
from students import MATRICES, NETWORK, HandIn, blank, solved

Answers = dict[str, str]
FORMULA = {
    "W": r"2X^\top[(H - Y) \odot \max'(Z)]",
    "X": r"2[(H - Y) \odot \max'(Z)]W^\top",
    "Y": r"2(Y - H)",
}
WAITING = {f"relu_derivation_{v}" for v in FORMULA}


@dataclass(frozen=True)
class Row:
    """One hand-in and what it gets; of one of its cells also what is said about it."""

    hand_in: HandIn
    points: float
    cell: str = ""
    status: str = "ok"
    said: str = ""  # in the cell's message
    flags: tuple[str, ...] = ()  # of the cell
    waits: frozenset[str] = frozenset()  # the cells that a person must look at


def stated(variable: str, formula: str = "") -> str:
    return rf"$$\frac{{\partial f}}{{\partial {variable}}} = {formula or FORMULA[variable]}$$"


def derivations(assignment: str = MATRICES) -> Answers:
    answers = model_answers(Course(MODEL), assignment)
    return {name: text for name, text in answers.items() if "_derivation_" in name}


# --- derivations that are right, in the student's own way -----------------------------------------

DERIVED = {MATRICES: 12, NETWORK: 14}
OWN = {
    "W": r"""Let $A = XW$ and $M = \max(A, 0)$.

$$df = 2\operatorname{tr}[(M - Y)^\top (\max'(A) \odot dA)] = 2\operatorname{tr}[((M - Y) \odot \max'(A))^\top X\,dW]$$

$$\frac{\partial f}{\partial W} = 2X^\top[(M - Y) \odot \max'(A)]$$""",  # noqa: E501
    "X": r"""$$df = 2\operatorname{tr}[((M - Y) \odot \max'(A))^\top dX\,W]$$

$$\frac{\partial f}{\partial X} = 2[(M - Y) \odot \max'(A)]W^\top$$""",
    "Y": r"""$$df = -2\operatorname{tr}[(M - Y)^\top dY]$$

$$\frac{\partial f}{\partial Y} = 2(Y - M)$$""",
}
ANEW = r"""Here let $Z = H - Y$.

$$df = 2\operatorname{tr}[(Z \odot \max'(XW))^\top dX\,W]$$

$$\frac{\partial f}{\partial X} = 2[Z \odot \max'(XW)]W^\top$$"""


def bare(assignment: str) -> Answers:
    """The model's derivations without the sentence that says what their names are."""
    texts = derivations(assignment)
    assert all(text.startswith("Let ") for text in texts.values())
    return {name: text.split("\n", 1)[1] for name, text in texts.items()}


def by_variable(text: Callable[[str], str]) -> Answers:
    return {f"relu_derivation_{variable}": text(variable) for variable in FORMULA}


def only(answers: Answers, assignment: str = MATRICES) -> Row:
    """The derivations alone, all right."""
    return Row(blank(assignment, **answers), DERIVED[assignment])


def called(name: str) -> Callable[[str], str]:
    return lambda text: text.replace("df", f"d{name}").replace(r"\partial f", rf"\partial {name}")


def last(around: str) -> Callable[[str], str]:
    """The line that states the gradient, in another dress."""

    def change(text: str) -> str:
        before, line = text.rstrip().rsplit("\n", 1)
        assert line.startswith(r"$$\frac{\partial f}")
        return f"{before}\n{around.replace('%s', line.strip('$'))}"

    return change


def gradient_as(words: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        before, line = text.rstrip().rsplit("\n", 1)
        head, formula = line.strip("$").split(" = ", 1)
        variable = head.rstrip("}").rpartition(" ")[2]
        return f"{before}\n{words.replace('%v', variable).replace('%s', formula)}"

    return change


WRITTEN: dict[str, Callable[[str], str]] = {
    "the objective is called L": called("L"),
    "the objective is called J": called("J"),
    "the objective is called mathcal L": called(r"\mathcal L"),
    "the last line in a box": last(r"$$\boxed{%s}$$"),
    "the last line in colour": last(r"$${\color{blue} %s}$$"),
    "the last line in coloured text": last(r"$$\textcolor{red}{%s}$$"),
    "the last line in braces": last(r"$${{%s}}$$"),
    "the last line in backticks": last("$`%s`$"),
    "nabla with its argument": gradient_as(r"$$\nabla_%v f(%v) = %s$$"),
    "the gradient in a sentence": gradient_as(r"so the gradient with respect to $%v$ is $%s$."),
}
RIGHT = {
    "names of the task, repeated": only(derivations()),
    "names of the task": only(bare(MATRICES)),
    "names of an earlier derivation": only(by_variable(OWN.__getitem__)),
    "a name of the task given anew": only(bare(MATRICES) | {"relu_derivation_X": ANEW}),
    "names of the network, repeated": only(derivations(NETWORK), NETWORK),
    "names of the network": only(bare(NETWORK), NETWORK),
} | {
    name: only({cell: change(text) for cell, text in derivations().items()})
    for name, change in WRITTEN.items()
}

# --- text that derives nothing --------------------------------------------------------------------

OTHER = {"W": "Y", "X": "Y", "Y": "W"}
EMPTY = {
    "a factor 1": r"$dV = 1\cdot dV$",
    "twice the same": r"$2dV = dV + dV$",
    "zero times": r"$0\,dV = 0$",
    "plus zero": r"$df = df + 0$",
    "brackets": r"$d(V) = dV$",
    "an intermediate plus zero": r"$Z = Z + 0$",
    "a definition under d": r"$dZ = d(XW)$",
    "a definition twice": r"Let $Z = XW$. Then $Z = XW$, and again $Z = XW$.",
    "the symbol left standing":
        r"$df = \operatorname{tr}((\frac{\partial f}{\partial V})^\top dV)$",
    "another variable": r"$d(UU^\top) = dU\,U^\top + U\,dU^\top$",
}  # fmt: skip
PUT_IN = r"$df = \operatorname{tr}((%s)^\top dV)$"
ONE_LINE = {
    "W": r"$dZ = X\,dW$",
    "X": r"$df = 2\operatorname{tr}((H - Y)^\top dH)$",
    "Y": r"$df = -2\operatorname{tr}((H - Y)^\top dY)$",
}
HUNDRED = "\n\n".join(f"${k}dV = {k - 1}dV + dV$" for k in range(2, 102))
WRONG_STEP = r"$$df = 3\operatorname{tr}((H - Y)^\top dH)$$"
GUESSES = "\n\n".join(rf"$$\frac{{\partial f}}{{\partial V}} = {k}(V + V)$$" for k in range(1, 7))


def about(text: str, variable: str) -> str:
    return text.replace("V", variable).replace("U", OTHER[variable])


def lazy(text: str, formula: bool = True) -> Answers:
    """In each cell this text about its variable, and the right gradient behind it."""
    return by_variable(lambda v: f"{about(text, v)}\n\n{stated(v) if formula else ''}")


def nothing(answers: Answers, *waits: str) -> Row:
    return Row(blank(MATRICES, **answers), 0, waits=frozenset(waits))


LAZY = {f"{name}, then the formula": Row(blank(MATRICES, **lazy(text)), 7.2)
        for name, text in EMPTY.items()} | {
    "the formula alone": Row(blank(MATRICES, **lazy("")), 7.2),
    "the answer put in": Row(  # it is a step for Y, which is subtracted
        blank(MATRICES, **by_variable(
            lambda v: f"{about(PUT_IN.replace('%s', FORMULA[v]), v)}\n\n{stated(v)}")), 8.4),
    "one line on the way": Row(
        blank(MATRICES, **by_variable(lambda v: f"{ONE_LINE[v]}\n\n{stated(v)}")), 12),
    "a hundred tautologies and a wrong step": Row(
        blank(MATRICES, **lazy(f"{HUNDRED}\n\n{WRONG_STEP}")), 7.2),
    "no gradient": nothing(lazy("$2dV = dV + dV$", formula=False)),
    "a wrong gradient": nothing(
        by_variable(lambda v: f"${about('2dV = dV + dV', v)}$\n\n{stated(v, f'{v} + {v}')}")),
    "a name for the symbol": nothing(lazy(
        r"$G = \frac{\partial f}{\partial V}$, $\frac{\partial f}{\partial V} = G$", False)),
    "an entry of the symbol": nothing(lazy(
        r"$(\frac{\partial f}{\partial V})_{ij} = \frac{\partial f}{\partial V_{ij}}$", False)),
    "six wrong guesses and the right one": nothing(lazy(GUESSES), *WAITING),
}  # fmt: skip

# --- gradients that torch or a difference quotient computes ---------------------------------------

LOSS = """import sys, threading
def F(X, W, Y): return ((X @ W).clamp(min=0) - Y).square().sum()
def leaf(X, W, Y):
    W = W.clone().requires_grad_()
    return W, F(X, W, Y)
def backward(X, W, Y):
    W, f = leaf(X, W, Y)
    f.backward()
    return W.grad
"""
BY_AUTOGRAD = {
    "the profiler switched off": """def relu_grad_W(X, W, Y):
    sys.setprofile(None)
    return backward(X, W, Y)""",
    "a thread": """def relu_grad_W(X, W, Y):
    out = []
    t = threading.Thread(target=lambda: out.append(backward(X, W, Y)))
    t.start(); t.join()
    return out[0]""",
    "map from C": """def relu_grad_W(X, W, Y):
    W, f = leaf(X, W, Y)
    list(map(torch.Tensor.backward, [f]))
    return W.grad""",
    "grad_fn walked": """def relu_grad_W(X, W, Y):
    W, f = leaf(X, W, Y)
    todo, found = [(f.grad_fn, torch.ones(()))], None
    while todo:
        node, slope = todo.pop()
        if hasattr(node, 'variable'):
            found = slope
            continue
        slopes = node(slope)
        slopes = slopes if isinstance(slopes, tuple) else (slopes,)
        todo += [(n, s) for (n, _), s in zip(node.next_functions, slopes) if n]
    return found""",
}
PATCHED = """w = sys.modules['sandbox.servant'].Watch
w.__enter__ = w.__exit__ = lambda *a: None
sys.modules['sandbox.trace'].Trace.mark = lambda *a: None
def relu_grad_W(X, W, Y): return backward(X, W, Y)"""
QUOTIENT = """def relu_grad_W(X, W, Y):
    X, W, Y = X.double(), W.double(), Y.double()
    G = torch.zeros_like(W)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            E = torch.zeros_like(W); E[i, j] = {step}
            G[i, j] = {quotient}
    return G{answer}"""
BY_DIFFERENCES = {
    "central differences in float64": QUOTIENT.format(
        step="1e-4", quotient="(F(X, W + E, Y) - F(X, W - E, Y)) / 2e-4", answer=""),
    "a secant answered in float32": QUOTIENT.format(
        step="1e-8", quotient="(F(X, W + E, Y) - F(X, W, Y)) / 1e-8", answer=".float()"),
}  # fmt: skip
CALLED = {
    name: Row(solved(MATRICES, relu_grad_W=LOSS + code), 27, "relu_grad_W_test", "wrong",
              "computed by autograd", ("uses_autograd",))
    for name, code in BY_AUTOGRAD.items()
} | {
    # The watch is off for all six gradients.
    "the watcher patched": Row(solved(MATRICES, relu_grad_W=LOSS + PATCHED), 15, "relu_grad_W_test",
                               "wrong", "computed by autograd", ("uses_autograd",)),
} | {
    name: Row(solved(MATRICES, relu_grad_W=LOSS + code), 30, "relu_grad_W_test", "ok",
              flags=("finite_differences",))
    for name, code in BY_DIFFERENCES.items()
}  # fmt: skip

# --- kinks, at some seeds -------------------------------------------------------------------------


def at_kinks(sign: str, margin: str, x: str = "", w: str = "") -> HandIn:
    return blank(
        BENT,
        absolute_grad_x=f"def absolute_grad_x(x, a):\n    return {sign}",
        hinge_grad_w=f"def hinge_grad_w(X, w, y):\n    return -X.T @ (y * ({margin}))",
        absolute_derivation_x=x and stated("x", x),
        hinge_derivation_w=w and stated("w", rf"-X^\top (y \odot {w})"),
    )


ALL_SEEDS = 2 * len(SEEDS)
KINKS = {  # a formula alone is 60 % of a derivation
    "right at kinks": Row(at_kinks("torch.sign(x - a)", "1 - y * (X @ w) > 0",
        r"\operatorname{sign}(x - a)", r"1(1 - y \odot Xw > 0)"), ALL_SEEDS + 3.6),
    "the other convention": Row(at_kinks("torch.where(x >= a, 1.0, -1.0)",
        "1 - y * (X @ w) >= 0"), ALL_SEEDS),
    "a factor 2 in the kink": Row(at_kinks("torch.sign(2 * x - a)", "1 - 2 * y * (X @ w) > 0",
        r"\operatorname{sign}(2x - a)", r"1(1 - 2y \odot Xw > 0)"), 0),
    "a factor 1.2 in the kink": Row(at_kinks("torch.sign(1.2 * x - a)",
        "1 - 1.2 * y * (X @ w) > 0"), 0),
    "a threshold off by 0.005": Row(at_kinks("torch.where(x > a + 0.005, 1.0, -1.0)",
        "1 - y * (X @ w) > 0.005"), 0),
}  # fmt: skip

# --- what is said, and who is asked ---------------------------------------------------------------

SLOPE = "2 * X.T @ (((X @ W).clamp(min=0) - Y) * (X @ W > 0))"


def slope(body: str, before: str = "") -> HandIn:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return solved(MATRICES, relu_grad_W=f"{before}\ndef relu_grad_W(X, W, Y):\n{lines}")


def told(hand_in: HandIn, said: str, *, status: str = "wrong", points: float = 27) -> Row:
    return Row(hand_in, points, "relu_grad_W_test", status, said)


CAST = f"X, W, Y = X.float(), W.float(), Y.float()\nG = {SLOPE}\nreturn G.double()"
IN_PLACE = f"G = {SLOPE}\nW.zero_()\nreturn G"
SAID = {
    "cast to float32 and back": told(slope(CAST), "computed in float32", status="ok", points=30),
    "an input changed in place": told(
        slope(IN_PLACE), "the call changes its input W in place", status="ok", points=30),
    "a thing of the student's": told(
        slope("return Wrapped()", "class Wrapped: pass"), "this is a Wrapped"),
    "too large": told(slope("return torch.zeros(81 << 17)"), "too large: 81 MB, 64 allowed"),
    "not implemented by torch": told(
        slope("return torch.empty(2, device='meta').to('cpu')"),
        "the call raised NotImplementedError"),
}  # fmt: skip


def person(text: str, said: str, points: float) -> Row:
    """The derivation by W holds something that was not understood, or is not stated."""
    name = "relu_derivation_W"
    return Row(solved(MATRICES, **{name: text}), points, name, "manual", said,
               waits=frozenset({name}))  # fmt: skip


ASKED = {
    "a line that was not read": person(rf"$df = \foo(dZ)$ {stated('W')}", "", 28),
    "an undefined name": person(
        rf"$df = 2\operatorname{{tr}}((Q - Y)^\top dQ)$, {stated('W')}", "Q", 28),
    "a rule about undeclared names": person(
        r"$d\operatorname{tr}(A^\top B) = \operatorname{tr}(A^\top dB) "
        r"+ \operatorname{tr}(B^\top dA)$", "", 25),
    "steps that end before the gradient": person(
        r"$df = 2\operatorname{tr}((H - Y)^\top dH)$, $dH = \max'(Z) \odot dZ$", "", 27),
    "words alone": person("By the chain rule the gradient follows.", "", 25),
}  # fmt: skip

# --- what a visible check knows -------------------------------------------------------------------

NETWORK_WRONG = {
    "Net": """class Net(nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super().__init__()
        self.linear1 = nn.Linear(n_feature, n_hidden)
        self.linear2 = nn.Linear(n_hidden, n_output)

    def forward(self, x):
        return self.linear2(self.linear1(x))""",
    "train": model_answers(Course(MODEL), NETWORK)["train"].replace("- lr *", "+ lr *"),
    "misplaced_bias": """bug_line = 3
def fixed_forward(x, w1, b1, w2, b2):
    return (torch.sigmoid(x @ w1) + b1) @ w2 + b2""",
}
GUESS = "after_first, after_second, after_zero = (1, 2, 3), (4, 5, 6), (7, 8, 9)"
VISIBLE = {
    "wrong values": Row(solved(NETWORK, **NETWORK_WRONG), 30, "train_test", "wrong"),
    "a wrong prediction": Row(
        solved(MATRICES, accumulation=GUESS), 27, "accumulation_test", "wrong"),
}  # fmt: skip

ROWS: dict[str, Row] = RIGHT | LAZY | CALLED | KINKS | SAID | ASKED | VISIBLE
