"""What all pages are written on: the templates, style sheets, and words for how things stand."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment, Template

TEMPLATES = Path(__file__).parent / "templates"

# A sign and a word for each status: none is told by its colour alone.
ICONS = {"ok": "✓", "partial": "◐", "wrong": "✗", "error": "!", "missing": "○", "manual": "…"}
WORDS = {
    "ok": "right",
    "partial": "partly right",
    "wrong": "not right",
    "error": "did not run",
    "missing": "not written",
    "manual": "not yet read",
}


@cache
def template(name: str) -> Template:
    """A template of ours; in that of a page, `css` is the style sheets that go with it."""
    found = _environment().get_template(name)
    sheets = ("page.css", f"{name.split('.', maxsplit=1)[0]}.css")
    found.globals["css"] = _styles(*(sheet for sheet in sheets if name.endswith(".html.j2")))
    return found


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Whatever is put into a page is quoted, unless we made it ourselves (Markup).
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )


def _styles(*names: str) -> Markup:
    """Style sheets, one after the other."""
    return Markup("\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names))
