"""Read numbers and names: a bold 1, a letter, a word, a function with its argument.

Which letters are one name, and what below them belongs to it, depends on the names that are known.
"""

import re

from . import tree
from .cursor import OPERATORS, RELATIONS, TRANSPOSES, Cursor
from .derivatives import gradient_sign
from .errors import Unreadable
from .members import is_applied, is_sample, member_of
from .names import GREEK, function_named, takes_run
from .pieces import Script, bare, is_place, layer_label
from .tex import ACCENTS, CLOSE, OPEN, WORDY, Tex, argument, flat

LAYERED = re.compile(r"(\d+|\w+(?=,)),?([a-z](?:,?[a-z])?)")
HANGING = ("^", "_", "'")
SCRIPTS = {r"\mathcal", r"\mathscr"}
LIBRARIES = {"np", "numpy", "torch", "tf", "F"}  # np.where is where


# ------------------------------------------------------------- numbers, ones


def number(cursor: Cursor, token: Tex) -> None:
    if token.text == "11" and _is_transposed(cursor, cursor.i + 1):  # 1 1^T without a space
        one = Tex("1", token.at, token.spaced)
        cursor.tokens[cursor.i : cursor.i + 1] = [Tex(r"\mathbf", token.at), one, one]
        return styled(cursor, cursor.tokens[cursor.i])
    cursor.i += 1
    if token.text == "1" and _ones_follow(cursor):
        _ones(cursor, token.at)
        return
    value = float(token.text)
    below = cursor.peek(1)
    if cursor.peek() == "/" and below[:1].isdigit() and not cursor.after_operand():
        value, cursor.i = value / float(below) if float(below) else float("inf"), cursor.i + 2
    cursor.emit("NUMBER", value, token.at)
    cursor.hang(cursor.scripts())


def _ones_follow(cursor: Cursor) -> bool:
    return cursor.peek() == "_" or _is_transposed(cursor, cursor.i)


def _is_transposed(cursor: Cursor, i: int) -> bool:
    """Whether a transpose hangs at this place."""
    raised = i < len(cursor.tokens) and cursor.tokens[i].text == "^"
    return raised and flat(argument(list(cursor.tokens), i + 1)[0]) in TRANSPOSES


def _ones(cursor: Cursor, at: int, identity: bool = False) -> None:
    """What a bold 1 or I is: a column of ones, an identity, or an indicator."""
    scripts = cursor.scripts()
    below = next((s for s in scripts if s.kind == "sub"), None)
    if below and any(t.text in RELATIONS for t in below.tokens):
        cursor.whole(cursor.read(bare(below.tokens), at))
        cursor.hang([s for s in scripts if s.kind != "sub"])
        return
    if not scripts and cursor.peek() in OPEN | {"{"} and _indicator(cursor, at):
        return
    sizes = tuple(p for p in re.split(r"times|×|,|\*|x", below.text) if p) if below else ()
    if identity:
        cursor.whole(tree.Identity(at, sizes[0] if sizes else None))
    else:
        cursor.whole(tree.Ones(at, sizes))
    cursor.hang([s for s in scripts if s.kind != "sub"])


def _indicator(cursor: Cursor, at: int) -> bool:
    close = cursor.closing(cursor.i)
    inside = cursor.tokens[cursor.i + 1 : close]
    if not any(t.text in RELATIONS for t in inside):
        return False
    cursor.i = close + 1
    cursor.whole(tree.Group(at, cursor.read(bare(inside), at)))
    cursor.hang(cursor.scripts())
    return True


# ------------------------------------------------------------- names


def styled(cursor: Cursor, token: Tex) -> None:
    at = token.at
    inside, after = argument(cursor.tokens, cursor.i + 1)
    inner = flat(inside)
    if token.text in ACCENTS:
        cursor.i = after
        _name(cursor, f"{ACCENTS[token.text]}.{inner}", at)
    elif inner == "grad" and after < len(cursor.tokens) and cursor.tokens[after].text == "_":
        cursor.i = after
        gradient_sign(cursor, at)
    elif inner == "" or (token.text in WORDY and not re.search(r"[A-Za-z0-9]", inner)):
        cursor.i = after
    elif inner == "1" or (inner == "I" and not cursor.names.known("I")):
        cursor.i = after
        indicator = token.text == r"\mathbb" and cursor.peek() in OPEN | {"_"}
        _ones(cursor, at, identity=inner == "I" and not (indicator and _has_relation(cursor)))
    elif inner == "0":
        cursor.i = after
        cursor.scripts()
        cursor.whole(tree.Zero(at))
    elif len(inside) > 1 and _is_no_word(cursor, inside, inner):
        raised = after < len(cursor.tokens) and cursor.tokens[after].text in HANGING
        around = [Tex("{", at), *inside, Tex("}", at)] if raised else inside
        cursor.tokens[cursor.i : after] = around  # \mathbf{W_1}, \mathbf{X^T}, \mathbf{XW}
        cursor.step(cursor.tokens[cursor.i])
    else:
        cursor.i = after
        _digits_below(cursor)
        apart = token.text in SCRIPTS and cursor.names.known(inner)
        if apart and cursor.names.customs.ask("script") == "apart":
            inner = f"cal.{inner}"
        _name(cursor, inner, at)


