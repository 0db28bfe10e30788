"""Start a process sooner: what loads slowly and is never used here is left out."""

import sys

# jsonschema, which nbformat loads, builds 38 grammars of addresses with it if it is there: three
# seconds for what no notebook holds. It calls it optional.
NOT_NEEDED = ("rfc3987_syntax",)


def start_soon() -> None:
    """Leave it out of this process, unless somebody uses it already."""
    for name in NOT_NEEDED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
