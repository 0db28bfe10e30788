"""Stand for a thing of the submission's: call it, take an attribute or an item, and no more.

It refuses ==, truth, order, length, iteration and pickling: those would be answered by the
submission's own code, and a test must judge data, here.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from .submission import Submission


UNNAMED = "value of a type of its own"


@dataclass(frozen=True)
class Target:
    """A thing in the submission: by name, or by number within one life of its process."""

    name: str | None = None
    thing: int | None = None
    generation: int = 0
    attributes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        root = {"name": self.name} if self.name is not None else {"thing": self.thing}
        return {**root, "attributes": list(self.attributes)}


class Proxy:
    """A thing that stays in the submission's process."""

    __slots__ = ("_kind", "_submission", "_target")

    def __init__(self, submission: "Submission", target: Target, kind: str) -> None:
        self._submission, self._target, self._kind = submission, target, kind

    @staticmethod
    def target_of(proxy: "Proxy") -> Target:
        """Its target, if the process in which it has its number still lives."""
        target, submission = proxy._target, proxy._submission
        if target.thing is not None and target.generation != submission.generation:
            from .submission import StoppedError

            raise StoppedError("the submission's process that held this object is gone")
        return target

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._submission.call(Proxy.target_of(self), arguments, named)

    def __call_each__(self, many: list[tuple[Any, ...]]) -> list[Any]:
        """What a call with each of these arguments gives, or the exception that it raises."""
        return self._submission.call_each(Proxy.target_of(self), many)

    def __asked_for__(self, problem: Any, variable: str, seed: int) -> None:
        """It was asked for the gradient of this problem by this variable."""
        target = Proxy.target_of(self)
        if target.name is not None and not target.attributes:
            self._submission.about[target.name] = problem, variable, seed

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python and libraries feel for protocols; it has none
            raise AttributeError(name)
        target = Proxy.target_of(self)
        attributes = (*target.attributes, name)
        further = Target(target.name, target.thing, target.generation, attributes)
        return self._submission.look(further)

    def __getitem__(self, key: Any) -> Any:
        return self._submission.item(Proxy.target_of(self), key)

    def __type_name__(self) -> str:
        """What the submission calls the type, for whoever says that this is no data.

        In a hidden test its name might tell what was asked there.
        """
        return UNNAMED if self._submission.withhold else self._kind

    def __repr__(self) -> str:
        return f"<{self._kind} of the submission>"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"{self!r} cannot be compared, counted or copied: ask for its data")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = _refuse
    __reduce_ex__ = __copy__ = __deepcopy__ = _refuse
    __hash__ = None  # type: ignore[assignment]
