"""Take out of a graded notebook what would act when an instructor opens it.

formgrader shows a student's notebook in the instructor's browser. So HTML in outputs is cut down to
tables and text, SVG is kept if it is rectangles, circles and text, and in Markdown a `<` that would
open a tag is set apart from what follows, which mathematics does not mind.
"""

from __future__ import annotations

import re
from typing import Any

import nh3

from grader.budget import Budget, TooMuchError, costs_too_much, within

HTML = "text/html"
TOO_MUCH = "<p>(too much to show)</p>"
# Bare tags, without attributes, do nothing but lay text out.
_LAYOUT = (
    "b|i|em|strong|u|s|sub|sup|br|hr|p|div|span|ul|ol|li|dl|dt|dd|code|pre|kbd|blockquote|details"
    "|summary|table|thead|tbody|tfoot|tr|th|td|caption|h1|h2|h3|h4|h5|h6"
)
_OPENS_TAG = re.compile(rf"<(?!/?(?:{_LAYOUT})\s*/?>)(?=[A-Za-z/!?])")
_SCRIPT_LINK = re.compile(r"(javascript|vbscript)(?=\s*:)", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_SHOWN = {"text/plain", "text/html", "text/latex", "text/markdown", "image/png", "image/jpeg"}
_SHOWN |= {"image/svg+xml"}
# Plain shapes: no script, no style, no link, nothing that is fetched.
_SHAPE = re.compile(
    r"""</?(?:svg|rect|circle|text)
        (?:\s(?:xmlns="http://www\.w3\.org/2000/svg"
              |(?:viewBox|width|height|x|y|cx|cy|r|fill|stroke|stroke-width|text-anchor|font-size
               |font-family|transform)="[\w\ .,#()-]*"))*\s?/?>""",
    re.VERBOSE,
)


def clean(notebook: Any) -> None:
    """Make every cell harmless to look at, but for the pictures that came with it."""
    clean_outputs(notebook, Budget())
    clean_texts(notebook)


def clean_texts(notebook: Any) -> None:
    """Make what was written harmless."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = clean_markdown(cell.source)


def clean_outputs(notebook: Any, budget: Budget) -> None:
    """Make what was shown harmless, which may take all of the budget."""
    shown = _cleaned_html(notebook, budget)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = {
                    mime: kept
                    for mime, content in output.data.items()
                    if (kept := shown.get(content) if mime == HTML else clean_data(mime, content))
                }


def clean_pictures(notebook: Any) -> None:
    """Leave the pictures in that came with a Markdown cell, and nothing else that did."""
    for cell in notebook.cells:
        if cell.get("attachments"):
            cell.attachments = clean_attachments(cell.attachments)


def _cleaned_html(notebook: Any, budget: Budget) -> dict[str, str]:
    """The HTML that its cells showed, cleaned. Deep nesting makes that slow: a hand does it."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [output.data.get(HTML) for output in outputs if "data" in output]
    shown = list(dict.fromkeys(one for one in found if isinstance(one, str) and one))
    if not shown:
        return {}
    try:
        cleaned: list[str] = within(budget, clean_all_html, shown)
    except TooMuchError:
        cleaned = [TOO_MUCH] * len(shown)
    return dict(zip(shown, cleaned, strict=True))


def clean_all_html(shown: list[str]) -> list[str]:
    """HTML that is tables and text."""
    return [TOO_MUCH if costs_too_much(one) else clean_html(one) for one in shown]


def clean_html(shown: str) -> str:
    return nh3.clean(shown, tags=set(_LAYOUT.split("|")), attributes={})


def clean_markdown(source: str) -> str:
    """Markdown whose HTML is layout only, and whose links run nothing."""
    return _SCRIPT_LINK.sub(r"\1 ", _OPENS_TAG.sub("< ", source))


def clean_data(mime: str, content: Any) -> str | None:
    """One form of an output, None if it is better left out."""
    if mime not in _SHOWN or not isinstance(content, str):
        return None
    if mime == HTML:
        return clean_html(content)
    if mime in ("text/markdown", "text/latex"):
        return clean_markdown(content)
    if mime == "image/svg+xml":
        return content if is_plain_drawing(content) else None
    if mime.startswith("image/") and not _BASE64.fullmatch(content):
        return None
    return content


def is_plain_drawing(svg: str) -> bool:
    """Whether there is nothing in it but shapes and text.

    >>> is_plain_drawing('<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>')
    True
    >>> is_plain_drawing('<svg onload="alert(1)"></svg>') or is_plain_drawing("<script></script>")
    False
    """
    return svg.startswith("<svg ") and not re.search("[<>]", _SHAPE.sub("", svg))


def clean_attachments(attachments: Any) -> dict[str, Any]:
    """Pasted pictures that are pictures."""
    kept = {}
    for name, forms in attachments.items():
        if isinstance(forms, dict) and re.fullmatch(r"[\w. -]{1,100}", str(name)):
            kept[name] = {m: s for m, c in forms.items() if (s := _picture(m, c))}
    return kept


def _picture(mime: str, content: Any) -> str | None:
    return clean_data(mime, content) if str(mime).startswith("image/") else None
