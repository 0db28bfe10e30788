r"""The example class: what each student wrote, as the cells that differ from a model answer.

The first three are real homeworks, written anew with the same steps and the same mistakes. Each of
the others shows one thing. `solved` starts from the instructor edition's answers, `blank` from the
student edition. `hand_in.py` makes notebooks of it.
"""

from dataclasses import dataclass, field

MATRICES = "matrix_derivative"
NETWORK = "two_layer_regression"


@dataclass(frozen=True)
class HandIn:
    """One student's notebook: the sources of some cells by grade_id, and what the rest is."""

    assignment: str
    answers: dict[str, str] = field(default_factory=dict)
    rest: str = "solved"  # or "blank"
    deleted: tuple[str, ...] = ()


def solved(assignment: str, **answers: str) -> HandIn:
    return HandIn(assignment, answers)


def blank(assignment: str, **answers: str) -> HandIn:
    return HandIn(assignment, answers, "blank")


# --- acacia: derives the map with a kink, all of it right, and nothing else -----------------------

TO_Z = r"""
Put $Z = XW$ and $h = max(Z, 0)$. Then

$$\begin{aligned} f &= || h - Y ||_F^2 \\
&= tr[(h - Y)^T (h - Y)] \end{aligned}$$

and taking differentials of both sides

$$\begin{aligned} df &= tr[(dh)^T(h-Y) + (h-Y)^Tdh] \\
&= tr[2(h-Y)^Tdh] \end{aligned}$$

which says $\frac{\partial f}{\partial h} = 2(h-Y)$, and through the kink

$$\frac{\partial f}{\partial Z} = 2(h-Y)\odot max'(Z)$$
"""
ACACIA_W = rf"""{TO_Z}
Now only $W$ moves:

$$\begin{{aligned}} df &= tr[2((h-Y)\odot max'(Z))^TdZ] \\
&= tr[2((h-Y)\odot max'(Z))^Td(XW)] \\
&= tr[2((h-Y)\odot max'(Z))^TXdW] \end{{aligned}}$$

$$\frac{{\partial f}}{{\partial W}} = 2X^T[(h-Y)\odot max'(Z)]$$
"""
ACACIA_X = rf"""{TO_Z}
Now only $X$ moves:

$$\begin{{split}} df &= tr[2((h-Y)\odot max'(Z))^T d(XW)] \\
&= tr[2((h-Y)\odot max'(Z))^T (dX)W] \\
&= tr[2W((h-Y)\odot max'(Z))^T (dX)] \end{{split}}$$

$$\frac{{\partial f}}{{\partial X}} = 2[(h-Y)\odot max'(Z)]W^T$$
"""
ACACIA_Y = r"""
With $h = max(XW, 0)$ at rest:

$$\begin{aligned} df &= tr\{d[(h-Y)^T(h-Y)]\} \\
&= tr[-(dY)^T(h-Y) - (h-Y)^TdY] \\
&= tr[2(Y-h)^TdY] \end{aligned}$$

$$\frac{\partial f}{\partial Y} = 2(Y-h)$$
"""
ACACIA = blank(
    MATRICES,
    relu_derivation_W=ACACIA_W,
    relu_derivation_X=ACACIA_X,
    relu_derivation_Y=ACACIA_Y,
    relu_grad_W="""def relu_grad_W(X, W, Y):
    Z = torch.mm(X, W)
    H = torch.clamp(Z, 0)
    return 2 * torch.mm(X.t(), (H - Y) * (Z > 0))""",
    relu_grad_X="""def relu_grad_X(X, W, Y):
    Z = torch.mm(X, W)
    H = torch.clamp(Z, 0)
    return 2 * torch.mm((H - Y) * (Z > 0), W.t())""",
    relu_grad_Y="""def relu_grad_Y(X, W, Y):
    H = torch.clamp(torch.mm(X, W), 0)
    return 2 * (Y - H)""",
)

# --- birch: lets autograd do the work, and puts a bias on the wrong side of the sigmoid -----------

BY_AUTOGRAD = """def affine_grad_{0}(X, W, B):
    {0} = {0}.clone().requires_grad_()
    (torch.mm(X, W) + B).square().sum().backward()
    return {0}.grad"""
BIRCH_MATRICES = blank(
    MATRICES,
    affine_grad_X=BY_AUTOGRAD.format("X"),
    affine_grad_W=BY_AUTOGRAD.format("W"),
    affine_grad_B=BY_AUTOGRAD.format("B"),
    accumulation="""x, w, b = (torch.tensor(v, requires_grad=True) for v in (1.0, 2.0, 3.0))
((w * x + b) ** 2).backward()
after_first = (float(w.grad), float(x.grad), float(b.grad))
(w * x + b).backward()
after_second = (float(w.grad), float(x.grad), float(b.grad))
for v in (x, w, b):
    v.grad.zero_()
(w * x + b).backward()
after_zero = (float(w.grad), float(x.grad), float(b.grad))""",
)
FORWARD = r"""
目標：$f = || Y - Y_{p} ||^2_F$

其中 $h = XW_{1} + b_{1}$，$h_{s} = S(h)$，$Y_{p} = h_{s}W_{2} + b_{2}$，$S$ 為 sigmoid。
"""
OF_PREDICT = """def network_grad_{0}(X, Y, W1, b1, W2, b2):
    {0} = {0}.clone().requires_grad_()
    (Y - predict(X, W1, b1, W2, b2)).square().sum().backward()
    return {0}.grad"""
