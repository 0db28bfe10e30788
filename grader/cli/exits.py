"""Exit codes, and the error that says a command was used wrongly."""

ALL_WELL = 0
NOT_ALL = 1  # a submission failed, or not all that was asked could be done
# An answer that waits for a person is no failure: each command counts it and says so.
WRONG_USE = 2
NOTHING_RAN = 3


class WrongUseError(Exception):
    """The command makes no sense as given; the message says why and what to do."""
