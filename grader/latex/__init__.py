"""Read mathematics as people type it: lexer, grammar, tree, meaning, value."""

from .errors import LatexError
from .formula import Formula, Variable, read_formula
from .objective import Argument

__all__ = ["Argument", "Formula", "LatexError", "Variable", "read_formula"]
