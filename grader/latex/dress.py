r"""Take off what carries no meaning (spacing, boxes, colours): `tokens(text)` are the others.

What is put around an expression leaves braces, so that a whole equation in it is still seen to be
in one piece; what is written beneath or above it is left out.
"""

from collections.abc import Iterable

from .errors import Unreadable
from .tex import (
    ACCENTS,
    BEFORE,
    CLOSE,
    LABEL,
    OPEN,
    SPACING,
    STYLES,
    SWITCHES,
    WORDY,
    Tex,
    argument,
    braced,
    cut,
    flat,
)

DEEPEST = 40  # brackets in brackets

_UNSAID = r"\tag \label \color \phantom \hspace \vspace \ref \eqref \require \hskip \cellcolor"
_AROUND = r"""
\boxed \Aboxed \underline \fbox \framebox \bbox \cancel \bcancel \xcancel \hbox \eqalign \smash
\mathclap \underbrace \overbrace"""
_SAYING_HOW = r"""
\textcolor \enclose \colorbox \mathcolor \href \class \style \cssId \overset \stackrel \underset"""
UNSAID = set(_UNSAID.split())
# What stands around an expression, and how many arguments come before that say how.
AROUND = dict.fromkeys(_AROUND.split(), 0) | dict.fromkeys(_SAYING_HOW.split(), 1)
AROUND[r"\fcolorbox"] = 2
BRACES = {r"\underbrace", r"\overbrace"}
BARS = {r"\norm": (r"\lVert", r"\rVert"), r"\abs": (r"\lvert", r"\rvert")}
SIDED = {f"\\{size}{side}": side for size in ("big", "Big", "bigg", "Bigg") for side in "lrm"}
SIDED |= {f"\\{size}": "" for size in ("big", "Big", "bigg", "Bigg")}
SIDED |= {r"\left": "l", r"\right": "r"}
STANDS_FOR = {
    r"\xlongequal": "=", r"\xequal": "=", r"\xrightarrow": r"\Rightarrow",
    r"\xRightarrow": r"\Rightarrow",
}  # fmt: skip
INNER_TABLES = {"cases", "matrix", "pmatrix", "bmatrix", "vmatrix", "Bmatrix", "smallmatrix",
                "dcases", "rcases"}  # fmt: skip
WITH_COLUMNS = {"array", "alignat", "alignedat"}  # an argument says which


def tokens(text: str, offset: int = 0) -> list[Tex]:
    """The meaningful TeX tokens of a formula that starts at `offset` of its document."""
    return meaningful(cut(text, offset), offset)


def meaningful(found: list[Tex], offset: int = 0) -> list[Tex]:
    """The tokens without their clothes."""
    try:
        found = undress(_transposed(_infix_over(found)))
    except RecursionError:
        raise Unreadable("too many things inside one another", offset) from None
    _check_depth(found)
    return found


def _transposed(found: list[Tex]) -> list[Tex]:
    """One sign for the {}^t of {}^tX."""
    out: list[Tex] = []
    i = 0
    while i < len(found):
        out.append(found[i])
        i += 1
        if [t.text for t in out[-1:] + found[i : i + 2]] == ["{", "}", "^"]:
            raised, after = argument(list(found), i + 2)
            if flat(raised) in ("t", "T", "top", "intercal"):
                out[-1], i = Tex(BEFORE, out[-1].at, out[-1].spaced), after
    return out


def _check_depth(found: Iterable[Tex]) -> None:
    depth = 0
    for token in found:
        opens = token.text in OPEN or token.text == "{" or token.text.startswith(r"\begin")
        closes = token.text in CLOSE or token.text == "}" or token.text.startswith(r"\end")
        depth += opens - closes
        if depth > DEEPEST:
            raise Unreadable(f"more than {DEEPEST} brackets inside one another", token.at)


def undress(found: list[Tex]) -> list[Tex]:
    r"""Drop layout, unwrap boxes and braces, and say which side a `\left|` stands on."""
    out: list[Tex] = []
    i = 0
    while i < len(found):
        i = _undress_one(found, i, out)
    return _without_empty_braces(out)


def _without_empty_braces(found: list[Tex]) -> list[Tex]:
    r"""`\max{}'(Z)` is `\max'(Z)`; an empty group before a script stays nothing as well."""
    out: list[Tex] = []
    for token in found:
        if token.text == "}" and out and out[-1].text == "{":
            out.pop()
        else:
            out.append(token)
    return out


def _undress_one(found: list[Tex], i: int, out: list[Tex]) -> int:  # noqa: PLR0911, C901
    token = found[i]
    if token.text in SPACING:
        if i + 1 < len(found):
            found[i + 1] = Tex(found[i + 1].text, found[i + 1].at, True)
        return i + 1
    if token.text in SIDED:
        return _sided(found, i, out)
    if token.text in UNSAID:
        starred = i + 1 < len(found) and found[i + 1].text == "*"
        return argument(found, _option(found, i + 1 + starred))[1]
    if token.text in AROUND or _holds_an_equation(found, i):
        return _unwrap(found, i, out)
    if token.text in BARS:
        return _between_bars(found, i, out)
    if token.text in (r"\intertext", r"\shortintertext"):
        out.append(Tex("\\\\", token.at, token.spaced))
        return argument(found, i + 1)[1]
    if token.text in STANDS_FOR:
        out.append(Tex(STANDS_FOR[token.text], token.at, True))
        j = _option(found, i + 1)
        return argument(found, j)[1] if j < len(found) and found[j].text == "{" else j
    if token.text in (r"\begin", r"\end"):
        return _environment(found, i, out)
    if token.text == r"\not":
        out.append(Tex(r"\ne", token.at, token.spaced))
        return i + 2
    if token.text == "*" and out and out[-1].text == r"\operatorname":
        return i + 1
    if token.text == "{" and i + 1 < len(found) and found[i + 1].text in SWITCHES:
        font = Tex(rf"\math{found[i + 1].text[1:]}", token.at, token.spaced)  # {\rm tr}
        found[i : i + 2] = [font, token]
        return i
    out.append(token)
    return i + 1


