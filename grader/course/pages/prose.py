"""Turn what a person wrote - Markdown with mathematics, or HTML - into HTML that runs nothing.

Formulas are lifted out before Markdown is read, as JupyterLab does, and put back as MathML after
the HTML was cleaned. The cleaner keeps what lays text out, links to the web, and pictures that come
with the file; it lets no formula stand inside an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup

from grader.budget import costs_too_much
from grader.catalogue import Reason, sentence
from grader.course.pages.formula import as_mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LOWER_BY = 3  # levels by which a writer's headings stand below the page's own
LONGEST = 20_000  # characters that are read as Markdown; what is longer is quoted

TAGS = """
    a abbr b blockquote br caption code dd del details div dl dt em h4 h5 h6 hr i img ins kbd li
    ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var
"""
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
NUMBER = re.compile(r"[0-9]{1,4}$")
VALUES = {  # what an attribute may say
    "href": re.compile(r"(https?://|mailto:)", re.IGNORECASE),
    "src": re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+$"),
    "alt": re.compile(""),
    "rel": re.compile(""),
    "scope": re.compile(r"(row|col)$"),
    "start": NUMBER,
    "colspan": NUMBER,
    "rowspan": NUMBER,
}

# No attribute that is kept holds an angle bracket, so a tag ends where the first one stands.
PICTURE_FROM_ELSEWHERE = re.compile(r"<img(?![^>]* src=)[^>]*>")
PICTURE_WITHOUT_WORDS = re.compile(r"<img (?![^>]*alt=)")
SCROLLING = '<div class="wide" role="group" aria-label="table" tabindex="0">'
LEFT_OUT = "<em>(a picture that is not in the file)</em>"

# A formula is kept behind these two while Markdown is read; text that has them loses them.
OPEN, CLOSE = "\ue000", "\ue001"
KEPT = re.compile(f"{OPEN}([0-9]+){CLOSE}")

FORMULA = re.compile(
    r"""
      (?P<block> ^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[^\n]*$ )
    | (?P<code> (?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`) )
    | (?P<escaped> \\\$ )
    | \$\$ (?P<display>.+?) \$\$
    | \\\\\[ (?P<bracket>.+?) \\\\\]
    | (?P<environment> \\begin\{(?P<name>[a-z]+\*?)\} .+? \\end\{(?P=name)\} )
    | \$ (?P<inline> (?:\\.|[^$\\\n]|\n(?!\s*\n))+? ) \$
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def prose(text: str, pictures: Mapping[str, str] | None = None) -> Markup:
    """Markdown with mathematics as HTML; `pictures` are a cell's attachments, as data addresses."""
    if len(text) > LONGEST:
        return quoted(text)
    if costs_too_much(text):
        return too_much(text)
    formulas: list[Markup] = []
    marked = FORMULA.sub(lambda found: _lift(found, formulas), _without_marks(text))
    made = clean(_markdown().render(marked), pictures)
    return Markup(KEPT.sub(lambda mark: _put_back(mark, formulas), made))


def line(text: str) -> Markup:
    """One line of prose, without a paragraph around it."""
    made = prose(text).strip()
    inner = re.fullmatch(r"<(p|h[456])>(.*)</\1>", made, re.DOTALL)
    return Markup(inner[2]) if inner and "<p>" not in inner[2] else made


def clean(html: str, pictures: Mapping[str, str] | None = None) -> str:
    """HTML with nothing that acts, and nothing that is fetched when it is opened."""

    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            value = (pictures or {}).get(value.removeprefix("attachment:"), value)
        value = value.replace("<", "").replace(">", "")
        allowed = VALUES.get(name)  # asked of forbidden ones too; an exception here is swallowed
        return value if allowed and OPEN not in value and allowed.match(value) else None

    cleaned = nh3.clean(
        html,
        tags=set(TAGS.split()),
        clean_content_tags={"script", "style", "title", "svg", "math", "template", "noscript"},
        attributes=ATTRIBUTES,
        attribute_filter=kept,
        url_schemes={"http", "https", "mailto", "data", "attachment"},
        link_rel="noopener noreferrer nofollow",
    )
    cleaned = PICTURE_WITHOUT_WORDS.sub(
        '<img alt="" ', PICTURE_FROM_ELSEWHERE.sub(LEFT_OUT, cleaned)
    )
    return cleaned.replace("<table>", f"{SCROLLING}<table>").replace("</table>", "</table></div>")


def quoted(text: str) -> Markup:
    """A text as it was written, in a face of even width."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
    return Markup("<pre>{}</pre>").format(shown)


def too_much(text: str) -> Markup:
    """What is shown of a text that takes too long to set."""
    said = sentence(Reason.of("person.too_much"))
    return Markup("<p><em>({})</em></p>{}").format(said, quoted(text))


def warm_up() -> None:
    """Load what reads Markdown and formulas, before anybody's time is taken."""
    prose("*a* $b$")


def _without_marks(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def _lift(found: re.Match[str], formulas: list[Markup]) -> str:
    if found["block"] or found["code"] or found["escaped"]:
        return found[0]
    display = found["display"] or found["bracket"] or found["environment"]
    formulas.append(as_mathml(display or found["inline"], display=bool(display)))
    return f"{OPEN}{len(formulas) - 1}{CLOSE}"


def _put_back(mark: re.Match[str], formulas: list[Markup]) -> str:
    place = int(mark[1])
    return formulas[place] if place < len(formulas) else ""


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    reader.core.ruler.push("lower_headings", _lower_headings)
    return reader


def _lower_headings(state: object) -> None:
    for token in state.tokens:  # type: ignore[attr-defined]
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + LOWER_BY)}"
