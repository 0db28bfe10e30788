"""Thirty submissions made to exhaust the CPU time or memory of a notebook grader (a defensive test set).

ATTACKS: name -> (description, function from the parsed student notebook to the changed dict or raw bytes).
EXPECTED: name -> "graded" (a valid notebook: the attacked answer may lose, all else is graded) or
"failed" (no notebook can be read out of the file).
Cells that start processes or print without end are bounded in time or size, so a test run leaves nothing behind.
"""

import base64
import copy
import json
import random
from collections.abc import Callable

GOOD_W = '''def relu_grad_W(X, W, Y):
    """The gradient of f with respect to W, shape (p, q). Two lines."""
    Z = X @ W
    return 2 * X.T @ ((Z.clamp(min=0) - Y) * (Z > 0))
'''

GOOD_Y = r"""With $H = \max(XW, 0)$:

$$f = \operatorname{tr}((H - Y)^\top (H - Y))$$

$$df = -2 \operatorname{tr}((H - Y)^\top dY)$$

$$\frac{\partial f}{\partial Y} = -2(H - Y)$$
"""

W_CELL = "relu_grad_W"
Y_CELL = "relu_derivation_Y"


def position(nb: dict, cell_id: str) -> int:
    return next(i for i, cell in enumerate(nb["cells"]) if cell.get("id") == cell_id)


def put(nb: dict, cell_id: str, source: str) -> dict:
    """Put this source into the cell with this id."""
    nb["cells"][position(nb, cell_id)]["source"] = source.splitlines(keepends=True)
    return nb


def put_line(nb: dict, cell_id: str, source: str) -> dict:
    """The same, as one string (for lines that splitlines would cut)."""
    nb["cells"][position(nb, cell_id)]["source"] = source
    return nb


def code_cell(cell_id: str, source: str) -> dict:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def markdown_cell(cell_id: str, source: str) -> dict:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def in_markdown(nb: dict, text: str) -> dict:
    """A right derivation of dY, and this text after it."""
    return put_line(nb, Y_CELL, GOOD_Y + "\n" + text)


def in_code(nb: dict, text: str) -> dict:
    """A right relu_grad_W, and this code after it."""
    return put_line(nb, W_CELL, GOOD_W + "\n\n" + text)


# ---- reading the file ----


def json_depth(nb: dict) -> bytes:
    nb["metadata"]["x"] = "@@"
    depth = 2_000_000
    return json.dumps(nb).replace('"@@"', "[" * depth + "]" * depth).encode()


def conflict_openers(nb: dict) -> bytes:
    opener = '<<<<<<< HEAD\n"source": ["\\"\n,]},\n'
    return ('{"cells": [\n' + opener * 200_000).encode()


def json_of_nothing(nb: dict) -> bytes:
    nb["metadata"]["nothing"] = "@@"
    head, tail = json.dumps(nb).split('"@@"')
    return head.encode() + b"[" + b"{}," * 15_000_000 + b"{}]" + tail.encode()


# ---- finding the cells ----


def many_cells(nb: dict) -> dict:
    at = position(nb, "figure_heading")
    nb["cells"][at:at] = [markdown_cell(f"n{i}", "") for i in range(150_000)]
    return nb


def same_id_thousands(nb: dict) -> dict:
    at = position(nb, W_CELL)
    copies = []
    for i in range(8000):
        cell = copy.deepcopy(nb["cells"][at])
        cell["source"] = GOOD_W.replace("2 * X.T", f"{i} * X.T")
        copies.append(cell)
    nb["cells"][at : at + 1] = copies
    return nb


def lost_function_candidates(nb: dict) -> dict:
    rng = random.Random(0)
    at = position(nb, W_CELL)
    words = ["Z", "H", "X.T", "W", "Y", "dZ", "mask"]
    cells = []
    for i in range(4000):
        body = "\n".join(f"    # {' @ '.join(rng.choices(words, k=9))}" for _ in range(40))
        source = GOOD_W.replace("    Z = X @ W\n", f"    Z = X @ W  # try {i}\n{body}\n")
        cells.append(code_cell(f"try{i}", source))
    nb["cells"][at : at + 1] = cells
    return nb


# ---- comparing students ----


def similarity_shuffle(nb: dict) -> dict:
    rng = random.Random(1)
    lines = [f"v{i} = {i}" for i in range(120)]
    text = []
    for _ in range(400):
        rng.shuffle(lines)
        text += lines
    return in_code(nb, "\n".join(text) + "\n")


# ---- regular expressions on Markdown and LaTeX ----


def whitespace_run(nb: dict) -> dict:
    run = " " * 300_000
    return in_markdown(nb, "a" + run + "b\n\n$$f =" + run + "x$$\n\na" + "\n \t" * 100_000 + "b\n")


