r"""What a derivation is worth: 60 % for the gradients stated, 40 % for steps that lead to them."""

import json

import pytest

from grader.catalogue import sentence
from grader.derivation import Report
from grader.derivation.command import run
from grader.derivation.render import as_json, summary
from grader.derivation.report import findings

PROBLEM = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \|\max(XW, 0) - Y\|_F^2"],
    "asked": ["W"],
    "names": ["Z = XW", r"H = \max(Z, 0)"],
}
GRADIENT = r"2X^T\left[(H-Y)\odot 1(Z>0)\right]"
FORMULA = rf"$$\frac{{\partial f}}{{\partial W}} = {GRADIENT}$$"
WRONG = r"$$\frac{\partial f}{\partial W} = 2X^T(H-Y)$$"


def report(text: str, asked: str = "W") -> Report:
    return run(text, PROBLEM | {"asked": [asked]})


def share(text: str, asked: str = "W") -> float:
    return report(text, asked).score().total


EMPTY = {
    "a factor 1": r"$dW = 1\cdot dW$",
    "twice the same": r"$2dW = dW + dW$",
    "zero times": r"$0\,dW = 0$",
    "plus zero": r"$df = df + 0$",
    "minus itself": r"$df = df + dW - dW$",
    "brackets": r"$d(X) = dX$",
    "an intermediate plus zero": r"$Z = Z + 0$",
    "a definition under d": r"$dZ = d(XW)$",
    "a definition twice": r"Let $Z = XW$. Then $Z = XW$ and again $Z = XW$.",
    "a transpose": r"$dW^T = (dW)^T$, $d(W^T) = (dW)^T$",
    "a trace": r"$df = \operatorname{tr}(df)$, $\operatorname{tr}(dZ) = \operatorname{tr}(dZ^T)$",
    "the gradient's definition": r"$df = \operatorname{tr}((\frac{\partial f}{\partial W})^T dW)$",
    "the same by Z": r"$df = \operatorname{tr}((\frac{\partial f}{\partial Z})^T dZ)$",
    "the same as an inner product": r"$df = \langle \frac{\partial f}{\partial W}, dW\rangle$",
    "the answer put in": rf"$df = \operatorname{{tr}}(({GRADIENT})^T dW)$",
    "the answer put in an inner product": rf"$df = \langle {GRADIENT}, dW\rangle$",
    "another variable": r"$\frac{\partial f}{\partial Y} = -2(H-Y)$ and $dY = dY$",
    "another variable's differential": r"$d(YY^T) = dY\,Y^T + Y dY^T$",
    "something that f knows nothing of": r"$d(WW^T) = dW\,W^T + W dW^T$",
    "an entry of the symbol": r"$(\frac{\partial f}{\partial W})_{ij} = \frac{\partial f}"
    r"{\partial W_{ij}}$",
    "a name for the symbol": r"$G = \frac{\partial f}{\partial W}$, $\frac{\partial f}"
    r"{\partial W} = G$",
    "f restated": r"$f = \|H-Y\|_F^2 = \operatorname{tr}((H-Y)^T(H-Y))$",
    "f in entries of what stood there": r"$f = \sum_{ij} (H-Y)_{ij}^2$",
    "a fact about an intermediate": r"$Z^T = W^TX^T$, $H = Z\odot 1(Z>0)$",
    "twice the symbol": r"$2\frac{\partial f}{\partial W} = \frac{\partial f}{\partial W} + "
    r"\frac{\partial f}{\partial W}$",
}  # fmt: skip


@pytest.mark.parametrize("way", EMPTY)
def test_lines_that_derive_nothing_earn_nothing(way: str) -> None:
    """With the right formula the formula's share alone, without or with a wrong one 0."""
    assert share(f"{EMPTY[way]}\n\n{FORMULA}") == pytest.approx(0.6)
    if "put in" not in way:
        assert share(EMPTY[way]) == 0
        assert share(f"{EMPTY[way]}\n\n{WRONG}") == 0


