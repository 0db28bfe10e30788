"""On derivations: what is said of a line, of a mistake, and of the whole.

`said` are the reader's own words on a formula that it could not read, or read with a liberty.
"""

from collections.abc import Callable

# What a line is written with, as a person calls it; functions are called by their own names.
SIGNS = {
    "Differential": "d( )", "Named": "d( ) alone on one side", "Derivative": "the derivative",
    "Function": "the function",
    "BigSum": "the sum sign",
    "Power": "the power", "Inverse": "the inverse", "Quotient": "the quotient", "Ones": "the 1",
    "Identity": "the identity", "Listing": "the list", "Primed": "the prime", "Bars": "the bars",
    "Inner": "the inner product", "Line": "the row or column", "Cases": "the cases",
    "Compare": "the comparison", "cdot": "the dot", "star": "the star", "times": "the cross",
    "slash": "the slash", "otimes": r"\otimes", "colon": "the colon",
}  # fmt: skip

OF_A_LINE: dict[str, str | Callable[..., str]] = {
    "derivation.approximation": "an approximation, not checked",
    "derivation.failed": "the checker failed on this line; a person must look",
    "derivation.out_of_time": "the text takes too long to check; from here on nothing was checked",
    "derivation.too_deep": "too many things inside one another",
    "derivation.too_long": "{said}",
    "derivation.defines": "defines {name}",
    "derivation.nothing_understood_before": "what it is compared with was not understood",
    "derivation.compared_above": "compared with line {line}, because what stands between was not "
    "understood",
    "derivation.nothing_before": "it starts with =, but nothing stands before",
    "derivation.goes_on": 'goes on from "{text}" of line {line}',
    "derivation.unread": "{said}",
    "derivation.read_as": "{said}",
    "derivation.misfit": "the sizes do not fit: {said}",
    "derivation.sizes": "the sizes do not fit",
    "derivation.differ": "the two sides differ",
    "derivation.rule": "a rule for any {names}, not checked",
    "derivation.undeclared": "not declared and not defined: {names}",
    "derivation.for_any": "for any {names}",
    "derivation.function_named": "a name for a function",
    "derivation.functions": "an equation between functions",
    "derivation.no_value": "this cannot be evaluated",
    "derivation.unwitnessed": lambda sign: (
        "as we read it, it does not hold; but no other line shows that we read"
        f" {SIGNS.get(sign, sign)} as you mean it"
    ),
    "derivation.left_and_right": "the left side is {left}, the right side is {right}",
    "derivation.index_runs": "the index {index} runs over {left} on the left and over {right} on "
    "the right",
    "derivation.filled": "the number stands for a matrix filled with it",
    "derivation.nothing_in_common": "the two sides have no differential in common",
    "derivation.held": "holds with {held}",
    "derivation.held_fixed": "an assumption: the differential is set to zero",
    "derivation.one_differential": "one side is a differential, the other is not",
    "derivation.by_factor": "a derivative by a matrix is read as the factor it brings to the chain "
    "rule",
    "derivation.differs": "differs{along}: for example {left} on the left, {right} on the right",
    "derivation.follows": "it follows rightly from line {line}",
    "derivation.brackets": "brackets do not pair: {said}",
    "derivation.update": "an update, not an identity",
    "derivation.condition": "a condition, not an identity",
    "derivation.some_entries": "said of some entries only, not checked",
    "derivation.stationary": "under the condition: the gradient with respect to {name} is 0",
    "derivation.solution": "under the condition: the gradient with respect to {name} is 0 there",
    "derivation.readings_differ": "in one way to read the text it holds, in another as likely one "
    "it does not",
    "derivation.defined_anew": "{name} was defined differently before; from here on it means this",
    "derivation.second_meaning": "{name} meant something else in the task or in an earlier cell",
    "derivation.symmetric": "under the stated assumption that {name} is symmetric",
    "derivation.some_indices": "said for some indices only, not checked",
    "derivation.where_same": "where {one} = {other}, as said before it",
    "derivation.where_not_same": "where {one} is not {other}, as said before it",
    "derivation.supposed": "holds at most under what is supposed before it; not checked",
}  # fmt: skip
OF_A_MISTAKE: dict[str, str | Callable[..., str]] = {
    "mistake.transposed": "it is transposed",
    "mistake.transpose": "a transpose is missing or one too many",
    "mistake.sign_of_term": "the sign of a term is wrong",
    "mistake.sign": "the sign is wrong",
    "mistake.two_factors": "two factors are in the wrong order",
    "mistake.order": "the factors are in the wrong order",
    "mistake.number": "a factor is wrong",
    "mistake.power": "a power is wrong",
    "mistake.number_of_term": "a factor of one term is wrong",
    "mistake.matrix": "the wrong matrix stands there",
    "mistake.argument": "a function is taken of the wrong argument",
    "mistake.product": "an entry-wise product and a matrix product are mixed up",
    "mistake.not_derived": "the function itself stands for its derivative",
    "mistake.derived": "a derivative stands for the function itself",
    "mistake.factor_too_many": "a factor is too many",
    "mistake.term_too_many": "a term is too many",
    "mistake.inverse_too_many": "an inverse is too many",
    "mistake.index": "an index is wrong",
    "mistake.indices": "two indices are exchanged",
    "mistake.place": "an entry-wise product is at the wrong place",
    "mistake.axis": "the sum goes over the wrong axis",
    "mistake.batch_sum": "the sum over the rows (the batch) is missing",
    "mistake.factor_missing": "a factor is missing",
    "mistake.product_rule": "two terms of the product rule are taken for equal: the one is the "
    "transpose of the other",
    "mistake.mask": "the derivative of {function} (the mask) is missing",
    "mistake.out_of_trace": "an entry-wise product is moved out of a trace wrongly: tr(A^T (B o "
    "C)) = tr((A o B)^T C)",
    "mistake.follows": "follows from line {line}",
    "mistake.missing": "a factor {factor} is missing",
    "mistake.too_many": "a factor {factor} is too many",
    "mistake.missing_and_sign": "a factor {factor} is missing and the sign is wrong",
    "mistake.too_many_and_sign": "a factor {factor} is too many and the sign is wrong",
    "mistake.column_sum": "the sum over the columns is missing",
    "mistake.diagonal_softmax": "the derivative of softmax is taken as diagonal",
    "mistake.symmetric": "it holds only for a symmetric {name}",
    "mistake.squared": "as if the objective were squared",
    "mistake.root": "as if the square root of the objective were taken",
}  # fmt: skip
OF_THE_WHOLE: dict[str, str | Callable[..., str]] = {
    "derivation.right": "Every line that was checked holds.",
    "derivation.wrong": "There is a line that does not hold.",
    "derivation.unknown": "Not everything could be checked.",
    "derivation.first_wrong": "The first wrong line is line {line}.",
    "derivation.first_wrong_because": "The first wrong line is line {line}: {cause}.",
    "derivation.not_stated": "Not stated: the gradient by {names}.",
    "derivation.not_stated_rightly": "Not stated rightly: the gradient by {names}.",
    "derivation.person": "A person will look: {why}.",
    "derivation.share_stated": "Gradient stated: {share:g} of 60 %.",
    "derivation.share_linked": "Steps: {share:g} of 40 %.",
    "derivation.share_no_step": "Steps: 0 of 40 %, as no line leads from the objective to it.",
    "derivation.share_some_wrong": (
        "Steps: {share:g} of 40 %, as {wrong} of the {steps} lines that lead there do not hold."
    ),
}  # fmt: skip
# What was taken for a whole text, where notation has more than one custom.
MEANINGS = {
    "ones": "a column of ones",
    "function": "{function}",
    "argument": "what {function} is taken of",
    "value": "the value of {function}",
    "slope": "the derivative of {function}",
    "slope of": "the derivative of {function}",
}
CASES = {
    "ignored": "A small letter is read as the capital one, or the other way round, where only that "
    "one is known.",
    "apart": "Small and capital letters are read as different names.",
}
OF_CONVENTIONS: dict[str, str | Callable[..., str]] = {
    "convention.alias": "{answer} is read as the objective {objective}.",
    "convention.differentials": '"dW" is read as the gradient of {objective} by W, as in code.',
    "convention.averaged": '"dZ" is read as {answer} times that gradient, for what is no variable '
    "of the task.",
    "convention.delta": r"\delta is read as the sign of a differential.",
    "convention.samples": "The samples are read as columns: softmax goes down each of them.",
    "convention.dot": "A dot between matrices of one size is read as their inner product.",
    "convention.otimes": r"\otimes between matrices of one size is read entry by entry.",
    "convention.layout": "Derivatives by a column are read as rows (numerator layout).",
    "convention.case": lambda answer, objective: CASES[answer],
    "convention.marks": r"\bar Q, grad_Q, and Q below {objective}, are read as gradients by Q.",
    "convention.sigma": r"\sigma is read as {answer}.",
    "convention.script": "A script letter is read as a name of its own.",
    "convention.e": "e is read as the name of a column.",
    "convention.ones": r"\mathbf 1 is read as a row of ones.",
    "convention.repeats": "An index that stands twice in a product is summed over (Einstein's "
    "convention).",
    "convention.meanings": lambda name, what, function: (
        f"{name} is read as {MEANINGS[what].format(function=function)}."
    ),
}
SENTENCES: dict[str, str | Callable[..., str]] = {
    **OF_A_LINE,
    **OF_A_MISTAKE,
    **OF_THE_WHOLE,
    **OF_CONVENTIONS,
}