def begin_without_end(nb: dict) -> dict:
    return in_markdown(
        nb, "$$\n" + "\\begin{aligned} \\left( {\n" * 80_000 + "$$ $a \\$ $$$ \\[ \\( " * 40_000
    )


def html_openers(nb: dict) -> dict:
    kinds = ["<!-- ", "<? ", "<![CDATA[ ", "<!A ", '<a b="', "<a b='", "</a  "]
    return in_markdown(nb, "\n\n".join("x " + kind * 60_000 for kind in kinds))


# ---- rendering Markdown ----


def emphasis_runs(nb: dict) -> dict:
    runs = [
        "a**b" + "c* " * 60_000,
        "*a _b **c __d " * 30_000,
        "*a_ " * 60_000,
        "**x" * 60_000 + "*y" * 60_000,
    ]
    ticks = "".join("`" * k + "x" for k in range(1, 1500))
    return in_markdown(nb, "\n\n".join([*runs, ticks]))


def link_brackets(nb: dict) -> dict:
    parts = [
        "[" * 50_000 + "a" + "](" * 50_000,
        "![[" * 30_000,
        "[a](<b" * 50_000,
        "[ (](" * 50_000,
    ]
    nest = "".join(" " * (2 * k) + "- > a\n" for k in range(1, 1000))
    return in_markdown(nb, "\n\n".join(parts) + "\n\n" + nest)


def reference_amplifier(nb: dict) -> dict:
    return in_markdown(nb, "[a]: /" + "&amp;" * 40_000 + "\n\n" + "[a] " * 50_000)


def table_autofill(nb: dict) -> dict:
    columns = 5000
    return in_markdown(nb, "|a" * columns + "|\n" + "|-" * columns + "|\n" + "|x\n" * 30_000)


def attachment_amplifier(nb: dict) -> dict:
    cell = nb["cells"][position(nb, Y_CELL)]
    picture = b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(1 << 20)
    cell["attachments"] = {"a.png": {"image/png": base64.b64encode(picture).decode()}}
    return in_markdown(nb, "![x](attachment:a.png)\n" * 20_000)


# ---- outputs: HTML, SVG, text ----


def html_reconstruction(nb: dict) -> dict:
    make = "''.join(f'<b id=b{i}><i title={i}>' for i in range(3000)) + '<p>x' * 3000 + '<table><a>' * 3000"
    nb = in_code(nb, f"from IPython.display import HTML, display\n\ndisplay(HTML({make}))\n")
    html = (
        "".join(f"<b id=b{i}><i title={i}>" for i in range(3000))
        + "<p>x" * 3000
        + "<table><a>" * 3000
    )
    nb["cells"][position(nb, W_CELL)]["outputs"] = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/html": html, "text/plain": "x"},
        }
    ]
    return nb


def svg_entities(nb: dict) -> dict:
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    svg = (
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY e0 "<g><text>x</text></g>">{levels}]>'
        f'<svg xmlns="http://www.w3.org/2000/svg">{"<g>" * 20_000}&e11;{"</g>" * 20_000}</svg>'
    )
    data = {"image/svg+xml": svg, "text/html": svg, "text/plain": "svg"}
    nb = in_code(
        nb,
        "from IPython.display import display\n\n"
        "levels = ''.join(f'<!ENTITY e{i} \"' + f'&e{i - 1};' * 10 + '\">' for i in range(1, 12))\n"
        "svg = ('<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY e0 \"<g>x</g>\">' + levels + ']>'\n"
        "       '<svg xmlns=\"http://www.w3.org/2000/svg\">' + '<g>' * 20000 + '&e11;' + '</g>' * 20000 + '</svg>')\n"
        "display({'image/svg+xml': svg, 'text/html': svg, 'text/plain': 'svg'}, raw=True)\n",
    )
    nb["cells"][position(nb, "figure")]["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": data}
    ]
    return nb


def display_flood(nb: dict) -> dict:
    return in_code(
        nb,
        "from IPython.display import clear_output, display\n\n"
        "handle = display({'text/plain': '0'}, raw=True, display_id='h')\n"
        "for i in range(100_000):\n"
        "    handle.update({'text/html': f'<i>{i}' * 300, f'x/{i}': {'a': [i] * 100}}, raw=True)\n"
        "    display({'text/html': f'<b onclick={i}>', 'text/latex': '$'}, raw=True, metadata={str(i): i})\n"
        "    clear_output(wait=True)\n",
    )


def print_flood(nb: dict) -> dict:
    return in_code(
        nb,
        "import sys\n\n"
        "piece = 'ab\\x08\\r\\x1b[38;5;1m\\x1b[1m' * 60_000\n"
        "for i in range(2000):  # 2 GB without one newline\n"
        "    (sys.stderr if i % 2 else sys.stdout).write(piece)\n",
    )


