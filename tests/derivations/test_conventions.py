r"""How a text is read is chosen for the whole text, by evidence: each custom, right and wrong."""

import pytest

from grader.catalogue import sentences
from grader.derivation import Report, Verdict
from grader.derivation.choosing import Choice
from grader.derivation.command import run, variables_of
from grader.derivation.source import Source

P1 = {"vars": "C:m,k D:k,r E:m,r", "given": [r"f = \|CD-E\|_F^2"], "asked": ["D"]}
P2 = {"vars": "U:m,k V:k,r c:1,r T:m,r", "given": [r"f = \|\tanh(UV+c)-T\|_F^2"], "asked": ["V"]}
P3 = {"vars": "A:m,k x:k,1 y:m,1", "given": [r"f = \|Ax-y\|^2"], "asked": ["x"]}
P4 = {
    "vars": "U:m,k V:k,r T:m,r*",
    "given": [r"f = -\sum_{i,j} T_{ij}\log \operatorname{softmax}(UV)_{ij}"],
    "asked": ["V"],
}
P6 = {"vars": "U:m,k V:k,r T:m,r", "given": [r"f = \|\max(UV,0)-T\|_F^2"], "asked": ["V"]}
P7 = {"vars": "X:n,p W:p,q Y:n,q", "given": [r"f = \|XW-Y\|_F^2"], "asked": ["W"]}
MEAN = P2 | {"given": [r"f = \frac{1}{2m}\|\tanh(UV+c)-T\|_F^2"]}
BIAS = P2 | {"asked": ["c"]}
R = r"Let $R = CD - E$. "
Z = r"Let $Z = UV$. "
FORWARD = r"Let $Z = UV + c$ and $H = \tanh(Z)$. "
GRADIENT = r"$$\frac{\partial f}{\partial D} = %s C^TR$$"

