"""Indices as texts use them: summed where they repeat, called as a size is, inside a softmax."""

from grader.derivation import Report
from grader.derivation.command import run

DENSE = {
    "vars": "X:n,k A:k,m G:n,m", "given": ["Y = XA", r"f = \operatorname{tr}(G^T Y)"],
    "asked": ["A"],
}  # fmt: skip
REPEATED = r"""
$$Y_{ij} = X_{ik} A_{kj}$$
$$\frac{\partial f}{\partial A_{pq}} = \frac{\partial f}{\partial Y_{ij}}
\frac{\partial Y_{ij}}{\partial A_{pq}} = X_{ip} G_{iq}$$
$$\left[\frac{\partial f}{\partial A}\right]_{pq} = [X^T]_{pi} G_{iq}$$
$$\frac{\partial f}{\partial A} = X^T G$$
"""
SOFTMAX = {
    "vars": "o:k,1 y:k,1:one-hot", "given": [r"p = \operatorname{softmax}(o)", r"f = -y^T \log p"],
    "asked": ["o"],
}  # fmt: skip
BY_CASES = r"""
$$p_i = \operatorname{softmax}(o_i)$$
If $i = k$,
$$\begin{aligned} \frac{\partial p_i}{\partial o_k}
&= \frac{\partial}{\partial o_k} \frac{e^{o_i}}{\sum_j e^{o_j}} \\
&= p_k (1 - p_k) \end{aligned}$$
If $i \neq k$,
$$\begin{aligned} \frac{\partial p_i}{\partial o_k}
&= \frac{\partial}{\partial o_k} \frac{e^{o_i}}{\sum_j e^{o_j}} \\
&= -p_k p_i \end{aligned}$$
Then
$$\begin{aligned} \frac{\partial f}{\partial o_k}
&= -\sum_i \frac{y_i}{p_i} \frac{\partial p_i}{\partial o_k} \\
&= -y_k (1 - p_k) + \sum_{i \neq k} y_i p_k \\
&= p_k - y_k \end{aligned}$$
$$\nabla_o f = p - y$$
"""


def verdicts(report: Report) -> list[str]:
    return [step.verdict.value for step in report.steps]


def test_an_index_that_a_product_has_twice_is_summed_over() -> None:
    """Einstein's convention, of a text that writes no sum; it is said at the top."""
    report = run(REPEATED, DENSE)
    assert report.verdict == "right"
    assert [reason.kind for reason in report.conventions] == ["convention.repeats"]


def test_a_wrong_index_is_wrong_where_repeated_ones_are_summed() -> None:
    """The line with X^T for X does not hold so either."""
    report = run(REPEATED.replace("[X^T]_{pi} G_{iq}", "[X^T]_{ip} G_{iq}"), DENSE)
    assert report.verdict != "right"


def test_a_lost_sum_is_no_convention_beside_others() -> None:
    """Who writes some sums has left out this one."""
    text = (
        r"$$Y_{ij} = \sum_k X_{ik} A_{kj}$$"
        "\n"
        r"$$Y_{ij} = X_{ik} A_{kj}$$"
        "\n"
        r"$$f = \sum_{i,j} G_{ij} Y_{ij}$$"
    )
    assert verdicts(run(text, DENSE))[1] == "wrong"


def test_a_softmax_goes_case_by_case_though_its_size_is_called_as_its_index() -> None:
    """The softmax of an entry is the entry of the softmax; k is a size here, and an index."""
    report = run(BY_CASES, SOFTMAX)
    assert report.verdict == "right"
    assert "wrong" not in verdicts(report)


def test_a_wrong_case_is_wrong() -> None:
    """What holds in no case that was spoken of does not hold."""
    report = run(BY_CASES.replace("&= -p_k p_i", "&= p_k p_i"), SOFTMAX)
    assert report.verdict != "right"
    assert "wrong" in verdicts(report)


def test_the_objective_is_the_last_that_is_given() -> None:
    """Before it names may be given of which nothing else is made."""
    problem = {"vars": "X:n,p w:p,1", "given": ["u = X^TXw", r"f = \|Xw\|^2"], "asked": ["w"]}
    assert run(r"$$\nabla_w f = 2X^TXw$$", problem).verdict == "right"
