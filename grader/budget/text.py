"""Decode a large JSON text so that one emoji in it does not make every letter four bytes."""

import codecs
import json

LARGE = 4 << 20  # bytes; below that it is not worth it
_PIECE = 1 << 20


def decoded_json(raw: bytes, encoding: str = "utf-8", errors: str = "strict") -> str:
    r"""The same JSON, as text; a large one with \u escapes for what is not ASCII.

    >>> decoded_json('["é"]'.encode()), decoded_json(b'["' + b"." * LARGE + '😀"]'.encode())[-15:]
    ('["é"]', '.\\ud83d\\ude00"]')
    """
    if len(raw) < LARGE:
        return raw.decode(encoding, errors)
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    ends = range(_PIECE, len(raw) + _PIECE, _PIECE)
    pieces = (decoder.decode(raw[end - _PIECE : end], end >= len(raw)) for end in ends)
    return b"".join(piece.encode("ascii", _ESCAPES) for piece in pieces).decode("ascii")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_ESCAPES = "grader.json_escapes"
codecs.register_error(_ESCAPES, _escaped)
