"""Put terms together where their sizes fit, and say so where they do not."""

from dataclasses import dataclass, replace
from typing import Any

from grader.algebra.expressions import Expr
from grader.algebra.operations import OPERATIONS, TOGETHER, Operation
from grader.algebra.sizes import Kind, Misfit, Sizes

from .conventions import Customs
from .errors import Unreadable

MOST_FACTORS = 4  # of a size: a Kronecker product of Kronecker products is not read


@dataclass(frozen=True)
class Remark:
    """Something a reader took the liberty, or the trouble, to assume."""

    code: str
    text: str
    at: int | None = None


SCALAR = Kind()
NUMBER = Kind(number=True, mask=False)


class Builder:
    """Terms from terms; it owns the sizes not known yet and the remarks made on the way."""

    def __init__(self) -> None:
        self.sizes = Sizes()
        self.remarks: list[Remark] = []
        self.liberties: set[str] = set()
        self.customs = Customs()

    # ------------------------------------------------------------ saying things

    def remark(self, code: str, text: str, at: int | None = None) -> None:
        """Remember an assumption, once."""
        if all(r.text != text for r in self.remarks):
            self.remarks.append(Remark(code, text, at))

    def liberty(self, code: str, text: str, at: int | None = None) -> None:
        """Remember a reading that is tolerated but not what was typed."""
        self.liberties.add(code)
        self.remark(code, text, at)

    def known(self, term: Expr) -> Kind:
        return self.sizes.known(term.kind)

    def shown(self, term: Expr) -> str:
        return self.sizes.shown(term.kind)

    def scalar(self, term: Expr) -> bool:
        """Whether it is one number (perhaps for every value of its free indices)."""
        kind = self.known(term)
        return kind.rows == kind.columns == "1" and kind.jacobian is None

    def vector(self, term: Expr) -> bool:
        kind = self.known(term)
        return "1" in (kind.rows, kind.columns) and not self.scalar(term)

    # ------------------------------------------------------------ leaves

    def number(self, value: float, at: int = 0) -> Expr:
        return Expr("number", (), NUMBER, float(value), at)

    def ones(self, rows: str, columns: str, at: int) -> Expr:
        return Expr("ones", (), Kind(rows, columns, rigid=True), None, at)

    # ------------------------------------------------------------ operations

    def operation(
        self, op: str, at: int, *args: Expr, detail: Any = None, what: str = "",
        shape: tuple[str, str] | None = None, **flags: Any,
    ) -> Expr:  # fmt: skip
        """An operation of the table, of the sizes that its row says."""
        row = OPERATIONS[op]
        forms = [x for x in args if x.kind.form]
        if forms or any(x.kind.jacobian for x in args):
            self._may_stand_in(row, what or op, len(forms), at)
        rows, columns = shape or self._shape(row, detail, args, what, at)
        axes = self.sizes.merged(*(x.kind for x in args))
        return Expr(op, args, Kind(rows, columns, axes, form=bool(forms), **flags), detail, at)

    def _may_stand_in(self, row: Operation, what: str, forms: int, at: int) -> None:
        """Only a linear operation is read of differentials, and of one at a time."""
        if not forms:
            raise Unreadable(f"{what} of a derivative by a matrix is not read", at)
        if not row.linear:
            raise Unreadable(f"{what} of a differential is not read", at)
        if forms > 1 and row.linear != TOGETHER:
            raise Unreadable("a product of two differentials is not read", at)

    def _shape(
        self, row: Operation, detail: Any, args: tuple[Expr, ...], what: str, at: int
    ) -> tuple[str, str]:
        if row.sizes is None:
            x, y = args
            return self._spread(x, y, what or row.name, at)
        try:
            return row.sizes(self.sizes, detail, *map(self.known, args))
        except Misfit as misfit:
            misfit.at = at if misfit.at is None else misfit.at
            raise

    # ------------------------------------------------------------ entry by entry

    def plus(self, x: Expr, y: Expr, at: int, sign: int = 1) -> Expr:
        """X + y, or x - y."""
        if x.kind.jacobian or y.kind.jacobian:
            raise Unreadable("a derivative of a matrix by a matrix cannot be added here", at)
        return self.operation(
            "plus", at, x, y, detail=sign, what="sum",
            number=x.kind.number and y.kind.number,
            rigid=all(z.kind.rigid or z.kind.number for z in (x, y)),
        )  # fmt: skip

    def negative(self, x: Expr, at: int) -> Expr:
        return Expr("negative", (x,), replace(x.kind, row=False), None, at)

    def times(self, x: Expr, y: Expr, at: int, what: str = "entry-wise product") -> Expr:
        """X and y entry by entry; a number multiplies anything."""
        if x.kind.jacobian or y.kind.jacobian:
            return self._scaled_jacobian(x, y, at)
        scalars = self.scalar(x), self.scalar(y)
        big = self.known(x if scalars[1] else y)
        mask = (x.kind.mask or scalars[0]) and (y.kind.mask or scalars[1])
        return self.operation(
            "times", at, x, y, what=what,
            shape=(big.rows, big.columns) if any(scalars) else None,
            number=x.kind.number and y.kind.number, mask=mask and (x.kind.mask or y.kind.mask),
        )  # fmt: skip

    def quotient(self, x: Expr, y: Expr, at: int) -> Expr:
        """X / y entry by entry."""
        if y.kind.form or y.kind.jacobian or x.kind.jacobian:
            raise Unreadable("a quotient by this is not understood", at)
        inverse = Expr("power", (y,), replace(y.kind, row=False, rigid=False), -1.0, at)
        return self.times(x, inverse, at, "quotient")

    def _spread(self, x: Expr, y: Expr, what: str, at: int) -> tuple[str, str]:
        """The sizes of x and y laid over each other."""
        a, b = self.known(x), self.known(y)
        if a.number or b.number:
            big = b if a.number else a
            return big.rows, big.columns
        if self.sizes.fits((a.rows, b.rows), (a.columns, b.columns)):
            return a.rows, a.columns
        if self.scalar(x) or self.scalar(y):
            self.remark("scalar", f"{what} of a number and a matrix, read entry by entry")
            big = b if self.scalar(x) else a
            return big.rows, big.columns
        return self._broadcast(a, b, what, at)

    def _broadcast(self, a: Kind, b: Kind, what: str, at: int) -> tuple[str, str]:
        fits = self.sizes.fits
        if not (a.rigid or b.rigid):
            for small, big in ((a, b), (b, a)):
                if small.rows == "1" and fits((small.columns, big.columns)):
                    if not small.row:
                        self.remark("broadcast", f"{what}: the row is taken for every row", at)
                    return big.rows, big.columns
                if small.columns == "1" and fits((small.rows, big.rows)):
                    self.remark("broadcast", f"{what}: the column is taken for every column")
                    return big.rows, big.columns
        shown = f"{self.sizes.shown(a)} and {self.sizes.shown(b)}"
        raise Misfit(f"the {what} of {shown} does not exist", at)

    def apply(self, function: str, primes: int, x: Expr, at: int) -> Expr:
        """A function entry by entry, or its derivative of that order."""
        return self.operation(
            "apply", at, x, detail=(function, primes), what=function, mask=primes > 0
        )

    def compare(self, relation: str, x: Expr, y: Expr, at: int) -> Expr:
        return self.operation("compare", at, x, y, detail=relation, what="comparison", mask=True)

    # ------------------------------------------------------------ matrices

    def matmul(self, x: Expr, y: Expr, at: int) -> Expr:
        """The product of matrices; a number multiplies."""
        if x.kind.jacobian or y.kind.jacobian:
            return self.chain(x, y, at)
        if self.scalar(x) or self.scalar(y):
            return self.times(x, y, at)
        return self.operation("matmul", at, x, y)

    def transpose(self, x: Expr, at: int) -> Expr:
        if x.kind.jacobian:
            raise Unreadable("a derivative of a matrix by a matrix has no transpose", at)
        if self.scalar(x):
            return x
        return self.operation("transpose", at, x, mask=x.kind.mask, rigid=x.kind.rigid)

    def inverse(self, x: Expr, at: int) -> Expr:
        if not self.scalar(x) or x.kind.form:
            return self.operation("inverse", at, x, what="an inverse")
        return Expr("power", (x,), replace(x.kind, row=False), -1.0, at)

    def trace(self, x: Expr, at: int) -> Expr:
        return x if self.scalar(x) else self.operation("trace", at, x)

    def determinant(self, x: Expr, at: int) -> Expr:
        return self.operation("determinant", at, x, what="a determinant")

    def total(self, x: Expr, axes: str, at: int) -> Expr:
        """The sum over "all" entries, over the "rows" (down each column) or the "columns"."""
        return self.operation("total", at, x, detail=axes)

    def inner(self, x: Expr, y: Expr, at: int) -> Expr:
        """The sum of the entry-wise products."""
        self._shape(OPERATIONS["inner"], None, (x, y), "", at)
        return self.total(self.times(x, y, at), "all", at)

    def squares(self, x: Expr, at: int) -> Expr:
        """The sum of squares; differentiable at 0, where a norm is not."""
        return self.operation("squares", at, x, what="a norm")

    def kron(self, x: Expr, y: Expr, at: int) -> Expr:
        made = self.operation("kron", at, x, y)
        if max(made.kind.rows.count("·"), made.kind.columns.count("·")) >= MOST_FACTORS:
            raise Unreadable("this Kronecker product is too large", at)
        return made

    def diagonal(self, x: Expr, at: int) -> Expr:
        """Diag of a vector is a matrix, diag of a matrix a column."""
        kind = self.known(x)
        vector = "1" in (kind.rows, kind.columns)
        return self.operation("spread_diagonal" if vector else "diagonal", at, x)

    # ------------------------------------------------------------ derivatives

    def differential(self, x: Expr, at: int) -> Expr:
        if x.kind.form:
            raise Unreadable("second differentials are not read", at)
        if x.kind.jacobian:
            raise Unreadable("the differential of a derivative is not read", at)
        kind = Kind(x.kind.rows, x.kind.columns, x.kind.axes, form=True)
        return Expr("differential", (x,), kind, None, at)

    def chain(self, x: Expr, y: Expr, at: int) -> Expr:
        """A product with a derivative of a matrix by a matrix: the chain rule."""
        if x.kind.jacobian and y.kind.jacobian:
            return self._chain_of_two(x, y, at)
        jacobian, other = (x, y) if x.kind.jacobian else (y, x)
        of, by = jacobian.kind.jacobian or (SCALAR, SCALAR)
        if self.scalar(other):
            return self._scaled_jacobian(x, y, at)
        if other.kind.axes or other.kind.form:
            raise Unreadable("this product with a derivative by a matrix is not read", at)
        kind = self.known(other)
        for end, named in ((of, "of"), (by, "by")):
            if other.kind.mask and self.sizes.fits(
                (kind.rows, end.rows), (kind.columns, end.columns)
            ):
                return Expr("masked_jacobian", (jacobian, other), jacobian.kind, named, at)
        if not self.sizes.fits((kind.rows, of.rows), (kind.columns, of.columns)):
            shown = self.sizes.shown(of)
            raise Misfit(f"chain rule: {self.shown(other)} against a derivative of {shown}", at)
        self.remark("chain", "product with a derivative by a matrix, read as the chain rule")
        return Expr("chain", (other, jacobian), Kind(by.rows, by.columns), None, at)

    def _chain_of_two(self, x: Expr, y: Expr, at: int) -> Expr:
        for outer, inside in ((x, y), (y, x)):
            of, middle = outer.kind.jacobian or (SCALAR, SCALAR)
            same, by = inside.kind.jacobian or (SCALAR, SCALAR)
            if self.sizes.fits((middle.rows, same.rows), (middle.columns, same.columns)):
                return Expr("chain_of_two", (outer, inside), Kind(jacobian=(of, by)), None, at)
        raise Misfit("the derivatives do not fit into a chain", at)

    def _scaled_jacobian(self, x: Expr, y: Expr, at: int) -> Expr:
        jacobian, other = (x, y) if x.kind.jacobian else (y, x)
        if not self.scalar(other) or other.kind.axes or other.kind.form:
            return self.chain(x, y, at) if not self.scalar(other) else self._refuse(at)
        return Expr("scaled_jacobian", (jacobian, other), jacobian.kind, None, at)

    def _refuse(self, at: int) -> Expr:
        raise Unreadable("this product with a derivative by a matrix is not read", at)