BIRCH_NETWORK = blank(
    NETWORK,
    predict="""def predict(X, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1)
    return (s + b1) @ W2 + b2""",
    network_derivation_W1=FORWARD,
    network_grad_W1=OF_PREDICT.format("W1"),
    network_grad_b1=OF_PREDICT.format("b1"),
    network_grad_W2=OF_PREDICT.format("W2"),
    network_grad_b2=OF_PREDICT.format("b2"),
)

# --- cedar: derives with full biases, and checks the code on one sample only ----------------------

TO_P = r"""
记 $h = XW_1 + B_1$，$Y_{\text{pred}} = \sigma(h) W_2 + B_2$，其中 $\sigma$ 为 sigmoid。取微分，
由 $tr(A) = tr(A^T)$ 合并两项：

$$\begin{aligned} df &= \text{tr}\left(-dY_{\text{pred}}^T (Y - Y_{\text{pred}}) +
(Y - Y_{\text{pred}})^T (-dY_{\text{pred}})\right) \\
&= tr\left(-2 * (Y - Y_{pred})^T dY_{pred}\right) \end{aligned}$$
"""
THROUGH_SIGMA = r"""
只让 ${0}$ 变化：

$$\begin{{aligned}}
 df &= \text{{tr}} \left( -2 * (Y - Y_{{pred}})^T (\sigma'(h) \odot {1}) W_2 \right) \\
 &= \text{{tr}} \left( -2 * W_2 (Y - Y_{{pred}})^T (\sigma'(h) \odot {1}) \right) \\
 &= \text{{tr}} \left( -2 * \left[ (Y - Y_{{pred}}) W_2^T \odot \sigma'(h) \right]^T {1} \right)
\end{{aligned}}$$
"""
CEDAR_DERIVATIONS = {
    "network_derivation_W2": TO_P
    + r"""
只让 $W_2$ 变化：

$$\begin{aligned} df &= tr\left(-2 * (Y - Y_{pred})^T \sigma(h) dW_2\right) \\
&= tr\left([-2 * \sigma(h)^T (Y - Y_{pred})]^T dW_2\right) \end{aligned}$$

$$\frac{\partial f}{\partial W_2} = -2 * \sigma(h)^T (Y - Y_{pred})$$
""",
    "network_derivation_b2": TO_P
    + r"""
只让 $B_2$ 变化：

$$df = tr(-2 * (Y - Y_{pred})^T dB_2)$$

$$\frac{\partial f}{\partial B_2} = -2 * (Y - Y_{pred})$$
""",
    "network_derivation_W1": TO_P
    + THROUGH_SIGMA.format("W_1", "XdW_1")
    + r"""
$$\frac{\partial f}{\partial W_1} = -2 * X^T \left[ (Y - Y_{pred}) W_2^T \odot \sigma'(h) \right]$$
""",
    "network_derivation_b1": TO_P
    + THROUGH_SIGMA.format("B_1", "dB_1")
    + r"""
$$\frac{\partial f}{\partial B_1} = -2 * \left( (Y - Y_{pred}) W_2^T \odot \sigma'(h) \right)^T$$
""",
}
ON_ONE_SAMPLE = """def network_grad_{0}(X, Y, W1, b1, W2, b2):
    h = X @ W1 + b1
    P = torch.sigmoid(h) @ W2 + b2
    slope = torch.exp(h) / (1 + torch.exp(h)) ** 2
    return {1}"""
CEDAR = blank(
    NETWORK,
    predict="def predict(X, W1, b1, W2, b2):\n    return torch.sigmoid(X @ W1 + b1) @ W2 + b2",
    **CEDAR_DERIVATIONS,
    network_grad_W1=ON_ONE_SAMPLE.format("W1", "-2 * X.t() @ ((Y - P) @ W2.t()) * slope"),
    network_grad_b1=ON_ONE_SAMPLE.format("b1", "-2 * ((Y - P) @ W2.t()) * slope"),
    network_grad_W2=ON_ONE_SAMPLE.format("W2", "-2 * torch.sigmoid(h).t() @ (Y - P)"),
    network_grad_b2=ON_ONE_SAMPLE.format("b2", "-2 * (Y - P).t()"),
    Net="""class Net(nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super().__init__()
        self.linear1 = nn.Linear(n_feature, n_hidden)
        self.sigmoid = nn.Sigmoid()
        self.linear2 = nn.Linear(n_hidden, n_output)

    def forward(self, x):
        return self.linear2(self.sigmoid(self.linear1(x)))""",
)

