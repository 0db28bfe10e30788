"""Pair brackets of any shape: `mended(tokens, remarks)`."""

from lark import Token

PAIRS = {"OPEN": "CLOSE", "NORM_OPEN": "NORM_CLOSE", "BAR_OPEN": "BAR_CLOSE", "LANGLE": "RANGLE"}


def mended(found: list[Token], said: list[tuple[int, str]]) -> list[Token]:
    """Pair brackets of any shape, drop stray closing ones, close what stays open."""
    out: list[Token] = []
    opened: list[Token] = []
    opening = {close: open_ for open_, close in PAIRS.items()}
    for token in found:
        if token.type in PAIRS:
            opened.append(token)
        elif token.type in opening:
            if not any(o.type == opening[token.type] for o in opened):
                said.append((token.start_pos or 0, f'stray closing bracket "{token.value}"'))
                continue
            while opened[-1].type != opening[token.type]:
                out.append(_close(opened.pop(), token.start_pos or 0, said))
            opened.pop()
        out.append(token)
    end = (found[-1].start_pos or 0) if found else 0
    return out + [_close(o, end, said) for o in reversed(opened)]


def _close(opened: Token, at: int, said: list[tuple[int, str]]) -> Token:
    said.append((opened.start_pos or 0, f'the bracket "{opened.value}" is never closed'))
    token = Token(PAIRS[opened.type], "")
    token.start_pos = at
    return token
