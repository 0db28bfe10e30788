"""Read mathematics as people type it: lexer, grammar, tree, meaning, value."""

from .errors import LatexError
from .formula import Formula, Named, Variable, read_formula, read_names

__all__ = [
    "Formula",
    "LatexError",
    "Named",
    "Variable",
    "read_formula",
    "read_names",
]
