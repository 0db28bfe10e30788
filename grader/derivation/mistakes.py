"""Say what went wrong in a line: `Mistakes.explained(step, fault)`.

In this order: what the numbers alone show (a factor, a sign, a transpose, a sum left out), the
line it follows from rightly, a misconception that yields exactly this value, and the single edit
of the line that would make it hold.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from grader.algebra.expressions import Expr, times
from grader.algebra.functions import FUNCTIONS, Array
from grader.algebra.linear import entrywise, way
from grader.algebra.operations import OPERATIONS, Operation
from grader.algebra.parts import parts
from grader.catalogue import Reason
from grader.latex import tree
from grader.latex.budget import Budget
from grader.latex.errors import Unreadable
from grader.latex.tree import Node
from grader.latex.values import Numbers

from .definitions import Document
from .edits import Context, Edit, edits
from .equation import Equations
from .outcome import Outcome
from .report import Step
from .steps import Fault

SECONDS = 0.25  # to look for the edit that would make a line hold
MOST_EDITS = 1500
TURNED = {"mistake.transposed", "mistake.transpose"}


@dataclass(frozen=True)
class Earlier:
    """An equation met before, from which a wrong line may follow."""

    left: Node
    right: Node
    order: int
    line: int


@dataclass
class Mistakes:
    """Finds the likely mistake of wrong lines."""

    document: Document
    equations: Equations
    symmetric: Callable[[str, Node, Node, int], bool]
    wrong: list[Earlier] = field(default_factory=list)

    def explained(self, step: Step, fault: Fault) -> Step:
        """The wrong step with the mistake named, as far as it can be found."""
        left, right, order, outcome = fault.left, fault.right, fault.order, fault.outcome
        if left is None or right is None:
            return replace(step, mistake=step.message)
        step = replace(step, remarks=(*step.remarks, *self._differing(outcome)))
        follows = self._followed(left, right, order)
        self.wrong.append(Earlier(left, right, order, step.line))
        if follows is not None:
            rightly = Reason.of("derivation.follows", line=follows)
            mistake = Reason.of("mistake.follows", line=follows)
            return replace(step, follows=follows, mistake=mistake, remarks=(rightly, *step.remarks))
        found = self._cause(left, right, order, outcome)
        cause, hint = found or (outcome.message, None)
        return replace(step, mistake=cause, hint=hint)

    def _cause(
        self, left: Node, right: Node, order: int, outcome: Outcome
    ) -> tuple[Reason, str | None] | None:
        seen = self._seen_in_numbers(outcome)
        if seen:
            return seen, None
        seen = self._misconception(left, right, order)
        if seen:
            return seen, None
        if self.document.budget.spent():
            return None
        edit = self._edited(left, right, order)
        return (self._said(edit, left), edit.hint) if edit else None

    # ------------------------------------------------------------ what the numbers show

    def _differing(self, outcome: Outcome) -> tuple[Reason, ...]:
        """One entry left and right, and along which differentials the sides differ."""
        found = outcome.comparison
        if found is None or found.left is None or found.right is None:
            return ()
        if found.left.shape != found.right.shape:
            return ()
        a, b = self._worst(found.left, found.right)
        along = f" along d{', d'.join(found.where)}" if found.where else ""
        values = {"left": f"{a:.4g}", "right": f"{b:.4g}"}
        return (Reason.of("derivation.differs", along=along, **values),)

    def _worst(self, x: Array, y: Array) -> tuple[float, float]:
        place = int(np.argmax(np.abs(x - y)))
        return float(x.ravel()[place]), float(y.ravel()[place])

    def _seen_in_numbers(self, outcome: Outcome) -> Reason | None:
        found, numbers = outcome.comparison, outcome.numbers
        if found is None or outcome.terms is None or numbers is None:
            return None
        if found.reason == "sizes":
            return self._of_other_sizes(outcome.terms, numbers)
        if found.left is None or found.right is None:
            return None
        left, right = found.left, found.right
        if found.where and not found.message:
            slices = numbers.draw.slices()
            left = np.concatenate([left[slices[n]] for n in found.where])
            right = np.concatenate([right[slices[n]] for n in found.where])
        factor = _ratio(left, right)
        return self._factor(factor) if factor is not None else None

    def _factor(self, factor: float) -> Reason | None:
        if abs(factor + 1) < 1e-9:
            return Reason.of("mistake.sign")
        lengths = self.equations.draws[0].lengths
        named = {float(v): n for n, v in lengths.items()}
        for value, said in ((factor, "mistake.missing"), (1 / factor, "mistake.too_many")):
            for sign, minus in ((1, ""), (-1, "_and_sign")):
                number = sign * value
                for n, length in lengths.items():
                    if abs(number * length - 1) < 1e-9 and length > 2:
                        return Reason.of(said + minus, factor=f"1/{n}")
                if number > 1 and abs(number - round(number)) < 1e-9:
                    name = named.get(number) if number > 4 else None
                    return Reason.of(said + minus, factor=name or f"{number:g}")
        return None

    def _of_other_sizes(self, terms: tuple[Expr, Expr], numbers: Numbers) -> Reason | None:
        if any(t.kind.form or t.kind.axes or t.kind.jacobian for t in terms):
            return None
        left, right = (numbers.of(t) for t in terms)
        if left.shape == right.shape[::-1] and np.allclose(left, right.T, rtol=1e-9):
            return Reason.of("mistake.transposed")
        if np.allclose(left.shape, (1, right.shape[1])) and _close(left, right.sum(0)):
            return Reason.of("mistake.batch_sum")
        if np.allclose(left.shape, (right.shape[0], 1)) and _close(left.T, right.sum(1)):
            return Reason.of("mistake.column_sum")
        return None

    # ------------------------------------------------------------ carried forward

    def _followed(self, left: Node, right: Node, order: int) -> int | None:
        """The wrong line above from which this one follows rightly."""
        for earlier in reversed(self.wrong[-4:]):
            if self._follows(earlier, left, right, order):
                return earlier.line
        return None

    def _follows(self, earlier: Earlier, left: Node, right: Node, order: int) -> bool:
        same = _same_tree(earlier.left, left)
        if same and self._holds(earlier.right, right, order):
            return True
        asked, said = tree.unwrapped(left), tree.unwrapped(earlier.left)
        if not isinstance(asked, tree.Derivative):
            return False
        if isinstance(said, tree.Derivative):
            return self._implied_by_gradient(earlier, said, asked, right, order)
        return self._implied_by_form(earlier, asked, right, order)

    def _implied_by_form(
        self, earlier: Earlier, asked: tree.Derivative, right: Node, order: int
    ) -> bool:
        """Df = tr(G^T dW) was wrong; df/dW = G says the same."""
        bottom = asked.bottom
        form = self.equations.value(earlier.right, earlier.order)
        gradient = self.equations.value(right, order)
        if form is None or gradient is None or not isinstance(bottom, tree.Name):
            return False
        slices = form[1].draw.slices()
        try:
            directions, value = form[1].of(form[0]), gradient[1].of(gradient[0])
        except Unreadable:
            return False
        if not form[0].kind.form or directions.shape[1:] != (1, 1) or bottom.name not in slices:
            return False
        implied = directions[slices[bottom.name], 0, 0]
        shape = form[1].draw.leaves[bottom.name].shape
        if value.shape != shape or not implied.any():
            return False
        return _close(implied.reshape(shape), value)

    def _implied_by_gradient(
        self,
        earlier: Earlier,
        said: tree.Derivative,
        asked: tree.Derivative,
        right: Node,
        order: int,
    ) -> bool:
        """df/dZ = G was wrong; df/dW follows from it by the chain rule."""
        if said.bottom is None or asked.bottom is None:
            return False
        known = self.equations.value(earlier.right, earlier.order)
        by = self.equations.value(said.bottom, order)
        of = self.equations.value(asked.bottom, order)
        value = self.equations.value(right, order)
        if known is None or by is None or of is None or value is None:
            return False
        numbers = self.equations.numbers[0]
        try:
            g, v = known[1].of(known[0]), value[1].of(value[0])
            jacobian = numbers.derivative(by[0], of[0])
        except Unreadable:
            return False
        if jacobian.ndim != 4 or jacobian.shape[2:] != g.shape or jacobian.shape[:2] != v.shape:
            return False
        return bool(jacobian.any()) and _close(np.einsum("klij,ij->kl", jacobian, g), v)

    # ------------------------------------------------------------ misconceptions

    def _misconception(self, left: Node, right: Node, order: int) -> Reason | None:
        objective = self.document.objective
        for made, said in self._other_objectives(left, objective):
            if self._holds(made, right, order):
                return said
        if self._holds_for_diagonal_softmax(left, right, order):
            return Reason.of("mistake.diagonal_softmax")
        for name, kind in self.document.scope.variables.items():
            square = kind.rows == kind.columns != "1"
            if square and self.symmetric(name, left, right, order):
                return Reason.of("mistake.symmetric", name=name)
        return None

    def _other_objectives(self, left: Node, name: str) -> Iterator[tuple[Node, Reason]]:
        if not tree.holds(left, tree.Differential, tree.Derivative):
            return
        for power, said in (
            (2.0, Reason.of("mistake.squared")),
            (0.5, Reason.of("mistake.root")),
        ):
            exponent = tree.Number(0, power)

            def change(found: Node, exponent: Node = exponent) -> Node:
                raised = tree.Power(found.at, tree.Name(found.at, name), exponent)
                match found:
                    case tree.Differential(inner=tree.Name(name=n)) if n == name:
                        return replace(found, inner=raised)
                    case tree.Derivative(top=tree.Name(name=n)) if n == name:
                        return replace(found, top=raised)
                return found

            yield tree.rebuilt(left, change), said

    def _holds_for_diagonal_softmax(self, left: Node, right: Node, order: int) -> bool:
        if not tree.holds(left, tree.Differential, tree.Derivative):
            return False
        sides = [self.equations.value(node, order) for node in (left, right)]
        if sides[0] is None or sides[1] is None:
            return False
        term = sides[0][0]
        if all(part.op != "softmax" for part in parts(term)):
            return False
        try:
            wrong = DiagonalSoftmax(self.equations.draws[0]).of(term)
            return _close(wrong, sides[1][1].of(sides[1][0]))
        except Unreadable:
            return False

    # ------------------------------------------------------------ edits

    def _edited(self, left: Node, right: Node, order: int) -> Edit | None:
        """The single edit of the right side with which the line holds."""
        value = self.equations.value(left, order)
        known = value[0] if value is not None and value[0].closed else left
        budget = Budget(SECONDS)
        for tried, edit in enumerate(edits(right, self._context(order))):
            if tried > MOST_EDITS or budget.spent() or self.document.budget.spent():
                return None
            if self.equations.holds(known, edit.node, order):
                return edit
        return None

    def _context(self, order: int) -> Context:
        scope = self.document.scope
        names = [n for n in scope.definitions if n != self.document.objective]
        found: dict[tuple[str, str], tree.Call] = {}
        for name, versions in scope.definitions.items():
            for node in (n for d in versions for n in tree.walk(d.node)):
                mask = _mask_of(node) if isinstance(node, tree.Call) and name else None
                if mask and mask.function in FUNCTIONS:
                    found.setdefault((mask.function, repr(mask.arguments)), mask)
        return Context((*names, *scope.variables), tuple(found.values())[:3])

    def _said(self, edit: Edit, left: Node) -> Reason:
        """The cause of an edit; a Hadamard product moved out of a trace by its name."""
        trace = any(
            isinstance(n, tree.Call) and n.function == "tr" and _mixes(n) for n in tree.walk(left)
        )
        if trace and edit.cause in TURNED:
            return Reason.of("mistake.out_of_trace")
        about = {"function": edit.function} if edit.function else {}
        return Reason.of(edit.cause, **about)

    def _holds(self, left: Node, right: Node, order: int) -> bool:
        """Whether the equation holds strictly as it stands, at both draws."""
        return self.equations.holds(left, right, order)


def _mask_of(call: tree.Call) -> tree.Call:
    arguments = tuple(a for a in call.arguments if not isinstance(a, tree.Number))
    function = "relu" if call.function == "max" else call.function
    return tree.Call(call.at, function, 1, arguments[:1])


def _mixes(call: tree.Call) -> bool:
    return any(
        isinstance(n, tree.Product) and any(op == "odot" for op, _ in n.factors)
        for n in tree.walk(call)
    )


def _same_tree(a: Node, b: Node) -> bool:
    flat = [tree.rebuilt(n, lambda found: replace(found, at=0)) for n in (a, b)]
    return flat[0] == flat[1]


def _close(x: Array, y: Array) -> bool:
    x, y = np.squeeze(x), np.squeeze(y)
    return x.shape == y.shape and bool(np.allclose(x, y, rtol=1e-9, atol=1e-12))


def _ratio(x: Array, y: Array) -> float | None:
    """The number by which y must be multiplied to be x."""
    if x.shape != y.shape or not y.any() or not x.any():
        return None
    factor = float((x * y).sum() / (y * y).sum())
    same = np.allclose(x, factor * y, rtol=1e-8, atol=1e-12)
    return factor if same and abs(factor) > 1e-9 else None


DIAGONAL = replace(
    OPERATIONS["softmax"],
    ways=lambda e: [way(e.args[0], entrywise(e.args[0], times(e, 1 - e)))],
)


class DiagonalSoftmax(Numbers):
    """Numbers in which each entry of a softmax depends on its own argument alone."""

    def row(self, op: str) -> Operation:
        return DIAGONAL if op == "softmax" else super().row(op)
