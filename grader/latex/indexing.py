"""Put indices on terms, sum over them, and put matrices together from entries, rows and columns."""

from dataclasses import replace

from grader.algebra.expressions import Expr
from grader.algebra.sizes import Kind, Misfit

from .builder import Builder
from .errors import Unreadable
from .scope import COLUMN, ROW


def entry(builder: Builder, x: Expr, indices: tuple[str, ...], at: int) -> Expr:
    """M_{ij}: rows and columns become free indices."""
    kind = builder.known(x)
    if len(indices) == 1:
        indices = _one_index(kind, indices[0])
    for which, index in enumerate(indices):
        x = _index_one(builder, x, which, index, at)
    return x


def _one_index(kind: Kind, index: str) -> tuple[str, str]:
    if kind.columns == "1" and kind.rows != "1":
        return index, ":"
    return (":", index) if kind.rows == "1" else (index, ":")


def _index_one(builder: Builder, x: Expr, which: int, index: str, at: int) -> Expr:
    if index in (":", "*", "cdot"):
        return x
    kind = builder.known(x)
    size = (kind.rows, kind.columns)[which]
    axes = dict(kind.axes)
    if index.isdigit() and int(index) > (int(size) if size.isdigit() else 2):
        raise Unreadable(f"whether there is an entry {index} is not known", at)
    if not index.isdigit() and not builder.sizes.same(axes.setdefault(index, size), size):
        raise Misfit(f"the index {index} runs over {axes[index]} and over {size}", at)
    made = replace(kind, axes=tuple(axes.items()), row=False, rigid=False)
    made = replace(made, rows="1") if which == 0 else replace(made, columns="1")
    return Expr("index", (x,), made, (which, index), at)


def sum_over(builder: Builder, x: Expr, index: str, at: int) -> Expr:
    axes = dict(x.kind.axes)
    if index not in axes:
        raise Unreadable(f"nothing here carries the index {index}", at)
    del axes[index]
    kind = replace(x.kind, axes=tuple(axes.items()))
    return Expr("sum_over", (x,), kind, index, at)


def unindexed(builder: Builder, x: Expr, indices: tuple[str, ...], at: int) -> Expr:
    """The matrix whose entries, rows or columns were given: Z_{ij} = ..., z_i = ..."""
    sizes = dict(builder.known(x).axes)
    if set(sizes) == set(indices) and len(indices) == 1 and builder.vector(x):
        return _stacked(builder, x, indices[0], sizes[indices[0]], at)
    if not set(indices) <= set(sizes) or not builder.scalar(x):
        raise Unreadable("the indices on the two sides are not the same", at)
    columns = sizes[indices[1]] if len(indices) == 2 else "1"
    others = tuple((index, size) for index, size in sizes.items() if index not in indices)
    kind = Kind(sizes[indices[0]], columns, others, form=x.kind.form)
    return Expr("unindexed", (x,), kind, indices, at)


def _stacked(builder: Builder, x: Expr, index: str, size: str, at: int) -> Expr:
    """Rows below one another, columns side by side."""
    rows, columns = builder.known(x).rows, builder.known(x).columns
    way = ROW if rows == "1" else COLUMN
    kind = Kind(size, columns) if way == ROW else Kind(rows, size)
    return Expr("stacked", (x,), replace(kind, form=x.kind.form), (index, way), at)


def line(builder: Builder, matrix: Expr, name: str, way: str, at: int) -> Expr:
    """The row or column of a matrix that a member of a family is."""
    if way == COLUMN:
        return entry(builder, matrix, (":", name), at)
    row = entry(builder, matrix, (name, ":"), at)
    return row if way == ROW else builder.transpose(row, at)
