r"""What a problem may say: `declared(sizes, formulas, names)`, or why it may not.

`Problem`, `grader new` and the problem files of `grader derivation` ask here, and so refuse alike.

>>> said = declared({"X": "n,d", "W": "d,q"}, [r"f = \frac{1}{d}\|XW\|_F^2"])
>>> said.sizes, said.formulas[0].name
(('n', 'd', 'q'), 'f')
"""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.latex import Formula, LatexError, Named, Variable, read_formula, read_names
from grader.latex.names import canonical
from grader.latex.pieces import index_like
from grader.problem.domains import DOMAINS, SQUARE, SYNONYMS
from grader.problem.samples import with_samples

SIZE = re.compile(r"[1-9]\d*|[^\W\d_]+\d*(_(\w+|\{\w+\}))?", re.ASCII)


class ProblemError(ValueError):
    """What an instructor wrote is no problem; the message names the word and the cure."""


@dataclass(frozen=True)
class Declared:
    """A problem that can be meant: its variables, what its formulas compute, what it names."""

    variables: tuple[Variable, ...]
    formulas: tuple[Formula, ...]
    named: tuple[Named, ...]

    @property
    def sizes(self) -> tuple[str, ...]:
        """Every size letter, in the order in which the variables bring them."""
        letters = [size for v in self.variables for size in (v.rows, v.columns)]
        return tuple(dict.fromkeys(size for size in letters if not size.isdigit()))


def declared(
    sizes: Mapping[str, str],
    formulas: Sequence[str] = (),
    names: Sequence[str] = (),
    *,
    matrix: bool = False,
    open_names: bool = False,
) -> Declared:
    """What sizes such as {"X": "n,p one-hot"}, formulas and names mean together.

    With `matrix` a right side may be a matrix. With `open_names` a formula may rest on what a text
    defines later; it is not among those read then. ProblemError for sizes and names that make no
    sense, LatexError for a formula that cannot be read.
    """
    variables = tuple(read_variable(name, said) for name, said in sizes.items())
    if open_names:
        variables = with_samples(variables, formulas)
    _told_apart(variables, [_left(formula) for formula in formulas])
    read = tuple(_readable(formulas, variables, matrix, open_names))
    return Declared(variables, read, _named(names, variables, _left([*formulas, "f"][0])))


def _left(formula: str) -> str:
    """The name on the left of a formula."""
    return canonical(formula.partition("=")[0].partition("(")[0])


def _readable(
    formulas: Sequence[str], variables: tuple[Variable, ...], matrix: bool, open_names: bool
) -> Iterator[Formula]:
    for formula in formulas:
        try:
            yield _formula(formula, variables, matrix, open_names)
        except LatexError as error:
            if not (open_names and (error.undeclared or _is_by_entries(formula))):
                raise


def _is_by_entries(formula: str) -> bool:
    """Whether it reads z_i = ..., which means something for every i."""
    return index_like(_left(formula).rpartition("_")[2])


@lru_cache(maxsize=64)
def _formula(text: str, variables: tuple[Variable, ...], matrix: bool, entries: bool) -> Formula:
    """Reading takes milliseconds, and a referee reads the same formulas for each submission."""
    return read_formula(text, variables, matrix=matrix, entries=entries)


def _named(
    names: Sequence[str], variables: tuple[Variable, ...], objective: str
) -> tuple[Named, ...]:
    """The names that a task gives; ProblemError, one line, where one cannot be used."""
    if isinstance(names, str):
        names = (names,)
    if not all(isinstance(text, str) for text in names):
        raise ProblemError('names are equations, as in names=("Z = XW",)')
    try:
        return _names(tuple(names), variables, objective)
    except LatexError as error:
        raise ProblemError(f"names, {error.in_a_line}") from None


@lru_cache(maxsize=64)
def _names(
    names: tuple[str, ...], variables: tuple[Variable, ...], objective: str
) -> tuple[Named, ...]:
    return tuple(read_names(names, variables, objective))


# ------------------------------------------------------------------ variables and sizes


def python_name(name: str) -> str:
    r"""The name of a variable in Python: W_1 is W1, W^{(1)} is W1, \lambda is lambda_.

    >>> [python_name(name) for name in ("W_1", "W^{(1)}", r"\\lambda", r"\\hat Y")]
    ['W1', 'W1', 'lambda_', 'hatY']
    """
    plain = "".join(c for c in name if c.isalnum())
    return plain + "_" if keyword.iskeyword(plain) else plain


def read_variable(name: str, said: str) -> Variable:
    """The variable that `X="n,p one-hot"` declares."""
    sizes, _, words = said.partition(" ")
    written = [size.strip() for size in sizes.split(",")]
    domain = frozenset(SYNONYMS.get(word, word) for word in words.split())
    if len(written) != 2 or not all(map(SIZE.fullmatch, written)):
        raise ProblemError(
            f'{name}="{said}": give two sizes, as in {name}="n,p" (a vector is "n,1")'
        )
    if unknown := domain - set(DOMAINS) - {"row"}:
        known = ", ".join([*DOMAINS, "row"])
        raise ProblemError(f'{name}="{said}": unknown word {min(unknown)}; known are {known}')
    rows, columns = map(canonical, written)
    if domain & SQUARE and rows != columns:
        raise ProblemError(f'{name}="{said}": {min(domain & SQUARE)} needs a square matrix')
    if "row" in domain and rows != "1":
        raise ProblemError(f'{name}="{said}": a row has the sizes "1,{written[1]} row"')
    return Variable(name, rows, columns, domain - {"row"}, row="row" in domain)


def _told_apart(variables: Sequence[Variable], objectives: Sequence[str]) -> None:
    """ProblemError where one name has two meanings."""
    taken = dict.fromkeys(objectives, "the objective")
    pythonic: dict[str, str] = {}
    for variable in variables:
        name = canonical(variable.name)
        if name in taken:
            raise ProblemError(f"{name} is {taken[name]}; call the variable something else")
        other = pythonic.setdefault(python_name(variable.name), variable.name)
        if other != variable.name:
            raise ProblemError(f"{other} and {variable.name} have one name in Python; change one")
    taken |= {canonical(variable.name): "a variable" for variable in variables}
    for size in (size for v in variables for size in (v.rows, v.columns)):
        if size in taken:
            raise ProblemError(f"{size} is {taken[size]}; call the size something else")
