"""Read off a cell's source which names it binds and which it needs from elsewhere."""

import ast
import builtins
import symtable

from IPython.core.inputtransformer2 import TransformerManager

_BUILTIN = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "_"}


def plain_python(source: str) -> str:
    """The cell without IPython's own syntax (%magic, !command, name?)."""
    return TransformerManager().transform_cell(source)


def bound_names(source: str) -> frozenset[str]:
    """The global names that the cell gives a value."""
    table = _table(source)
    if table is None:
        return frozenset()
    local = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    return frozenset(local | _declared_global(table))


def needed_names(source: str) -> frozenset[str]:
    """The global names that the cell reads, anywhere in it, and that are not Python's own.

    A name that the cell binds itself counts only if it may be read first, which we judge by
    order of lines at the top level.
    """
    table = _table(source)
    if table is None:
        return frozenset()
    return frozenset(_read(table) - _bound_before_use(source) - _BUILTIN)


def _table(source: str) -> symtable.SymbolTable | None:
    try:
        return symtable.symtable(plain_python(source), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _declared_global(table: symtable.SymbolTable) -> set[str]:
    found = set[str]()
    for child in table.get_children():
        assigned = {s.get_name() for s in child.get_symbols() if s.is_assigned()}
        found |= {n for n in assigned if child.lookup(n).is_declared_global()}
        found |= _declared_global(child)
    return found


def _read(table: symtable.SymbolTable) -> set[str]:
    top = table.get_type() == "module"
    found = {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())
    }
    return found.union(*(_read(child) for child in table.get_children()))


def _bound_before_use(source: str) -> set[str]:
    """Names whose first appearance at the top level of the cell binds them."""
    bound, read = set[str](), set[str]()
    for statement in ast.parse(plain_python(source)).body:
        table = _table(ast.unparse(statement))
        now_read = _read(table) - bound if table else set()
        read |= now_read
        bound |= bound_names(ast.unparse(statement)) - read
    return bound
