"""Read off a cell's source which names it binds and which it needs from elsewhere."""

import builtins
import symtable
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

_BUILTIN = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "_"}


@lru_cache(maxsize=256)
def plain_python(source: str) -> str:
    """The cell without IPython's own syntax (%magic, !command, name?)."""
    return str(TransformerManager().transform_cell(source))


def bound_names(source: str) -> frozenset[str]:
    """The global names that the cell gives a value."""
    table = _table(source)
    if table is None:
        return frozenset()
    local = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    return frozenset(local | _declared_global(table))


def needed_names(source: str) -> frozenset[str]:
    """The global names that the cell reads, and neither binds nor has from Python."""
    table = _table(source)
    return frozenset(_read(table) - bound_names(source) - _BUILTIN) if table else frozenset()


@lru_cache(maxsize=256)
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
