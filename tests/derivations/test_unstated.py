"""Every way we know to seem to state a gradient without stating it; each is refused."""

import pytest

from grader.derivation.command import run

PROBLEM = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \|\max(XW, 0) - Y\|_F^2"],
    "asked": ["W"],
}
RIGHT = r"2X^T\left[(\max(XW,0)-Y)\odot\mathbb{1}[XW>0]\right]"

UNSTATED = {
    "an empty cell": "",
    "prose only": "The gradient follows from the chain rule.",
    "a picture": "![my derivation](photo.jpg)",
    "the gradient equals itself": r"$$\frac{\partial f}{\partial W} = "
    r"\frac{\partial f}{\partial W}$$",
    "itself in another notation": r"$$\nabla_W f = \frac{\partial f}{\partial W}$$",
    "a name for the gradient, and back": r"Let $G = \frac{\partial f}{\partial W}$. "
    r"$$\frac{\partial f}{\partial W} = G$$",
    "a name through another name": r"Let $G = \frac{\partial f}{\partial W}$ and $H = G$. "
    r"$$\frac{\partial f}{\partial W} = H$$",
    "a function of its own": r"Let $g(W) = \nabla_W f$. $$\frac{\partial f}{\partial W} = g(W)$$",
    "the chain rule left open": r"Let $Z=XW$. "
    r"$$\frac{\partial f}{\partial W} = X^T\frac{\partial f}{\partial Z}$$",
    "the chain rule through a name": r"Let $Z=XW$, $D=\frac{\partial f}{\partial Z}$. "
    r"$$\frac{\partial f}{\partial W} = X^TD$$",
    "the trace definition": r"$$df = \operatorname{tr}\left(\left(\frac{\partial f}{\partial W}"
    r"\right)^TdW\right)$$",
    "a rule with an undefined symbol": r"If $df=\operatorname{tr}(A^TdW)$ then "
    r"$\frac{\partial f}{\partial W}=A$.",
    "a wrong gradient after a rule": r"If $df=\operatorname{tr}(A^TdW)$ then "
    r"$$\frac{\partial f}{\partial W} = 2X^T(\max(XW,0)-Y)$$",
    "an approximate sign": rf"$$\frac{{\partial f}}{{\partial W}} \approx {RIGHT}$$",
    "a wrong one with an approximate sign": r"$$\frac{\partial f}{\partial W} \approx X^TY$$",
    "proportional to it": rf"$$\nabla_W f \propto {RIGHT}$$",
    "an equals sign after an approximate one": r"$$\frac{\partial f}{\partial W} \approx X^T "
    r"\max(XW,0) = X^T \max(XW, 0)$$",
    "a definition that looks like a gradient": rf"Let $G = {RIGHT}$.",
    "a name for it only": rf"$$\mathrm{{grad}} = {RIGHT}$$",
    "the expression alone": rf"$${RIGHT}$$",
    "the question repeated": r"Find $\frac{\partial f}{\partial W}$.",
    "an equation without a right side": r"$$\frac{\partial f}{\partial W} = $$",
    "an equation with a gap": r"$$\frac{\partial f}{\partial W} = \text{as in the lecture}$$",
    "an undefined symbol": r"$$\frac{\partial f}{\partial W} = 2X^TM$$",
    "another variable": r"$$\frac{\partial f}{\partial Y} = -2(\max(XW,0)-Y)$$",
    "another function": r"Let $g = \|XW\|_F^2$. $$\frac{\partial g}{\partial W} = 2X^TXW$$",
    "set to zero": r"We set it to zero: $$\frac{\partial f}{\partial W} = 0$$",
    "a condition": r"Suppose that $$\frac{\partial f}{\partial W} = X^TY$$",
    "one entry": r"$$\left(\frac{\partial f}{\partial W}\right)_{11} = "
    r"2\sum_i X_{i1}(\max((XW)_{i1},0)-Y_{i1})\mathbb{1}[(XW)_{i1}>0]$$",
    "the diagonal": r"$$\frac{\partial f}{\partial W_{kk}} = "
    r"2\sum_i X_{ik}(\max((XW)_{ik},0)-Y_{ik})\mathbb{1}[(XW)_{ik}>0]$$",
    "the differential only": r"$$df = 2\operatorname{tr}\left(\left[(\max(XW,0)-Y)\odot"
    r"\mathbb{1}[XW>0]\right]^TX\,dW\right)$$",
    "only true where it is assumed": r"Let $Z = XW$. If $Z>0$ everywhere, "
    r"$$\frac{\partial f}{\partial W} = 2X^T(Z-Y)$$",
    "in a comment": rf"<!-- $$\frac{{\partial f}}{{\partial W}} = {RIGHT}$$ -->",
    "in code": "```\n" + rf"$$\frac{{\partial f}}{{\partial W}} = {RIGHT}$$" + "\n```",
    "a derivative hidden in a definition": r"Let $Z=XW$ and $D_{ij}=\frac{\partial f}"
    r"{\partial Z_{ij}}$. $$\frac{\partial f}{\partial W} = X^TD$$",
    "a wrong one, then overwritten by a name": r"Let $f_2 = 0$. "
    r"$$\frac{\partial f_2}{\partial W} = 0$$",
    "a differential on the right": r"$$\frac{\partial f}{\partial W} = \frac{df}{dW}$$",
    "a transposed one": r"$$\frac{\partial f}{\partial W} = "
    r"2\left[(\max(XW,0)-Y)\odot\mathbb{1}[XW>0]\right]^TX$$",
    "code style without an end": r"$$dW = X^T dZ$$",
}  # fmt: skip