RIGHT = {
    # names said in words
    "denote by": (P1, r"Denote $CD-E$ by $R$. " + GRADIENT % 2),
    "denoted in Chinese": (P1, r"记 $CD-E$ 为 $R$，则 " + GRADIENT % 2),
    "let it denote": (P1, r"Let $R$ denote $CD-E$. " + GRADIENT % 2),
    "a column of ones": (BIAS, FORWARD + r"$G = 2(H-T)\odot(1-H\odot H)$. Let $j$ be the column "
        r"of $m$ ones. $$\frac{\partial f}{\partial c} = j^TG$$"),
    "the vector of ones": (BIAS, FORWARD + r"$G = 2(H-T)\odot(1-H\odot H)$, and $e$ is the all-ones"
        r" vector. $$\frac{\partial f}{\partial c} = e^TG$$"),
    "a mask in words": (P6, Z + r"$M$ is $1$ where $Z>0$ and $0$ elsewhere. "
        r"$$\frac{\partial f}{\partial V} = 2U^T((\max(Z,0)-T)\odot M)$$"),
    "the loss called ell": (P1, r"I call the loss $\ell$. $$d\ell = 2\operatorname{tr}((CD-E)^TC\,"
        r"dD)$$ $$\nabla_D\ell = 2C^T(CD-E)$$"),
    # a name under a brace or on the right
    "a name on the right": (P1, r"$$2(CD-E) =: G$$ $$\frac{\partial f}{\partial D} = C^TG$$"),
    "a name under a brace": (P1, r"$$df = \operatorname{tr}((\underbrace{2(CD-E)}_{G})^T C\,dD)$$ "
        r"$$\frac{\partial f}{\partial D} = C^TG$$"),
    "a part of df under a brace": (P7, r"$$df = \underbrace{2\operatorname{tr}((XW-Y)^TX\,dW)}_{"
        r"df_1} - 2\operatorname{tr}((XW-Y)^TdY)$$ $$df_1 = 2\operatorname{tr}((X^T(XW-Y))^TdW)$$ "
        r"$$\frac{\partial f}{\partial W} = 2X^T(XW-Y)$$"),
    # other names of a gradient
    "below": (P3, r"$$f_x = 2A^T(Ax-y)$$"),
    "a prime": (P3, r"$$f'(x) = 2A^T(Ax-y)$$"),
    "bars": (P1, R + r"$$\bar R = 2R$$ $$\bar D = C^T\bar R$$"),
    "grad": (P3, r"$$\operatorname{grad}_x f = 2A^T(Ax-y)$$"),
    "nabla of a variable": (P3, r"$$\nabla x = 2A^T(Ax-y)$$"),
    # d names a gradient
    "as in code": (P2, FORWARD + r"$$dH = 2(H-T)$$ $$dZ = dH\odot(1-H\odot H)$$ $$dV = U^TdZ$$"),
    "transposed": (P2, FORWARD + r"$$dZ = 2(H-T)\odot(1-H\odot H)$$ $$dV = (dZ^\top U)^\top$$"),
    "rows of it": (BIAS, FORWARD + r"$$\mathrm dZ = 2(H-T)\odot(1-H\odot H)$$ "
        r"$$\mathrm dc = \sum_s \mathrm dZ_{s,:}$$"),
    "the mean moved": (MEAN, FORWARD + r"$$dZ = (H-T)\odot(1-H\odot H)$$ $$dV = \frac1m U^TdZ$$"),
    # reserved letters
    "a mask called I_Z": (P6, Z + r"$I_Z=[Z>0]$. $$\frac{\partial f}{\partial V} = "
        r"2U^T((\max(Z,0)-T)\odot I_Z)$$"),
    "delta for d": (P1, R + r"$$\delta f = 2\operatorname{tr}(R^T\delta R)$$ "
        r"$$\delta f = 2\operatorname{tr}(R^TC\,\delta D)$$" + GRADIENT % 2),
    "df with its variable": (P7, r"$$df(W) = 2\operatorname{tr}((XW-Y)^TX\,dW)$$ "
        r"$$\frac{\partial f}{\partial W} = 2X^T(XW-Y)$$"),
    "an escaped ampersand": (P7, r"$$\begin{aligned}f &amp;= \operatorname{tr}((XW-Y)^T(XW-Y)) \\ "
        r"\frac{\partial f}{\partial W} &amp;= 2X^T(XW-Y)\end{aligned}$$"),
    # operators by convention
    "an inner product as a dot": (P1, R + r"$$df = 2R\cdot dR$$ $$df = 2R\cdot(C\,dD)$$"
        + GRADIENT % 2),
    "a partial for d": (P1, R + r"$$\partial f = 2\operatorname{tr}(R^T\partial R)$$"
        + GRADIENT % 2),
    "numerator layout": (P3, r"Let $r = Ax-y$. $$\frac{\partial f}{\partial r} = 2r^T$$ "
        r"$$\frac{\partial f}{\partial x} = \frac{\partial f}{\partial r}A = 2r^TA$$"),
    "otimes entry by entry": (P6, Z + r"$$\frac{\partial f}{\partial Z} = 2(\max(Z,0)-T)\otimes"
        r"\mathbb 1[Z>0]$$ $$\frac{\partial f}{\partial V} = U^T(2(\max(Z,0)-T)\otimes "
        r"\mathbb 1[Z>0])$$"),
    # sums and ones
    "a bare sum of a product": (
        {"vars": "U:k,r v:r,1 t:k,1*", "given": [r"f = -t^T\log \operatorname{softmax}(Uv)"],
         "asked": ["v"]},
        r"$p = \operatorname{softmax}(Uv)$, $f = -\sum t\log p$, "
        r"$$\frac{\partial f}{\partial v} = U^T(p-t)$$"),
    # other holes
    "the derivative of a function": (
        {"vars": "U:m,k V:k,r", "given": [r"f = \mathbf 1^T\sigma(UV)\mathbf 1"], "asked": ["V"]},
        Z + r"$$\frac{\partial f}{\partial V} = U^T\frac{\partial\sigma}{\partial Z}$$ "
        r"$$\frac{\partial f}{\partial V} = U^T(\sigma(Z)\odot(1-\sigma(Z)))$$"),
    "ones of a size of one's own": (BIAS, FORWARD + r"$$\frac{\partial f}{\partial c} = "
        r"2\,\mathbf 1_N^T((H-T)\odot(1-H\odot H))$$"),
}  # fmt: skip


def report(case: tuple[dict, str]) -> Report:
    problem, text = case
    return run(text, problem)


@pytest.mark.parametrize("custom", RIGHT)
def test_what_is_right_in_a_custom_is_right(custom: str) -> None:
    found = report(RIGHT[custom])
    assert [s.text for s in found.steps if s.verdict is Verdict.WRONG] == []
    assert (found.verdict, found.missing) == ("right", ())
    assert found.score().stated == 1


