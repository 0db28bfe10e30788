"""Browser tests need playwright, which the rest of the suite does not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
SCREENSHOTS = REPO / "build" / "screenshots"
collect_ignore = ["pictures.py"]  # a tool, and its doctests would import playwright


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """The machine's Chromium; a test that asks for it is skipped where there is none."""
    pytest.importorskip("playwright", reason="needs the browser extra")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "chrome"))):
        pytest.skip("needs Chromium")
    from browser.pictures import chromium

    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def album() -> Path:
    """Where browser tests leave their screenshots, to be looked at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS
