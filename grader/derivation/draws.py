"""Numbers to try an equation at: sizes all distinct, variables in their domains."""

from collections.abc import Iterable, Sequence

import numpy as np

from grader.algebra.expressions import Expr
from grader.algebra.functions import Array
from grader.latex import Variable
from grader.latex.errors import Unreadable
from grader.latex.names import canonical
from grader.latex.values import Draw, Numbers

# The first size is the largest, so that X^T X has an inverse where X is n x p.
LENGTHS = ((5, 3, 4, 2, 7, 6, 8, 9), (7, 4, 3, 5, 2, 6, 9, 8))
SPARE = (5, 3, 4, 2, 6, 7)  # for sizes that stay unknown, as in a rule for any A and B


def draws(variables: Sequence[Variable]) -> list[Draw]:
    """Two draws that share no size."""
    letters = [size for v in variables for _, size in v.family]
    letters += [s for v in variables for s in (v.rows, v.columns) if not s.isdigit()]
    found = []
    for number, lengths in enumerate(LENGTHS):
        distinct = dict.fromkeys(letters)
        known = dict(zip(distinct, [*lengths, *range(10, 10 + len(distinct))], strict=False))
        generator = np.random.default_rng(1000 + number)
        leaves = {canonical(v.name): _all_drawn(v, known, generator) for v in variables}
        found.append(Draw(known, leaves))
    return found


def has_no_value(term: Expr, numbers: Numbers) -> bool:
    """Whether an objective is not a number there, as log(1 - a) is not where a is 2."""
    try:
        return not bool(np.isfinite(numbers.of(term)).all())
    except (Unreadable, KeyError):
        return False


def between(found: Sequence[Draw], names: Iterable[str]) -> list[Draw]:
    """The same draws with the values of some variables moved between 0 and 1."""
    names = set(names)
    return [
        Draw(d.lengths, {n: 1 / (1 + np.exp(-v)) if n in names else v for n, v in d.leaves.items()})
        for d in found
    ]


def _all_drawn(
    variable: Variable, lengths: dict[str, int], generator: np.random.Generator
) -> Array:
    """A variable, or all members of a family with their index in front."""
    if not variable.family:
        return _drawn(variable, lengths, generator)
    ((_, size),) = variable.family
    return np.stack([_drawn(variable, lengths, generator) for _ in range(lengths[size])])


def _drawn(variable: Variable, lengths: dict[str, int], generator: np.random.Generator) -> Array:
    shape = tuple(int(s) if s.isdigit() else lengths[s] for s in (variable.rows, variable.columns))
    value = generator.standard_normal(shape)
    square = shape[0] == shape[1] > 1
    for word in sorted(variable.domain):
        value = _in_domain(word, value)
    if square and not variable.domain and np.linalg.det(value) < 0:
        value[0] *= -1  # log det X is then a number
    return value


def _in_domain(word: str, value: Array) -> Array:  # noqa: PLR0911
    """The value moved into a domain; one-hot rows are drawn as rows that sum to 1."""
    rows, columns = value.shape
    if word in ("one-hot", "probability"):
        value = np.abs(value) + 0.1
        total: Array = value.sum(0 if columns == 1 else 1, keepdims=True)
        return value / total
    if word == "positive":
        return np.abs(value) + 0.1
    if rows != columns:
        return value
    if word == "invertible":
        invertible: Array = value + rows * np.eye(rows)
        return invertible
    if word == "symmetric":
        return (value + value.T) / 2
    if word == "orthogonal":
        orthogonal: Array = np.linalg.qr(value)[0]
        return orthogonal
    if word == "definite":
        definite: Array = value @ value.T + np.eye(rows)
        return definite
    return value
