"""Hand the attacks in, each as a student of its own, among witnesses who are right."""

import json
from pathlib import Path

from attacks.attacks import ATTACKS, Attack, place_of
from attacks.target import NAME, RIGHT
from grader.course import Course

WITNESSES = ("a-witness", "m-witness", "z-witness")  # first, in the middle and last
WITNESS = Attack("witness", "is right", 4, RIGHT)


def student_of(number: int) -> str:
    """The student who hands in an attack."""
    return f"b{number:03d}" if number % 2 else f"n{number:03d}"


def everyone() -> dict[str, Attack]:
    attacks = {student_of(number): attack for number, attack in enumerate(ATTACKS)}
    return attacks | dict.fromkeys(WITNESSES, WITNESS)


def hand_in_all(course: Course) -> None:
    for student, attack in everyone().items():
        hand_in(course, student, attack)


def hand_in(course: Course, student: str, attack: Attack) -> None:
    folder = course.submitted(student, NAME).parent
    folder.mkdir(parents=True)
    released = course.released(NAME).read_text()
    (folder / attack.file).write_bytes(attack.encode(written(attack, released, course.root)))
    for name, content in attack.beside.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def written(attack: Attack, released: str, root: Path) -> str:
    """The notebook's text."""
    notebook = json.loads(released)
    for name, source in attack.answers.items():
        notebook["cells"][place_of(notebook, name)]["source"] = source
    for place, code in ((0, attack.first), (len(notebook["cells"]) + 1, attack.last)):
        if code:
            notebook["cells"].insert(place, own_cell(code.replace("{course}", str(root)), place))
    if attack.edit:
        attack.edit(notebook)
    return json.dumps(notebook, ensure_ascii=False)


def own_cell(code: str, place: int) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"own-{place}",
        "metadata": {},
        "outputs": [],
        "source": code,
    }
