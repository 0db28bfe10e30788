r"""Rows, columns, entries and samples; sums with limits; powers of functions; cases of indices."""

import pytest

from grader.derivation.command import run

LINEAR = {"vars": "C:m,k D:k,r E:m,r", "given": [r"f = \|CD-E\|_F^2"], "asked": ["D"]}
LAYER = {"vars": "U:m,k V:k,r c:1,r T:m,r", "given": [r"f = \|\tanh(UV+c)-T\|_F^2"], "asked": ["V"]}
VECTOR = {"vars": "A:m,k x:k,1 y:m,1", "given": [r"f = \|Ax-y\|^2"], "asked": ["x"]}
CLASSES = {
    "vars": "U:m,k V:k,r T:m,r*",
    "given": [r"f = -\sum_{i,j} T_{ij} \log \operatorname{softmax}(UV)_{ij}"],
    "asked": ["V"],
}
SOFTMAX = {
    "vars": "u:K,1 t:K,1*",
    "given": [r"q = \operatorname{softmax}(u)", r"f = -t^T\log(q)"],
    "asked": ["u"],
}
STEP = r"$$df = 2\operatorname{tr}((CD-E)^TC\,dD)$$ "
END = r" $$\nabla_D f = 2C^T(CD-E)$$"
LAYERS = r"$z_i = u_iV+c$, $h_i = \tanh(z_i)$, $f = \sum_i \|h_i-t_i\|^2$. "

