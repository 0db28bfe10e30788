"""What a name that nobody declared may stand for: `meanings_of(checker)`, `functions_meant(...)`.

A finite list, taken from the task: an argument of a function that it applies, the value there, the
slope there, and a column of ones. Nothing is solved for: a meaning that would make up for a lost
factor is in no list.
"""

from collections.abc import Iterator
from dataclasses import replace

from grader.algebra.functions import FUNCTIONS
from grader.latex import tree
from grader.latex.conventions import Meaning
from grader.latex.scope import Definition
from grader.latex.tree import Node

from .checker import Checker
from .equation import Verdict
from .steps import Strange

ROWWISE = {"softmax", "logsumexp"}
BENDS = {"max": "relu"}  # applied to one thing and 0
NEEDED = 2  # lines that must hold with a meaning
MOST_LINES = 12  # that a meaning is tried on


def meanings_of(checker: Checker) -> tuple[Meaning, ...]:
    """A meaning for each name for which at least two lines then hold, and none fails."""
    lines = checker.steps.strange[: 4 * MOST_LINES]
    names = dict.fromkeys(name for line in lines for name in line.names)
    candidates = list(_candidates(checker))
    scope, equations = checker.equations.scope, checker.equations
    before = dict(scope.read)
    taken: dict[str, Meaning] = {}
    for name in names:
        known = {name, *taken}
        about = [line for line in lines if name in line.names and set(line.names) <= known]
        if len(about) < NEEDED or name in scope.definitions:
            continue
        for candidate in candidates:
            if checker.document.budget.spent():
                break
            assert candidate.stands_for is not None
            scope.define(name, Definition(-1, candidate.stands_for))
            equations.unheard.clear()
            if _bears_out(checker, about[:MOST_LINES]):
                taken[name] = replace(candidate, name=name)
                break
            del scope.definitions[name]
            scope.read = dict(before)
    for name in taken:
        del scope.definitions[name]
    scope.read = before
    equations.unheard.clear()
    return tuple(taken.values())


def _bears_out(checker: Checker, lines: list[Strange]) -> bool:
    """Whether enough of these lines hold, and none fails."""
    held = 0
    for line in lines:
        outcome = checker.equations.check(line.left, line.right, line.order)
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
    for name in sorted(names.applied - names.functions - names.values):
        yield [Meaning(name, "function", function=function) for function in functions]


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
