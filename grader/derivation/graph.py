"""What the verified equalities of a text come to: which gradients are stated, which steps count.

Expressions are classed by the equalities that hold between them, whichever line came first. A
gradient is *stated* when its class reaches an expression without derivative, differential or
undefined symbol, through definitions and through derivatives that are stated themselves.

A step *counts* if it links two expressions that were not linked before, on the way from the
objective to a gradient that is asked for. Two notations of one thing link nothing; nor does the
gradient itself, collected: that is what the share for stating it is for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from grader.algebra.functions import Array
from grader.algebra.sizes import Misfit
from grader.latex import tree
from grader.latex.errors import Unreadable
from grader.latex.names import canonical
from grader.latex.tree import Node

from .atoms import Form, TooMuch
from .equation import Equations
from .forms import Forms
from .gradients import Gradients
from .outcome import Outcome

NONLINEAR = {"norm", "power", "call", "Bars", "over", "Inverse"}


@dataclass(frozen=True)
class Equality:
    """Two sides that were found equal, or not, in one step of the text."""

    step: int
    left: Node
    right: Node
    order: int
    outcome: Outcome
    held: frozenset[str]  # variables that were held fixed for it
    by_factor: bool  # a derivative by a matrix stands for the factor it brings: no value of its own


@dataclass
class Classes:
    """Which numbers were put together (union-find)."""

    parents: dict[int, int] = field(default_factory=dict)

    def of(self, number: int) -> int:
        root = number
        while (above := self.parents.get(root, root)) != root:
            root = above
        while number != root:
            self.parents[number], number = root, self.parents.get(number, root)
        return root

    def join(self, one: int, other: int) -> bool:
        """Put two together; whether they were apart."""
        first, second = self.of(one), self.of(other)
        self.parents[second] = first
        return first != second


class Graph:
    """The equalities of one text."""

    def __init__(self, equations: Equations, gradients: Gradients, asked: Sequence[str]) -> None:
        self.equations, self.gradients, self.asked = equations, gradients, tuple(asked)
        self.forms = Forms(scope=equations.scope)
        self.equalities: list[Equality] = []
        self.refused: list[Equality] = []  # wrong ones
        self._direct: dict[str, bool] = {}
        self._known_sides: dict[int, tuple[int, int] | None] = {}

    # ------------------------------------------------------------ what is stated

    @cached_property
    def stated(self) -> dict[str, int]:
        """The gradients that are stated: by each variable, the step that came last of its class."""
        classes, members = Classes(), set[int]()
        last: dict[int, int] = {}
        for equality in self.equalities:
            sides = self._sides(equality)
            if sides is None or equality.by_factor:
                continue
            members.update(sides)
            classes.join(*sides)
            for side in sides:
                last[side] = equality.step
        closed = self._closed(classes, members)
        self._written_out = {
            name: [m for m in members if classes.of(m) == root and self._is_closed(m)]
            for name in self.equations.scope.variables
            for root in [classes.of(self._root(name))]
        }
        return {
            name: max((last[m] for m in members if classes.of(m) == root), default=-1)
            for name in self.equations.scope.variables
            for root in [classes.of(self._root(name))]
            if root in closed
        }

    def _closed(self, classes: Classes, members: set[int]) -> set[int]:
        """The classes that reach an expression in which nothing is left open."""
        closed: set[int] = set()
        able = [m for m in members if not self.forms.atoms[m].open]
        while True:
            new = {
                classes.of(m)
                for m in able
                if classes.of(m) not in closed
                and all(classes.of(n) in closed for n in self._left_open(m))
            }
            if not new:
                return closed
            closed |= new

    def is_written_out(self, node: Node, order: float) -> bool:
        """Whether an expression, its names written out, leaves nothing open."""
        try:
            return self._is_closed(self.forms.single(self.forms.form(node, order))[0])
        except (TooMuch, RecursionError):
            return False

    def _is_closed(self, atom: int) -> bool:
        return not self.forms.atoms[atom].open and not self._left_open(atom)

    def _left_open(self, atom: int) -> frozenset[int]:
        """The derivatives in it that the text has to find; those upstream are given."""
        return self.forms.atoms[atom].needs - self._upstream

    @cached_property
    def _upstream(self) -> frozenset[int]:
        inner = map(self._named, map(canonical, self.equations.document.source.upstream))
        derivative = self.forms.derivative
        return frozenset(derivative(self._objective, self.forms.stripped(i)) for i in inner)

    def _sides(self, equality: Equality) -> tuple[int, int] | None:
        """Both sides as atoms, a gradient of the objective as that of its variable."""
        if id(equality) not in self._known_sides:
            try:
                sides = [self._side(node, equality) for node in (equality.left, equality.right)]
                self._known_sides[id(equality)] = sides[0], sides[1]
            except (TooMuch, RecursionError):
                self._known_sides[id(equality)] = None
        return self._known_sides[id(equality)]

    def _side(self, node: Node, equality: Equality) -> int:
        name = self.gradients.of(node, equality.order, equality.outcome)
        if name is not None:
            return self._root(name)
        return self.forms.stripped(self.forms.single(self.forms.form(node, equality.order))[0])

    def _root(self, name: str) -> int:
        """The gradient of the objective by a variable."""
        return self.forms.derivative(self._objective, self.forms.leaf(name))

    @cached_property
    def _objective(self) -> int:
        return self._named(self.equations.document.objective)

    def _named(self, name: str) -> int:
        """What a name means in the end, as an atom."""
        try:
            return self.forms.single(self.forms.form(tree.Name(0, name), float("inf")))[0]
        except (TooMuch, RecursionError):
            return self.forms.atom(("unknown", name))

    def stated_if_all_held(self) -> set[str]:
        """The gradients that would be stated if no line were wrong: nothing is left to be read."""
        if not self.refused:
            return set(self.stated)
        classes, members = Classes(), set[int]()
        for equality in (*self.equalities, *self.refused):
            sides = self._sides(equality)
            if sides is not None and not equality.by_factor:
                members.update(sides)
                classes.join(*sides)
        closed = self._closed(classes, members)
        variables = self.equations.scope.variables
        return {name for name in variables if classes.of(self._root(name)) in closed}

    def contested(self) -> dict[str, int]:
        """The gradients that were also stated wrongly: by each variable, the last such step."""
        return {
            name: equality.step
            for equality in self.refused
            for name in [self._wrongly_stated(equality)]
            if name is not None
        }

    def _wrongly_stated(self, equality: Equality) -> str | None:
        """The variable whose gradient a wrong line gives, written out."""
        for one, other in (
            (equality.left, equality.right), (equality.right, equality.left),
        ):  # fmt: skip
            name = self.gradients.of(one, equality.order, equality.outcome)
            if name is None:
                continue
            try:
                atom = self.forms.single(self.forms.form(other, equality.order))[0]
            except (TooMuch, RecursionError):
                return name
            if self._is_closed(atom):
                return name
        return None

    # ------------------------------------------------------------ which steps count

    def counting(self) -> set[int]:
        """The steps that link what was not linked before, on the way to a gradient asked for."""
        self.stated  # noqa: B018 - what is written out is known from here on
        linked, found = Classes(), set[int]()
        for equality in self.equalities:
            try:
                if self._leads_on(equality) and self._joins(linked, equality):
                    found.add(equality.step)
            except (TooMuch, RecursionError, Unreadable, Misfit, KeyError):
                continue
        return found

    def says_something(self) -> bool:
        """Whether two sides of any equality are more than two notations of one thing."""
        return any(self.says_more(equality) for equality in self.equalities)

    def says_more(self, equality: Equality) -> bool:
        try:
            sides = [self.forms.form(s, equality.order) for s in (equality.left, equality.right)]
        except (TooMuch, RecursionError, Unreadable, Misfit, KeyError):
            return True
        return sides[0] != sides[1]

    def _joins(self, linked: Classes, equality: Equality) -> bool:
        self.forms.held = frozenset()
        one, other = (
            self.forms.single(self.forms.form(side, equality.order))[0]
            for side in (equality.left, equality.right)
        )
        return linked.join(one, other)

    def _leads_on(self, equality: Equality) -> bool:
        """Whether it brings the objective nearer to a gradient: in differentials, in derivatives,
        or by writing the objective out.
        """
        self.forms.held = equality.held - set(self._wanted)
        try:
            sides = [self.forms.form(s, equality.order) for s in (equality.left, equality.right)]
        finally:
            self.forms.held = frozenset()
        if sides[0] == sides[1] or self._unknown(sides):
            return False
        if any(self._differentials(side) for side in sides):
            return self._moves(equality, sides)
        if any(self.forms.atoms[i].needs for side in sides for i, _ in side):
            return self._derives(equality, sides)
        return self._writes_out(equality.left, equality.right, equality, sides)

    @property
    def _wanted(self) -> Sequence[str]:
        return self.asked or tuple(self.equations.scope.variables)

    def _unknown(self, sides: Sequence[Form]) -> bool:
        return any(self.forms.atoms[i].strange for side in sides for i, _ in side)

    def _differentials(self, side: Form) -> set[int]:
        """What stands behind a d in it."""
        ds = {d for atom, _ in side for d in self.forms.atoms[atom].differentials}
        return {self.forms.stripped(self.forms.atoms[d].key[1]) for d in ds}

    # ------------------------------------------------------------ differentials

    def _moves(self, equality: Equality, sides: Sequence[Form]) -> bool:
        """An equality of differentials: of the objective, or of a part of it."""
        ours, theirs = (self._differentials(side) for side in sides)
        reach = [self._reached(equality.outcome, i) for i in (0, 1)]
        if not any(all(name in r for r in reach) for name in self._wanted):
            return False
        if self._is_whole(equality.outcome):
            return self._moves_the_whole(equality, sides, ours, theirs)
        return ours != theirs and any(self._is_part(i, equality.order) for i in ours | theirs)

    def _reached(self, outcome: Outcome, side: int) -> set[str]:
        """The variables along whose differentials a side moves."""
        if outcome.terms is None or outcome.numbers is None:
            return set()
        value = outcome.numbers.of(outcome.terms[side])
        if not outcome.terms[side].kind.form:
            return set()
        slices = outcome.numbers.draw.slices()
        return {n for n, s in slices.items() if np.abs(value[s]).max(initial=0) > 0}

    def _is_whole(self, outcome: Outcome) -> bool:
        """Whether it is an equality of df, along what is asked for."""
        if self._df is None or outcome.terms is None or outcome.numbers is None:
            return False
        value = outcome.numbers.of(outcome.terms[0])
        if value.shape[1:] != (1, 1):
            return False
        slices = outcome.numbers.draw.slices()
        return any(
            np.allclose(value[slices[name]], self._df[slices[name]], rtol=1e-8, atol=1e-12)
            for name in self._wanted
            if name in slices
        )

    @cached_property
    def _atoms_of_df(self) -> list[int]:
        whole = tree.Differential(0, tree.Name(0, self.equations.document.objective))
        return [i for i, _ in self.forms.form(whole, float("inf"))]

    @cached_property
    def _df(self) -> Array | None:
        whole = tree.Differential(0, tree.Name(0, self.equations.document.objective))
        found = self.equations.value(whole, float("inf"))
        try:
            return None if found is None else found[1].of(found[0])
        except (Unreadable, Misfit, KeyError):
            return None

    def _moves_the_whole(
        self, equality: Equality, sides: Sequence[Form], ours: set[int], theirs: set[int]
    ) -> bool:
        names_f = [self._objective in found for found in (ours, theirs)]
        if all(names_f):
            return False
        return not any(self._is_gradient_again(side) for side in sides)

    def _is_gradient_again(self, side: Form) -> bool:
        """Whether df is written by the gradient itself: as a symbol, or put in as it is stated
        where the variable does not enter f directly.
        """
        derivatives = {i for atom, _ in side for i in self.forms.atoms[atom].needs}
        moved = self._differentials(side)
        if any(self._root(name) in derivatives for name in self._wanted):
            return True
        by = {self.forms.stripped(self.forms.atoms[i].key[2]) for i in derivatives}
        if by and by == moved:
            return True
        return any(
            self._is_put_in(side, name) for name in self._wanted if not self._enters_directly(name)
        )

    def _is_put_in(self, side: Form, name: str) -> bool:
        """Whether it reads tr(G^T dW), with G as it is written out elsewhere."""
        if len(side) != 1:
            return False
        factors = self._factors(side[0][0])
        leaf = self.forms.leaf(name)
        rest = [i for i in factors if self.forms.atoms[i].key != ("d", leaf)]
        written = {self.forms.stripped(g) for g in self._written_out.get(name, ())}
        return len(rest) == len(factors) - 1 == 1 and rest[0] in written

    def _factors(self, atom: int) -> list[int]:
        """The factors of a product, bare of traces, transposes and indices."""
        key = self.forms.atoms[atom].key
        if key[0] in ("tr", "t", "vec", "idx"):
            return self._factors(key[1])
        if key[0] == "BigSum":
            return self._factors(key[-1])
        if key[0] == "prod":
            return [self.forms.stripped(i) for _, i in key[1]]
        return [atom]

    def _enters_directly(self, name: str) -> bool:
        """Whether only sums, a norm or a trace lie between the objective and the variable, or f is
        linear in it.
        """
        written = self._written_out.get(name, ())
        if any(name not in self.forms.atoms[g].leaves for g in written):
            return True
        if name not in self._direct:
            addends = self._addends_with(name)
            self._direct[name] = all(self._directly(i, name) for i in addends)
        return self._direct[name]

    def _addends_with(self, name: str) -> Iterator[int]:
        key = self.forms.atoms[self._objective].key
        addends = [i for i, _ in key[1]] if key[0] == "sum" else [self._objective]
        yield from (i for i in addends if name in self.forms.atoms[i].leaves)

    def _directly(self, atom: int, name: str) -> bool:
        """Whether an addend of f is a squared norm (or a trace) of a sum with the leaf in it."""
        if self.forms.atoms[atom].key == ("leaf", name):
            return True
        parts = self._within_sums_and_norms(self.forms.atoms[atom].key)
        with_it = [i for i in parts if name in self.forms.atoms[i].leaves]
        return bool(with_it) and all(self._directly(i, name) for i in with_it)

    def _within_sums_and_norms(self, key: tuple[Any, ...]) -> list[int]:
        """What a sum, a trace, a square or a multiple is made of; nothing for other operations."""
        if key[0] in ("tr", "t", "times"):
            return [key[1]]
        if key[0] == "power":
            return [key[2]]
        if key[0] == "over" and not self.forms.atoms[key[2]].leaves:
            return [key[1]]
        if key[0] == "sum":
            return [i for i, _ in key[1]]
        if key[0] == "prod":  # numbers, and A^T A of a norm
            factors = [i for _, i in key[1] if self.forms.atoms[i].leaves]
            cores = {self.forms.stripped(i) for i in factors}
            return [*cores] if len(cores) == 1 and len(factors) <= 2 else []
        return []

    # ------------------------------------------------------------ parts of the objective

    def _is_part(self, atom: int, order: float) -> bool:
        """Whether it is an intermediate: a part of the objective, as given or as written out, that
        depends on what is asked for.
        """
        found = self.forms.atoms[atom]
        if found.key[0] == "leaf" or not found.leaves & set(self._wanted):
            return False
        return any(
            atom in whole or any(self._is_stretch(found.key, i) for i in whole)
            for whole in self._wholes
        )

    def _is_stretch(self, part: tuple[Any, ...], whole: int) -> bool:
        """Whether it is some terms of a sum, or some neighbours in a product."""
        key = self.forms.atoms[whole].key
        if key[0] != part[0]:
            return False
        if key[0] == "sum":
            terms = dict(key[1])
            shares = {round(terms[i] / c, 9) if i in terms else None for i, c in part[1]}
            return len(shares) == 1 and None not in shares
        if key[0] == "prod":
            atoms, wanted = [i for _, i in key[1]], [i for _, i in part[1]]
            return any(atoms[i : i + len(wanted)] == wanted for i in range(len(atoms)))
        return False

    @cached_property
    def _wholes(self) -> list[set[int]]:
        """All that stands in the objective, and in what the text found it to be."""
        linked = Classes()
        members = {self._objective}
        for equality in self.equalities:
            sides = self._sides(equality)
            if sides is not None and not equality.by_factor:
                members.update(sides)
                linked.join(*sides)
        roots = {linked.of(i) for i in (self._objective, *self._atoms_of_df)}
        wholes = [m for m in members if linked.of(m) in roots]
        return [{self.forms.stripped(i) for i in self.forms.below(m)} for m in wholes]

    # ------------------------------------------------------------ derivatives

    def _derives(self, equality: Equality, sides: Sequence[Form]) -> bool:
        """An equality of derivatives: by what depends on a variable asked for."""
        roots = [self.gradients.of(s, equality.order) for s in (equality.left, equality.right)]
        if all(roots):
            left, right = (self._top(side) for side in (equality.left, equality.right))
            if left is None or right is None:
                return False
            forms = [self.forms.form(top, equality.order) for top in (left, right)]
            return self._writes_out(left, right, equality, forms)
        inside = [{i for a, _ in side for i in self.forms.below(a)} for side in sides]
        for name in self._wanted:
            if all(self._root(name) in found for found in inside):
                return False
        left_open = {i for side in sides for atom, _ in side for i in self.forms.atoms[atom].needs}
        if left_open <= {self._root(name) for name in self._wanted}:
            return self._derives_entries(equality, roots)  # what it states is no step towards it
        if self._is_chain_rule_alone(sides, left_open):
            return False
        return any(
            self._is_derivative_on_the_way(self.forms.atoms[i].key, equality.order)
            for found in inside
            for i in found
        )

    def _derives_entries(self, equality: Equality, roots: Sequence[str | None]) -> bool:
        """Whether it is the derivative by one entry, from which the gradient is yet to be put
        together: of a variable that enters f directly, or of one whose product was written out in
        entries.
        """
        name = next((root for root in roots if root), None)
        if name is None or not any(self._is_by_entry(s) for s in (equality.left, equality.right)):
            return False
        if any(self._gives_whole(e, name) for e in self.equalities if e.step < equality.step):
            return False
        return self._enters_directly(name) or any(
            self._writes_out_entries(e, name) for e in self.equalities if e.step < equality.step
        )

    def _is_by_entry(self, side: Node) -> bool:
        inner, indices = self.gradients.unwrapped(side)
        if indices or not isinstance(inner, tree.Derivative) or inner.bottom is None:
            return False
        return isinstance(tree.unwrapped(inner.bottom), tree.Index)

    def _gives_whole(self, equality: Equality, name: str) -> bool:
        """Whether it states the gradient as a matrix, or a derivative by its entries."""
        sides = (equality.left, equality.right)
        return any(self.gradients.of(s, equality.order, equality.outcome) == name for s in sides)

    def _writes_out_entries(self, equality: Equality, name: str) -> bool:
        """Whether the entries of an intermediate are written as sums over those of a variable."""
        whole = tree.unwrapped(equality.left)
        if not isinstance(whole, tree.Index):
            return False
        try:
            entry, written = (
                self.forms.single(self.forms.form(side, equality.order))[0]
                for side in (whole.base, equality.right)
            )
        except (TooMuch, RecursionError):
            return False
        found = self.forms.atoms[entry]
        summed = any(self.forms.atoms[i].key[0] == "BigSum" for i in self.forms.below(written))
        return summed and name in found.leaves and self._is_part(entry, equality.order)

    def _is_chain_rule_alone(self, sides: Sequence[Form], left_open: set[int]) -> bool:
        """Whether it is the chain rule in symbols, of which the text computes none."""
        factors = {i for side in sides for atom, _ in side for i in self._factors(atom)}
        if not factors <= left_open:
            return False
        roots = {self._root(name) for name in self._wanted}
        return not (factors - roots) & self._computed

    @cached_property
    def _computed(self) -> set[int]:
        """The derivatives that some equality says something of besides derivatives."""
        found: set[int] = set()
        for equality in self.equalities:
            try:
                forms = [
                    self.forms.form(s, equality.order) for s in (equality.left, equality.right)
                ]
            except (TooMuch, RecursionError):
                continue
            factors = [{i for a, _ in form for i in self._factors(a)} for form in forms]
            for mine, theirs in (factors, factors[::-1]):
                if any(self.forms.atoms[i].key[0] != "D" for i in theirs):
                    found |= {i for i in mine if self.forms.atoms[i].key[0] == "D"}
        return found

    def _top(self, node: Node) -> Node | None:
        side, _ = self.gradients.unwrapped(node)
        return side.top if isinstance(side, tree.Derivative) else None

    def _is_derivative_on_the_way(self, key: tuple[object, ...], order: float) -> bool:
        if key[0] != "D":
            return False
        top, by = (self.forms.stripped(int(str(k))) for k in key[1:3])
        if top == by or not self.forms.atoms[by].leaves & set(self._wanted):
            return False
        if self.forms.atoms[by].key[0] == "leaf" and self._names_root(top, by):
            return True
        return top == self._objective or self._is_part(top, order) or self._is_entry(top)

    def _names_root(self, top: int, by: int) -> bool:
        return top == self._objective and any(by == self.forms.leaf(n) for n in self._wanted)

    def _is_entry(self, atom: int) -> bool:
        """An entry written out as a sum: which matrix it is of cannot be told from its form."""
        return any(self.forms.atoms[i].key[0] == "idx" for i in self.forms.below(atom))

    # ------------------------------------------------------------ the objective written out

    def _writes_out(
        self, left: Node, right: Node, equality: Equality, sides: Sequence[Form]
    ) -> bool:
        """Whether brackets around what is asked for are multiplied out: no longer is any norm or
        function taken of what f takes it of, nor another one instead.
        """
        if sides[0] == sides[1] or not self._are_f(left, right, equality.order):
            return False
        inside = [{i for a, _ in side for i in self.forms.below(a)} for side in sides]
        return bool(self._cores) and any(self._is_multiplied_out(found) for found in inside)

    def _is_multiplied_out(self, inside: set[int]) -> bool:
        new = {self.forms.atoms[i].key[0] for i in inside - set(self.forms.below(self._objective))}
        return not self._cores & inside and not new & {"BigSum", *NONLINEAR}

    def _are_f(self, left: Node, right: Node, order: float) -> bool:
        return any(self.gradients.is_objective(side, order) for side in (left, right))

    @cached_property
    def _cores(self) -> set[int]:
        """What f takes its outermost functions of, as far as it depends on what is asked for."""
        found: set[int] = set()
        waiting = [self._objective]
        while waiting:
            atom = waiting.pop()
            key = self.forms.atoms[atom].key
            squared = key[0] == "prod" and len({self.forms.stripped(i) for _, i in key[1]}) == 1
            if key[0] in NONLINEAR or squared:
                found |= {self.forms.stripped(i) for i in self.forms.atoms[atom].inside}
            else:
                waiting += self.forms.atoms[atom].inside
        wanted = set(self._wanted)
        return {i for i in found if self.forms.atoms[i].leaves & wanted}