NORMAL = {"vars": "X:n,p w:p,1 y:n,1", "given": [r"f = \|Xw-y\|^2"], "asked": ["w"]}
COVARIANCE = {
    "vars": r"\Sigma:p,p:definite S:p,p:symmetric N:1,1+",
    "given": [r"f = N\log|\Sigma| + \operatorname{tr}(\Sigma^{-1}S)"],
    "asked": [r"\Sigma"],
}
RIGHT |= {
    # names that nobody declared, and what two lines bear out that they stand for
    "the names of a forward pass": (P4, r"$$\frac{\partial f}{\partial Z} = P - T$$ "
        r"$$\frac{\partial f}{\partial V} = U^T(P-T)$$"),
    "a column called e": (BIAS, FORWARD + r"$G = 2(H-T)\odot(1-H\odot H)$. "
        r"$$\frac{\partial f}{\partial c} = e^TG$$ "
        r"$$\left(\frac{\partial f}{\partial c}\right)^T = G^Te$$"),
    "a function that nobody named": (P2, r"Let $Z = UV + c$, $H = g(Z)$, $dH = 2(H-T)$. "
        r"$$dZ = dH\odot g'(Z)$$ $$dV = U^TdZ$$"),
    "a script letter beside a plain one": (P6, Z + r"$H=\max(Z,0)$. "
        r"$$\frac{\partial f}{\partial Z} = 2(H-T)\odot\mathcal H(Z)$$ "
        r"$$\frac{\partial f}{\partial V} = 2U^T((H-T)\odot\mathcal H(Z))$$"),
    "small letters for capital ones": (P2, r"Let $Z = UV + c$, $H = \tanh(Z)$. $$dZ = 2(H-T)\odot"
        r"(1-H\odot H)$$ $$dV = U^Tdz$$ $$dU = dz\,V^T$$"),
    "a function and dz at once": (P2, r"Let $Z = UV + c$, $H = g(Z)$. $$dH = 2(H-T)$$ "
        r"$$dZ = dH * g'(Z)$$ $$dV = U^TdZ$$"),
    "grad_W, typed plainly": (P7, "grad_E = 2 (XW - Y), where nothing else is said.\n\n"
        "Z = XW\n\ngrad_Z = 2 (Z - Y)\n\ngrad_W = X^T grad_Z"),
    # conditions
    "the normal equation": (NORMAL, r"$$\frac{\partial f}{\partial w} = 2X^T(Xw-y) = 0$$ 所以 "
        r"$$X^TXw = X^Ty$$"),
    "solved for another": (COVARIANCE, r"$$\frac{\partial f}{\partial\Sigma} = N\Sigma^{-1} - "
        r"\Sigma^{-1}S\Sigma^{-1} = 0$$ so $$S = N\Sigma$$"),
    "held fixed": ({"vars": "a:n,1 b:n,1 X:n,n", "given": ["f = a^TXb"], "asked": ["X"]},
        r"Here $da^T = db = 0$. $$df = a^TdX\,b = \operatorname{tr}(ba^TdX)$$ "
        r"$$\frac{\partial f}{\partial X} = ab^T$$"),
}  # fmt: skip
WRONG = {
    "a column of ones lying down": (BIAS, FORWARD + r"$G = 2(H-T)\odot(1-H\odot H)$." + "\n\n"
        r"$$\frac{\partial f}{\partial c} = \mathbf 1G$$"),
    "a wrong solution": (COVARIANCE, r"$$\frac{\partial f}{\partial\Sigma} = N\Sigma^{-1} - "
        r"\Sigma^{-1}S\Sigma^{-1} = 0$$" + "\n\n" + r"so $$S = 2N\Sigma$$"),
    "denote by": (P1, "Denote $CD-E$ by $R$.\n\n" + GRADIENT % 5),
    "a name on the right": (P1, "$$2(CD-E) =: G$$\n\n"
        r"$$\frac{\partial f}{\partial D} = 3C^TG$$"),
    "a part of df under a brace": (P7, r"$$df = \underbrace{2\operatorname{tr}((XW-Y)^TX\,dW)}_{"
        r"df_1} - 2\operatorname{tr}((XW-Y)^TdY)$$" + "\n\n"
        r"$$df_1 = 5\operatorname{tr}((X^T(XW-Y))^TdW)$$"),
    "a prime": (P3, "\n\n" + r"$$f'(x) = 3A^T(Ax-y)$$"),
    "nabla of a variable": (P3, "\n\n" + r"$$\nabla x = 3A^T(Ax-y)$$"),
    "as in code": (P2, FORWARD + r"$$dH = 2(H-T)$$" + "\n\n" + r"$$dZ = dH\odot(1-H)$$"
        "\n" + r"$$dV = U^TdZ$$"),
    "the mean moved": (MEAN, FORWARD + r"$$dZ = (H-T)\odot(1-H\odot H)$$" + "\n\n"
        r"$$dV = \frac1m U^T(H-T)$$ $$dc = \frac1m \mathbf 1^TdZ$$"),
    "delta for d": (P1, R + r"$$\delta f = 2\operatorname{tr}(R^T\delta R)$$" + "\n\n"
        r"$$\delta f = 2\operatorname{tr}(RC\,\delta D)$$"),
    "an inner product as a dot": (P1, R + r"$$df = 2R\cdot dR$$" + "\n\n"
        r"$$df = 3R\cdot(C\,dD)$$"),
}  # fmt: skip


