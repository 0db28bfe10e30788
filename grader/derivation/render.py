"""A report for people and programs: `markdown`, `terminal`, `summary`, `as_json`.

All are made of `report.findings(...)`, values alone, and here the words are made. The table of
Markdown is for notebooks: formulas stand in it between dollars, and all else that was typed means
nothing but itself.
"""

import re
from collections.abc import Mapping
from typing import Any

from grader.catalogue import Reason, sentence, sentences

SAID = {
    "ok": "holds",
    "ok_with_remark": "holds, with a remark",
    "definition": "definition",
    "wrong": "wrong",
    "not_understood": "not understood",
    "condition": "condition",
    "rule": "rule",
    "conflict": "second meaning",
    "not_checked": "not checked",
}
MARKS = {"ok": "✓", "ok_with_remark": "✓", "wrong": "✗", "not_understood": "?"}
GOOD = {"ok", "ok_with_remark"}

Found = Mapping[str, Any]  # what report.findings makes


def as_json(found: Found) -> dict[str, Any]:
    """The report in words, in the names that others rely on."""
    mistake = _mistake(found)
    person = found["person"]
    return {
        "verdict": found["verdict"],
        "first_wrong_line": found["first_wrong_line"],
        "mistake": sentence(mistake) if mistake else None,
        "missing": found["missing"],
        "needs_person": person is not None,
        "why": sentence(Reason.from_dict(person)) if person else None,
        "conventions": sentences(map(Reason.from_dict, found["conventions"])),
        "score": found["share"],
        "steps": [
            {
                "line": step["line"],
                "column": step["column"],
                "text": step["text"],
                "verdict": step["verdict"],
                "message": said(step),
            }
            for step in found["steps"]
        ],
    }


def _mistake(found: Found) -> Reason | None:
    """The likely mistake of the first line that is wrong."""
    wrong = next((step for step in found["steps"] if step["verdict"] == "wrong"), None)
    return Reason.from_dict(wrong["mistake"]) if wrong and wrong["mistake"] else None


def said(step: Found) -> str:
    """What a row says besides its verdict."""
    return "; ".join(sentence(Reason.from_dict(reason)) for reason in step["reasons"])


def summary(found: Found) -> list[str]:
    """The verdict in sentences."""
    return [sentence(reason) for reason in _summary(found)]


def _summary(found: Found) -> list[Reason]:
    reasons = [*map(Reason.from_dict, found["conventions"])]
    reasons.append(Reason.of(f"derivation.{found['verdict']}"))
    if found["first_wrong_line"] is not None:
        reasons.append(_first_wrong(found))
    if found["missing"]:
        kind = "not_stated_rightly" if found["verdict"] == "wrong" else "not_stated"
        reasons.append(Reason.of(f"derivation.{kind}", names=", ".join(found["missing"])))
    if found["asked"]:
        reasons += _shares(found)
    if found["person"]:
        why = sentence(Reason.from_dict(found["person"]))
        reasons.append(Reason.of("derivation.person", why=why))
    return reasons


def _first_wrong(found: Found) -> Reason:
    line, cause = found["first_wrong_line"], _mistake(found)
    if cause is None:
        return Reason.of("derivation.first_wrong", line=line)
    return Reason.of("derivation.first_wrong_because", line=line, cause=sentence(cause))


def _shares(found: Found) -> list[Reason]:
    """What each share of the points was for."""
    stated, linked = (found["shares"][name] for name in ("stated", "linked"))
    reasons = [Reason.of("derivation.share_stated", share=round(60 * stated, 1))]
    counting = [s["verdict"] for s in found["steps"] if s["counts"]]
    wrong, right = counting.count("wrong"), sum(v in GOOD for v in counting)
    share = round(40 * linked, 1)
    if not right:
        return [*reasons, Reason.of("derivation.share_no_step")]
    if wrong:
        values = {"wrong": wrong, "steps": right + wrong}
        return [*reasons, Reason.of("derivation.share_some_wrong", share=share, **values)]
    return [*reasons, Reason.of("derivation.share_linked", share=share)]


# ------------------------------------------------------------------ terminal


def terminal(found: Found, hints: bool = False) -> str:
    """The report as aligned text, a row an equation."""
    rows = [
        (str(s["line"]), MARKS.get(s["verdict"], "·"), SAID[s["verdict"]], s["text"])
        for s in found["steps"]
    ]
    widths = [max((len(r[i]) for r in rows), default=0) for i in range(3)]
    lines: list[str] = []
    for row, step in zip(rows, found["steps"], strict=True):
        head = f"{row[0]:>{widths[0]}}  {row[1]}  {row[2]:<{widths[2]}}"
        lines.append(f"{head}  {row[3]}")
        lines += [f"{'':{len(head)}}  {note}" for note in _notes(step, hints)]
    return "\n".join([*lines, *([""] if lines else []), *summary(found)])


def _notes(step: Found, hints: bool) -> list[str]:
    notes = [said(step)] if said(step) else []
    return [*notes, f"hint: {step['hint']}"] if hints and step["hint"] else notes


# ------------------------------------------------------------------ Markdown


def markdown(found: Found, hints: bool = False) -> str:
    """The report as Markdown: the verdict, and a table with a row an equation.

    For a notebook, in a cell or as an output. JupyterLab and VS Code typeset formulas in a table of
    Markdown; VS Code leaves those in HTML as they were typed.
    """
    lines = [f"**{_literal(' '.join(summary(found)))}**"]
    if found["steps"]:
        lines += ["", "| line | equation | verdict |", "| :-- | :-- | :-- |"]
    return "\n".join(lines + [_markdown_row(step, hints) for step in found["steps"]])


def _markdown_row(step: Found, hints: bool) -> str:
    verdict = f"{MARKS.get(step['verdict'], '·')} {SAID[step['verdict']]}"
    if step["verdict"] == "wrong":
        verdict = f"**{verdict}**"
    notes = f"<br>{_literal(said(step))}" if said(step) else ""
    if hints and step["hint"]:
        notes += f"<details><summary>hint</summary>{_literal(step['hint'])}</details>"
    return f"| {step['line']} | {_in_markdown(step['text'])} | {verdict}{notes} |"


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
