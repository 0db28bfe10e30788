"""Accents, fonts, norms and other ways to set the same signs."""

import pytest

from grader.derivation.command import run

LINEAR = {"vars": "C:m,k D:k,r E:m,r", "given": [r"f = \|CD-E\|_F^2"], "asked": ["D"]}
ONES = {"vars": "A:m,k", "given": [r"f = \|A - 11^T\|_F^2"], "asked": ["A"]}
HAT = {"vars": "X:n,p w:p,1 y:n,1", "given": [r"f = \|Xw-y\|^2"], "asked": ["w"]}
ARROWS = {
    "vars": r"A:m,k \vec{x}:k,1 \vec{y}:m,1",
    "given": [r"f = \|A\vec{x}-\vec{y}\|^2"],
    "asked": [r"\vec{x}"],
}
BAR = {
    "vars": r"\boldsymbol{\bar{z}}:k,1 A:m,k",
    "given": [r"f = \|A\boldsymbol{\bar{z}}\|^2"],
    "asked": [r"\boldsymbol{\bar z}"],
}
NUMBERED = {"vars": "W_1:m,k D:k,r E:m,r", "given": [r"f = \|W_1D-E\|_F^2"], "asked": ["D"]}
COLUMN = {
    "vars": "x:n,1 V:m,n t:m,1*",
    "given": [r"f = -t^T\log(\operatorname{softmax}(Vx))"],
    "asked": ["V"],
}
GAUSS = {
    "vars": "S:r,r:definite",
    "given": [r"f = \log|S| + \operatorname{tr}(S^{-1})"],
    "asked": ["S"],
}
STEP = r"$$df = 2\operatorname{tr}((CD-E)^TC\,dD)$$ "
END = r" $$\nabla_D f = 2C^T(CD-E)$$"

WAYS = {  # each with its gradient doubled is wrong
    "a hat in bold": (HAT, r"Let $\mathbf{\hat y} = Xw$. $$df = 2(\mathbf{\hat y}-y)^TX\,dw$$ "
                      r"$$\nabla_w f = 2X^T(\mathbf{\hat y}-y)$$"),
    "an old font": (LINEAR, r"$$df = 2{\rm tr}((CD-E)^TC\,dD)$$" + END),
    "old bold type": (LINEAR, STEP + r"$$\nabla_{\bf D} f = 2{\bf C}^T({\bf CD}-{\bf E})$$"),
    "names in one bold": (LINEAR, STEP + r"$$\nabla_D f = 2\mathbf{C}^T(\mathbf{CD}-\mathbf E)$$"),
    "arrows": (ARROWS, r"$$df = 2(A\vec x-\vec y)^TAd\vec x$$ "
               r"$$\nabla_{\vec x} f = 2A^T(A\vec x-\vec y)$$"),
    "a bar in bold": (BAR, r"$$df = 2\boldsymbol{\bar z}^TA^TAd\boldsymbol{\bar z}$$ "
                      r"$$\nabla_{\boldsymbol{\bar z}} f = 2A^TA\boldsymbol{\bar z}$$"),
    "a norm by its macro": (LINEAR, STEP + r"$$f = \norm{CD-E}_F^2$$" + END),
    "a norm of four bars": (LINEAR, STEP + r"$$f = \vert\vert CD-E\vert\vert^2$$" + END),
    "norms with sides": (LINEAR, STEP + r"$$f = \left\lVert CD-E\right\rVert^2_F$$" + END),
    "an escaped subscript": (NUMBERED, r"$df = 2tr((W\_1D-E)^TW\_1dD)$ "
                             r"$\nabla_D f = 2W\_1^T(W\_1D-E)$"),
    "ones without a space": (ONES, r"$$df = 2tr((A-11^\top)^TdA)$$ $$\nabla_A f = 2(A-11^\top)$$"),
    "a sum of entries": (COLUMN, r"Let $q = \operatorname{softmax}(Vx)$, $f = -\sum t \log q$. "
                         r"$$df = (q-t)^TdV x$$ $$\nabla_V f = (q-t)x^T$$"),
    "a negative power": (GAUSS, r"$$df = \operatorname{tr}(S^{-1}dS) - \operatorname{tr}(S^{-2}dS)"
                         r"$$ $$\nabla_S f = S^{-1} - S^{-2}$$"),
    "a nabla of its variable": (HAT, r"$$df = 2(Xw-y)^TX\,dw$$ $$\nabla w = 2X^T(Xw-y)$$"),
    "another partial": (HAT, r"$$df = 2(Xw-y)^TX\,dw$$ $$\frac{\part f}{\part w} = "
                        r"\nabla_w f = 2X^T(Xw-y)$$"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_it_is_read_as_meant(way: str) -> None:
    problem, text = WAYS[way]
    report = run(text, problem)
    assert (report.verdict, report.missing) == ("right", ())


@pytest.mark.parametrize("way", WAYS)
def test_a_mistake_in_it_is_wrong(way: str) -> None:
    problem, text = WAYS[way]
    head, nabla, tail = text.rpartition(r"\nabla")
    assert run(f"{head}2{nabla}{tail}", problem).verdict == "wrong"
