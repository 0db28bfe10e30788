"""The corpus: every right derivation without a WRONG, every wrong one WRONG on the right line."""

import pytest

from grader.catalogue import sentence, sentences
from grader.derivation import Verdict, check_derivation
from grader.derivation.command import variables_of

from .texts import Written, written

CORPUS = written("corpus")
FURTHER = written("further") + written("second") + written("third")
# What the reader takes for an entry-wise product although none was typed; see docs/derivations.md.
TOLERATED = {"r15_wrong_matmul_mask"}

# Words that the named mistake must hold, for each wrong derivation of the corpus.
CAUSES = {
    "w01_factor2_lost": "factor 2 is missing",
    "w02_sign_flipped": "sign",
    "w03_transposed_gradient": "transposed",
    "w04_mask_missing": "mask) is missing",
    "w05_product_order": "wrong order",
    "w06_cyclic_trace": "wrong order",
    "w07_hadamard_out_of_trace": "out of a trace",
    "w08_batch_sum_missing": "(the batch) is missing",
    "w09_sigma_prime_arg": "wrong argument",
    "w10_product_rule": "product rule",
    "w11_dXT_untransposed": "transpose",
    "w12_inverse": "factor is missing",
    "w13_mask_wrong_arg": "wrong argument",
    "w14_norm_not_squared": "objective were squared",
    "w15_index_wrong": "indices are exchanged",
    "w16_kron_order": "wrong order",
    "w17_preactivation_used": "wrong matrix",
    "w18_ridge_factor": "factor of one term",
    "w19_sigma_identity": "sign of a term",
    "w20_W_not_transposed": "transpose",
    "w21_bias_sign_tw": "sign",
    "w22_mask_before_W2": "wrong place",
    "w23_logistic_sign": "sign",
    "w24_softmax": "softmax is taken as diagonal",
    "w25_trace_axb": "transposed",
    "w26_quadratic_form": "symmetric A",
    "w27_not_transposed_reading": "transposed",
    "w28_relu_prime_value": "function itself",
    "w29_expand_cross_term": "factor of one term",
    "w30_ones_wrong_side": "wrong axis",
    "w31_index_delta": "index is wrong",
    "w32_inner_product_shift": "wrong order",
}


def named(texts: list[Written]) -> dict[str, Written]:
    return {text.name: text for text in texts}


@pytest.mark.parametrize("text", [t for t in CORPUS + FURTHER if t.verdict == "right"],
                         ids=lambda t: t.name)  # fmt: skip
def test_right_derivation_is_called_right(text: Written) -> None:
    """No step of a right derivation is wrong, and every gradient asked for is stated."""
    report = text.report()
    assert [s for s in report.steps if s.verdict is Verdict.WRONG] == []
    assert report.missing == ()
    assert report.verdict == "right"


@pytest.mark.parametrize("text", [t for t in CORPUS + FURTHER if t.verdict == "wrong"],
                         ids=lambda t: t.name)  # fmt: skip
def test_wrong_derivation_is_wrong_on_its_line(text: Written) -> None:
    """The first wrong line of a wrong derivation is the one where the mistake was made."""
    report = text.report()
    if text.name in TOLERATED:
        assert "side by side" in " ".join(t for s in report.steps for t in sentences(s.remarks))
        return
    assert report.verdict == "wrong"
    assert report.first_wrong_line == text.problem["first_wrong_line"]


@pytest.mark.parametrize("name", CAUSES)
def test_mistake_is_named(name: str) -> None:
    """The cause of the first wrong line is said in words."""
    report = named(CORPUS)[name].report()
    assert report.mistake is not None
    assert CAUSES[name] in sentence(report.mistake)


SPREAD = r"""$f = \operatorname{tr}(E^\top E)$ with $E = XW + b - Y$

$$df = 2\operatorname{tr}(E^\top db)$$"""


def test_a_row_that_was_not_spread_is_a_missing_sum() -> None:
    """Where sizes do not fit because 1 is missing before db, that is said, and no wrong matrix."""
    variables = variables_of("X:n,p W:p,q b:1,q:row Y:n,q")
    report = check_derivation(SPREAD, variables, (r"f = \|XW + b - Y\|_F^2",), ("b",))
    assert report.mistake is not None
    assert report.mistake.kind == "mistake.batch_sum"


def test_lines_after_a_mistake_say_that_they_follow() -> None:
    """A later line that follows rightly from the wrong one names it."""
    report = named(CORPUS)["w02_sign_flipped"].report()
    later = [s for s in report.steps if s.verdict is Verdict.WRONG][1:]
    assert [s.follows for s in later] == [5]
    assert "it follows rightly from line 5" in sentences(later[0].remarks)


def test_row_biases_make_more_lines_wrong() -> None:
    """The same text is wrong in one line with full biases, in the lines that lack the batch sum
    with row biases."""
    texts = named(CORPUS)
    wrong = {
        name: [s.line for s in texts[name].report().steps if s.verdict is Verdict.WRONG]
        for name in ("sigmoid_full_biases", "sigmoid_row_biases")
    }
    assert wrong["sigmoid_full_biases"] == [106]
    assert {48, 52, 106} <= set(wrong["sigmoid_row_biases"])


def test_the_hint_is_apart() -> None:
    """The correcting edit is in the hint only, since it gives the answer away."""
    step = next(
        s for s in named(CORPUS)["w20_W_not_transposed"].report().steps
        if s.verdict is Verdict.WRONG
    )  # fmt: skip
    assert step.hint == "with the transpose of W it holds"
    assert step.hint not in "; ".join(sentences(step.reasons()))
