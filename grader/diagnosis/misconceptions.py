"""The misconceptions that can be named: machine name to what it means, the plainest first.

The names stand in `Verdict.diagnosis`, in `grade --json` and in the class report, and do not
change. Where several candidates agree with an answer, those that stand first here are said.
"""

from dataclasses import dataclass

from grader.algebra.expressions import Expr


@dataclass(frozen=True)
class Slip:
    """A misconception, how it is said, and the term it leads to."""

    name: str
    sentence: str
    term: Expr


MISCONCEPTIONS = {
    # of the whole answer
    "sign": "the sign is flipped",
    "factor": "right but for one number as a factor",
    "mean_for_sum": "divided by a size: a mean where a sum is",
    "sum_for_mean": "multiplied by a size: a sum where a mean is",
    "fixed_size": "a size is written as a number, so the answer is right for that size only",
    "transpose": "the transpose of the right answer",
    "keepdim": "right, but a dimension of size 1 is lost or added",
    "batch_sum_missing": "the sum over the rows that a spread row needs is left out",
    "wrong_axis": "a sum, or a softmax, over the other axis",
    "other_variable": "the gradient with respect to another variable",
    # of the chain rule
    "derivative_left_out": "the derivative of a function applied entry by entry is left out",
    "activation_for_derivative": "the function itself stands for its derivative",
    "derivative_argument": "a derivative is taken at the wrong argument",
    "wrong_derivative": "a derivative is not the function's",
    "derivative_extra": "a derivative stands there twice, or where none belongs",
    "norm_not_squared": "a norm is differentiated as if it were not squared",
    "norm_squared": "a norm is differentiated as if it were squared",
    # of products
    "lost_brackets": "brackets are lost; in Python @ and * bind alike, from the left",
    "reshape_for_transpose": "a reshape stands for a transpose",
    "transpose_left_out": "a factor is transposed and should not be, or the other way round",
    "product_order": "two factors of a matrix product are exchanged",
    "product_kind": "an entry-wise product stands for a matrix product, or the other way round",
    "sum_missing": "a sum is left out",
    "factor_left_out": "a factor of a product is left out",
    "chain_cut_short": "the chain rule stops at something inside the formula",
    "inverse_left_out": "an inverse, or a reciprocal, is left out",
    # of the formula
    "bias_outside": "a bias stands on the wrong side of a function",
    "activation_left_out": "a function is left out: its argument stands for its value",
    "activation_twice": "a function is applied twice, or where none belongs",
    "activation_other": "one function stands for another",
    "term_left_out": "a term of a sum is left out",
    "term_sign": "a term of a sum, or what a function is applied to, has the other sign",
    "term_factor": "one term of a sum is off by a factor",
    "wrong_factor": "one variable stands for another",
    "one_sample": "one row alone is counted",
    "sample_left_out": "one row, the first or the last, is not counted",
    "extra_sum": "the answer is summed where it should not be",
    # of when the answer is right
    "one_sample_only": "right for a single sample only",
    "size_one_only": "right only where some size is 1",
    "square_only": "right for square matrices only",
    "few_digits": "right to a few digits only, as a finite difference is",
    "overflow": "finite and right but where exp overflows",
}
WHOLE = {"transpose", "keepdim", "mean_for_sum", "batch_sum_missing", "wrong_axis"}
SLOPES = {
    "derivative_left_out", "activation_for_derivative", "derivative_argument",
    "wrong_derivative", "derivative_extra",
}  # fmt: skip
PLACES = {name: place for place, name in enumerate(MISCONCEPTIONS)}


def rank_of(name: str) -> int:
    """Where a name stands; those that an instructor gave a problem come first, two come last."""
    return sum(PLACES.get(single, -1) for single in name.split())


def overshadows(name: str, other: str) -> bool:
    """Whether the first, if it explains an answer, says better what the other says.

    A slope left out leaves out a factor too, and may be written as lost brackets.
    """
    if other == "chain_cut_short":
        return name != "other_variable"
    if name in WHOLE or name == "lost_brackets":
        return other not in ("term_sign", "term_factor", "term_left_out")
    if name in SLOPES:
        twice = name == "derivative_extra" and other == "activation_twice"  # u max'(u) = max(u)
        return not twice and other not in ("bias_outside", "activation_left_out", "term_sign")
    return name == "wrong_axis" or other in ("wrong_factor", "extra_sum")
