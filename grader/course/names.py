"""Which names a cell binds and which it needs from elsewhere, read from its code alone."""

from __future__ import annotations

import builtins
import symtable
from collections.abc import Iterator

# IPython puts these into every notebook.
GIVEN = frozenset(dir(builtins)) | {"get_ipython", "display", "__name__", "__file__", "__doc__"}


def bound(code: str) -> set[str]:
    r"""Names that the code binds at its top level.

    >>> sorted(bound("import os.path as p; from a import b; c = 1\ndef d(): e = 2"))
    ['b', 'c', 'd', 'p']
    """
    return {symbol.get_name() for symbol in _top(code).get_symbols() if _binds(symbol)}


def needed(code: str) -> set[str]:
    r"""Names that the code looks up and neither binds itself nor finds among the builtins.

    >>> sorted(needed("import torch\ndef f(x): return g(x) + torch.e\nprint(f(y))"))
    ['g', 'y']
    """
    looked_up = {name for table in _tables(_top(code)) for name in _globals_read(table)}
    return looked_up - bound(code) - GIVEN


def plain_python(source: str) -> str:
    """The code of a cell with its magics (`%matplotlib inline`) written as function calls."""
    from IPython.core.inputtransformer2 import TransformerManager

    return str(TransformerManager().transform_cell(source))


def _top(code: str) -> symtable.SymbolTable:
    return symtable.symtable(code, "cell", "exec")


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _globals_read(table: symtable.SymbolTable) -> Iterator[str]:
    at_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (at_top or symbol.is_global()):
            yield symbol.get_name()


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