RIGHT = {
    "rows": (LINEAR, r"Let $c_i$, $e_i$ be the rows. $f = \sum_i\|c_iD-e_i\|^2$, $$df = \sum_i 2"
             r"(c_iD-e_i)(c_i\,dD)^T$$ $$\nabla_D f = 2\sum_i c_i^T(c_iD-e_i) = 2C^T(CD-E)$$"),
    "another letter": (LINEAR, r"$$f = \sum_{s=1}^m\|c_sD-e_s\|^2$$ $$df = 2\sum_s (c_sD-e_s)"
                       r"(c_s dD)^T$$ $$\nabla_D f = 2\sum_{s} c_s^T(c_sD-e_s)$$"),
    "a name of one's own, called as a size is": (
        LINEAR, r"With $r_i = C_{i,:}D-E_{i,:}$ we have $f = \sum_i \|r_i\|^2$, $$df = 2\sum_i "
        r"r_i\,dr_i^T = 2\sum_i r_i (C_{i,:} dD)^T$$ $$\nabla_D f = 2\sum_i C_{i,:}^Tr_i$$"),
    "rows written as columns": (
        LINEAR, r"$$f = \sum_i\|D^Tc_i-e_i\|^2$$ $$df = 2\sum_i (D^Tc_i-e_i)^T dD^T c_i$$ "
        r"$$\nabla_D f = 2\sum_i c_i(D^Tc_i-e_i)^T$$"),
    "samples above": (LINEAR, r"$$f = \sum_i\|D^Tc^{(i)}-e^{(i)}\|^2$$ $$\nabla_D f = 2\sum_i "
                      r"c^{(i)}(D^Tc^{(i)}-e^{(i)})^T = 2C^T(CD-E)$$"),
    "a layer": (LAYER, LAYERS + r"$$g_i := \frac{\partial f}{\partial z_i} = 2(h_i-t_i)\odot(1-"
                r"h_i^2)$$ $$\frac{\partial f}{\partial V} = \sum_i u_i^Tg_i$$"),
    "a layer, samples above": (
        LAYER, r"$z^{(i)} = u^{(i)}V+c$, $h^{(i)} = \tanh(z^{(i)})$. $$\frac{\partial f}{\partial "
        r"z^{(i)}} = 2(h^{(i)}-t^{(i)})\odot(1-h^{(i)}\odot h^{(i)})$$ $$\frac{\partial f}"
        r"{\partial V} = \sum_{i=1}^m u^{(i)T}\frac{\partial f}{\partial z^{(i)}}$$"),
    "a size of one's own": (
        VECTOR, r"$$\nabla_x f = 2\sum_{n=1}^N (a_n^Tx-y_n)a_n = 2A^T(Ax-y)$$"),
    "entries": (LINEAR, r"$$f = \sum_{a,b}\left(\sum_t c_{at}d_{tb}-e_{ab}\right)^2$$ "
                r"$$\frac{\partial f}{\partial d_{tb}} = 2\sum_a c_{at}(\sum_s c_{as}d_{sb}-"
                r"e_{ab})$$" + END),
    "a matrix by its entries": (LINEAR, STEP + r"Let $R_{ij} = \sum_t C_{it}D_{tj}-E_{ij}$, with "
                                r"$R=(R_{ij})$. $$\nabla_D f = 2C^TR$$"),
    "in square brackets": (LINEAR, STEP + r"Let $R_{ab} = (CD)_{ab}-E_{ab}$, $R=[R_{ab}]$. "
                           r"$$\nabla_D f = 2C^TR$$"),
    "what entries are called": (LINEAR, STEP + r"Let $R = CD-E$, $R = (r_{ij})$. "
                                r"$$f = \sum_{i,j} r_{ij}^2$$ $$\nabla_D f = 2C^TR$$"),
    "a part of a sum": (LINEAR, STEP + r"$$\|C\|_F^2 = \sum_{j}C_{1j}^2 + \sum_{i=2}^m\sum_{j} "
                        r"C_{ij}^2$$" + END),
    "from zero": (LINEAR, STEP + r"$$\|C\|_F^2 = \sum_{i=0}^{m-1}\sum_{j} C_{ij}^2$$" + END),
    "below and on the diagonal": (
        {"vars": "A:n,n", "given": [r"f = \|A\|_F^2"], "asked": ["A"]},
        r"$$f = \sum_i A_{ii}^2 + \sum_{i<j} A_{ij}^2 + \sum_{i=2}^n\sum_{j=1}^{i-1} A_{ij}^2$$ "
        r"$$df = 2\operatorname{tr}(A^TdA)$$ $$\nabla_A f = 2A$$"),
    "a power of a function": (LAYER, r"Let $Z = UV+c$. $$\nabla_Z f = 2(\tanh Z-T)\odot(1-\tanh^2 "
                              r"Z)$$ $$\nabla_V f = U^T\nabla_Z f$$"),
    "log-sum-exp": (CLASSES, r"Let $Z = UV$. $$f = -\sum_{ij}T_{ij}Z_{ij} + \sum_i \log\sum_j "
                    r"e^{Z_{ij}}$$ $$\frac{\partial f}{\partial Z} = \operatorname{softmax}(Z)-T$$ "
                    r"$$\frac{\partial f}{\partial V} = U^T(\operatorname{softmax}(Z)-T)$$"),
    "case by case": (SOFTMAX, r"Case 1: $i=j$. $$\frac{\partial q_i}{\partial u_i} = q_i(1-q_i)$$ "
                     r"Case 2: $i \neq j$. $$\frac{\partial q_j}{\partial u_i} = \frac{0 - e^{u_j}"
                     r"e^{u_i}}{(\sum_k e^{u_k})^2}$$ which is $$\frac{\partial q_j}{\partial u_i} "
                     r"= -q_jq_i$$ Together $$\frac{\partial f}{\partial u} = q-t$$"),
    "a note on sizes": (LINEAR, STEP + r"Sizes: $(k\times m)(m\times r) = k\times r$." + END),
    "sizes below": (LINEAR, STEP + r"$$\nabla_D f = 2\,C^T_{k\times m}(CD-E)_{m\times r}$$"),
    "an entry of a numbered name": (
        {"vars": "A:m,k x:k,1 z_2:m,1", "given": [r"f = \|Ax-z_2\|^2"], "asked": ["x"]},
        r"$$f = \sum_i ((Ax)_i - z_{2i})^2$$ $$df = 2(Ax-z_2)^TAdx$$ "
        r"$$\nabla_x f = 2A^T(Ax-z_2)$$"),
}  # fmt: skip
WRONG = {
    "a factor, by rows": (
        LINEAR, r"$f = \sum_i\|c_iD-e_i\|^2$ $$\nabla_D f = 3\sum_i c_i^T(c_iD-e_i)$$"),
    "a factor, a row of one's own": (
        LINEAR, r"With $r_i = C_{i,:}D-E_{i,:}$ $$\nabla_D f = \sum_i C_{i,:}^Tr_i$$"),
    "a sign, by samples": (
        LAYER, LAYERS + r"$$\frac{\partial f}{\partial z_i} = 2(h_i-t_i)\odot(1+h_i^2)$$"),
    "a factor, by entries": (LINEAR, r"$$\frac{\partial f}{\partial d_{tb}} = \sum_a c_{at}(\sum_s "
                             r"c_{as}d_{sb}-e_{ab})$$"),
    "a matrix by its entries": (
        LINEAR, r"Let $R_{ab} = (CD)_{ab}-E_{ab}$, $R=[R_{ab}]$. $$\nabla_D f = 3C^TR$$"),
    "a lower limit": (VECTOR, r"$$\nabla_x f = 2\sum_{i=2}^m A_{i,:}^T(Ax-y)_i$$"),
    "an upper limit": (VECTOR, r"$$\nabla_x f = 2\sum_{i=1}^{m-1} A_{i,:}^T(Ax-y)_i$$"),
    "half of the pairs": (LINEAR, r"$$\|C\|_F^2 = \sum_{i<j} C_{ij}^2$$"),
    "unequal pairs": (LINEAR, r"$$\|C\|_F^2 = \sum_{i\ne j} C_{ij}^2$$"),
    "an index as a limit": (LINEAR, r"$$\|C\|_F^2 = \sum_{i=1}^m\sum_{j=i}^k C_{ij}^2$$"),
    "the limit of another index": (LINEAR, r"$$\|C\|_F^2 = \sum_{i=1}^r\sum_{j=1}^k C_{ij}^2$$"),
    "a power of a function": (LAYER, r"Let $Z = UV+c$. $$\tanh^2 Z = \tanh Z$$"),
    "log-sum-exp": (CLASSES, r"Let $Z = UV$. $$f = -\sum_{ij}T_{ij}Z_{ij} + 2\sum_i \log\sum_j "
                    r"e^{Z_{ij}}$$"),
    "in a case": (SOFTMAX, r"Case 2: $i \neq j$. $$\frac{\partial q_j}{\partial u_i} = q_jq_i$$"),
}  # fmt: skip


