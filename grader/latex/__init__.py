"""Read mathematics as people type it: lexer, grammar, tree, meaning, value."""

from .errors import LatexError
from .formula import Formula, Named, Variable, read_formula, read_names
from .objective import Argument

__all__ = [
    "Argument",
    "Formula",
    "LatexError",
    "Named",
    "Variable",
    "read_formula",
    "read_names",
]
