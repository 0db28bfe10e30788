"""A report for people and programs: `markdown`, `terminal`, `as_json`.

The table of Markdown is for notebooks: formulas stand in it between dollars, and all else that was
typed means nothing but itself.
"""

import re
from typing import Any

from .equation import Verdict
from .report import Report, Step

SAID = {
    Verdict.OK: "holds",
    Verdict.REMARK: "holds, with a remark",
    Verdict.DEFINITION: "definition",
    Verdict.WRONG: "wrong",
    Verdict.NOT_UNDERSTOOD: "not understood",
    Verdict.CONDITION: "condition",
    Verdict.RULE: "rule",
    Verdict.CONFLICT: "second meaning",
    Verdict.NOT_CHECKED: "not checked",
}
MARKS = {Verdict.OK: "✓", Verdict.REMARK: "✓", Verdict.WRONG: "✗", Verdict.NOT_UNDERSTOOD: "?"}
VERDICTS = {
    "right": "Every line that was checked holds.",
    "wrong": "There is a line that does not hold.",
    "unknown": "Not everything could be checked.",
}
DIFFER = "the two sides differ"  # said only where nothing better is known
MOST_REMARKS = 2  # a row stays readable


def as_json(report: Report) -> dict[str, Any]:
    """The report as data, in the names that others rely on."""
    return {
        "verdict": report.verdict,
        "first_wrong_line": report.first_wrong_line,
        "mistake": report.mistake,
        "missing": list(report.missing),
        "steps": [
            {
                "line": step.line,
                "column": step.column,
                "text": step.text,
                "verdict": step.verdict.value,
                "message": said(step),
            }
            for step in report.steps
        ],
    }


def said(step: Step) -> str:
    """What a row says besides its verdict: the message, the mistake, at most two remarks."""
    named = step.mistake if step.follows is None else None
    parts = [] if named and step.message == DIFFER else [step.message]
    if named and named not in step.message:
        parts.append(named)
    return "; ".join(p for p in [*parts, *step.remarks[:MOST_REMARKS]] if p)


def summary(report: Report) -> list[str]:
    """The verdict in sentences."""
    lines = [VERDICTS[report.verdict]]
    if report.first_wrong_line is not None:
        cause = f": {report.mistake}" if report.mistake else ""
        lines.append(f"The first wrong line is line {report.first_wrong_line}{cause}.")
    if report.missing:
        rightly = " rightly" if report.verdict == "wrong" else ""
        lines.append(f"Not stated{rightly}: the gradient by {', '.join(report.missing)}.")
    if report.needs_person:
        lines.append("A line that matters was not understood; it counts neither way.")
    return lines


# ------------------------------------------------------------------ terminal


def terminal(report: Report, hints: bool = False) -> str:
    """The report as aligned text, a row an equation."""
    rows = [(str(s.line), MARKS.get(s.verdict, "·"), SAID[s.verdict], s.text) for s in report.steps]
    widths = [max((len(r[i]) for r in rows), default=0) for i in range(3)]
    lines: list[str] = []
    for row, step in zip(rows, report.steps, strict=True):
        head = f"{row[0]:>{widths[0]}}  {row[1]}  {row[2]:<{widths[2]}}"
        lines.append(f"{head}  {row[3]}")
        lines += [f"{'':{len(head)}}  {note}" for note in _notes(step, hints)]
    return "\n".join([*lines, *([""] if lines else []), *summary(report)])


def _notes(step: Step, hints: bool) -> list[str]:
    notes = [said(step)] if said(step) else []
    return [*notes, f"hint: {step.hint}"] if hints and step.hint else notes


# ------------------------------------------------------------------ Markdown


def markdown(report: Report, hints: bool = False) -> str:
    """The report as Markdown: the verdict, and a table with a row an equation.

    For a notebook, in a cell or as an output. JupyterLab and VS Code typeset formulas in a table of
    Markdown; VS Code leaves those in HTML as they were typed.
    """
    lines = [f"**{_literal(' '.join(summary(report)))}**"]
    if report.steps:
        lines += ["", "| line | equation | verdict |", "| :-- | :-- | :-- |"]
    return "\n".join(lines + [_markdown_row(step, hints) for step in report.steps])


def _markdown_row(step: Step, hints: bool) -> str:
    verdict = f"{MARKS.get(step.verdict, '·')} {SAID[step.verdict]}"
    if step.verdict is Verdict.WRONG:
        verdict = f"**{verdict}**"
    notes = f"<br>{_literal(said(step))}" if said(step) else ""
    if hints and step.hint:
        notes += f"<details><summary>hint</summary>{_literal(step.hint)}</details>"
    return f"| {step.line} | {_in_markdown(step.text)} | {verdict}{notes} |"


def _literal(text: str) -> str:
    """Text in one line of Markdown that means nothing but itself."""
    one_line = " ".join(text.split())
    return re.sub(r"[^\w\s.,:;()=+'/-]|_", lambda mark: f"&#{ord(mark[0])};", one_line)


UNSAFE = re.compile(
    r"\\(href|url|require|style|class|cssId|unicode|html\w*|data|def|let|newcommand|renewcommand"
    r"|newenvironment|input|include|includegraphics|begin|end|label|ref|tag)(?![A-Za-z])"
)
WRITTEN_OUT = {"\\|": "\\Vert ", "|": "\\vert ", "<": "\\lt ", ">": "\\gt "}


def _in_markdown(text: str) -> str:
    """The formula between dollars, no bar ending the cell; as code where it would not be set."""
    plain = _plain(text)
    if not plain or plain.endswith("\\"):
        return f"<code>{_literal(text)}</code>"
    for typed, shown in WRITTEN_OUT.items():
        plain = plain.replace(typed, shown)
    return f"${' '.join(plain.split())}$"


def _plain(text: str) -> str | None:
    """The formula alone, on one line; None if it is not fit for MathJax."""
    if UNSAFE.search(text) or text.count("{") != text.count("}") or "$" in text:
        return None
    plain = text.replace("&", " ").replace("\\\\", " ")
    plain = plain.replace("\\(", "(").replace("\\)", ")").replace("\\[", "[").replace("\\]", "]")
    return plain.strip()