STEPS = {
    "the differential": r"$df = 2\operatorname{tr}((H-Y)^T dH)$",
    "down to dW, not collected": r"$df = 2\operatorname{tr}(((H-Y)\odot 1(Z>0))^T X\,dW)$",
    "an intermediate": r"$dZ = X\,dW$",
    "through the kink": r"$dH = 1(Z>0)\odot dZ$",
    "by an intermediate": r"$\frac{\partial f}{\partial Z} = 2(H-Y)\odot 1(Z>0)$",
    "the chain rule": r"$\frac{\partial f}{\partial W} = X^T\frac{\partial f}{\partial Z}$",
    "multiplied out": r"$f = \operatorname{tr}(H^TH) - 2\operatorname{tr}(H^TY)"
    r" + \operatorname{tr}(Y^TY)$",
}


@pytest.mark.parametrize("way", STEPS)
def test_one_line_on_the_way_is_a_derivation(way: str) -> None:
    """A verified line between the objective and the gradient earns the 40 %."""
    assert share(f"{STEPS[way]}\n\n{FORMULA}") == pytest.approx(1.0)
    assert share(FORMULA) == pytest.approx(0.6)


def test_where_the_variable_enters_directly_one_line_is_all_there_is() -> None:
    """Y is subtracted: with the gradient put in, df = tr(G^T dY) is the derivation."""
    text = r"$$df = -2\operatorname{tr}((H-Y)^T dY)$$ $$\frac{\partial f}{\partial Y} = -2(H-Y)$$"
    assert share(text, "Y") == pytest.approx(1.0)


def test_a_right_guess_among_wrong_ones_states_nothing() -> None:
    """The last gradient counts only where no other was left standing; a person is asked."""
    guesses = "\n\n".join(
        rf"$$\frac{{\partial f}}{{\partial W}} = {k}X^T(H-Y)$$" for k in range(1, 7)
    )
    found = report(f"{guesses}\n\n{FORMULA}")
    assert found.score().total == 0
    assert found.needs_person


def test_tautologies_do_not_outweigh_a_wrong_step() -> None:
    """A hundred of them, a wrong line and the formula: the formula's share at most."""
    many = "\n\n".join(f"${k}dW = {k - 1}dW + dW$" for k in range(2, 102))
    text = f"{many}\n\n$$df = 3\\operatorname{{tr}}((H-Y)^T dH)$$\n\n{FORMULA}"
    assert share(text) == pytest.approx(0.6)


def test_a_line_said_twice_counts_once() -> None:
    """One right line five times and one wrong: half of the steps."""
    right = STEPS["the differential"] + "\n\n"
    text = right * 5 + "$dZ = W dX^T$\n\n" + FORMULA
    assert report(text).score().linked == pytest.approx(0.5)


STATED = {
    "through an intermediate": r"$\frac{\partial f}{\partial Z} = 2(H-Y)\odot 1(Z>0)$, "
    r"$\frac{\partial f}{\partial W} = X^T\frac{\partial f}{\partial Z}$",
    "in the other order": r"$\frac{\partial f}{\partial W} = X^T\frac{\partial f}{\partial Z}$ "
    r"where $\frac{\partial f}{\partial Z} = 2(H-Y)\odot 1(Z>0)$",
    "through a name of it": r"$\Gamma := \frac{\partial f}{\partial Z} = 2(H-Y)\odot 1(Z>0)$, "
    r"$\frac{\partial f}{\partial W} = X^T\Gamma$",
    "through two": r"$\nabla_H f = 2(H-Y)$, $\nabla_Z f = \nabla_H f\odot 1(Z>0)$, "
    r"$\nabla_W f = X^T\nabla_Z f$",
    "minus it": rf"$-\frac{{\partial f}}{{\partial W}} = -{GRADIENT}$",
    "half of it": r"$\frac12\frac{\partial f}{\partial W} = X^T[(H-Y)\odot 1(Z>0)]$",
}


@pytest.mark.parametrize("way", STATED)
def test_a_gradient_is_stated_by_all_lines_together(way: str) -> None:
    """Whichever line came first, through intermediates and names."""
    assert report(STATED[way]).missing == ()


