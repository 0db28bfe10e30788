"""Stand in for the package `grader` where a submission runs: it can say a problem, not solve it.

A notebook's `from grader import Problem, check` works here. A problem shows its formula; asked for
anything else it gives `Nothing`, and so does every other name of the package. The true gradients
are not in this process, so no submission can ask for them.
"""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class Nothing:
    """What the stand-in gives for all it does not know: it takes any call and says nothing."""

    def __call__(self, *_: Any, **__: Any) -> "Nothing":
        return self

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("_"):  # IPython asks how to show it, copy asks how to copy it
            raise AttributeError(name)
        return self

    def __enter__(self) -> "Nothing":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator["Nothing"]:
        return iter(())

    def __repr__(self) -> str:
        return "(not to be had while grading)"


class Problem(Nothing):
    """A formula and its sizes, to be shown."""

    def __init__(
        self, formula: object = "", variables: Any = None, *, names: Any = (), **more: object
    ) -> None:
        self.formula = formula
        given = {**(variables or {}), **more}
        self.sizes = {name: said for name, said in given.items() if isinstance(said, str)}
        self.named = names

    @property
    def statement(self) -> str:
        sizes = ", ".join(f"{name} ({size})" for name, size in self.sizes.items())
        return ", ".join([f"${self.formula}$", sizes, *(f"${name}$" for name in self.named)])

    def _repr_markdown_(self) -> str:
        return self.statement

    def __repr__(self) -> str:
        return f"Problem({self.statement})"


def check(*_: object, **__: object) -> None:
    """Do nothing: the tests run elsewhere, and call what they need."""


def install() -> None:
    """From here on `import grader` finds the stand-in."""
    module = ModuleType("grader", __doc__)
    known: dict[str, Any] = {
        "Problem": Problem,
        "check": check,
        "check_derivations": check,
        "CheckFailed": AssertionError,
    }

    def other(name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    # An empty __path__ makes it a package in which no module is found.
    module.__dict__.update(known, __getattr__=other, __path__=[])
    sys.modules["grader"] = module
