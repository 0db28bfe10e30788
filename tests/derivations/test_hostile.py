"""Text made to hang or to burst the checker ends within two seconds, with a message."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.catalogue import Reason
from grader.derivation import Verdict
from grader.derivation.command import run
from grader.derivation.render import markdown
from grader.derivation.report import findings

PROBLEM = {
    "vars": "X:n,p W:p,q Y:n,q A:n,n",
    "given": [r"f = \|\max(XW, 0) - Y\|_F^2"],
    "asked": ["W"],
}
ROOT = Path(__file__).parents[2]
SECONDS = 2.0
MEGABYTES = 500


def chain(link: str, times: int) -> str:
    return "$$f = " + " = ".join([link] * times) + "$$"


BOMBS = {
    "a megabyte of braces": "$$" + "{" * 1_000_000 + "$$",
    "a megabyte of dollars": "$" * 1_000_000,
    "a megabyte of prose": "word " * 200_000,
    "many formulas": "$a=b$ " * 9_000,
    "many unclosed environments": r"\begin{align}" * 4_000,
    "many unclosed brackets": r"\[ x " * 9_000,
    "many fences": "```\n" * 14_000,
    "spaces": " " * 59_000 + "=",
    "an equation of spaces": "a" + " " * 59_000 + "=" + " " * 500 + "`",
    "deep brackets": "$$f = " + "(" * 3_000 + "X" + ")" * 3_000 + "$$",
    "deep fractions": "$$f = " + r"\frac{1}{" * 500 + "X" + "}" * 500 + "$$",
    "bare fractions": "$$f = " + r"\frac" * 3_000 + "$$",
    "deep roots": "$$f = " + r"\sqrt{" * 1_000 + "X" + "}" * 1_000 + "$$",
    "deep scripts": "$$f = X" + "^{a" * 1_000 + "}" * 1_000 + "$$",
    "deep accents": "$$f = " + r"\hat" * 3_000 + "X$$",
    "infix fractions": "$$f = " + r"{a \over " * 300 + "b" + "}" * 300 + "$$",
    "many minuses": "$$f = " + "-" * 3_500 + "X$$",
    "many differentials": "$$f = " + "d" * 3_500 + "X$$",
    "a huge power": "$$f = tr((AA)^{999999999})$$",
    "a tower of powers": "$$f = tr(A^{9^{9^{9^{9}}}})$$",
    "powers of powers": "$$f = tr(" + "(" * 12 + "A" + "^{12})" * 12 + ")$$",
    "a huge number": "$$f = " + "9" * 5_000 + "$$",
    "Kronecker of Kronecker": "$$f = tr(" + r" \otimes ".join(["A"] * 60) + ")$$",
    "Kronecker through names": " ".join(
        f"Let $K_{i+1} = K_{i} \\otimes K_{i}$." for i in range(1, 12)
    ).replace("K_1 ", r"A "),
    "vec of Kronecker": r"$$f = \|vec(A \otimes A) vec(A \otimes A)^T\|_F^2$$",
    "doubling definitions": " ".join(
        f"Let $D_{{{i + 1}}} = D_{{{i}}} D_{{{i}}}$." for i in range(1, 60)
    ).replace("D_{1} D_{1}", "A A"),
    "doubling functions": r"Let $\phi(z) = z + z$. $$f = "
    + r"\phi(" * 30 + "X" + ")" * 30 + "$$",
    "a function of itself": r"Let $g(z) = g(g(z))$. $$f = g(X)$$",
    "functions of one another": r"Let $g(z) = h(h(z))$, $h(z) = g(g(z))$. $$f = g(X)$$",
    "names of one another": r"Let $P = Q Q$, $Q = P P$. $$f = tr(P)$$",
    "a long chain": chain("XW", 1_000),
    "a chain of wrong links": "$$" + "f = W = " * 900 + "f$$",
    "a long sum": "$$f = " + "W + " * 450 + "W = W$$",
    "long sums by name": "Let $S_0 = W$. "
    + " ".join(f"Let $S_{{{i + 1}}} = {'W + ' * 90} S_{{{i}}}$." for i in range(6))
    + " $$f = S_6$$",
    "many wrong lines": "\n\n".join(
        [r"$$\frac{\partial f}{\partial W} = X^TYX^TYX^TYX^TY$$"] * 300
    ),
    "many products without brackets": "$$f = " + r" \odot ".join(["X W"] * 200) + "$$",
    "nine products that fit nowhere": "$$df = " + " ".join(["X", "Y"] * 4) + "$$",
    "many indices": "$$f = " + r"\sum_{ijklmnrst} " + "X_{ij}W_{kl}Y_{mn}X_{rs}W_{tt}" + "$$",
    "an axis for every letter": "$$f = " + r"X_{ij} W_{kl} Y_{mn} X_{rs} W_{tq} Y_{uv} X_{ab}$$",
    "many undeclared names": "$$" + " ".join(f"Q_{{{i}}}" for i in range(300)) + " = f$$",
    "a sum of undeclared names": "$$tr("
    + "+".join(f"A_{{{i}}}B_{{{i}}}" for i in range(60)) + ") = tr(C)$$",
    "derivatives of derivatives": "$$" + r"\frac{\partial}{\partial W} " * 200 + "f = 0$$",
    "many norms": "$$f = " + r"\|" * 3_000 + "$$",
    "many primes": "$$f = X" + "'" * 3_500 + "$$",
    "many subscripts": "$$f = " + "_" * 3_500 + "$$",
    "cases in cases": "$$f = " + r"\begin{cases} 1 & " * 200 + "X" + r"\end{cases}" * 200 + "$$",
    "bytes that are no text": "$$f = \x00\ufffe\u202e\U0001f4a9$$",
    "a long name": "$$" + "a" * 3_900 + " = XW$$",
    "backslashes": "$$" + "\\" * 3_900 + "$$",
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_bomb_ends_soon_with_a_message(bomb: str, caplog: pytest.LogCaptureFixture) -> None:
    """No text takes two seconds or 500 MB, none is called right, and something is said.

    None is a fault of ours, which would be logged.
    """
    start = time.process_time()
    report = run(BOMBS[bomb], PROBLEM)
    assert time.process_time() - start < SECONDS
    assert report.verdict != "right"
    assert report.missing == ("W",)
    assert markdown(findings(report))
    assert not caplog.records


def test_memory_stays_small() -> None:
    """A process that checks every bomb stays below 500 MB."""
    code = (
        "from pathlib import Path\n"
        "from tests.derivations.test_hostile import BOMBS, PROBLEM, run\n"
        "for text in BOMBS.values(): run(text, PROBLEM)\n"
        # Not getrusage: its peak is the parent's, if that was larger when it forked.
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout.split()[-1]) < 1024 * MEGABYTES


def test_a_text_that_is_too_long_is_for_a_person() -> None:
    """A megabyte is not checked; a person is asked."""
    report = run(BOMBS["a megabyte of dollars"], PROBLEM)
    assert [s.verdict for s in report.steps] == [Verdict.NOT_UNDERSTOOD]
    assert report.needs_person


def test_what_stands_before_too_many_expressions_is_checked() -> None:
    """A right answer keeps its points, and a person is told where the reading stopped."""
    right = r"$$df = 2 tr((\max(XW, 0) - Y)^T (1(XW > 0) \odot X dW))$$" + "\n\n"
    right += r"$$\frac{\partial f}{\partial W} = 2 X^T ((\max(XW, 0) - Y) \odot 1(XW > 0))$$"
    much = "\n\n$$" + "W = " * 900 + "W$$"
    alone, longer = (run(text, PROBLEM) for text in (right, right + much))
    assert (alone.verdict, alone.missing, longer.missing) == ("right", (), ())
    assert longer.score().total == alone.score().total
    assert longer.person == Reason.of("person.stopped", line=5)