NOT_STATED = {
    "in a circle": r"$\frac{\partial f}{\partial W} = X^T\frac{\partial f}{\partial Z}$ and "
    r"$X^T\frac{\partial f}{\partial Z} = \frac{\partial f}{\partial W}$",
    "by an intermediate left open": r"$\frac{\partial f}{\partial W} = "
    r"X^T\frac{\partial f}{\partial Z}$, $\frac{\partial f}{\partial Z} = "
    r"\frac{\partial f}{\partial H}\odot 1(Z>0)$",
    "by a factor without its place": r"$\frac{\partial Z}{\partial W} = X$, "
    r"$\frac{\partial f}{\partial Z} = 2(H-Y)\odot 1(Z>0)$, $\frac{\partial f}{\partial W} = "
    r"\frac{\partial f}{\partial Z}\frac{\partial Z}{\partial W}$",
}


@pytest.mark.parametrize("way", NOT_STATED)
def test_a_gradient_left_open_is_not_stated(way: str) -> None:
    """Equalities among symbols reach nothing that is written out."""
    assert report(NOT_STATED[way]).missing == ("W",)


ASKED_OF_A_PERSON = {
    "a line that was not read": (rf"$df = \foo(dZ)$ {FORMULA}", "person.not_read"),
    "an undefined name that the steps rest on": (
        rf"$df = 2\operatorname{{tr}}((Q-Y)^T dQ)$, {FORMULA}",
        "person.undefined",
    ),
    "a known name in the other case": (
        r"$\frac{\partial f}{\partial W} = 2X^T[(h-Y)\odot 1(Z>0)]$",
        "person.undefined_cure",
    ),
    "steps that end before the gradient": (
        r"$df = 2\operatorname{tr}((H-Y)^T dH)$, $dH = 1(Z>0)\odot dZ$",
        "person.not_stated",
    ),
    "a right gradient beside a wrong one": (f"{WRONG}\n\n{FORMULA}", "person.stated_twice"),
    "a line typed plainly with a name that nobody knows": (
        "Z = XW\n\nQ = X^T M",
        "person.not_stated",
    ),
    "words alone": ("By the chain rule the gradient follows.", "person.no_formula"),
}


@pytest.mark.parametrize("case", ASKED_OF_A_PERSON)
def test_a_person_is_asked(case: str) -> None:
    """With the place and the cure, where something may be right and was not found to be."""
    text, kind = ASKED_OF_A_PERSON[case]
    found = report(text)
    assert found.person is not None
    assert found.person.kind == kind
    assert sentence(found.person)


DECIDED = {
    "a wrong gradient": WRONG,
    "a wrong one through an intermediate": r"$\frac{\partial f}{\partial Z} = 2(H-Y)$, "
    r"$\frac{\partial f}{\partial W} = X^T\frac{\partial f}{\partial Z}$",
    "nothing derived": r"$2dW = dW + dW$ and $dZ = d(XW)$",
    "a rule that is no part of it": r"If $df=\operatorname{tr}(A^TdV)$, then "
    rf"$\frac{{\partial f}}{{\partial V}} = A$. {FORMULA}",
    "all right": rf"$df = 2\operatorname{{tr}}((H-Y)^T dH)$ {FORMULA}",
}


@pytest.mark.parametrize("case", DECIDED)
def test_what_was_understood_is_decided(case: str) -> None:
    """A person is no excuse."""
    assert report(DECIDED[case]).person is None


def test_the_cure_names_the_definition() -> None:
    found = report(ASKED_OF_A_PERSON["a known name in the other case"][0])
    assert found.person is not None
    assert sentence(found.person) == r"h is not defined here: begin with h = \max(Z, 0)"


def test_the_report_says_what_each_share_was_for() -> None:
    """The words are made of the findings alone."""
    said = " ".join(summary(findings(report(FORMULA))))
    assert said == (
        "Every line that was checked holds. Gradient stated: 60 of 60 %. "
        "Steps: 0 of 40 %, as no line leads from the objective to it."
    )


def test_findings_are_values() -> None:
    """What a record keeps goes through JSON; a mistake is a name."""
    found = json.loads(json.dumps(findings(report(r"$df = 3\operatorname{tr}((H-Y)^TdH)$"))))
    assert found["mistake"] == "mistake.number"
    assert found["shares"] == {"stated": 0.0, "linked": 0.0}
    assert found["steps"][0]["reasons"][0]["kind"] == "mistake.number"
    assert as_json(found)["mistake"] == "a factor is wrong"
