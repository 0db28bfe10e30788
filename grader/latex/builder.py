"""Put terms together where their sizes fit, and say so where they do not."""

from dataclasses import dataclass, replace

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind, Misfit, Sizes, product

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
STANDING, COLUMN, ROW = WAYS = "standing", "columns", "rows"  # a member: a row, upright; ...


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

    # ------------------------------------------------------------ entry by entry

    def plus(self, x: Expr, y: Expr, at: int, sign: int = 1) -> Expr:
        """X + y, or x - y."""
        if x.kind.jacobian or y.kind.jacobian:
            raise Unreadable("a derivative of a matrix by a matrix cannot be added here", at)
        kind = Kind(
            *self._spread(x, y, "sum", at),
            self.sizes.merged(x.kind, y.kind),
            number=x.kind.number and y.kind.number,
            form=x.kind.form or y.kind.form,
            rigid=(x.kind.rigid or x.kind.number) and (y.kind.rigid or y.kind.number),
        )
        return Expr("plus", (x, y), kind, sign, at)

    def negative(self, x: Expr, at: int) -> Expr:
        return Expr("negative", (x,), replace(x.kind, row=False), None, at)

    def times(self, x: Expr, y: Expr, at: int, what: str = "entry-wise product") -> Expr:
        """X and y entry by entry; a number multiplies anything."""
        self._one_form(x, y, at)
        if x.kind.jacobian or y.kind.jacobian:
            return self._scaled_jacobian(x, y, at)
        scalars = self.scalar(x), self.scalar(y)
        big = self.known(x if scalars[1] else y)
        sizes = (big.rows, big.columns) if any(scalars) else self._spread(x, y, what, at)
        mask = (x.kind.mask or scalars[0]) and (y.kind.mask or scalars[1])
        kind = Kind(
            *sizes,
            self.sizes.merged(x.kind, y.kind),
            number=x.kind.number and y.kind.number,
            mask=mask and (x.kind.mask or y.kind.mask),
            form=x.kind.form or y.kind.form,
        )
        return Expr("times", (x, y), kind, None, at)

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

    def _one_form(self, x: Expr, y: Expr, at: int) -> None:
        if x.kind.form and y.kind.form:
            raise Unreadable("a product of two differentials is not read", at)

    # ------------------------------------------------------------ matrices

    def matmul(self, x: Expr, y: Expr, at: int) -> Expr:
        """The product of matrices; a number multiplies."""
        if x.kind.jacobian or y.kind.jacobian:
            return self.chain(x, y, at)
        if self.scalar(x) or self.scalar(y):
            return self.times(x, y, at)
        self._one_form(x, y, at)
        a, b = self.known(x), self.known(y)
        if not self.sizes.fits((a.columns, b.rows)):
            raise Misfit(f"the product of {self.shown(x)} and {self.shown(y)} does not exist", at)
        kind = Kind(a.rows, b.columns, self.sizes.merged(a, b), form=a.form or b.form)
        return Expr("matmul", (x, y), kind, None, at)

    def transpose(self, x: Expr, at: int) -> Expr:
        if x.kind.jacobian:
            raise Unreadable("a derivative of a matrix by a matrix has no transpose", at)
        kind = replace(x.kind, rows=x.kind.columns, columns=x.kind.rows, row=False)
        return x if self.scalar(x) else Expr("transpose", (x,), kind, None, at)

    def square(self, x: Expr, what: str, at: int) -> Kind:
        kind = self.known(x)
        if not self.sizes.fits((kind.rows, kind.columns)):
            raise Misfit(f"the {what} of a matrix of {self.shown(x)} does not exist", at)
        return self.known(x)

    def inverse(self, x: Expr, at: int) -> Expr:
        self._no_form(x, "an inverse", at)
        if self.scalar(x):
            return Expr("power", (x,), replace(x.kind, row=False), -1.0, at)
        kind = self.square(x, "inverse", at)
        return Expr("inverse", (x,), Kind(kind.rows, kind.columns, kind.axes), None, at)

    def trace(self, x: Expr, at: int) -> Expr:
        if self.scalar(x):
            return x
        self.square(x, "trace", at)
        return Expr("trace", (x,), Kind(axes=x.kind.axes, form=x.kind.form), None, at)

    def determinant(self, x: Expr, at: int) -> Expr:
        self._no_form(x, "a determinant", at)
        self.square(x, "determinant", at)
        return Expr("determinant", (x,), Kind(axes=x.kind.axes), None, at)

    def total(self, x: Expr, axes: str, at: int) -> Expr:
        """The sum over "all" entries, over the "rows" (down each column) or the "columns"."""
        kind = self.known(x)
        rows = kind.rows if axes == "columns" else "1"
        columns = kind.columns if axes == "rows" else "1"
        return Expr("total", (x,), Kind(rows, columns, kind.axes, form=kind.form), axes, at)

    def inner(self, x: Expr, y: Expr, at: int) -> Expr:
        """The sum of the entry-wise products."""
        a, b = self.known(x), self.known(y)
        if not self.sizes.fits((a.rows, b.rows), (a.columns, b.columns)):
            shown = f"{self.shown(x)} and {self.shown(y)}"
            raise Misfit(f"the inner product of {shown} does not exist", at)
        return self.total(self.times(x, y, at), "all", at)

    def squares(self, x: Expr, at: int) -> Expr:
        """The sum of squares; differentiable at 0, where a norm is not."""
        self._no_form(x, "a norm", at)
        return Expr("squares", (x,), Kind(axes=x.kind.axes), None, at)

    def vec(self, x: Expr, at: int) -> Expr:
        kind = self.known(x)
        rows = product(kind.rows, kind.columns)
        return Expr("vec", (x,), Kind(rows, "1", kind.axes, form=kind.form), None, at)

    def kron(self, x: Expr, y: Expr, at: int) -> Expr:
        self._one_form(x, y, at)
        a, b = self.known(x), self.known(y)
        rows, columns = product(a.rows, b.rows), product(a.columns, b.columns)
        if max(rows.count("·"), columns.count("·")) >= MOST_FACTORS:
            raise Unreadable("this Kronecker product is too large", at)
        axes = self.sizes.merged(a, b)
        return Expr("kron", (x, y), Kind(rows, columns, axes, form=a.form or b.form), None, at)

    def diagonal(self, x: Expr, at: int) -> Expr:
        """Diag of a vector is a matrix, diag of a matrix a column."""
        kind = self.known(x)
        if "1" in (kind.rows, kind.columns):
            n = product(kind.rows, kind.columns)
            made = Kind(n, n, kind.axes, form=kind.form)
            return Expr("spread_diagonal", (x,), made, None, at)
        self.square(x, "diagonal", at)
        made = Kind(kind.rows, "1", kind.axes, form=kind.form)
        return Expr("diagonal", (x,), made, None, at)

    def apply(self, function: str, primes: int, x: Expr, at: int) -> Expr:
        """A function entry by entry, or its derivative of that order."""
        self._no_form(x, function, at)
        if x.kind.jacobian:
            raise Unreadable(f"{function} of a derivative by a matrix is not read", at)
        kind = replace(x.kind, number=False, mask=primes > 0, row=False, rigid=False)
        return Expr("apply", (x,), kind, (function, primes), at)

    def compare(self, relation: str, x: Expr, y: Expr, at: int) -> Expr:
        sizes = self._spread(x, y, "comparison", at)
        kind = Kind(*sizes, self.sizes.merged(x.kind, y.kind), mask=True)
        return Expr("compare", (x, y), kind, relation, at)

    def maximum(self, x: Expr, y: Expr, at: int, least: bool = False) -> Expr:
        for one in (x, y):
            self._no_form(one, "min" if least else "max", at)
        operation = "minimum" if least else "maximum"
        kind = Kind(*self._spread(x, y, operation, at), self.sizes.merged(x.kind, y.kind))
        return Expr(operation, (x, y), kind, None, at)

    def _no_form(self, x: Expr, what: str, at: int) -> None:
        if x.kind.form:
            raise Unreadable(f"{what} of a differential is not read", at)

    # ------------------------------------------------------------ indices

    def index(self, x: Expr, indices: tuple[str, ...], at: int) -> Expr:
        """M_{ij}: rows and columns become free indices."""
        kind = self.known(x)
        if len(indices) == 1:
            indices = self._one_index(kind, indices[0])
        for which, index in enumerate(indices):
            x = self._index_one(x, which, index, at)
        return x

    def _one_index(self, kind: Kind, index: str) -> tuple[str, str]:
        if kind.columns == "1" and kind.rows != "1":
            return index, ":"
        return (":", index) if kind.rows == "1" else (index, ":")

    def _index_one(self, x: Expr, which: int, index: str, at: int) -> Expr:
        if index in (":", "*", "cdot"):
            return x
        kind = self.known(x)
        size = (kind.rows, kind.columns)[which]
        axes = dict(kind.axes)
        if not index.isdigit() and not self.sizes.same(axes.setdefault(index, size), size):
            raise Misfit(f"the index {index} runs over {axes[index]} and over {size}", at)
        made = replace(kind, axes=tuple(axes.items()), row=False, rigid=False)
        made = replace(made, rows="1") if which == 0 else replace(made, columns="1")
        return Expr("index", (x,), made, (which, index), at)

    def sum_over(self, x: Expr, index: str, at: int) -> Expr:
        axes = dict(x.kind.axes)
        if index not in axes:
            raise Unreadable(f"nothing here carries the index {index}", at)
        del axes[index]
        kind = replace(x.kind, axes=tuple(axes.items()))
        return Expr("sum_over", (x,), kind, index, at)

    def unindexed(self, x: Expr, indices: tuple[str, ...], at: int) -> Expr:
        """The matrix whose entries, rows or columns were given: Z_{ij} = ..., z_i = ..."""
        sizes = dict(self.known(x).axes)
        if set(sizes) == set(indices) and len(indices) == 1 and self.vector(x):
            return self._stacked(x, indices[0], sizes[indices[0]], at)
        if set(sizes) != set(indices) or not self.scalar(x):
            raise Unreadable("the indices on the two sides are not the same", at)
        columns = sizes[indices[1]] if len(indices) == 2 else "1"
        kind = Kind(sizes[indices[0]], columns, form=x.kind.form)
        return Expr("unindexed", (x,), kind, indices, at)

    def _stacked(self, x: Expr, index: str, size: str, at: int) -> Expr:
        """Rows below one another, columns side by side."""
        rows, columns = self.known(x).rows, self.known(x).columns
        way = ROW if rows == "1" else COLUMN
        kind = Kind(size, columns) if way == ROW else Kind(rows, size)
        return Expr("stacked", (x,), replace(kind, form=x.kind.form), (index, way), at)

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