def exception_str(nb: dict) -> dict:
    return in_code(
        nb,
        "class Huge(Exception):\n"
        "    def __str__(self):\n"
        "        return '\\x1b[31m<b>&$`\\u0301' * 30_000_000\n\n"
        "    __repr__ = __str__\n\n"
        "    def _repr_html_(self):\n"
        "        return str(self)\n\n\n"
        "error = Huge()\n"
        "for _ in range(200):\n"
        "    cause, error = error, Huge()\n"
        "    error.__cause__ = cause\n"
        "raise error\n",
    )


def traceback_lines(nb: dict) -> dict:
    filler = ";x=[1]" * 50 + "  # " + "<b>[x](y) $`" * 2000  # cheap to compile, long to print
    functions = [
        f"def t{i}():\n x=0{filler}\n t{i + 1}(){filler}\n x=0{filler}\n" for i in range(250)
    ]
    return in_code(nb, "".join(functions) + "def t250():\n raise ValueError('end')\n\n\nt0()\n")


# ---- compile() and syntax highlighting ----


def finally_doubling(nb: dict) -> dict:
    depth = 19
    lines = ["def never():"]
    for k in range(1, depth + 1):
        lines += [" " * k + "try: a()", " " * k + "finally:"]
    lines.append(" " * (depth + 1) + "x = 1")
    return in_code(nb, "\n".join(lines) + "\n")


def constant_folding(nb: dict) -> dict:
    items = ",".join(f"'{i:x}a'*{4096 // len(f'{i:x}a')}" for i in range(4096, 250_000))
    return in_code(nb, f"def never():\n    return [{items}]\n")


def fstring_quadratic(nb: dict) -> dict:
    return in_code(nb, 'a = ""\ns = f"' + "{a}" * 300_000 + '"\n')


def nfkc_identifier(nb: dict) -> dict:
    return in_code(nb, "a" + "\u0301\u0323" * 150_000 + " = 1\n")


def pygments_blank_lines(nb: dict) -> dict:
    return in_code(nb, "x = 1\n" + " \n" * 60_000 + "y = 1\n")


# ---- checking the derivation ----


def latex_macro_loop(nb: dict) -> dict:
    macros = "\n".join(
        [
            r"$\newcommand{\p}{\q\q} \newcommand{\q}{\p\p}$",
            r"$\def\r#1{\r{#1#1}}$",
            r"$\let\s\t \let\t\s \renewcommand{\frac}[2]{\frac{#2}{#1}\p}$",
        ]
    )
    return put(
        nb,
        Y_CELL,
        macros + "\n\n" + GOOD_Y + "\n" + r"$$\frac{\partial f}{\partial Y} = \r{Y}\p\s$$" + "\n",
    )


def latex_definition_doubling(nb: dict) -> dict:
    lines = [r"Let $A_0 = \max(XW, 0) - Y$.", ""]
    for k in range(1, 80):
        lines += [rf"$$A_{{{k}}} = A_{{{k - 1}}} \odot A_{{{k - 1}}} + A_{{{k - 1}}}$$", ""]
    lines += [r"$$f = \|A_0\|_F^2 + 0 \operatorname{tr}(A_{79}^\top A_{79})$$", ""]
    lines += [
        r"$$df = 2 \operatorname{tr}(A_0^\top dA_0) + 0 \operatorname{tr}(A_{79}^\top dA_{79})$$",
        "",
    ]
    lines += [r"$$\frac{\partial f}{\partial Y} = -2 A_0 + 0 A_{79}$$", ""]
    return put(nb, Y_CELL, "\n".join(lines))


def latex_tower(nb: dict) -> dict:
    big = [
        r"9^{9^{9^{9^{9}}}}",
        r"(10^{9})!!",
        r"\binom{10^{12}}{5 \cdot 10^{11}}",
        r"\sum_{i=1}^{10^{12}} \sum_{j=1}^{10^{12}} i^j",
        r"\operatorname{tr}((X X^\top)^{999999999999})",
        r"\mathbf{1}_{10^{10}}^\top \mathbf{1}_{10^{10}}",
        "9" * 1_000_000,
    ]
    lines = [
        rf"$$\frac{{\partial f}}{{\partial Y}} = -2(\max(XW, 0) - Y) + 0 \cdot {one} \cdot Y$$"
        for one in big
    ]
    return in_markdown(nb, "\n\n".join(lines) + "\n")


# ---- neighbours ----


