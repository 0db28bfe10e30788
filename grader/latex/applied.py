"""Read functions and what they are applied to, the student's own ones among them."""

from dataclasses import replace

from grader.algebra.expressions import Expr
from grader.algebra.functions import FUNCTIONS
from grader.algebra.sizes import Kind, product

from . import tree
from .asking import Asker
from .errors import Unreadable
from .tree import Node


class Functions(Asker):
    """The meaning of a function with its arguments."""

    def _function(self, node: tree.Function) -> Expr:
        own = self.scope.functions.get(node.function)
        if own and isinstance(own.body, Node) and not node.primes:
            return self.term(own.body)
        raise Unreadable(f"the function {node.function} has no argument", node.at)

    def _call(self, node: tree.Call) -> Expr:
        if node.function in self.scope.functions:
            return self._own_function(node)
        if node.function in ("max", "min", "clamp"):
            return self._maximum(node)
        if len(node.arguments) != 1:
            return self._of_several(node)
        (x,) = map(self.term, node.arguments)
        if node.function in FUNCTIONS:
            return self.apply(node.function, node.primes, x, node.at)
        if node.primes:
            raise Unreadable(f"the derivative of {node.function} is not read so", node.at)
        return self._named_function(node, x)

    def _of_several(self, node: tree.Call) -> Expr:
        """Functions of several arguments, as code has them."""
        match node:
            case tree.Call(function="where", primes=0, arguments=(condition, value, otherwise)):
                return self.term(tree.Cases(node.at, ((value, condition), (otherwise, None))))
            case tree.Call(function="pow", primes=0, arguments=(base, exponent)):
                return self.term(tree.Power(node.at, base, exponent, entrywise=True))
            case tree.Call(function="sum"):
                return self._sum_along(node)
        raise Unreadable(f"{node.function} takes one argument", node.at)

    def _sum_along(self, node: tree.Call) -> Expr:
        """sum(E, axis=0), as code has it."""
        axis = node.arguments[1]
        match axis:
            case tree.Compare(relation="==", right=tree.Number(value=0.0 | 1.0 as which)):
                over = "rows" if which == 0 else "columns"
                return self.total(self.term(node.arguments[0]), over, node.at)
        raise Unreadable("this sum is not understood", axis.at)

    def _named_function(self, node: tree.Call, x: Expr) -> Expr:  # noqa: PLR0911, C901
        at = node.at
        match node.function:
            case "tr":
                return self.trace(x, at)
            case "vec":
                return self.vec(x, at)
            case "sum":
                return self.total(x, "all", at)
            case "mean":
                count = product(self.known(x).rows, self.known(x).columns)
                size = Expr("size", (), Kind(), count, at)
                return self.quotient(self.total(x, "all", at), size, at)
            case "det":
                return self.determinant(x, at)
            case "logdet":
                return self.apply("log", 0, self.determinant(x, at), at)
            case "diag":
                return self.diagonal(x, at)
            case "transpose":
                return self.transpose(x, at)
            case "inverse":
                return self.inverse(x, at)
            case "softmax" | "logsumexp":
                return self._softmax(node, x)
        cure = "known are tr, det, log, exp, max, relu, sigmoid, tanh, softmax and their like"
        raise Unreadable(f"the function {node.function} is not known", at, cure)

    def _softmax(self, node: tree.Call, x: Expr) -> Expr:
        if x.kind.form:
            raise Unreadable(f"{node.function} of a differential is not read", node.at)
        kind = self.known(x)
        down = kind.columns == "1"
        if not down and kind.rows != "1":
            self.remark("softmax", "softmax is taken along each row")
        made = Kind(kind.rows, kind.columns, kind.axes)
        if node.function == "logsumexp":
            made = replace(made, rows="1") if down else replace(made, columns="1")
        return Expr(node.function, (x,), made, "rows" if down else "columns", node.at)

    def _maximum(self, node: tree.Call) -> Expr:
        others = [a for a in node.arguments if not _is_zero(a)]
        relu = node.function in ("max", "clamp") and len(others) == 1
        if relu and (len(node.arguments) == 2 or node.primes):
            return self.apply("relu", node.primes, self.term(others[0]), node.at)
        if node.primes or len(node.arguments) != 2 or node.function == "clamp":
            raise Unreadable(f"{node.function} is read of two things", node.at)
        x, y = (self.term(a) for a in node.arguments)
        self._no_form(x, node.function, node.at)
        self._no_form(y, node.function, node.at)
        return self.maximum(x, y, node.at, least=node.function == "min")

    def _own_function(self, node: tree.Call) -> Expr:
        own = self.scope.functions[node.function]
        if isinstance(own.body, str):
            return self.term(replace(node, function=own.body, primes=node.primes))
        if own.body is None or len(own.parameters) != len(node.arguments):
            raise Unreadable(f"the function {node.function} is not defined so", node.at)
        if len(self.parameters) > 8:
            raise Unreadable(f"{node.function} is defined through itself", node.at)
        arguments = [self.term(a) for a in node.arguments]
        if not node.primes:
            return self._body(own.body, dict(zip(own.parameters, arguments, strict=True)))
        if node.primes > 1 or len(arguments) > 1 or arguments[0].kind.form:
            raise Unreadable(f"this derivative of {node.function} is not read", node.at)
        return self._slope(own.body, own.parameters[0], arguments[0], node.at)

    def _body(self, body: Node, bound: dict[str, Expr]) -> Expr:
        self.parameters.append(bound)
        try:
            return self.term(body)
        finally:
            self.parameters.pop()

    def _slope(self, body: Node, parameter: str, x: Expr, at: int) -> Expr:
        """The derivative of the student's own function, entry by entry."""
        place = Expr("parameter", (), replace(x.kind, row=False), parameter, at)
        kind = replace(place.kind, mask=True, number=False)
        return Expr("slope", (self._body(body, {parameter: place}), place, x), kind, None, at)

    def _cases(self, node: tree.Cases) -> Expr:
        """The first value whose condition holds."""
        result: Expr | None = None
        left: Expr = self.number(1.0, node.at)
        for value, condition in node.rows:
            holds = self.term(condition) if condition else self.number(1.0, node.at)
            part = self.times(self.term(value), self.times(left, holds, node.at), node.at)
            result = part if result is None else self.plus(result, part, node.at)
            rest = self.plus(self.number(1.0, node.at), holds, node.at, -1)
            left = self.times(left, rest, node.at)
        if result is None:
            raise Unreadable("no case is given", node.at)
        return replace(result, kind=replace(result.kind, mask=not result.kind.form))


def _is_zero(node: Node) -> bool:
    node = tree.unwrapped(node)
    return isinstance(node, tree.Zero) or (isinstance(node, tree.Number) and node.value == 0)