def _is_no_word(cursor: Cursor, inside: list[Tex], word: str) -> bool:
    """Whether what is set in one font is more than a name: X^T, or two names side by side."""
    if not all(t.letter or t.number for t in inside):
        return True
    known = cursor.names.resolved(word) or function_named(word)
    return not known and all(t.letter and cursor.names.known(t.text) for t in inside)


def _has_relation(cursor: Cursor) -> bool:
    close = cursor.closing(cursor.i if cursor.peek() in OPEN else cursor.i + 1)
    return any(t.text in RELATIONS for t in cursor.tokens[cursor.i : close])


def command(cursor: Cursor, token: Tex) -> None:
    word = token.text[1:]
    if word not in GREEK and not function_named(word):
        cure = "write it with letters, brackets, + - * / ^ _ and functions such as tr, log"
        raise Unreadable(f"the command {token.text} is not known", token.at, cure)
    cursor.i += 1
    _name(cursor, word, token.at)


def letters(cursor: Cursor, token: Tex) -> None:
    run = cursor.run_of_letters(cursor.i)
    if run in LIBRARIES and cursor.peek(len(run)) == ".":
        cursor.i += len(run) + 1
        return
    word = cursor.word_at(cursor.i) or _unknown_word(cursor, run) or run[0]
    cursor.i += len(word)
    at = token.at
    if word == "I" and not cursor.names.known("I") and not _value_below(cursor):
        _ones(cursor, at, identity=True)
    elif word == "e" and _is_exponential(cursor):
        inside, cursor.i = argument(cursor.tokens, cursor.i + 1)
        cursor.whole(tree.Call(at, "exp", 0, (cursor.read(inside, at),)))
        cursor.hang(cursor.scripts())
    else:
        _digits_below(cursor)
        _word_below(cursor, word)
        _name(cursor, word, at)


def _is_exponential(cursor: Cursor) -> bool:
    if cursor.names.known("e") or cursor.peek() != "^":
        return False
    raised = flat(argument(list(cursor.tokens), cursor.i + 1)[0])
    if raised in TRANSPOSES:  # of a column called e, unless T is declared
        return cursor.names.known(raised) and cursor.names.customs.ask("e") == "function"
    return not is_sample(cursor.names, "e", raised)


def _value_below(cursor: Cursor) -> bool:
    """Whether I_Z stands there, where Z is no size: a name, such as that of a mask."""
    if cursor.peek() != "_":
        return False
    return flat(argument(list(cursor.tokens), cursor.i + 1)[0]) in cursor.names.values


def _word_below(cursor: Cursor, word: str) -> None:
    """Y{pred} typed for Y_{pred}."""
    if cursor.peek() == "{" and len(word) == 1 and cursor.names.known(word):
        inside = flat(argument(cursor.tokens, cursor.i)[0])
        if len(inside) >= 3 and inside.isalpha() and not function_named(inside):
            cursor.tokens.insert(cursor.i, Tex("_", cursor.tokens[cursor.i].at))


def _unknown_word(cursor: Cursor, run: str) -> str | None:
    """A word typed as one that we do not know: mask, loss, pred."""
    singly = all(cursor.names.known(c) or c in "dT" for c in run)
    return run if len(run) >= 3 and run[1:].islower() and not singly else None


def _digits_below(cursor: Cursor) -> None:
    """W1 typed for W_1."""
    digit = cursor.tokens[cursor.i] if cursor.i < len(cursor.tokens) else None
    if digit and digit.text.isdigit() and not digit.spaced:
        cursor.tokens[cursor.i : cursor.i + 1] = [Tex("_", digit.at), digit]


def _name(cursor: Cursor, base: str, at: int) -> None:
    """A symbol with what hangs on it: a name, a function, an entry of a matrix."""
    label, scripts = layer_label(_with_layer(cursor, base, cursor.scripts()))
    below = next((s for s in scripts if s.kind == "sub"), None)
    member, rest = member_of(cursor.names, base, label, scripts, at)
    if member is not None:
        cursor.whole(member)
        if is_applied(cursor.names, member) and cursor.peek() in OPEN:
            _skip_argument(cursor)
        cursor.hang(rest)
        return
    name, marks = _with_subscript(cursor, base, label, below, scripts)
    if name is None:
        return
    function = _function(cursor, name, base, below)
    if function:
        _call(cursor, function, marks, at)
        return
    name = cursor.names.resolved(name) or name
    if cursor.peek() in OPEN and not cursor.names.known(name):
        primed = any(s.is_prime for s in marks)
        cursor.names.applied[name] = primed or cursor.names.applied.get(name, False)
        if primed:
            raise Unreadable(f"the function {name} is not defined", at)
    by = _marked(cursor, name)
    if by is None and name in cursor.names.functionlike and cursor.peek() in OPEN:
        said = _skip_argument(cursor)
        primes = [s for s in marks if s.is_prime]
        if primes and len(said) == 1:  # f'(x)
            by, marks = said[0], [s for s in marks if not s.is_prime]
    if by is None:
        cursor.emit("NAME", name, at)
    else:
        objective = name if name in cursor.names.functionlike else cursor.names.objective
        cursor.whole(tree.Derivative(at, tree.Name(at, objective), tree.Name(at, by)))
    cursor.hang(marks)


