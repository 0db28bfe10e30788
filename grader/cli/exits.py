"""Exit codes, and the error that says a command was used wrongly."""

ALL_WELL = 0
NEEDS_A_PERSON = 1  # something was graded with errors, or a check failed
WRONG_USE = 2
NOTHING_RAN = 3


class WrongUseError(Exception):
    """The command makes no sense as given; the message says why and what to do."""
