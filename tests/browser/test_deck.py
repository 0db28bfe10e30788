"""The deck of `make slides`, in a browser that cannot reach the network."""

from collections.abc import Iterator

import pytest

pytest.importorskip("playwright", reason="needs the browser extra")
from playwright.sync_api import Page

from browser.pictures import PROJECTOR, REPO, chromium

DECKS = sorted((REPO / "dist" / "slides").glob("*.slides.html"))

pytestmark = pytest.mark.skipif(not DECKS, reason="run make slides first")

TOO_LOW = """() => {
    const slide = Reveal.getCurrentSlide(), end = slide.getBoundingClientRect().bottom;
    return [...slide.querySelectorAll('*')]
        .filter(it => it.getBoundingClientRect().bottom > end + 1).length }"""
TOO_WIDE = """() => [...Reveal.getCurrentSlide().querySelectorAll('pre')]
    .filter(it => it.scrollWidth > it.clientWidth + 1).length"""


@pytest.fixture(params=DECKS, ids=lambda path: path.stem)
def deck(request: pytest.FixtureRequest) -> Iterator[Page]:
    """One deck, opened from disk; what it asks of the network is in deck.wanted."""
    with chromium() as browser:
        page = browser.new_page(viewport=PROJECTOR)
        page.wanted = []
        page.on("request", lambda asked: page.wanted.append(asked.url))
        page.goto(request.param.as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        yield page


def test_deck_is_one_file(deck: Page) -> None:
    """A deck loads nothing but itself, and all its mathematics is set."""
    assert [url for url in deck.wanted[1:] if not url.startswith(("data:", "blob:"))] == []
    assert deck.locator("mjx-container").count() > 20
    assert deck.locator("mjx-merror, [data-mml-node=merror]").count() == 0


def test_slides_fit(deck: Page) -> None:
    """No slide holds more than a 16:9 page shows."""
    deck.evaluate("Reveal.configure({ fragments: false })")
    for number in range(deck.evaluate("Reveal.getTotalSlides()")):
        assert (number + 1, deck.evaluate(TOO_LOW), deck.evaluate(TOO_WIDE)) == (number + 1, 0, 0)
        deck.evaluate("Reveal.next()")


def test_film_plays(deck: Page) -> None:
    """The film's play button has its sign, and starts the film."""
    film = deck.locator(".animation > img")
    play = deck.locator(".anim-buttons button[title=Play]")
    assert play.text_content().strip() == "▶"
    play.evaluate("button => button.click()")
    frames = set()
    for _ in range(8):
        frames.add(film.get_attribute("src"))
        deck.wait_for_timeout(150)
    assert len(frames) > 2