def _holds_an_equation(found: list[Tex], i: int) -> bool:
    """Whether a font, or a line above, is that of a whole equation."""
    if i + 1 >= len(found) or found[i + 1].text != "{":
        return False
    if found[i].text not in STYLES | ACCENTS.keys() or found[i].text in WORDY:
        return False
    return any(token.text == "=" for token in found[i + 2 : braced(found, i + 1)])


def _option(found: list[Tex], i: int) -> int:
    """Behind what stands in square brackets, where it begins at i."""
    if i >= len(found) or found[i].text != "[":
        return i
    return next((j + 1 for j in range(i, len(found)) if found[j].text == "]"), len(found))


def _sided(found: list[Tex], i: int, out: list[Tex]) -> int:
    side, i = SIDED[found[i].text], i + 1
    if i >= len(found):
        return i
    mark = found[i]
    if mark.text == ".":
        return i + 1
    doubled = mark.text == "|" and i + 1 < len(found) and found[i + 1].text == "|"
    if mark.text in ("|", r"\vert", r"\|", r"\Vert") and side in ("l", "r"):
        double = mark.text in (r"\|", r"\Vert") or (doubled and side == "l")
        out.append(Tex(f"\\{side}{'V' if double else 'v'}ert", mark.at, mark.spaced))
        return i + 1 + (doubled and double and mark.text == "|")
    out.append(mark)
    return i + 1


def _unwrap(found: list[Tex], i: int, out: list[Tex]) -> int:
    token = found[i]
    j = _option(found, i + 1) if token.text == r"\bbox" else i + 1
    for _ in range(AROUND.get(token.text, 0)):
        j = argument(found, j)[1]
    first, j = argument(found, j)
    label: list[Tex] = []
    if token.text in BRACES and j < len(found) and found[j].text in "_^":
        label, j = argument(found, j + 1)
    inner = undress(list(first))
    bare = token.text == r"\eqalign" or len(inner) == 1
    open_, close = Tex("{", token.at, token.spaced), Tex("}", token.at)
    out += inner if bare else [open_, *inner, close]
    if label and not any(t.text in WORDY | {"="} for t in label):  # it may be a name
        at = label[0].at - 1
        out += [Tex(LABEL, at), Tex("{", at), *undress(label), Tex("}", label[-1].at)]
    return j


def _between_bars(found: list[Tex], i: int, out: list[Tex]) -> int:
    r"""`\norm{A}` is a macro that many pages define."""
    token = found[i]
    starred = i + 1 < len(found) and found[i + 1].text == "*"
    first, j = argument(found, _option(found, i + 1 + starred))
    left, right = BARS[token.text]
    out += [Tex(left, token.at, token.spaced), *undress(list(first)), Tex(right, token.at)]
    return j


def _environment(found: list[Tex], i: int, out: list[Tex]) -> int:
    token = found[i]
    name, j = argument(found, i + 1)
    plain = flat(name).rstrip("*")
    if plain in INNER_TABLES:
        plain = "cases" if plain in ("dcases", "rcases") else plain
        out.append(Tex(token.text + plain, token.at, token.spaced))
    elif plain in WITH_COLUMNS and token.text == r"\begin":
        j = argument(found, _option(found, j))[1]
    if plain in ("array", "aligned", "gathered"):
        _cases_by_hand(token, out)
    return j


def _cases_by_hand(token: Tex, out: list[Tex]) -> None:
    r"""`\left\{\begin{array}{ll} ... \end{array}\right.` means cases."""
    opened = sum((t.text == r"\begincases") - (t.text == r"\endcases") for t in out)
    if token.text == r"\begin" and out and out[-1].text in (r"\{", r"\lbrace"):
        out[-1] = Tex(r"\begincases", token.at, True)
    elif token.text == r"\end" and opened > 0:
        out.append(Tex(r"\endcases", token.at))


def _infix_over(found: list[Tex]) -> list[Tex]:
    r"""Rewrite `{a \over b}` as `\frac{a}{b}`."""
    for _ in range(sum(t.text == r"\over" for t in found)):
        k = next(i for i, t in enumerate(found) if t.text == r"\over")
        low, high = _edge(found, k, -1), _edge(found, k, +1)
        at = found[k].at
        open_, close = Tex("{", at), Tex("}", at)
        top, bottom = found[low + 1 : k], found[k + 1 : high]
        fraction = [Tex(r"\frac", at), open_, *top, close, open_, *bottom, close]
        found = found[: low + 1] + fraction + found[high:]
    return found


def _edge(found: list[Tex], k: int, step: int) -> int:
    opens, closes = ("}", "{") if step < 0 else ("{", "}")
    depth, i = 0, k + step
    while 0 <= i < len(found):
        text = found[i].text
        if depth == 0 and (text == closes or text in ("=", "&", "\\\\")):
            return i
        depth += (text == opens) - (text == closes)
        i += step
    return i
