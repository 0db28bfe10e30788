"""A submission in formgrader: its Markdown and mathematics are set as on the feedback page.

formgrader's own page leaves mathematics to MathJax from the network, and HTML as it was written.
nbgrader_config.py puts this in its place.
"""

from __future__ import annotations

import re
from typing import Any

from jinja2 import pass_context

from grader.budget import Budget, TooMuchError, within
from grader.course.pages.prose import prose, too_much
from grader.course.pages.reading import attachments_of

HEADING = re.compile(r"(?<=<)(/?)h([456])>")
RAISE_BY = 2  # levels: here the headings are the page's own


@pass_context
def as_html(context: Any, source: str) -> str:
    """A cell's Markdown as HTML that runs nothing; tables in the style of formgrader's own."""
    budget = context.parent.setdefault("budget_of_this_page", Budget())
    try:
        made = str(within(budget, prose, source, attachments_of(context.get("cell", {}))))
    except TooMuchError:
        made = str(too_much(source))
    made = made.replace("<table>", '<table class="table table-condensed" style="width:auto">')
    return HEADING.sub(lambda found: f"{found[1]}h{int(found[2]) - RAISE_BY}>", made)
