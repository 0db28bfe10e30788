"""Pictures of what people see: notebooks in a real JupyterLab, pages, slides.

    python tests/browser/pictures.py OUT notebook.ipynb page.html deck.slides.html jupyter:/tree

Each target becomes one PNG of its whole height in OUT (a deck: one a slide). The browser reaches
this machine only, and what a page wanted from elsewhere is printed. `chromium` and `jupyterlab`
serve browser tests as well.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

REPO = Path(__file__).parents[2]
LAPTOP = {"width": 1366, "height": 768}
PROJECTOR = {"width": 1280, "height": 720}
TALLEST = 16_000  # Chromium paints no taller picture in one piece
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
# The notebook that is open, its kernel included, can be worked with.
READY = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await Promise.all([panel.revealed, panel.sessionContext.ready]);
    await panel.sessionContext.session.kernel.info;
}"""
# Every cell is in the page, not only those in view; nothing is saved; no news, no update notice.
LAB_SETTINGS = {
    "docmanager-extension/plugin": {"autosave": False},
    "notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@dataclass(frozen=True)
class Server:
    """A running Jupyter server: where it listens, and the word it asks for."""

    url: str
    token: str

    def address(self, path: str) -> str:
        """The URL of a path on this server, with the token."""
        return f"{self.url}{path}?token={self.token}"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, headless, with a fresh profile and no way to the network."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def jupyterlab(root: Path) -> Iterator[Server]:
    """A JupyterLab of its own on a free port, serving root; ended with the block."""
    with tempfile.TemporaryDirectory(prefix="jupyterlab-") as home:
        server = Server(f"http://127.0.0.1:{free_port()}", "pictures")
        command, environment = lab_command(server, root), lab_environment(Path(home))
        with (Path(home) / "log").open("w+") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=root, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                wait_until_up(server, process, Path(log.name))
                yield server
            finally:
                process.terminate()
                process.wait(timeout=20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lab_command(server: Server, root: Path) -> list[str]:
    """How to start JupyterLab so that it belongs to us and opens no window."""
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={server.url.rsplit(':', 1)[1]}"),
        *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}", "--allow-root"),
        *(f"--IdentityProvider.token={server.token}", "--log-level=ERROR"),
    ]


def lab_environment(home: Path) -> dict[str, str]:
    """The environment of a user who has just installed JupyterLab and this tree."""
    for name, settings in LAB_SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    own = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "PYTHONPATH": REPO,
        # nbgrader calls a program beside its own by its bare name.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    return os.environ | {name: str(value) for name, value in own.items()}


def wait_until_up(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; raise with its log if it ended or took over a minute."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(server.address("/api/status"), timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"JupyterLab did not come up on {server.url}\n{log.read_text()}")


def open_notebook(page: Page, server: Server, path: str, run: bool = False) -> None:
    """Open a notebook as a student sees it, side bar closed; run all its cells if asked."""
    page.goto(server.address(f"/lab/tree/{path}") + "&reset")  # no tabs of the one before
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.evaluate(READY)
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    if run:
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    settle(page)


def settle(page: Page) -> None:
    """Wait until fonts are there, the mathematics is set and the page stops growing."""
    page.evaluate("document.fonts.ready")
    before = ""
    while (now := page.evaluate("document.body.innerHTML.length + ''")) != before:
        before = now
        page.wait_for_timeout(1000)


def scroll_to(page: Page, cell: str) -> None:
    """Bring the cell of this id to the top of the window."""
    found = page.evaluate(
        """id => { const notebook = window.jupyterapp.shell.currentWidget.content;
                   const at = notebook.widgets.findIndex(cell => cell.model.id === id);
                   if (at >= 0) {
                       notebook.activeCellIndex = at;
                       notebook.widgets[at].node.scrollIntoView({ block: 'start' }); }
                   return at >= 0; }""",
        cell,
    )
    if not found:
        raise SystemExit(f"no cell {cell} in this notebook")
    settle(page)


def grow_window(page: Page) -> None:
    """Make the window tall enough to hold the whole open notebook."""
    hidden = page.evaluate(
        """() => { const panel = document.querySelector('.jp-WindowedPanel-outer');
                   panel.scrollTop = 0; return panel.scrollHeight - panel.clientHeight; }"""
    )
    page.set_viewport_size(LAPTOP | {"height": LAPTOP["height"] + hidden})
    settle(page)


def shoot_page(page: Page, out: Path) -> list[Path]:
    """The page from top to bottom; what is too tall for one picture is continued in more."""
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    pictures = []
    for number, top in enumerate(range(0, height, TALLEST)):
        path = out.with_stem(f"{out.stem}_{number + 1}") if number else out
        clip = {"x": 0, "y": top, "width": width, "height": min(TALLEST, height - top)}
        pictures.append(screenshot(page, path, clip=clip, full_page=True))
    return pictures


def shoot_deck(page: Page, out: Path) -> list[Path]:
    """Each slide of a deck with all its fragments, as on a projector."""
    page.set_viewport_size(PROJECTOR)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.evaluate("Reveal.configure({ fragments: false })")
    pictures = []
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        page.wait_for_timeout(300)
        pictures.append(screenshot(page, out.with_stem(f"{out.stem}_{number + 1:02}")))
        page.evaluate("Reveal.next()")
    return pictures


def screenshot(page: Page, path: Path, **options: object) -> Path:
    """One picture, in as small a file as it fits without loss."""
    page.screenshot(path=path, **options)
    with Image.open(path) as picture:
        picture.convert("RGB").save(path, optimize=True)
    return path


def shoot(page: Page, target: str, server: Server, chosen: argparse.Namespace) -> list[Path]:
    """The pictures of one target, whatever its kind."""
    picture = chosen.out / f"{Path(target).name.split('.')[0]}.png"
    page.set_viewport_size(LAPTOP)
    if target.endswith(".ipynb"):
        path = Path(target).resolve().relative_to(chosen.root.resolve())
        open_notebook(page, server, path.as_posix(), chosen.run)
        if chosen.at:
            scroll_to(page, chosen.at)
        elif not chosen.window:
            grow_window(page)
    else:
        place = target.removeprefix("jupyter:")
        page.goto(server.address(place) if place != target else Path(target).resolve().as_uri())
        settle(page)
    if target.endswith(".slides.html"):
        return shoot_deck(page, picture)
    one_window = chosen.window or chosen.at
    return [screenshot(page, picture)] if one_window else shoot_page(page, picture)


def main() -> None:
    """Arguments in, pictures out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="directory for the pictures")
    parser.add_argument("targets", nargs="+", help="*.ipynb, *.html, or jupyter:/PATH")
    parser.add_argument("--root", type=Path, default=REPO, help="directory that Jupyter serves")
    parser.add_argument("--run", action="store_true", help="run the cells of notebooks first")
    parser.add_argument("--window", action="store_true", help="only what a laptop's window shows")
    parser.add_argument("--at", metavar="CELL", help="the same, from this cell of the notebook on")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, jupyterlab(chosen.root.resolve()) as server:
        for target in chosen.targets:
            page = browser.new_page()
            page.on("requestfailed", lambda request: print(f"  not loaded: {request.url[:100]}"))
            page.on("pageerror", lambda error: print(f"  script error: {error}"))
            for picture in shoot(page, target, server, chosen):
                print(f"{picture} ({picture.stat().st_size // 1000} kB)")
            page.close()


if __name__ == "__main__":
    main()