@pytest.mark.parametrize("way", UNSTATED)
def test_gradient_is_not_stated_so(way: str) -> None:
    """No derivation without the gradient, written out, counts as stating it."""
    report = run(UNSTATED[way], PROBLEM)
    assert report.missing == ("W",)
    assert report.verdict != "right"
    assert report.score().stated == 0


STATED = {
    "fraction": rf"$$\frac{{\partial f}}{{\partial W}} = {RIGHT}$$",
    "nabla": rf"$\nabla_W f = {RIGHT}$",
    "on one line": rf"$\partial f/\partial W = {RIGHT}$",
    "d over d": rf"$$\frac{{df}}{{dW}} = {RIGHT}$$",
    "the other way round": rf"$${RIGHT} = \frac{{\partial f}}{{\partial W}}$$",
    "at the end of a chain": r"Let $Z=XW$. $$\frac{\partial f}{\partial W} = "
    rf"X^T\frac{{\partial f}}{{\partial Z}} = {RIGHT}$$",
    "through definitions": r"Let $Z=XW$, $R=\max(Z,0)-Y$, $M=\mathbb{1}[Z>0]$. "
    r"$$\frac{\partial f}{\partial W} = 2X^T(R\odot M)$$",
    "entry by entry": r"$$\frac{\partial f}{\partial W_{kl}} = "
    r"2\sum_i X_{ik}(\max((XW)_{il},0)-Y_{il})\mathbb{1}[(XW)_{il}>0]$$",
    "of the expression itself": rf"$$\nabla_W \|\max(XW,0)-Y\|_F^2 = {RIGHT}$$",
    "transposed on both sides": r"$$\left(\frac{\partial f}{\partial W}\right)^T = "
    r"2\left[(\max(XW,0)-Y)\odot\mathbb{1}[XW>0]\right]^TX$$",
    "half of it": r"$$\frac12\frac{\partial f}{\partial W} = "
    r"X^T\left[(\max(XW,0)-Y)\odot\mathbb{1}[XW>0]\right]$$",
    "plain text": "df/dW = 2 X^T ((max(XW, 0) - Y) * (XW > 0))",
    "code style": r"Let $Z=XW$. $$dZ = 2(\max(Z,0)-Y)\odot(Z>0)$$ $$dW = X^T dZ$$",
}


@pytest.mark.parametrize("way", STATED)
def test_gradient_is_stated_so(way: str) -> None:
    """Written out in any of these ways, it is stated."""
    report = run(STATED[way], PROBLEM)
    assert report.missing == ()
    assert report.verdict == "right"
