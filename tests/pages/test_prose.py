"""What people wrote, as HTML that runs nothing."""

from html.parser import HTMLParser

import pytest

from grader.course.pages.prose import TAGS, VALUES, clean, line, prose
from pages.hostile import HTML, LINK, MARKDOWN

MATHML = {"math", "mi", "mo", "mn", "mtext", "mrow", "mspace", "mtable", "mtr", "mtd", "mstyle"}
OURS = {"class", "tabindex", "role", "aria-label", "style", "display"}  # of formulas, by us


class Read(HTMLParser):
    """Reads HTML as a browser does, roughly, and refuses what could act."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in set(TAGS.split()) | MATHML, tag
        for name, value in attributes:
            assert tag in MATHML or name in OURS or VALUES[name].match(value or ""), (name, value)
            assert not name.startswith("on")


@pytest.mark.parametrize("text", [*MARKDOWN, *HTML])
def test_nothing_that_acts_is_left(text) -> None:
    Read().feed(prose(text))
    Read().feed(clean(text))


def test_links_to_scripts_lose_their_address() -> None:
    assert "href" not in clean(f'<a href="{LINK}">x</a>')
    assert 'href="https://example.org"' in prose("[x](https://example.org)")


def test_a_photo_in_the_cell_is_shown() -> None:
    photo = "data:image/png;base64,AAAA"
    made = prose("![my derivation](attachment:a.png)", {"a.png": photo})
    assert f'src="{photo}"' in made
    assert 'alt="my derivation"' in made


def test_a_picture_from_elsewhere_is_left_out_and_said_to_be() -> None:
    assert "a picture that is not in the file" in prose("![x](http://127.0.0.1/x.png)")


def test_every_picture_has_words_or_is_marked_as_having_none() -> None:
    assert 'alt=""' in clean('<img src="data:image/png;base64,AAAA">')


def test_headings_stand_below_those_of_the_page() -> None:
    assert prose("# Mine").startswith("<h4>")


def test_mathematics_is_no_markdown() -> None:
    """`_` and `*` in formulas are theirs."""
    assert "<em>" not in prose("$a_1 * b_1$ and $c_1 * d_1$")


def test_code_and_prices_are_no_formulas() -> None:
    assert "<math" not in prose("`$a$`, \\$5 and $6")
    assert "<math" not in prose("```\n$a$\n```")


def test_a_very_long_text_is_quoted() -> None:
    assert prose("\\begin{a" * 10_000).startswith("<pre>")


def test_one_line_has_no_paragraph() -> None:
    assert line("at $x$").startswith("at <math>")