def _with_layer(cursor: Cursor, base: str, scripts: list[Script]) -> list[Script]:
    """The scripts, with the L of a^L in brackets where a^{(L)} is known and a is not."""
    names = cursor.names

    def bracketed(script: Script) -> Script:
        layer = script.kind == "sup" and names.known(f"{base}^({script.text})")
        if not layer or names.known(base):
            return script
        return Script("sup", [Tex("(", script.at), *script.tokens, Tex(")", script.at)], script.at)

    return [bracketed(script) for script in scripts]


def _marked(cursor: Cursor, name: str) -> str | None:
    r"""The Q of \bar Q, grad_Q and f_Q, where these are derivatives of the objective f by Q."""
    names = cursor.names
    if names.known(name) or not names.objective:
        return None
    for mark in ("bar.", "grad_", f"{names.objective}_", f"{names.customs.taken.alias}_"):
        by = name.removeprefix(mark)
        if by != name and len(mark) > 1 and by in names.values:
            return by if names.customs.ask("marks") == "gradients" else None
    return None


def _with_subscript(  # noqa: PLR0911
    cursor: Cursor, base: str, label: str, below: Script | None, scripts: list[Script]
) -> tuple[str | None, list[Script]]:
    """The name meant, and the scripts that are not part of it (an index stays one)."""
    if below is None:
        return base + label, scripts
    others = [s for s in scripts if s.kind != "sub"]
    text = below.text
    full = cursor.names.resolved(f"{base}_{text}{label}")
    if full:
        return full, others
    if base + label in cursor.names.values - cursor.names.objectives:
        if any(t.text == r"\times" for t in below.tokens):  # a note on its sizes
            return base + label, others
        if cursor.names.is_index(text) or _is_entry(cursor, base + label, text):
            return base + label, scripts
    if text == "+":
        return base + label, scripts
    if base == "delta" and re.fullmatch(r"[a-z],?[a-z]", text):
        return base, scripts
    entry = LAYERED.fullmatch(text)  # entry i of z_2
    if entry and cursor.names.known(f"{base}_{entry[1]}{label}"):
        index = [t for t in below.tokens if t.text not in (entry[1], ",")]
        return f"{base}_{entry[1]}{label}", [Script("sub", index, below.at), *others]
    return f"{base}_{text}{label}", others


def _is_entry(cursor: Cursor, name: str, text: str) -> bool:
    """Whether this is an A_{12}, or an x_1: of what has a small letter, as vectors have."""
    small = name.rpartition(".")[2][:1].islower()
    return name in cursor.names.variables and is_place(text) and (small or len(text) > 1)


def _function(cursor: Cursor, name: str, base: str, below: Script | None) -> str | None:
    if name in cursor.names.functions:
        return name
    if name in cursor.names.values or (
        name in cursor.names.sizes and cursor.before_sizes(cursor.i)
    ):
        return None
    if base == "log" and below is not None:
        return {"2": "log2", "10": "log10", "e": "log"}.get(below.text)
    if name == "sigma":
        relu = cursor.names.relu_task and cursor.names.customs.ask("sigma") == "relu"
        return "relu" if relu else "sigmoid"
    return function_named(name) if len(name) > 1 else None


def _call(cursor: Cursor, function: str, marks: list[Script], at: int) -> None:
    primes = sum(s.is_prime for s in marks)
    powers = [w for s in marks if not s.is_prime and s.kind == "sup" for w in cursor.wraps(s)]
    value = (function, primes, powers)  # \tanh^2 Z is (tanh Z)^2
    if cursor.peek() in OPEN or cursor.peek() == "{":
        cursor.emit("TAKES_BRACKET", value, at)
    elif takes_run(function):
        cursor.emit("TAKES_RUN", value, at)
    elif not cursor.peek() or cursor.peek() in OPERATORS or cursor.peek() in CLOSE | {"}"}:
        cursor.whole(tree.Function(at, function, primes))
    else:
        cursor.emit("TAKES_ITEM", value, at)


def _skip_argument(cursor: Cursor) -> list[str]:
    """Go past the (W) of f(W), where f is a quantity that was introduced so; its names."""
    close = cursor.closing(cursor.i)
    inside = cursor.tokens[cursor.i + 1 : close]
    try:
        found = Cursor(list(inside), cursor.reading).run()
    except Unreadable:
        return []
    if not found or any(t.type not in ("NAME", "COMMA") for t in found):
        return []
    cursor.i = close + 1
    return [t.value for t in found if t.type == "NAME"]
