r"""How a text is read where notation has more than one custom: `Conventions`, one for a whole text.

The defaults are the usual answers. `Customs` are the conventions in force, and remember which
questions came up: only those are open, and only for those may another answer be the better one.
"""

from dataclasses import dataclass, replace

from .tree import Node


@dataclass(frozen=True)
class Meaning:
    """What a name that nobody declared stands for."""

    name: str
    kind: str  # function, slope of; or of an expression: ones, argument, value, slope
    stands_for: Node | None = None
    function: str = ""  # it stands for this one, or is the argument, value or slope of it

    @property
    def of_a_function(self) -> bool:
        """Whether the name is written with an argument."""
        return self.kind in ("function", "slope of")


@dataclass(frozen=True)
class Conventions:
    """The answers taken for one text."""

    alias: str = ""  # another name of the objective
    differentials: str = "forms"  # dQ is a differential; "gradients": the gradient by Q, as in code
    averaged: str = ""  # the size by which such a dQ is multiplied where Q is an intermediate
    delta: str = "name"  # "d": \delta f is a differential
    samples: str = "rows"  # "columns": softmax goes down each column
    dot: str = "product"  # "inner": A \cdot B of one size is the sum of the entry-wise products
    otimes: str = "kronecker"  # "entries": A \otimes B of one size is the entry-wise product
    layout: str = "gradient"  # "rows": a derivative by a column is a row (numerator layout);
    # "partials": only one written as a fraction is, and a \nabla is the gradient
    case: str = "subscripts"  # "apart": R_c is not r_c; "ignored": s is S where S alone is known
    marks: str = "names"  # "gradients": \bar Q, f_x are derivatives of the objective
    sigma: str = "sigmoid"  # "relu"
    script: str = "same"  # "apart": \mathcal H is not H
    e: str = "function"  # "name": e^T is the transpose of a column, though T is declared
    ones: str = "column"  # "row": \mathbf 1 is a row of ones
    repeats: str = "each"  # "summed": over an index that a product has twice (Einstein's)
    meanings: tuple[Meaning, ...] = ()


USUAL = Conventions()
OF_MEANING = ("differentials", "averaged", "samples", "dot", "otimes", "layout", "ones", "repeats")
OTHERS = {
    "differentials": ("gradients",),
    "delta": ("d",),
    "samples": ("columns",),
    "dot": ("inner",),
    "otimes": ("entries",),
    "layout": ("rows", "partials"),
    "case": ("ignored", "apart"),
    "marks": ("gradients",),
    "sigma": ("relu",),
    "script": ("apart",),
    "e": ("name",),
    "ones": ("row",),
    "repeats": ("summed",),
}


def lexical(conventions: Conventions) -> Conventions:
    """Those that bear on what signs and names are; the others as usual."""
    usual = {question: getattr(USUAL, question) for question in OF_MEANING}
    return replace(conventions, **usual)


class Customs:
    """The conventions in force, and the questions that came up."""

    def __init__(self, taken: Conventions = USUAL) -> None:
        self.taken = taken
        self.open: set[str] = set()

    def ask(self, question: str) -> str:
        """The answer in force to a question."""
        self.open.add(question)
        answer: str = getattr(self.taken, question)
        return answer