@pytest.mark.parametrize("way", RIGHT)
def test_it_is_read_as_meant(way: str) -> None:
    problem, text = RIGHT[way]
    report = run(text, problem)
    assert [(s.verdict.value, s.text) for s in report.steps if not _stands(s.verdict.value)] == []
    assert report.verdict == "right"
    assert report.missing == ()


def _stands(verdict: str) -> bool:
    return verdict in ("ok", "ok_with_remark", "definition")


@pytest.mark.parametrize("way", WRONG)
def test_a_mistake_in_it_is_wrong(way: str) -> None:
    problem, text = WRONG[way]
    assert run(text, problem).verdict == "wrong"


GIVEN = {
    "samples in a sum": ("S:r,r:definite z_k:r,1 v:r,1", r"f = \log|S| + \frac{1}{n}\sum_{k=1}^n "
                         r"(z_k-v)^TS^{-1}(z_k-v)", "v",
                         r"$$df = -\frac2n\sum_{j=1}^n (z_j-v)^TS^{-1}dv$$ "
                         r"$$\nabla_v f = -\frac{2}{n}\sum_k S^{-1}(z_k-v)$$"),
    "samples above": ("W:q,p x^{(i)}:p,1 t^{(i)}:q,1",
                      r"f = \sum_{i=1}^n \|Wx^{(i)}-t^{(i)}\|^2", "W",
                      r"$$\nabla_W f = 2\sum_i (Wx^{(i)}-t^{(i)})x^{(i)T}$$ "
                      r"$$df = 2\sum_i (Wx^{(i)}-t^{(i)})^T dW x^{(i)}$$"),
    "matrices in a sum": ("L:p,p:definite C_j:p,p:symmetric", r"f = \frac{n}{2}\log|L| - \frac12"
                          r"\sum_{j=1}^n \operatorname{tr}(LC_j)", "L",
                          r"$$df = \frac n2 \operatorname{tr}(L^{-1}dL) - \frac12\sum_j "
                          r"\operatorname{tr}(C_j dL)$$ $$\nabla_L f = \frac n2L^{-1} - \frac12"
                          r"\sum_{j=1}^n C_j$$"),
    "rows of a matrix": ("X:n,p W:p,q Y:n,q", r"f = \sum_{i=1}^n \|W^Tx_i-y_i\|^2", "W",
                         r"$$df = 2\sum_i (W^Tx_i-y_i)^TdW^Tx_i$$ $$\nabla_W f = 2X^T(XW-Y)$$"),
}  # fmt: skip


@pytest.mark.parametrize("way", GIVEN)
def test_a_given_formula_may_sum_over_samples(way: str) -> None:
    sizes, formula, asked, text = GIVEN[way]
    problem = {"vars": sizes, "given": [formula], "asked": [asked]}
    report = run(text, problem)
    assert [s.text for s in report.steps if not _stands(s.verdict.value)] == []
    assert (report.verdict, report.missing) == ("right", ())
    assert run(text.replace(r"\nabla", r"2\nabla"), problem).verdict == "wrong"


@pytest.mark.parametrize(
    "given",
    [
        [r"Z_{ij} = \sum_k X_{ik}W_{kj}", r"f = \|Z-Y\|_F^2"],
        [r"z_i = W^Tx_i", r"f = \sum_i \|z_i-y_i\|^2"],
    ],
)
def test_a_task_may_name_entries_and_rows(given: list[str]) -> None:
    problem = {"vars": "X:n,p W:p,q Y:n,q", "given": given, "asked": ["W"]}
    text = r"$$df = 2\operatorname{tr}((XW-Y)^TX\,dW)$$ $$\nabla_W f = 2X^T(XW-Y)$$"
    assert run(text, problem).verdict == "right"
    assert run(text.replace("2X^T", "3X^T"), problem).verdict == "wrong"