@pytest.mark.parametrize("custom", WRONG)
def test_what_is_wrong_in_a_custom_is_wrong_on_its_line(custom: str) -> None:
    found = report(WRONG[custom])
    assert (found.verdict, found.first_wrong_line) == ("wrong", 3)


def test_a_lost_factor_is_made_up_for_by_no_meaning() -> None:
    """A name that nobody declared stands for nothing that only makes lines hold."""
    text = r"$$\frac{\partial f}{\partial D} = C^TG$$ $$\nabla_D f = C^TG$$"
    assert run(text, P1).missing == ("D",)


def test_a_name_in_one_line_alone_is_given_no_meaning() -> None:
    """One line is no evidence: a person is asked what e is."""
    text = FORWARD + r"$G = 2(H-T)\odot(1-H\odot H)$. $$\frac{\partial f}{\partial c} = e^TG$$"
    assert run(text, BIAS).missing == ("c",)


def test_a_trace_of_a_dot_is_no_trace_of_a_number() -> None:
    text = R + r"$$df = 2\operatorname{tr}(R\cdot dR)$$ $$df = 2\operatorname{tr}(R\cdot (C\,dD))$$"
    assert all(step.verdict is not Verdict.REMARK for step in run(text, P1).steps)
    assert run(text, P1).verdict != "right"


def test_where_the_best_readings_disagree_nothing_is_wrong() -> None:
    """With the dot as a product the first line fails, as an inner product the second."""
    problem = {"vars": "X:n,n", "given": [r"f = \operatorname{tr}(X^TX)"], "asked": ["X"]}
    found = run(r"$$df = 2X\cdot dX$$ $$X\cdot X = X^2$$", problem)
    assert [s.verdict for s in found.steps] == [Verdict.NOT_UNDERSTOOD, Verdict.OK]


CLEAR = {
    "no custom is open": r"$$df = 2\operatorname{tr}((CD-E)^TC\,dD)$$ $$\nabla_D f = 2C^T(CD-E)$$",
    "another name": r"$$dL = 2\operatorname{tr}((CD-E)^TC\,dD)$$ $$\nabla_D L = 2C^T(CD-E)$$",
}


@pytest.mark.parametrize("text", CLEAR.values(), ids=CLEAR)
def test_a_text_that_is_clear_is_checked_once(text: str) -> None:
    choice = Choice(Source(text, variables_of(P1["vars"]), P1["given"], P1["asked"]))
    assert choice.report().verdict == "right"
    assert len(choice.tried) == 1


def test_readings_share_their_trees_where_signs_mean_the_same() -> None:
    text = R + r"$$df = 2R\cdot dR$$" + GRADIENT % 2
    source = Source(text, variables_of(P1["vars"]), P1["given"], P1["asked"])
    choice = Choice(source)
    assert choice.report().verdict == "right"
    assert len(choice.tried) > len(source.typed) == 1


def test_what_was_taken_is_said_once_at_the_top() -> None:
    said = sentences(report(RIGHT["the mean moved"]).conventions)
    assert len(said) == 2
    assert "dW" in said[0]
    assert "m times" in said[1]
