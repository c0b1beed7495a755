"""The house: its rooms, which way their imports go, and how long a file is.  ``ORDER`` is where the order is said."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from .drawing import Arrow, arrows, circles, rooms, upward

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "verifier"
#: The rooms from the top: each may import those below it, and nothing of the files that stand above all rooms.
ORDER = (
    "commands", "gating", "report", "verify", "hunt", "programs", "sampling", "fits", "projects", "quantities",
    "claims", "inference", "datafiles", "networks", "proving", "engines", "exact", "kernel", "verdict",
    "inputs",
)  # fmt: skip
#: The files that are no room: the door, the command line, and what they raise.
TOP = {"__init__", "__main__", "cli", "door", "errors"}
MOST_ROOMS = 20
LONGEST = 400


@pytest.fixture(scope="module")
def drawn() -> list[Arrow]:
    return arrows(PACKAGE)


def test_every_room_has_its_place() -> None:
    assert rooms(PACKAGE) <= set(ORDER)
    assert len(ORDER) <= MOST_ROOMS
    assert {path.stem for path in PACKAGE.glob("*.py")} == TOP


def test_no_circle_and_no_arrow_up(drawn: list[Arrow]) -> None:
    assert len({(arrow.source, arrow.target) for arrow in drawn}) > len(rooms(PACKAGE))
    assert circles(drawn) == []
    assert upward(drawn, ORDER) == []


def test_no_room_imports_what_stands_above_all_rooms() -> None:
    above = re.compile(rf"^\s*(from verifier\.({'|'.join(TOP - {'__init__'})})\b|from verifier import \w*door)", re.M)
    found = [path for room in rooms(PACKAGE) for path in (PACKAGE / room).rglob("*.py")
             if above.search(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []


def test_the_page_lists_the_rooms_that_there_are() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    block = page.partition("\nverifier/\n")[2].partition("\nlemmas/")[0]
    assert set(re.findall(r"^  (\w+)/", block, re.M)) == set(ORDER)
    said = page.partition("Rooms from the top: ")[2].partition(".")[0]
    assert tuple(re.findall(r"\w+", said)) == ORDER


def test_no_file_is_longer_than_can_be_held_in_mind() -> None:
    places = ("verifier", "lemmas", "checks", "tests", "benchmarks", "examples")
    long = {str(path.relative_to(ROOT)) for place in places for path in (ROOT / place).rglob("*.py")
            if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST}  # fmt: skip
    assert long == set()


#: Names that two classes have, and why: a claim's quantity and a check's are the two sides of one word, a symbol of the
#: theory and a sampler, and the tool pairs them by it.
SAME_NAME = {"Quantity"}


def test_no_two_classes_have_one_name() -> None:
    found = Counter(name for path in PACKAGE.rglob("*.py") for name in public_classes(path.read_text(encoding="utf-8")))
    assert {name for name, count in found.items() if count > 1} == SAME_NAME


def test_a_class_of_a_name_that_stands_is_seen_and_a_private_one_is_its_own_file_s() -> None:
    assert public_classes("class Row: ...\nclass _Live:\n    class Row: ...") == ["Row", "Row"]


def public_classes(text: str) -> list[str]:
    """Names of the classes that other files may meet."""
    return [node.name for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]  # fmt: skip


def build(folder: Path, **files: str) -> Path:
    """A made-up package of two rooms, ``high`` and ``low``, with a line in a file of each."""
    for room in ("high", "low"):
        (folder / "house" / room).mkdir(parents=True)
        (folder / "house" / room / "__init__.py").write_text("")
    for name, text in files.items():
        (folder / "house" / name.replace("_", "/")).with_suffix(".py").write_text(text)
    return folder / "house"


@pytest.mark.parametrize(
    "line", ["from house.high import a", "import house.high.a", "from house import high", "from .. import high",
             "from ..high.a import x", "def f():\n    from house.high.a import x"],
)  # fmt: skip
def test_a_made_up_house_with_a_circle_is_caught(tmp_path: Path, line: str) -> None:
    package = build(tmp_path, high_a="from house.low.b import y", low_b=line)
    found = arrows(package)
    assert circles(found) == [["high", "low"]]
    assert [arrow.place.partition(":")[0] for arrow in upward(found, ("high", "low"))] == ["house/low/b.py"]


def test_a_made_up_house_in_order_passes_and_its_other_order_does_not(tmp_path: Path) -> None:
    found = arrows(build(tmp_path, high_a="from house.low.b import y", low_b="import os"))
    assert [(arrow.source, arrow.target) for arrow in found] == [("high", "low")]
    assert circles(found) == []
    assert upward(found, ("high", "low")) == []
    assert upward(found, ("low", "high")) == found