# --- rowan: everything right, in unusual dress ----------------------------------------------------

ROWAN_MATRICES = solved(
    MATRICES,
    affine_grad_X="affine_grad_X = lambda X, W, B: torch.einsum('nq,pq->np', 2 * (X @ W + B), W)",
    affine_grad_W="""def affine_grad_W(X, W, B):
    total = torch.zeros_like(W)
    for row, b in zip(X, B):
        total += 2 * torch.outer(row, row @ W + b)
    return total""",
    relu_grad_W="""def relu_grad_W(X, W, Y):
    Z = X @ W
    return 2 * X.T @ torch.where(Z >= 0, Z - Y, torch.zeros_like(Z))""",
    relu_grad_X="""def relu_grad_X(X, W, Y):
    H = torch.relu(X @ W)
    return (2 * (H - Y) * torch.sign(H)).matmul(W.T)""",
    relu_grad_Y="""def relu_grad_Y(X, W, Y):
    answer = Y.clone()
    answer -= (X @ W).clamp(min=0)
    answer *= 2
    return answer""",
)

# --- one mistake each -----------------------------------------------------------------------------

FERN = solved(
    MATRICES,
    relu_grad_W="""def relu_grad_W(X, W, Y):
    Z = X @ W
    return X.T @ ((Z.clamp(min=0) - Y) * (Z > 0))""",
)
GINKGO = solved(
    MATRICES,
    relu_grad_Y="""def relu_grad_Y(X, W, Y):
    return 2 * ((X @ W).clamp(min=0) - Y)""",
)
HAZEL = solved(
    MATRICES,
    affine_grad_W="""def affine_grad_W(X, W, B):
    return 2 * (X @ W + B).T @ X""",
)
IRIS = solved(
    MATRICES,
    relu_grad_X="""def relu_grad_X(X, W, Y):
    return 2 * ((X @ W).clamp(min=0) - Y) @ W.T""",
)
OLIVE = solved(
    MATRICES,
    relu_grad_W="""def relu_grad_W(X, W, Y):
    W = W.clone().requires_grad_()
    f = (torch.relu(X @ W) - Y).square().sum()
    return torch.autograd.grad(f, W)[0]""",
)
POPLAR = solved(
    MATRICES,
    accumulation="""x, w, b = (torch.tensor(v, requires_grad=True) for v in (1.0, 2.0, 3.0))
((w * x + b) ** 2).backward()
after_first = (w.grad, x.grad, b.grad)
(w * x + b).backward()
after_second = (w.grad, x.grad, b.grad)
for v in (x, w, b):
    v.grad.zero_()
(w * x + b).backward()
after_zero = (w.grad, x.grad, b.grad)""",
)
QUINCE = HandIn(MATRICES, deleted=("relu_grad_W_test",))
JUNIPER = solved(
    NETWORK,
    network_grad_b1="""def network_grad_b1(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return -2 * (Y - (s @ W2 + b2)) @ W2.T * s * (1 - s)""",
)
LAUREL = solved(
    NETWORK,
    network_grad_W1="""def network_grad_W1(X, Y, W1, b1, W2, b2):
    s = torch.sigmoid(X @ W1 + b1)
    return -2 * X.T @ ((Y - (s @ W2 + b2)) @ W2.T) * s * (1 - s)""",
)
MAPLE = solved(
    NETWORK,
    predict="""def predict(X, W1, b1, W2, b2):
    return (torch.sigmoid(X @ W1) + b1) @ W2 + b2""",
)
NETTLE = solved(
    NETWORK,
    network_grad_W1="""def network_grad_W1(X, Y, W1, b1, W2, b2):
    h = X @ W1 + b1
    P = torch.sigmoid(h) @ W2 + b2
    slope = torch.exp(h) / (1 + torch.exp(h)) ** 2
    return -2 * X.T @ ((Y - P) @ W2.T * slope)""",
)

CLASS: dict[str, list[HandIn]] = {
    "acacia": [ACACIA],
    "birch": [BIRCH_MATRICES, BIRCH_NETWORK],
    "cedar": [CEDAR],
    "dahlia": [solved(MATRICES), solved(NETWORK)],  # everything right
    "elder": [blank(MATRICES), blank(NETWORK)],  # nothing written
    "fern": [FERN],  # a factor 2 lost
    "ginkgo": [GINKGO],  # the sign turned round
    "hazel": [HAZEL],  # transposed
    "iris": [IRIS],  # the mask left out
    "juniper": [JUNIPER],  # no sum over the batch
    "laurel": [LAUREL],  # brackets lost
    "maple": [MAPLE],  # a bias outside the sigmoid
    "nettle": [NETTLE],  # right, but exp overflows
    "olive": [OLIVE],  # autograd used
    "poplar": [POPLAR],  # .grad kept by reference
    "quince": [QUINCE],  # a test deleted: cannot be graded as it is
    "rowan": [ROWAN_MATRICES],
}
