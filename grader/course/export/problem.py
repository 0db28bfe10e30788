"""What keeps an export from being made."""


class ExportError(Exception):
    """An export cannot be made as asked; the message says why and what to do."""
