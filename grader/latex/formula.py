r"""Read the formula of a problem: `read_formula(text, variables)`.

>>> X, w = Variable("X", "n", "p"), Variable("w", "p", "1")
>>> read_formula(r"f = \|X w\|^2", [X, w]).name
'f'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from grader.algebra.expressions import Expr
from grader.algebra.parts import all_parts, settled
from grader.algebra.sizes import Kind, Misfit

from . import tree
from .budget import Budget
from .cursor import Reading
from .dress import tokens
from .errors import LatexError, Undeclared, Unreadable
from .lexer import read_whole
from .names import Names, canonical
from .ranges import summed
from .reading import Read, readings
from .scope import WAYS, Definition, Scope
from .tex import Tex
from .tree import Node

if TYPE_CHECKING:
    from torch import Tensor

    from grader.algebra.evaluate import Argument

NAME_IT = "write it as in Z = XW"
SIZE_D = r"where d is a size, write d \cdot behind which something stands"
MOST_LINES = 4  # matrices of whose rows or columns one formula speaks
SECONDS = 2.0  # to read one formula
DECLARE = 'declare it with its sizes, as in {name}="n,p", or check the spelling'


@dataclass(frozen=True)
class Variable:
    """A letter of a problem: its sizes in letters (or 1), its domain, whether it is a row that is
    added to every row.
    """

    name: str
    rows: str
    columns: str
    domain: frozenset[str] = frozenset()
    row: bool = False
    family: tuple[tuple[str, str], ...] = ()  # z_k for every k up to n: the index and its size

    @property
    def kind(self) -> Kind:
        """Its sizes, as terms know them."""
        return Kind(self.rows, self.columns, self.family, row=self.row)


@dataclass(frozen=True)
class Formula:
    """A formula that was read: the name it defines, its tree, and what it computes."""

    name: str
    text: str
    tree: Node
    term: Expr
    variables: tuple[Variable, ...]
    matrix: bool = False  # whether the value is a matrix, which no gradient can be asked of

    def objective(self, values: Mapping[str, Tensor]) -> Tensor:
        """The value, differentiable in whatever `values` requires: 0-d, or the matrix it is."""
        from grader.algebra.evaluate import evaluate

        value = evaluate(self.term, *self._prepared(values))
        return value if self.matrix else value[0, 0]

    def arguments(self, values: Mapping[str, Tensor]) -> list[Argument]:
        """What every function that bends or saturates is applied to."""
        from grader.algebra.evaluate import arguments

        return list(arguments(self.term, *self._prepared(values)))

    def _prepared(self, values: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, int]]:
        """The values by canonical name, and how long each size is in them."""
        named: dict[str, Tensor] = {}
        lengths: dict[str, int] = {}
        for variable in self.variables:
            value = values[variable.name]
            for size, length in zip((variable.rows, variable.columns), value.shape, strict=True):
                if lengths.setdefault(size, length) != length or (size == "1" and length != 1):
                    shape, sizes = tuple(value.shape), f"{variable.rows},{variable.columns}"
                    raise ValueError(f"{variable.name} is {shape}, not of the sizes {sizes}")
            named[canonical(variable.name)] = value
        return named, lengths


@dataclass(frozen=True)
class Named:
    """A name that a problem gives to an expression, and its sizes in letters."""

    name: str
    text: str  # Z = XW
    term: Expr

    @property
    def rows(self) -> str:
        return self.term.kind.rows

    @property
    def columns(self) -> str:
        return self.term.kind.columns


def scope_of(variables: Sequence[Variable]) -> Scope:
    """The scope in which only the variables and their sizes are known."""
    said = [s for v in variables for s in (v.rows, v.columns)]
    said += [size for v in variables for _, size in v.family]
    kinds = {canonical(v.name): v.kind for v in variables}
    return Scope(kinds, tuple(dict.fromkeys(s for s in said if not s.isdigit())))


def names_of(scope: Scope) -> Names:
    """The names that are declared; a family by what all its members are called."""
    single = (name for name, kind in scope.variables.items() if not kind.axes)
    names = Names(single, scope.sizes)
    kinds = scope.variables.items()
    names.numbers = {name for name, kind in kinds if (kind.rows, kind.columns) == ("1", "1")}
    for name, kind in scope.variables.items():
        if kind.axes:
            base, mark, _ = re.split(r"([_^])", name, maxsplit=1)
            names.families[base, mark] = name
    return names


def read_formula(
    text: str, variables: Sequence[Variable], *, matrix: bool = False, entries: bool = False
) -> Formula:
    """The formula of a problem, `f = ...`; LatexError with a caret and a cure where it cannot.

    The right side is a number, or with `matrix` any matrix (`P = XW`); with `entries` it may be an
    entry or a row of one, for each index that the name carries (`P_{ij} = ...`).
    """
    scope = scope_of(variables)
    scope.budget = Budget(SECONDS)
    name, node, term = _defined(text, scope, names_of(scope), matrix, entries)
    return Formula(name, text, node, term, tuple(variables), matrix)


def read_names(
    texts: Sequence[str], variables: Sequence[Variable], taken: str = "f"
) -> Iterator[Named]:
    """What a problem names, `Z = XW`, each perhaps by those before it; `taken` is the objective's.

    LatexError where one cannot be read, or names what has a meaning already.
    """
    scope = scope_of(variables)
    names = names_of(scope)
    known = {**dict.fromkeys(scope.sizes, "a size"), taken: "the objective"}
    known |= dict.fromkeys(scope.variables, "a variable")
    for order, text in enumerate(texts, -len(texts)):
        scope.budget = Budget(SECONDS)
        name = _name_of(text, names)
        if name in known:
            raise LatexError(f"{name} is {known[name]}", text, 0, "choose another name")
        _, node, term = _defined(text, scope, names, matrix=True)
        known[name] = "named twice"
        names.values.add(name)
        scope.define(name, Definition(order, node))
        yield Named(name, text, term)


def _name_of(text: str, names: Names) -> str:
    """The name on the left, as derivations will read it."""
    left, equals, _ = text.partition("=")
    try:
        node = read_whole(tokens(left), Reading(names)) if left.strip() and equals else None
    except Unreadable:
        node = None
    if not isinstance(node, tree.Name):
        raise LatexError("a single name should stand on the left", text, 0, NAME_IT)
    return node.name


def _defined(
    text: str, scope: Scope, names: Names, matrix: bool, entries: bool = False
) -> tuple[str, Node, Expr]:
    """The name on the left, and the tree and the meaning of what stands on the right."""
    try:
        name, right = _sides(tokens(text))
        names.indices |= summed(right)
        found = Reading(names, budget=scope.budget)
        node = read_whole(right, found)
        if found.mended:
            raise Unreadable(found.mended[0][1], found.mended[0][0], "pair the brackets")
        carried = name.partition("_")[2] if entries else ""
        return name, node, _value(_usual(scope, node), right[0].at, matrix, carried)
    except Unreadable as error:
        undeclared = isinstance(error, Undeclared)
        raise LatexError(error.message, text, error.at, error.cure, undeclared) from None
    except RecursionError:
        raise LatexError("too many things inside one another", text, 0) from None
    except Misfit as misfit:
        cure = "check the sizes declared, the transposes and the order of the factors"
        raise LatexError(misfit.message, text, misfit.at, cure) from None


def _sides(found: list[Tex]) -> tuple[str, list[Tex]]:
    """The name on the left of the equals sign, and what stands on the right."""
    equals = next((i for i, t in enumerate(found) if t.text == "="), None)
    if equals is None:
        raise Unreadable("there is no = in this formula", None, "name the objective, as in f = ...")
    left, right = found[:equals], found[equals + 1 :]
    argument = next((i for i, t in enumerate(left) if t.text == "("), len(left))
    name = canonical("".join(t.text for t in left[:argument]))
    if not name:
        at = found[equals].at
        raise Unreadable("the objective has no name", at, "name it, as in f = ...")
    if not right:
        raise Unreadable("nothing stands after the =", found[equals].at, "write the objective")
    return name, right


def _usual(scope: Scope, node: Node) -> Read:
    """The usual reading; what a student is forgiven, a problem is not."""
    read = _first_complete(scope, node)
    if read.unknown:
        name = read.unknown[0]
        at = next(t.at for t in all_parts(read.terms) if t.detail == name)
        raise Undeclared(f"{name} is not declared", at, DECLARE.format(name=name))
    for remark in read.remarks:
        if remark.code == "spectral":
            raise Unreadable("this norm of a matrix is not read", node.at, r"write \|...\|_F")
        if remark.code == "broadcast":
            cure = 'say that it is a row, as in b="1,q row", or multiply by \\mathbf{1}'
            raise Unreadable(remark.text, remark.at, cure)
        if remark.code in read.liberties:
            raise Unreadable(remark.text, node.at, "write all the brackets")
    return read


def _first_complete(scope: Scope, node: Node) -> Read:
    """The first reading in which every name is declared, or else the first one."""
    names = list(dict.fromkeys(n.name for n in tree.walk(node) if isinstance(n, tree.Line)))
    first: Misfit | None = None
    for ways in product(WAYS, repeat=min(len(names), MOST_LINES)):
        scope.lines |= zip(names, ways, strict=False)
        try:
            return next(readings(scope, 0.0, [node]))
        except Misfit as misfit:
            first = first or misfit
    assert first is not None
    raise first


def _value(read: Read, at: int, matrix: bool, carried: str = "") -> Expr:
    term = settled(read.terms[0], read.sizes)
    kind = term.kind
    if any(part.kind.form or part.kind.jacobian for part in all_parts([term])):
        said = "a name is for a matrix" if matrix else "an objective is for a number"
        raise Unreadable(f"{said}, not for a differential", at, SIZE_D)
    free = [index for index, _ in kind.axes if not (matrix and index in carried)]
    if free:
        index = free[0]
        raise Unreadable(f"the index {index} is not summed over", at, rf"write \sum_{index}")
    if not matrix and (kind.rows, kind.columns) != ("1", "1"):
        shown = read.sizes.shown(kind)
        cure = r"make it a number with \|...\|_F^2, \operatorname{tr}(...) or \sum"
        raise Unreadable(f"the objective is {shown}, not a number", at, cure)
    return term
