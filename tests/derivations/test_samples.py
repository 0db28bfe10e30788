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

NETWORK = {
    "vars": "X:n,p W_1:p,m b_1:1,m W_2:m,q b_2:1,q Y:n,q",
    "given": [r"f = \frac{1}{2n}\|\tanh(XW_1+b_1)W_2+b_2-Y\|_F^2"],
    "asked": ["W_1", "W_2", "b_1", "b_2"],
}
COLUMN = {
    "vars": "x:n,1 A:p,n c:p,1 B:m,p b:m,1 t:m,1",
    "given": [r"f = \frac{1}{2}\|\sigma(B\tanh(Ax+c)+b) - t\|^2"],
    "asked": ["A", "B", "c", "b"],
}
GAUSS = {
    "vars": r"\Sigma:p,p:definite x_i:p,1 \mu:p,1",
    "given": [r"f = \frac{n}{2}\log|\Sigma| + \frac12\sum_{i=1}^n (x_i-\mu)^T\Sigma^{-1}(x_i-\mu)"],
    "asked": [r"\mu", r"\Sigma"],
}
ENTRIES = {
    "vars": "X:n,p W:p,q Y:n,q",
    "given": [r"f = \sum_{i=1}^n\sum_{j=1}^q (\sum_k X_{ik}W_{kj}-Y_{ij})^2"],
    "asked": ["W"],
}
HINGE = {
    "vars": r"X:n,p w:p,1 y:n,1 \lambda:1,1+",
    "given": [r"f = \frac{\lambda}{2}\|w\|^2 + \frac1n\sum_{i=1}^n \max(0, 1-y_ix_i^Tw)"],
    "asked": ["w"],
}
LAYERS = {
    "vars": "X:p,m W^{[1]}:h,p b^{[1]}:h,1 W^{[2]}:1,h b^{[2]}:1,1 Y:1,m",
    "given": [
        r"A^{[1]} = \tanh(W^{[1]}X+b^{[1]}\mathbf{1}^T)",
        r"A^{[2]} = \sigma(W^{[2]}A^{[1]}+b^{[2]}\mathbf{1}^T)",
        r"f = -\frac1m(Y\log(A^{[2]})^T+(1-Y)\log(1-A^{[2]})^T)",
    ],
    "asked": ["W^{[1]}", "W^{[2]}"],
}
BATCH = {
    "vars": "X:n,p W_1:p,m b_1:1,m W_2:m,q b_2:1,q Y:n,q*",
    "given": [
        r"f = -\frac1n\sum_{i,j}Y_{ij}\log\operatorname{softmax}(\max(XW_1+b_1,0)W_2+b_2)_{ij}"
    ],
    "asked": ["W_1", "W_2", "b_1", "b_2"],
}
ATTENTION = {
    "vars": "Q:n,d K:m,d V:m,r G:n,r",
    "given": [r"f = \frac12\|\operatorname{softmax}(\frac{1}{\sqrt d}QK^T)V-G\|_F^2"],
    "asked": ["V"],
}
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
    "a network, row by row": (
        "right", NETWORK,
        r"For one sample (row) $x_i$:" "\n"
        r"$$z_i = x_iW_1+b_1,\qquad h_i = \tanh(z_i),\qquad o_i = h_iW_2+b_2$$" "\n"
        r"$$f = \frac{1}{2n}\sum_{i=1}^n\|o_i-y_i\|^2$$" "\n"
        r"$$\frac{\partial f}{\partial o_i} = \frac1n(o_i-y_i)$$" "\n"
        r"$$\frac{\partial f}{\partial W_2} = \sum_i h_i^T\frac{\partial f}{\partial "
        r"o_i},\quad \frac{\partial f}{\partial b_2} = \sum_i\frac{\partial f}{\partial "
        r"o_i}$$" "\n"
        r"$$\frac{\partial f}{\partial z_i} = \left(\frac{\partial f}{\partial "
        r"o_i}W_2^T\right)\odot(1-h_i^2)$$" "\n"
        r"$$\frac{\partial f}{\partial W_1} = \sum_i x_i^T\frac{\partial f}{\partial "
        r"z_i},\quad \frac{\partial f}{\partial b_1} = \sum_i\frac{\partial f}{\partial "
        r"z_i}$$",
    ),
    "a network, row by row, a sign": (
        "wrong", NETWORK,
        r"For one sample (row) $x_i$:" "\n"
        r"$$z_i = x_iW_1+b_1,\qquad h_i = \tanh(z_i),\qquad o_i = h_iW_2+b_2$$" "\n"
        r"$$f = \frac{1}{2n}\sum_{i=1}^n\|o_i-y_i\|^2$$" "\n"
        r"$$\frac{\partial f}{\partial o_i} = \frac1n(o_i-y_i)$$" "\n"
        r"$$\frac{\partial f}{\partial W_2} = \sum_i h_i^T\frac{\partial f}{\partial "
        r"o_i}$$" "\n"
        r"$$\frac{\partial f}{\partial z_i} = \left(\frac{\partial f}{\partial "
        r"o_i}W_2^T\right)\odot(1+h_i^2)$$",
    ),
    "a network by samples": (
        "right", NETWORK,
        r"$$z^{(i)} = W_1^Tx^{(i)}+b_1^T,\quad h^{(i)} = \tanh(z^{(i)}),\quad o^{(i)} = "
        r"W_2^Th^{(i)}+b_2^T$$" "\n"
        r"$$\delta_2^{(i)} = \frac{\partial f}{\partial o^{(i)}} = "
        r"\frac1n(o^{(i)}-y^{(i)})$$" "\n"
        r"$$\frac{\partial f}{\partial W_2} = \sum_{i=1}^n h^{(i)}\delta_2^{(i)T},\quad "
        r"\frac{\partial f}{\partial b_2} = \sum_i \delta_2^{(i)T}$$" "\n"
        r"$$\delta_1^{(i)} = \frac{\partial f}{\partial z^{(i)}} = "
        r"(W_2\delta_2^{(i)})\odot(1-h^{(i)}\odot h^{(i)})$$" "\n"
        r"$$\frac{\partial f}{\partial W_1} = \sum_{i=1}^n x^{(i)}\delta_1^{(i)T},\quad "
        r"\frac{\partial f}{\partial b_1} = \sum_i \delta_1^{(i)T}$$",
    ),
    "entries of a layer": (
        "right", COLUMN,
        r"$u_1 = Ax+c$, $h=\tanh(u_1)$, $u_2 = Bh+b$, $y = \sigma(u_2)$. Let "
        r"$\delta_{2,i} = (y_i-t_i)y_i(1-y_i)$." "\n"
        r"$$\frac{\partial f}{\partial u_{2,i}} = \delta_{2,i}$$" "\n"
        r"$$\frac{\partial f}{\partial B_{ij}} = \delta_{2,i}h_j,\quad \frac{\partial "
        r"f}{\partial b_i} = \delta_{2,i}$$" "\n"
        r"$$\delta_{1,j} = \Big(\sum_i B_{ij}\delta_{2,i}\Big)(1-h_j^2)$$" "\n"
        r"$$\frac{\partial f}{\partial A_{jk}} = \delta_{1,j}x_k,\quad \frac{\partial "
        r"f}{\partial c_j} = \delta_{1,j}$$",
    ),
    "a covariance, to its solution": (
        "right", GAUSS,
        r"$$\frac{\partial f}{\partial \mu} = -\sum_{i=1}^n\Sigma^{-1}(x_i-\mu)$$" "\n"
        r"$$df = \frac n2\operatorname{tr}(\Sigma^{-1}d\Sigma) - \frac12\sum_i "
        r"(x_i-\mu)^T\Sigma^{-1}d\Sigma\,\Sigma^{-1}(x_i-\mu)$$" "\n"
        r"Let $S = \frac1n\sum_i (x_i-\mu)(x_i-\mu)^T$. $$\frac{\partial "
        r"f}{\partial\Sigma} = \frac n2\left(\Sigma^{-1} - "
        r"\Sigma^{-1}S\Sigma^{-1}\right)$$" "\n"
        r"Setting both to zero, $\mu = \frac1n\sum_i x_i$ and $\Sigma = S$.",
    ),
    "a covariance, a sign": (
        "wrong", GAUSS,
        r"$$\frac{\partial f}{\partial \mu} = -\sum_{i=1}^n\Sigma^{-1}(x_i-\mu)$$" "\n"
        r"Let $S = \frac1n\sum_i (x_i-\mu)(x_i-\mu)^T$. $$df = \frac "
        r"n2\operatorname{tr}(\Sigma^{-1}d\Sigma) - \frac12\sum_i "
        r"(x_i-\mu)^T\Sigma^{-1}d\Sigma\,\Sigma^{-1}(x_i-\mu)$$ $$\frac{\partial "
        r"f}{\partial\Sigma} = \frac n2\left(\Sigma^{-1} + "
        r"\Sigma^{-1}S\Sigma^{-1}\right)$$",
    ),
    "indices throughout": (
        "right", ENTRIES,
        r"$$\frac{\partial f}{\partial W_{ab}} = \sum_{i=1}^n\sum_{j=1}^q 2\Big(\sum_k "
        r"X_{ik}W_{kj}-Y_{ij}\Big)\sum_k X_{ik}\frac{\partial W_{kj}}{\partial W_{ab}} = "
        r"\sum_{i,j} 2\Big(\sum_k X_{ik}W_{kj}-Y_{ij}\Big)X_{ia}\delta_{jb} = \sum_i "
        r"2(XW-Y)_{ib}X_{ia}$$ $$\nabla_W f = 2X^T(XW-Y)$$",
    ),
    "an indicator in a sum": (
        "right", HINGE,
        r"$$\nabla_w f = \lambda w - \frac1n\sum_{i=1}^n \mathbb{1}[y_ix_i^Tw < "
        r"1]\,y_ix_i$$",
    ),
    "a sum with a condition": (
        "right", HINGE,
        r"$$\nabla_w f = \lambda w - \frac1n\sum_{i: y_ix_i^Tw < 1} y_ix_i$$",
    ),
    "a prediction for each sample": (
        "right", LEAST,
        r"For each $i$ put $\hat y_i = x_i^Tw$. $$\frac{\partial f}{\partial \hat y_i} = "
        r"2(\hat y_i-y_i),\qquad \frac{\partial\hat y_i}{\partial w} = x_i$$ By the chain "
        r"rule $$\frac{\partial f}{\partial w} = \sum_{i=1}^n\frac{\partial "
        r"f}{\partial\hat y_i}\frac{\partial\hat y_i}{\partial w} = 2\sum_{i=1}^n(\hat "
        r"y_i-y_i)x_i = 2X^T(\hat y-y)$$",
    ),
    "a differential by entries": (
        "right", MATRIX,
        r"$$df = 2\sum_{i,j}(XW-Y)_{ij}\,(X\,dW)_{ij} = 2\sum_{i,j,k} "
        r"(XW-Y)_{ij}X_{ik}\,dW_{kj}$$ $$\frac{\partial f}{\partial W_{kj}} = 2\sum_i "
        r"X_{ik}(XW-Y)_{ij}$$ $$\nabla_W f = 2X^T(XW-Y)$$",
    ),
    "column by column": (
        "right", MATRIX,
        r"Column by column: with $w_j$, $y_j$ the columns of $W$, $Y$ we have $$f = "
        r"\sum_j \|Xw_j-y_j\|^2$$ $$\frac{\partial f}{\partial w_j} = 2X^T(Xw_j-y_j)$$ "
        r"$$\frac{\partial f}{\partial W} = 2X^T(XW-Y)$$",
    ),
    "column by column, a factor lost": (
        "wrong", MATRIX,
        r"Column by column: with $w_j$, $y_j$ the columns of $W$, $Y$ we have $$f = "
        r"\sum_j \|Xw_j-y_j\|^2$$ $$\frac{\partial f}{\partial w_j} = X^T(Xw_j-y_j)$$",
    ),
    "softmax, entry by entry": (
        "right", SOFTMAX,
        r"$$Z = XW,\quad P_{ij} = \frac{e^{Z_{ij}}}{\sum_{k}e^{Z_{ik}}}$$ "
        r"$$\frac{\partial f}{\partial Z_{ij}} = P_{ij}-Y_{ij}$$ $$\frac{\partial "
        r"f}{\partial W_{kj}} = \sum_i X_{ik}(P_{ij}-Y_{ij})$$ so $\nabla_W f = X^T(P-Y)$.",
    ),
    "the logarithm of softmax": (
        "right", SOFTMAX,
        r"$$\log P_{ij} = Z_{ij} - \log\sum_{k}e^{Z_{ik}},\quad Z=XW$$ $$df = "
        r"-\sum_{ij}Y_{ij}\,dZ_{ij} + \sum_{ij}P_{ij}\,dZ_{ij}$$ $$\nabla_W f = X^T(P-Y)$$",
    ),
    "a table": (
        "right", LEAST,
        r"| step | result |" "\n"
        r"|---|---|" "\n"
        r"| objective | $f = \|Xw-y\|^2$ |" "\n"
        r"| differential | $df = 2(Xw-y)^TX\,dw$ |" "\n"
        r"| gradient | $\nabla_w f = 2X^T(Xw-y)$ |",
    ),
    "numbered steps": (
        "right", LEAST,
        r"1. Start:" "\n"
        r"   $$" "\n"
        r"   f = \lVert Xw-y\rVert^2" "\n"
        r"   $$" "\n"
        r"2. Differential:" "\n"
        r"   $$" "\n"
        r"   df = 2(Xw-y)^T X\,dw" "\n"
        r"   $$" "\n"
        r"3. Gradient:" "\n"
        r"   $$" "\n"
        r"   \boxed{\;\nabla_w f = 2X^T(Xw-y)\;}" "\n"
        r"   $$" "\n",
    ),
    "a quotation": (
        "right", LEAST,
        r"> **Solution.** We have $df = 2(Xw-y)^TX\,dw$," "\n"
        r"> so that" "\n"
        r">" "\n"
        r"> $$" "\n"
        r"> \begin{aligned}" "\n"
        r"> \nabla_w f &= 2X^T(Xw-y) \\" "\n"
        r"> &= 2X^TXw-2X^Ty" "\n"
        r"> \end{aligned}" "\n"
        r"> $$" "\n",
    ),
    "a quotation, a sign": (
        "wrong", LEAST,
        r"> **Solution.** We have $df = 2(Xw-y)^TX\,dw$," "\n"
        r"> so that" "\n"
        r">" "\n"
        r"> $$" "\n"
        r"> \begin{aligned}" "\n"
        r"> \nabla_w f &= 2X^T(Xw-y) \\" "\n"
        r"> &= 2X^TXw+2X^Ty" "\n"
        r"> \end{aligned}" "\n"
        r"> $$" "\n",
    ),
    "an array with words": (
        "right", LEAST,
        r"$$\begin{array}{l|l} df = 2(Xw-y)^TX\,dw & \text{differential} \\ \hline "
        r"\nabla_w f = 2X^T(Xw-y) & \text{gradient} \end{array}$$",
    ),
    "split and tagged": (
        "right", LEAST,
        r"\begin{equation*}\begin{split} df &= 2(Xw-y)^T d(Xw-y) \\ &= 2(Xw-y)^TX\,dw "
        r"\end{split}\end{equation*} \begin{equation}\label{eq:g}\nabla_w f = "
        r"2X^T(Xw-y)\tag{3}\end{equation}",
    ),
    "signs above signs": (
        "right", LEAST,
        r"$$df\overset{(1)}{=}2(Xw-y)^TX\,dw\quad\Longrightarrow\quad\nabla_w "
        r"f\stackrel{(2)}{=}2X^T(Xw-y)$$",
    ),
    "braces with sizes": (
        "right", LEAST,
        r"$$df = 2\underbrace{(Xw-y)^T}_{1\times n}\overbrace{X}^{n\times p}\,dw$$ "
        r"$$\therefore\ \nabla_w f = 2X^T(Xw-y)\qquad\blacksquare$$",
    ),
    "a system": (
        "right", LEAST,
        r"$$\begin{cases} df = 2(Xw-y)^TX\,dw, \\ \nabla_w f = 2X^T(Xw-y). \end{cases}$$",
    ),
    "a brace behind": (
        "right", LEAST,
        r"$$\left.\begin{aligned} df &= 2(Xw-y)^TX\,dw \\ df &= (\nabla_w "
        r"f)^Tdw\end{aligned}\right\}\Rightarrow \nabla_w f = 2X^T(Xw-y)$$",
    ),
    "divisions of a page": (
        "right", LEAST,
        r"<div align=center>$df = 2(Xw-y)^TX\,dw$</div>" "\n"
        "\n"
        r"<p>$$\nabla_w f = 2X^T(Xw-y)$$</p>",
    ),
    "a batch in a table": (
        "right", BATCH,
        r"**Forward**" "\n"
        "\n"
        r"| quantity | formula |" "\n"
        r"|:--|:--|" "\n"
        r"| hidden | $Z_1 = XW_1 + b_1$ |" "\n"
        r"| | $H = \max(Z_1, 0)$ |" "\n"
        r"| scores | $Z_2 = HW_2 + b_2$ |" "\n"
        r"| output | $P = \operatorname{softmax}(Z_2)$ |" "\n"
        "\n"
        r"**Backward**" "\n"
        "\n"
        r"1. $\displaystyle \frac{\partial f}{\partial Z_2} = \frac{1}{n}(P-Y)$" "\n"
        r"2. $\displaystyle \frac{\partial f}{\partial W_2} = H^T\frac{\partial "
        r"f}{\partial Z_2}$, $\displaystyle \frac{\partial f}{\partial b_2} = "
        r"\mathbf{1}^T\frac{\partial f}{\partial Z_2}$" "\n"
        r"3. $\displaystyle \frac{\partial f}{\partial Z_1} = \left(\frac{\partial "
        r"f}{\partial Z_2}W_2^T\right)\odot\mathbb{1}[Z_1>0]$" "\n"
        r"4. $\displaystyle \boxed{\frac{\partial f}{\partial W_1} = X^T\frac{\partial "
        r"f}{\partial Z_1}}$, $\displaystyle \boxed{\frac{\partial f}{\partial b_1} = "
        r"\mathbf{1}^T\frac{\partial f}{\partial Z_1}}$" "\n",
    ),
    "a batch in a table, a wrong layer": (
        "wrong", BATCH,
        r"| quantity | formula |" "\n"
        r"|:--|:--|" "\n"
        r"| hidden | $Z_1 = XW_1 + b_1$ |" "\n"
        r"| | $H = \max(Z_1, 0)$ |" "\n"
        r"| scores | $Z_2 = HW_2 + b_2$ |" "\n"
        r"| output | $P = \operatorname{softmax}(Z_2)$ |" "\n"
        "\n"
        r"1. $\displaystyle \frac{\partial f}{\partial Z_2} = \frac{1}{n}(P-Y)$" "\n"
        r"3. $\displaystyle \frac{\partial f}{\partial Z_1} = \left(\frac{\partial "
        r"f}{\partial Z_2}W_2^T\right)\odot\mathbb{1}[Z_1>0]$" "\n"
        r"4. $\displaystyle \boxed{\frac{\partial f}{\partial W_1} = X^T\frac{\partial "
        r"f}{\partial Z_1}}$, $\displaystyle \boxed{\frac{\partial f}{\partial b_1} = "
        r"\mathbf{1}^T\frac{\partial f}{\partial Z_2}}$" "\n",
    ),
    "a batch, layers in brackets": (
        "right", BATCH,
        r"Let $z^{(1)} = x W_1 + b_1$ etc. In matrix form $Z^{[1]} = XW_1+b_1$, "
        r"$A^{[1]} = \operatorname{ReLU}(Z^{[1]})$, $Z^{[2]} = A^{[1]}W_2+b_2$, $\hat Y "
        r"= \operatorname{softmax}(Z^{[2]})$." "\n"
        r"$$\frac{\partial f}{\partial Z^{[2]}} = \frac1n(\hat Y-Y)$$" "\n"
        r"$$\frac{\partial f}{\partial W_2} = A^{[1]T}\frac{\partial f}{\partial "
        r"Z^{[2]}},\ \frac{\partial f}{\partial b_2} = \sum_{i=1}^n\left[\frac{\partial "
        r"f}{\partial Z^{[2]}}\right]_{i,:}$$" "\n"
        r"$$\frac{\partial f}{\partial A^{[1]}} = \frac{\partial f}{\partial "
        r"Z^{[2]}}W_2^T,\ \frac{\partial f}{\partial Z^{[1]}} = \frac{\partial "
        r"f}{\partial A^{[1]}}\odot 1_{\{Z^{[1]}>0\}}$$" "\n"
        r"$$\frac{\partial f}{\partial W_1} = X^T\frac{\partial f}{\partial Z^{[1]}},\ "
        r"\frac{\partial f}{\partial b_1} = \sum_{i}\left(\frac{\partial f}{\partial "
        r"Z^{[1]}}\right)_{i,:}$$",
    ),
    "three equations in a row": (
        "right", ATTENTION,
        r"$$\begin{aligned}S &= \frac{QK^\top}{\sqrt{d}} & P &= \mathrm{softmax}(S) & O "
        r"&= PV\end{aligned}$$ $$\frac{\partial f}{\partial O} = O-G \;\Rightarrow\; "
        r"\frac{\partial f}{\partial V} = P^\top\frac{\partial f}{\partial O}$$",
    ),
    "a name that a size has as well": (
        "right", LOGISTIC,
        r"$p_i = \sigma(z_i)$ with $z_i = w^Tx_i$. $$\frac{\partial f}{\partial z_i} = "
        r"\frac{\partial f}{\partial p_i}\cdot\frac{\partial p_i}{\partial z_i} = "
        r"\left(-\frac{y_i}{p_i}+\frac{1-y_i}{1-p_i}\right)p_i(1-p_i) = p_i-y_i$$ "
        r"$$\frac{\partial f}{\partial w_k} = \sum_i\frac{\partial f}{\partial "
        r"z_i}\frac{\partial z_i}{\partial w_k} = \sum_i (p_i-y_i)x_{ik}$$ $$\nabla_w f "
        r"= X^T(p-y)$$",
    ),
    "sample by sample, in Chinese": (
        "right", MATRIX,
        r"设 $X$ 的第 $i$ 行为 $x_i^T$，$Y$ 的第 $i$ 行为 $y_i^T$，则 "
        r"$$f=\sum_{i=1}^{n}\|W^Tx_i-y_i\|^2$$ 对每个样本，令 $e_i=W^Tx_i-y_i$，"
        r"$$d\|e_i\|^2=2e_i^Tde_i=2e_i^TdW^Tx_i=\operatorname{tr}(2x_ie_i^TdW^T)$$ 于是 "
        r"$$\frac{\partial f}{\partial W}=\sum_{i=1}^{n}2x_ie_i^T=2X^T(XW-Y)$$",
    ),
    "entry by entry, in Chinese": (
        "right", MATRIX,
        r"逐元素写：$f=\sum_{i}\sum_{j}(z_{ij}-y_{ij})^2$，其中 $z_{ij}=\sum_{k}x_{ik}w_{kj}$。"
        r"$$\frac{\partial f}{\partial w_{kj}}=\sum_{i}\frac{\partial f}{\partial "
        r"z_{ij}}\frac{\partial z_{ij}}{\partial w_{kj}}=\sum_i2(z_{ij}-y_{ij})x_{ik}$$ "
        r"写成矩阵：$$\frac{\partial f}{\partial W}=2X^T(Z-Y)$$ 其中 $Z=(z_{ij})$。",
    ),
    "layers and samples above": (
        "right", LAYERS,
        r"$$z^{[1](i)} = W^{[1]}x^{(i)}+b^{[1]}$$ $$a^{[1](i)} = \tanh(z^{[1](i)})$$ "
        r"$$z^{[2](i)} = W^{[2]}a^{[1](i)}+b^{[2]}$$ $$\hat y^{(i)} = a^{[2](i)} = "
        r"\sigma(z^{[2](i)})$$" "\n"
        r"$$f = -\frac1m\sum_{i=1}^m\left(y^{(i)}\log "
        r"a^{[2](i)}+(1-y^{(i)})\log(1-a^{[2](i)})\right)$$" "\n"
        r"$$\frac{\partial f}{\partial z^{[2](i)}} = \frac1m(a^{[2](i)}-y^{(i)})$$" "\n"
        r"$$\frac{\partial f}{\partial W^{[2]}} = \sum_{i=1}^m\frac{\partial "
        r"f}{\partial z^{[2](i)}}a^{[1](i)T}$$" "\n"
        r"$$\frac{\partial f}{\partial z^{[1](i)}} = W^{[2]T}\frac{\partial f}{\partial "
        r"z^{[2](i)}} * (1-a^{[1](i)2})$$" "\n"
        r"$$\frac{\partial f}{\partial W^{[1]}} = \sum_{i=1}^m\frac{\partial "
        r"f}{\partial z^{[1](i)}}x^{(i)T}$$",
    ),
    "layers and samples above, in one line": (
        "right", LAYERS,
        r"$$\frac{\partial f}{\partial W^{[2]}} = "
        r"\frac1m\sum_{i=1}^m(a^{[2](i)}-y^{(i)})a^{[1](i)T}$$ $$\frac{\partial "
        r"f}{\partial W^{[1]}} = \frac1m\sum_{i=1}^m "
        r"\left(W^{[2]T}(a^{[2](i)}-y^{(i)})\right)\odot(1-a^{[1](i)}\odot "
        r"a^{[1](i)})\,x^{(i)T}$$",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", TEXTS)
def test_it_is_judged_as_a_person_would(way: str) -> None:
    verdict, problem, text = TEXTS[way]
    report = run(text, problem)
    assert report.verdict == verdict
    assert verdict == "wrong" or report.missing == ()