def background_load(nb: dict) -> dict:
    return in_code(
        nb,
        "import os, signal, threading, time\n\n"
        "end = time.time() + 240  # bounded: nothing outlives four minutes\n\n\n"
        "def busy():\n"
        "    while time.time() < end:\n"
        "        sum(range(100_000))\n\n\n"
        "for _ in range(32):\n"
        "    if os.fork() == 0:\n"
        "        try:\n"
        "            os.setsid()\n"
        "            signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "            signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "            keep = bytearray(os.urandom(1 << 20) * 100)\n"
        "            busy()\n"
        "        finally:\n"
        "            os._exit(0)\n"
        "for _ in range(64):\n"
        "    threading.Thread(target=busy, daemon=True).start()\n",
    )


ATTACKS: dict[str, tuple[str, Callable[[dict], dict | bytes]]] = {
    "json_depth": ("notebook metadata is an array nested two million deep", json_depth),
    "conflict_openers": (
        "broken JSON with 200,000 merge-conflict openers and stray quotes, never closed",
        conflict_openers,
    ),
    "json_of_nothing": (
        "15 million empty objects in the metadata: 45 MB on disk, over 1 GB parsed",
        json_of_nothing,
    ),
    "many_cells": ("150,000 empty Markdown cells with ids of their own", many_cells),
    "same_id_thousands": (
        "relu_grad_W 8,000 times, the same id and metadata, each another body",
        same_id_thousands,
    ),
    "lost_function_candidates": (
        "relu_grad_W lost, 4,000 near-equal cells that define it",
        lost_function_candidates,
    ),
    "similarity_shuffle": (
        "48,000 statements out of 120 in random order: quadratic diff that dodges autojunk",
        similarity_shuffle,
    ),
    "whitespace_run": (
        "runs of 300,000 blanks inside text and LaTeX, for \\s+$ and the like",
        whitespace_run,
    ),
    "begin_without_end": (
        "80,000 \\begin, \\left, { and odd dollars that are never closed",
        begin_without_end,
    ),
    "html_openers": (
        "60,000 each of <!--, <?, <![CDATA[, open attributes inside Markdown",
        html_openers,
    ),
    "emphasis_runs": (
        "unmatched emphasis delimiters of every kind, and backtick runs of 1,500 lengths",
        emphasis_runs,
    ),
    "link_brackets": (
        "unclosed link and image brackets, lists and quotes nested 1,000 deep",
        link_brackets,
    ),
    "reference_amplifier": (
        "one link definition of 200 kB used 50,000 times: 10 GB of HTML",
        reference_amplifier,
    ),
    "table_autofill": (
        "table of 5,000 columns with 30,000 one-cell rows: 150 million cells filled in",
        table_autofill,
    ),
    "attachment_amplifier": (
        "a 1 MB attachment shown 20,000 times: 28 GB when inlined as data URIs",
        attachment_amplifier,
    ),
    "html_reconstruction": (
        "6,000 open formatting tags, then 3,000 <p>: an HTML5 parser opens all again in each",
        html_reconstruction,
    ),
    "svg_entities": (
        "SVG and HTML output with a billion-laughs DTD under 20,000 nested groups",
        svg_entities,
    ),
    "display_flood": (
        "300,000 display, update_display and clear_output messages with odd MIME types",
        display_flood,
    ),
    "print_flood": (
        "2 GB on stdout and stderr in one line of backspaces, returns and ANSI colours",
        print_flood,
    ),
    "exception_str": (
        "exception whose text is over 300 million characters of markup, in a chain of 200 causes",
        exception_str,
    ),
    "traceback_lines": (
        "an error 250 frames deep with source lines of 24 kB around every frame",
        traceback_lines,
    ),
    "finally_doubling": (
        "finally in finally, 19 deep: bytecode doubles with each level",
        finally_doubling,
    ),
    "constant_folding": (
        "250,000 short string products that the compiler folds to 4 kB each: 1 GB",
        constant_folding,
    ),
    "fstring_quadratic": (
        "one f-string with 300,000 fields, quadratic to parse before Python 3.12",
        fstring_quadratic,
    ),
    "nfkc_identifier": (
        "an identifier of 300,000 combining marks in bad order: NFKC is quadratic",
        nfkc_identifier,
    ),
    "pygments_blank_lines": (
        "60,000 lines of one blank: the docstring rule of pygments is quadratic",
        pygments_blank_lines,
    ),
    "latex_macro_loop": (
        "mutually recursive, growing and self-redefining LaTeX macros",
        latex_macro_loop,
    ),
    "latex_definition_doubling": (
        "79 named matrices, each using the one before three times: 3^79 when substituted",
        latex_definition_doubling,
    ),
    "latex_tower": (
        "power towers, factorials, binomials, endless sums, a million-digit number, all times 0",
        latex_tower,
    ),
    "background_load": (
        "32 detached busy processes of 100 MB that ignore signals and 64 threads, for 240 s",
        background_load,
    ),
}

EXPECTED: dict[str, str] = {name: "graded" for name in ATTACKS}
EXPECTED["json_depth"] = "failed"
EXPECTED["conflict_openers"] = "failed"
