"""What a name that nobody declared may stand for: `meanings_of(checker)`, `functions_meant(...)`.

A finite list, taken from the task: an argument of a function that it applies, the value there, the
slope there, and a column of ones. Nothing is solved for: a meaning that would make up for a lost
factor is in no list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, product

from grader.algebra.functions import FUNCTIONS
from grader.latex import tree
from grader.latex.conventions import Meaning
from grader.latex.scope import Definition
from grader.latex.tree import Node

from .checker import Checker
from .outcome import Verdict
from .steps import Strange

ROWWISE = {"softmax", "logsumexp"}
BENDS = {"max": "relu"}  # applied to one thing and 0
NEEDED = 2  # lines that must hold with a meaning
MOST_LINES = 24  # on which meanings are tried
MOST_AT_ONCE = 2  # names
MOST_MEANINGS = 100  # of one name, or of two


def meanings_of(checker: Checker) -> tuple[Meaning, ...]:
    """A meaning for each name for which at least two lines then hold, and none fails."""
    trial = _Trial(checker)
    try:
        for count in (1, MOST_AT_ONCE):
            for names in trial.groups(count):
                trial.look_for(names)
    finally:
        trial.end()
    return tuple(trial.taken.values())


class _Trial:
    """Meanings on trial, on the lines that name what nobody declared."""

    def __init__(self, checker: Checker) -> None:
        self.document, self.equations = checker.document, checker.equations
        self.scope, self.read = checker.equations.scope, dict(checker.equations.scope.read)
        self.lines = checker.steps.strange[:MOST_LINES]
        self.candidates = list(_candidates(checker))
        self.taken: dict[str, Meaning] = {}

    def groups(self, count: int) -> list[tuple[str, ...]]:
        """The names, as many at once, for which a line alone asks."""
        asked = (tuple(n for n in line.names if n not in self.taken) for line in self.lines)
        return list(dict.fromkeys(names for names in asked if len(names) == count))

    def look_for(self, names: tuple[str, ...]) -> None:
        """Take the first meanings of these names with which enough lines hold."""
        known = {*names, *self.taken}
        about = [e for e in self.lines if set(e.names) & set(names) and set(e.names) <= known]
        if len(about) < NEEDED or any(map(self._is_known, names)):
            return
        self.equations.hasty = len(names) > 1
        combined = product(self.candidates, repeat=len(names))
        for meanings in islice(combined, MOST_MEANINGS):
            if self.document.budget.spent():
                break
            named = [replace(m, name=n) for n, m in zip(names, meanings, strict=True)]
            self._define(named)
            if self._bears_out(about):
                self.taken |= {m.name: m for m in named}
                break
            self._forget(names)
        self.equations.hasty = False

    def _is_known(self, name: str) -> bool:
        """Whether it means something by now, or is a known name but for its case."""
        values = {value.lower() for value in self.document.names.values}
        return name in self.taken or name.lower() in values

    def end(self) -> None:
        """Leave the document as it was."""
        self._forget(self.taken)
        self.scope.read = self.read
        self.equations.hasty = False

    def _define(self, meanings: Iterable[Meaning]) -> None:
        for meaning in meanings:
            assert meaning.stands_for is not None
            self.scope.define(meaning.name, Definition(-1, meaning.stands_for))
        self.equations.rests.forget()

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            del self.scope.definitions[name]
        self.scope.read = dict(self.read)
        self.equations.rests.forget()

    def _bears_out(self, lines: list[Strange]) -> bool:
        """Whether enough of these lines hold, and none fails."""
        held = 0
        for line in lines:
            outcome = self.equations.check(line.left, line.right, line.order)
            if outcome.verdict is Verdict.WRONG:
                return False
            held += outcome.good and not outcome.unknown
        return held >= NEEDED


def _candidates(checker: Checker) -> Iterator[Meaning]:
    """What a name may stand for, in the order of the task."""
    applied = [
        node for given in _given(checker) for node in tree.walk(given)
        if isinstance(node, tree.Call) and _function(node)
    ]  # fmt: skip
    for node in dict.fromkeys(applied):
        function, argument = _function(node), _argument(node)
        yield Meaning("", "argument", argument, function)
        yield Meaning("", "value", node, function)
        if function not in ROWWISE:
            slope = tree.Call(node.at, function, node.primes + 1, (argument,))
            yield Meaning("", "slope", slope, function)
    yield Meaning("", "ones", tree.Ones(0, ()))


def functions_meant(checker: Checker) -> Iterator[list[Meaning]]:
    """For each undeclared name that is applied to something, the functions of the task."""
    functions = dict.fromkeys(
        _function(node) for given in _given(checker) for node in tree.walk(given)
        if isinstance(node, tree.Call) and _function(node) in FUNCTIONS
    )  # fmt: skip
    names = checker.document.names
    for name in sorted(names.applied.keys() - names.functions - names.values):
        own = [Meaning(name, "function", function=function) for function in functions]
        slopes = [Meaning(name, "slope of", _slope(f), f) for f in functions]
        yield own if names.applied[name] else [*own, *slopes]


def _slope(function: str) -> Node:
    """The derivative of a function, of a parameter called x."""
    return tree.Call(0, function, 1, (tree.Name(0, "x"),))


def _given(checker: Checker) -> Iterator[Node]:
    """What the task says: the objective, and what it names."""
    for known in checker.equations.scope.definitions.values():
        yield from (found.node for found in known if found.order < 0)


def _function(call: tree.Call) -> str:
    """The function that bends, of a call of it; "" for a trace and its like."""
    if call.function in BENDS:
        return BENDS[call.function]
    return call.function if call.function in FUNCTIONS or call.function in ROWWISE else ""


def _argument(call: tree.Call) -> Node:
    """What it is applied to: of max(Z, 0) the Z."""
    return next((a for a in call.arguments if not _is_zero(a)), call.arguments[0])


def _is_zero(node: Node) -> bool:
    node = tree.unwrapped(node)
    return isinstance(node, tree.Zero) or (isinstance(node, tree.Number) and not node.value)
