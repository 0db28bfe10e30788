"""The feedback page of one submission: one HTML file that opens from disk, with no script in it.

page = feedback_page(submission)      # a `Submission`, read by grader.course.pages.reading
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from grader.course.pages.code import code
from grader.course.pages.outputs import Figure, drawn
from grader.course.pages.paper import ICONS, WORDS, template
from grader.course.pages.prose import line, prose
from grader.course.pages.reading import Question, Section, Submission

STEP_ICONS = {"ok": "✓", "wrong": "✗", "unclear": "?"}
LABELS = {
    "code": "Your code",
    "derivation": "Your derivation",
    "own code": "",
    "own markdown": "",
}
POINTS = re.compile(r"\s*\([^()]*\bpoints?\b[^()]*\)\s*$")
COLOPHON = "Graded by nabla. Hidden tests ask at more points than the checks in the notebook do."


@dataclass(frozen=True)
class Item:
    """A question as the page shows it."""

    question: Question
    anchor: str
    name: Markup
    label: str
    answer: Markup
    comments: tuple[Markup, ...]


@dataclass(frozen=True)
class Block:
    """What stands under one heading: what was asked, and the questions."""

    title: Markup
    asked: Markup
    items: tuple[Item, ...]
    tag: str  # of the questions' headings


@dataclass(frozen=True)
class Part:
    """A problem of the assignment."""

    title: Markup
    anchor: str
    sections: tuple[Block, ...]

    @property
    def items(self) -> list[Item]:
        """The questions that have points."""
        return [i for block in self.sections for i in block.items if i.question.checks]


@dataclass(frozen=True)
class Page:
    """All that stands on the page."""

    submission: Submission
    title: Markup
    parts: tuple[Part, ...]
    notes: tuple[Markup, ...]
    colophon: str = COLOPHON

    @property
    def plain_title(self) -> str:
        return self.submission.assignment.replace("_", " ")

    @property
    def who(self) -> str:
        name = self.submission.scores.name
        return f"{name} ({self.submission.student})" if name else self.submission.student

    @property
    def share_got(self) -> str:
        return self._share(self.submission.points)

    @property
    def share_open(self) -> str:
        return self._share(self.submission.waiting)

    def _share(self, points: float) -> str:
        most = self.submission.max_points
        return f"{min(100.0, 100 * points / most):.1f}" if most else "0"


def warm_up() -> None:
    """Load what a page is made with, before anybody's time is taken."""
    from nbformat import v4

    v4.new_notebook()
    prose("*a* $b$")
    code("a = 1")
    template("feedback.html.j2")


def feedback_page(submission: Submission) -> str:
    """The page as HTML."""
    made = template("feedback.html.j2").render(
        page=page_of(submission), icons=ICONS, words=WORDS, step_icons=STEP_ICONS, drawn=drawn
    )
    return made + "\n"


def page_of(submission: Submission) -> Page:
    """What stands on the page of one submission."""
    first = next((s.heading for s in submission.sections if s.level == 1 and s.heading), "")
    title = _line(first) if first else Markup("{}").format(submission.assignment.replace("_", " "))
    return Page(submission, title, tuple(_parts(submission.sections)), tuple(_notes(submission)))


def _parts(sections: tuple[Section, ...]) -> Iterator[Part]:
    """The problems that hold a question, each with the sections under it."""
    gathered: list[list[Section]] = []
    for section in sections:
        if section.level <= 2 or not gathered:
            gathered.append([])
        gathered[-1].append(section)
    for number, group in enumerate(gathered):
        if any(section.questions for section in group):
            yield _part(group, number)


def _part(group: list[Section], number: int) -> Part:
    head, *rest = group
    blocks = [_block(head, number, Markup(), first=True)]
    blocks += [_block(s, f"{number}-{i}", _line(s.heading)) for i, s in enumerate(rest)]
    title = _line(head.heading) if head.level > 1 else Markup("Answers")
    return Part(title, f"part-{number}", tuple(blocks))


def _block(section: Section, number: object, title: Markup, first: bool = False) -> Block:
    # The text under the assignment's own title is about the notebook, not a question.
    asked = [] if first and section.level == 1 else [_asked(text) for text in section.asked]
    items = [_item(q, section, f"{number}-{i}") for i, q in enumerate(section.questions)]
    return Block(title, Markup("").join(asked), tuple(items), "h3" if first else "h4")


def _item(question: Question, section: Section, number: str) -> Item:
    slug = re.sub(r"[^A-Za-z0-9_-]+", "-", question.name)
    return Item(
        question,
        slug if question.checks and slug else f"cell-{number}",
        _name(question, section),
        LABELS[question.kind],
        _answer(question),
        (prose(question.comment),) if question.comment else (),
    )


def _name(question: Question, section: Section) -> Markup:
    if question.kind == "derivation":
        where = POINTS.sub("", section.heading) if section.level > 2 else question.name
        return Markup("Derivation of {}").format(_line(where))
    if question.kind.startswith("own"):
        has_figure = any(isinstance(thing, Figure) for thing in question.showed)
        return Markup("Your figure" if has_figure else "Also in your notebook")
    return Markup("<code>{}</code>").format(question.name)


def _answer(question: Question) -> Markup:
    if not question.answer.strip():
        return Markup()
    if question.kind in ("derivation", "own markdown"):
        written = prose(question.answer, question.pictures)
        return Markup('<div class="written">{}</div>').format(written)
    quoted = Markup("<pre><code>{}</code></pre>").format(code(question.answer))
    if question.kind == "code":
        return quoted
    return Markup("<details><summary>Show the code</summary>{}</details>").format(quoted)


@cache
def _asked(text: str) -> Markup:
    """What was asked, which is the same for the whole class."""
    return prose(text)


@cache
def _line(heading: str) -> Markup:
    return line(heading)


def _notes(submission: Submission) -> Iterator[Markup]:
    """What the student should know besides the points: repairs, lateness."""
    for repair in submission.repairs:
        yield Markup("Mended before grading: {}").format(line(repair))
    late, penalty = submission.scores.seconds_late, submission.scores.penalty
    if penalty:
        cost = f"{penalty:g} {'point' if penalty == 1 else 'points'} taken off"
        yield Markup("Handed in {} late: {}.").format(duration(late), cost)
    elif late:
        yield Markup("Handed in {} late; it costs nothing.").format(duration(late))


def duration(seconds: float) -> str:
    """A time in words.

    >>> [duration(seconds) for seconds in (59, 3700, 90_000)]
    ['less than a minute', '1 hour', '1 day 1 hour']
    """
    counts = (int(seconds // 86400), int(seconds % 86400 // 3600), int(seconds % 3600 // 60))
    named = zip(counts, ("day", "hour", "minute"), strict=True)
    said = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in named if count]
    return " ".join(said[:2] if counts[0] else said[:1]) or "less than a minute"
