"""What is derived sample by sample, entry by entry or class by class, in many habits."""

import pytest

from grader.derivation.command import run

LEAST = {"vars": "X:n,p w:p,1 y:n,1", "given": [r"f = \|Xw-y\|^2"], "asked": ["w"]}
MATRIX = {"vars": "X:n,p W:p,q Y:n,q", "given": [r"f = \|XW-Y\|_F^2"], "asked": ["W"]}
SOFTMAX = {
    "vars": "X:n,p W:p,q Y:n,q*",
    "given": [r"P = \operatorname{softmax}(XW)", r"f = -\operatorname{tr}(Y^T\log P)"],
    "asked": ["W"],
}
LOGISTIC = {
    "vars": "X:n,p w:p,1 y:n,1",
    "given": [r"s = \sigma(Xw)", r"f = -y^T\log(s) - (1-y)^T\log(1-s)"],
    "asked": ["w"],
}
DESIGN = {"vars": r"\Phi:N,M w:M,1 t:N,1", "given": [r"f = \frac12\|\Phi w-t\|^2"], "asked": ["w"]}

TEXTS = {
    "samples above": (
        "right", LEAST,
        r"$$f = \sum_{i=1}^n (w^Tx^{(i)} - y^{(i)})^2$$ $$\nabla_w f = 2\sum_{i=1}^n "
        r"(w^Tx^{(i)} - y^{(i)})x^{(i)} = 2X^T(Xw-y)$$",
    ),
    "samples above, a factor lost": (
        "wrong", LEAST,
        r"$$f = \sum_{i=1}^n (w^Tx^{(i)} - y^{(i)})^2$$ $$\nabla_w f = \sum_{i=1}^n "
        r"(w^Tx^{(i)} - y^{(i)})x^{(i)}$$",
    ),
    "an entry of a sample": (
        "right", LEAST,
        r"$$\frac{\partial f}{\partial w_j} = 2\sum_{i=1}^n (w^Tx^{(i)} - "
        r"y^{(i)})x_j^{(i)}$$ $$\nabla_w f = 2X^T(Xw-y)$$",
    ),
    "entries and a sum inside": (
        "right", LEAST,
        r"$$\frac{\partial f}{\partial w_j} = 2\sum_{i=1}^n (\sum_k x_{ik}w_k - "
        r"y_i)x_{ij}$$ $$\nabla_w f = 2X^T(Xw-y)$$",
    ),
    "a design matrix": (
        "right", DESIGN,
        r"$$f = \frac12\sum_{n=1}^N \{w^T\phi_n - t_n\}^2$$ $$\nabla f = \sum_{n=1}^N "
        r"(w^T\phi_n - t_n)\phi_n$$ $$\nabla f = \Phi^T(\Phi w-t)$$",
    ),
    "rows of X, columns of W": (
        "right", MATRIX,
        r"$$f = \sum_{i=1}^{n}\sum_{j=1}^{q} (x_i^T w_j - y_{ij})^2$$ $$\frac{\partial "
        r"f}{\partial w_j} = 2\sum_i (x_i^Tw_j - y_{ij})x_i$$ $$\frac{\partial "
        r"f}{\partial W} = 2X^T(XW-Y)$$",
    ),
    "rows of X, columns of W, a factor lost": (
        "wrong", MATRIX,
        r"$$f = \sum_{i=1}^{n}\sum_{j=1}^{q} (x_i^T w_j - y_{ij})^2$$ $$\frac{\partial "
        r"f}{\partial w_j} = \sum_i (x_i^Tw_j - y_{ij})x_i$$",
    ),
    "softmax of each sample": (
        "right", SOFTMAX,
        r"Let $z_i = W^Tx_i$, $p_i = \operatorname{softmax}(z_i)$. $$f = -\sum_i "
        r"y_i^T\log p_i$$ $$\frac{\partial f}{\partial z_i} = p_i - y_i$$ "
        r"$$\frac{\partial f}{\partial W} = \sum_i x_i(p_i-y_i)^T = X^T(P-Y)$$",
    ),
    "softmax of each sample, a sign": (
        "wrong", SOFTMAX,
        r"Let $z_i = W^Tx_i$, $p_i = \operatorname{softmax}(z_i)$. $$f = -\sum_i "
        r"y_i^T\log p_i$$ $$\frac{\partial f}{\partial z_i} = y_i - p_i$$",
    ),
    "a loss for each sample": (
        "right", LEAST,
        r"Let $\ell_i = (w^Tx_i - y_i)^2$, so $f = \sum_i \ell_i$. $$\nabla_w \ell_i = "
        r"2(w^Tx_i - y_i)x_i$$ $$\nabla_w f = \sum_i \nabla_w \ell_i = "
        r"2\sum_i(w^Tx_i-y_i)x_i$$",
    ),
    "an error for each sample": (
        "right", LEAST,
        r"Let $e_i = w^Tx_i - y_i$. $$\frac{\partial e_i}{\partial w} = x_i$$ "
        r"$$\frac{\partial f}{\partial w} = \sum_{i} 2e_i\frac{\partial e_i}{\partial w} "
        r"= 2\sum_i e_ix_i$$",
    ),
    "entry by entry with deltas": (
        "right", MATRIX,
        r"Let $Z = XW$. $$\frac{\partial f}{\partial Z_{ij}} = 2(Z_{ij}-Y_{ij})$$ "
        r"$$\frac{\partial Z_{ij}}{\partial W_{kl}} = X_{ik}\delta_{jl}$$ "
        r"$$\frac{\partial f}{\partial W_{kl}} = \sum_{i,j}\frac{\partial f}{\partial "
        r"Z_{ij}}\frac{\partial Z_{ij}}{\partial W_{kl}} = \sum_i "
        r"2(Z_{il}-Y_{il})X_{ik}$$ $$\frac{\partial f}{\partial W} = 2X^T(Z-Y)$$",
    ),
    "small letters for entries": (
        "right", MATRIX,
        r"Let $z_{ij} = \sum_k x_{ik}w_{kj}$. $$f = \sum_{i,j}(z_{ij}-y_{ij})^2$$ "
        r"$$\frac{\partial f}{\partial z_{ij}} = 2(z_{ij}-y_{ij})$$ $$\frac{\partial "
        r"f}{\partial w_{kj}} = \sum_i 2(z_{ij}-y_{ij})x_{ik}$$ $$\frac{\partial "
        r"f}{\partial W} = 2X^T(XW-Y)$$",
    ),
    "limits and bold type": (
        "right", LEAST,
        r"$$f = \sum\limits_{i=1}^{n} \left(\mathbf{x}_i^\top \mathbf{w} - y_i\right)^2$$ "
        r"$$\nabla_{\mathbf w} f = 2\sum\limits_{i=1}^{n} \left(\mathbf{x}_i^\top "
        r"\mathbf{w} - y_i\right)\mathbf{x}_i$$",
    ),
    "rows side by side": (
        "right", LEAST,
        r"With $X = [x_1, \dots, x_n]^T$: $$f = \sum_i (x_i^Tw-y_i)^2$$ $$\nabla_w f = "
        r"2\sum_i (x_i^Tw-y_i)x_i$$",
    ),
    "rows below one another": (
        "right", LEAST,
        r"$$X = \begin{bmatrix} x_1^T \\ \vdots \\ x_n^T \end{bmatrix}$$ $$f = \sum_i "
        r"(x_i^Tw-y_i)^2$$ $$\nabla_w f = 2\sum_i (x_i^Tw-y_i)x_i$$",
    ),
    "logistic, link by link": (
        "right", LOGISTIC,
        r"$s_i = \sigma(w^Tx_i)$, $$f = -\sum_{i=1}^n \left[y_i\log s_i + "
        r"(1-y_i)\log(1-s_i)\right]$$ $$\frac{\partial f}{\partial s_i} = "
        r"-\frac{y_i}{s_i}+\frac{1-y_i}{1-s_i}$$ $$\frac{\partial s_i}{\partial w} = "
        r"s_i(1-s_i)x_i$$ $$\nabla_w f = \sum_i (s_i-y_i)x_i = X^T(s-y)$$",
    ),
    "a sum that takes what follows": (
        "right", LOGISTIC,
        r"$$\hat y^{(i)} = \sigma(w^Tx^{(i)})$$ $$f = -\sum_{i=1}^n y^{(i)}\log\hat "
        r"y^{(i)} + (1-y^{(i)})\log(1-\hat y^{(i)})$$ $$\nabla_w f = \sum_{i=1}^n (\hat "
        r"y^{(i)}-y^{(i)})x^{(i)}$$",
    ),
    "logistic, by entry": (
        "right", LOGISTIC,
        r"$$\frac{\partial f}{\partial w_j} = \sum_{i=1}^n (\sigma(w^Tx_i)-y_i)x_{ij}$$ "
        r"$$\nabla_w f = X^T(\sigma(Xw)-y)$$",
    ),
    "a size of one's own": (
        "right", LEAST,
        r"$$f = \sum_{i=1}^N (y_i - \mathbf{w}^{T}\mathbf{x}_i)^2$$ $$\frac{\partial "
        r"f}{\partial \mathbf{w}} = -2\sum_{i=1}^N (y_i - "
        r"\mathbf{w}^{T}\mathbf{x}_i)\mathbf{x}_i$$",
    ),
    "a residual for each sample": (
        "right", LEAST,
        r"$$f = \sum_{i=1}^n r_i^2, \quad r_i = x_i^Tw - y_i$$ $$df = 2\sum_i r_i\,dr_i = "
        r"2\sum_i r_i x_i^T dw$$ $$\nabla f = 2\sum_i r_ix_i$$",
    ),
    "a sum of outer products": (
        "right", MATRIX,
        r"$$X^TX = \sum_i x_ix_i^T$$ $$df = 2\operatorname{tr}((XW-Y)^TX\,dW)$$ "
        r"$$\nabla_W f = 2\left(\sum_i x_ix_i^T\right)W - 2\sum_i x_iy_i^T$$",
    ),
    "a sum of outer products, a factor lost": (
        "wrong", MATRIX,
        r"$$X^TX = \sum_i x_ix_i^T$$ $$df = 2\operatorname{tr}((XW-Y)^TX\,dW)$$ "
        r"$$\nabla_W f = 2\left(\sum_i x_ix_i^T\right)W - \sum_i x_iy_i^T$$",
    ),
    "a quotient of exponentials": (
        "right", SOFTMAX,
        r"$$f = -\sum_{i=1}^n\sum_{k=1}^q Y_{ik}\log\frac{e^{Z_{ik}}}{\sum_{j=1}^q "
        r"e^{Z_{ij}}},\quad Z = XW$$ $$\frac{\partial f}{\partial Z_{ik}} = "
        r"P_{ik}-Y_{ik}$$ $$\nabla_W f = X^T(P-Y)$$",
    ),
    "softmax with deltas": (
        "right", SOFTMAX,
        r"$Z=XW$. $$\frac{\partial P_{ik}}{\partial Z_{ij}} = "
        r"P_{ik}(\delta_{kj}-P_{ij})$$ $$\frac{\partial f}{\partial Z_{ij}} = -\sum_k "
        r"\frac{Y_{ik}}{P_{ik}}P_{ik}(\delta_{kj}-P_{ij}) = P_{ij}-Y_{ij}$$ $$\nabla_W f "
        r"= X^T(P-Y)$$",
    ),
    "softmax by classes": (
        "right", SOFTMAX,
        r"$$p_{ik} = \frac{\exp(w_k^Tx_i)}{\sum_{j}\exp(w_j^Tx_i)}$$ $$\nabla_{w_k} f = "
        r"\sum_i (p_{ik}-y_{ik})x_i$$ $$\nabla_W f = X^T(P-Y)$$",
    ),
    "rows as they stand": (
        "right", MATRIX,
        r"Row $i$ of $XW$ is $x_i^TW$. $$f = \sum_i \|x_i^TW - y_i^T\|^2$$ $$df = 2\sum_i "
        r"(x_i^TW-y_i^T)(x_i^TdW)^T$$ $$\nabla_W f = 2\sum_i x_i(x_i^TW-y_i^T)$$",
    ),
    "a sum over columns": (
        "right", LEAST,
        r"$$f = \sum_{i=1}^{n}\left(\sum_{j=1}^{p} X_{ij}w_j - y_i\right)^2$$ "
        r"$$\frac{\partial f}{\partial w_k} = \sum_{i=1}^{n} 2\left(\sum_{j=1}^{p} "
        r"X_{ij}w_j - y_i\right)X_{ik}$$ $$\frac{\partial f}{\partial w} = 2X^T(Xw-y)$$",
    ),
    "a sum over columns, indices exchanged": (
        "wrong", LEAST,
        r"$$f = \sum_{i=1}^{n}\left(\sum_{j=1}^{p} X_{ij}w_j - y_i\right)^2$$ "
        r"$$\frac{\partial f}{\partial w_k} = \sum_{i=1}^{n} 2\left(\sum_{j=1}^{p} "
        r"X_{ij}w_j - y_i\right)X_{ki}$$",
    ),
    "bounds in other words": (
        "right", LEAST,
        r"$$\sum_{1 \le i \le n} (x_i^Tw-y_i)^2 = f$$ $$\nabla_w f = 2\sum_{i \in "
        r"\{1,\dots,n\}} (x_i^Tw-y_i)x_i$$",
    ),
    "functions of each sample": (
        "right", LEAST,
        r"$$f = \sum_{i=1}^n f_i(w), \quad f_i(w) = (x_i^Tw-y_i)^2$$ $$\nabla f_i(w) = "
        r"2(x_i^Tw-y_i)x_i$$ $$\nabla f(w) = \sum_{i=1}^n \nabla f_i(w) = 2\sum_i "
        r"(x_i^Tw-y_i)x_i$$",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", TEXTS)
def test_it_is_judged_as_a_person_would(way: str) -> None:
    verdict, problem, text = TEXTS[way]
    report = run(text, problem)
    assert report.verdict == verdict
    assert verdict == "wrong" or report.missing == ()
