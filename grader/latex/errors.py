"""What the reader says when it cannot read."""


class Unreadable(Exception):  # noqa: N818 - an answer of the reader, not an error of ours
    """A place in the text that was not understood; `at` is an offset, None when it has no place."""

    def __init__(self, message: str, at: int | None = None, cure: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.cure = message, at, cure


class Undeclared(Unreadable):
    """A name that means nothing yet."""


class TooLong(Unreadable):
    """From this place on there is more than is read."""


class LatexError(ValueError):
    """A formula of the instructor's that cannot be read: the text, a caret, and the cure."""

    def __init__(
        self, message: str, text: str, at: int | None, cure: str = "", undeclared: bool = False
    ) -> None:
        self.message, self.text, self.cure, self.undeclared = message, text, cure, undeclared
        before = text[: len(text) if at is None else at]
        self.line = before.count("\n") + 1
        self.column = len(before) - (before.rfind("\n") + 1) + 1
        super().__init__(self._shown())

    @property
    def in_a_line(self) -> str:
        """The text, what is wrong with it and the cure, in one line."""
        said = f'"{" ".join(self.text.split())}": {self.message}'
        return f"{said}; {self.cure}" if self.cure else said

    def _shown(self) -> str:
        lines = self.text.split("\n")
        caret = " " * (self.column - 1) + "^"
        shown = [self.message, "  " + lines[self.line - 1], "  " + caret]
        return "\n".join([*shown, self.cure] if self.cure else shown)
