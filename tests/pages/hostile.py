"""A student who tries everything to have a script run in the page of who reads it."""

import base64
from dataclasses import replace

from grader.catalogue import Reason
from grader.course.pages.classroom import Report, report_of, row_of
from grader.course.pages.reading import Submission
from grader.course.pages.scores import Grade, Scores
from grader.graded import Event, Flag
from pages.graded import answered, asked, derived, error, judged, ran, shown, submission

RUN = "window.hacked=1"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'
LINK = f"javascript:{RUN}"
PACKED = base64.b64encode(f"<script>{RUN}</script>".encode()).decode()

HTML = [
    f"<script>{RUN}</script>",
    f"<ScRiPt >{RUN}</ScRiPt >",
    f"<img src=x onerror={RUN}>",
    f'<img src="data:image/png;base64,x" alt="><script>{RUN}</script>" onerror="{RUN}">',
    SVG,
    f'<a href="{LINK}">a link</a>',
    f'<a href=" java\nscript:{RUN}">a link</a>',
    f'<a href="data:text/html;base64,{PACKED}">a link</a>',
    f'<iframe srcdoc="<script>parent.{RUN[7:]}</script>"></iframe>',
    f'<object data="data:text/html;base64,{PACKED}"></object>',
    f'<embed src="{LINK}">',
    f"<style>@import 'http://127.0.0.1:9/x'; body {{ background: url({LINK}) }}</style>",
    f'<div style="background:url({LINK})" onmouseover="{RUN}">over</div>',
    f'<input autofocus onfocus="{RUN}">',
    f'<details open ontoggle="{RUN}"><summary onclick="{RUN}">more</summary></details>',
    f'<form action="{LINK}"><button formaction="{LINK}">press</button></form>',
    '<base href="http://127.0.0.1:9/"><link rel=stylesheet href=x><meta http-equiv=refresh '
    f'content="0;url={LINK}">',
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<svg><p><style><a id='</style><img src=x onerror={RUN}>'>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<!--><img src=x onerror={RUN}>-->",
    f"</textarea></title></style></script><script>{RUN}</script>",
    "<img src=http://127.0.0.1:9/spy.png>",
]
MARKDOWN = [
    f"[link]({LINK})",
    f"[link][1]\n\n[1]: {LINK}",
    f"<{LINK}>",
    f'![x](x "onerror={RUN}")',
    "![spy](http://127.0.0.1:9/spy.png)",
    rf'$\text{{"><script>{RUN}</script>}}$',
    rf'![$\text{{" onerror="{RUN}}}$](attachment:photo.png)',
    rf'<a title="$\text{{" onmouseover="{RUN}}}$" href="https://example.org">a</a>',
    rf"$$\href{{{LINK}}}{{x}} \style{{x:{RUN}}}{{y}}$$",
    rf"\begin{{align}} <script>{RUN}</script> &= 1 \end{{align}}",
    f"```html\n<script>{RUN}</script>\n```",
    f"`<script>{RUN}</script>`",
]
NAME = f'"><img src=x onerror={RUN}>'  # of a student, a file, a function, an exception
EVERYTHING = "\n\n".join([*MARKDOWN, *HTML])


def hostile_submission() -> Submission:
    """Everything a student can put somewhere, put there."""
    outputs = [
        *(shown(text_html=html) for html in HTML),
        *(shown(text_markdown=text) for text in MARKDOWN),
        shown(text_latex=f"$<script>{RUN}</script>$"),
        shown(text_plain=HTML[0]),
        shown(**{"image_svg+xml": SVG}),
        shown(image_png=f'x" onerror="{RUN}'),
        shown(application_javascript=RUN),
        error(NAME, f"{NAME} <script>{RUN}</script>"),
    ]
    derivation = derived(
        "f_derivation",
        EVERYTHING,
        derivation={
            "first_wrong_line": 1,
            "mistake": NAME,
            "missing": [NAME],
            "summary": [NAME, EVERYTHING],
            "steps": [{"line": 1, "text": t, "verdict": t, "message": t} for t in MARKDOWN + HTML],
        },
    )
    derivation["attachments"] = {"photo.png": {"image/png": f'x" onerror="{RUN}'}}
    made = submission(
        asked(f"# {EVERYTHING} title"),
        asked(f"## {NAME} [x]({LINK}) problem"),
        answered(NAME, f"def f():\n    return '''{EVERYTHING}'''", *outputs),
        judged(f"{NAME}_test", 3, error("CheckFailed", f"W | agrees: no | {NAME}")),
        judged(f"f{NAME}_test", 3, error(NAME, HTML[0])),
        derivation,
        ran(EVERYTHING, *outputs),
        student=NAME,
        assignment=f"gradients{NAME}",
        repairs=[EVERYTHING, NAME],
        sandbox=NAME,
    )
    comments = {NAME: EVERYTHING, "f_derivation": EVERYTHING}
    grades = dict(made.scores.grades) | {"f_derivation": Grade(4.0, 2.0, needs_person=True)}
    return replace(made, scores=Scores(grades, comments, NAME, penalty=1.0, seconds_late=9e4))


def hostile_report() -> Report:
    """A class of this student alone, and once more as one whose hand-in could not be read."""
    row = row_of(hostile_submission())
    checks = {
        name: replace(
            mark,
            cell=replace(mark.cell, flags=(Flag(NAME, NAME),), diagnosis=(NAME, HTML[0])),
        )
        for name, mark in row.checks.items()
    }
    stopped = Event(NAME, Reason.of("stop.text", text=NAME))
    row = replace(row, checks=checks, events=(stopped,))
    failed = replace(row, student=f"{NAME}2", status="not graded", why=EVERYTHING, score=None)
    return report_of([row, failed])
