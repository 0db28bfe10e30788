"""The layout is the architecture: imports run one way."""

import ast
import subprocess
import sys
from pathlib import Path

from classroom import TINY, make_course

GRADER = Path(__file__).parents[1] / "grader"

# room -> the rooms it may import; what is not named here may import nothing of grader.
ALLOWED: dict[str, set[str]] = {
    "startup": set(),
    "catalogue": set(),
    "algebra": set(),
    "latex": {"catalogue", "algebra"},
    "problem": {"latex", "algebra"},
    "oracle": {"problem"},
    "huge": {"problem", "oracle"},
    "derivation": {"algebra", "latex", "problem", "notebook", "catalogue"},
    "verdict": {"problem", "latex", "precision", "catalogue", "graded"},
    "diagnosis": {"algebra", "problem", "latex", "oracle"},
    "picture": set(),
    "precision": set(),
    "checks": {
        "problem",
        "oracle",
        "verdict",
        "diagnosis",
        "picture",
        "precision",
        "derivation",
        "catalogue",
        "graded",
    },
    "budget": set(),
    "sandbox": set(),
    "names": set(),
    "referee": {
        "sandbox",
        "names",
        "oracle",
        "huge",
        "precision",
        "catalogue",
        "notebook",
        "graded",
    },
    "notebook": {"catalogue"},
    "graded": {"notebook", "catalogue", "derivation"},
    "rehearsal": {"notebook", "graded", "referee", "sandbox", "catalogue"},
    "course": {"notebook", "graded", "names", "catalogue", "budget"},
    "author": {
        "algebra",
        "latex",
        "problem",
        "diagnosis",
        "derivation",
        "checks",
        "course",
        "notebook",
    },
}
UPSTAIRS = {"cli", "autograde", "__main__", "__init__"}  # may import any room below them


def rooms_imported(path: Path) -> set[str]:
    """The rooms of grader that one module imports, at whatever depth in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "grader":
            names = [f"grader.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        elif isinstance(node, ast.ImportFrom):
            names = relative(path, node)
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("grader.")}
    return found


def relative(path: Path, node: ast.ImportFrom) -> list[str]:
    """What `from ..sandbox.wire import Wire` or `from .. import oracle` means in this module."""
    package = path.relative_to(GRADER.parent).parts[: -node.level]
    inner = ".".join(package + ((node.module,) if node.module else ()))
    return [f"{inner}.{alias.name}" for alias in node.names]


def room_of(path: Path) -> str:
    return path.relative_to(GRADER).parts[0].removesuffix(".py")


def test_imports_run_one_way() -> None:
    """No room imports one that stands above it."""
    wrong = [
        f"{path.relative_to(GRADER)} imports {room}"
        for path in GRADER.rglob("*.py")
        if room_of(path) not in UPSTAIRS
        for room in rooms_imported(path) - ALLOWED.get(room_of(path), set()) - {room_of(path)}
    ]
    assert not wrong


MATHEMATICS = ("algebra", "latex", "derivation", "diagnosis", "author")


def modules_imported(path: Path) -> set[str]:
    """The modules that one module of a room needs before it is there itself."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.ImportFrom):
            own = f"grader.{room_of(path)}"
            base = ".".join(filter(None, [own, node.module])) if node.level else str(node.module)
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        waiting += ast.iter_child_nodes(node)
    return found


def test_no_module_of_the_mathematics_needs_itself() -> None:
    """There is an order in which each is there before those that import it."""
    paths = [path for room in MATHEMATICS for path in (GRADER / room).glob("*.py")]
    left = {f"grader.{room_of(path)}.{path.stem}": modules_imported(path) for path in paths}
    while ready := [name for name, needs in left.items() if not (needs & left.keys()) - {name}]:
        left = {name: needs for name, needs in left.items() if name not in ready}
    assert not left


HEAVY = {"torch", "matplotlib", "dask", "lark", "numpy"}


def heavy_loaded(code: str, *arguments: object) -> set[str]:
    """What this code loads of that which takes seconds."""
    told = f"{code}\nimport sys; print(*{HEAVY} & set(sys.modules))"
    command = [sys.executable, "-c", told, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_process_that_holds_the_gradebook_starts_without_torch() -> None:
    """The warm processes have it; here it would only be waited for, at each command's start."""
    assert not heavy_loaded("import grader.autograde.plugin")


def test_showing_what_was_found_loads_no_checker() -> None:
    """A hand that grew by it is ended, and the next page waits until another has started."""
    assert not heavy_loaded("import grader.course.feedback, grader.course.pages.classroom")


def test_release_loads_no_torch_where_nothing_is_drawn(tmp_path: Path) -> None:
    """The edition is tried all the same: it is the warm processes that have torch."""
    code = "import sys; from grader.cli import main; assert main(sys.argv[1:]) == 0"
    course = make_course(tmp_path, tried=True)
    assert not heavy_loaded(code, "release", TINY, "--course", course.root)
    assert course.tried(TINY).is_file()
