"""Fields of lemma and check files that hold what they cannot hold: one sentence with the file, never an internal error.

Every field of every public class is set to every one of some forty wrong values: in the slow suite all of them, in the
fast one a part that is spread over the fields.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.inputs.fields import FieldError, checked, within

from .projects import Case, cases, write

ALL = list(cases())
#: One of so many in the fast suite; prime, so that fields and values change together.
STRIDE = 83
COMMANDS = (["check", "x", "-q", "-j", "1", "--quick", "--samples", "64"], ["show", "x"], ["list"])
MORE = (["gate", "-q", "-j", "1", "--quick"], ["axioms", "x"], ["prove", "x"])


def _wrong(case: Case, commands: Any) -> list[str]:
    """What is not as it must be."""
    found = []
    for words in commands:
        result = CliRunner().invoke(cli, words)
        told = f"{case}: {' '.join(words)}: {result.exit_code}: {result.stderr.strip()[-300:]}"
        if result.exit_code not in (0, 1, 2, 3, 5):
            found.append(told)
        if "Traceback" in result.output or "internal error" in result.output or "\x1b" in result.output:
            found.append(told)
        if result.exit_code == 2 and words[0] == "check":
            lines = [line for line in result.stderr.splitlines() if not line.startswith("verifier: the project is")]
            known = (f"{case.file}:", "checks/x.py:", "a sampler failed", "failed")
            if not any(word in line for line in [*lines, *result.stdout.splitlines()] for word in known):
                found.append(f"{told} (no file named)")
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_project_without_a_wrong_field_is_as_it_says(folder: Path) -> None:
    write(folder)
    result = CliRunner().invoke(cli, ["check", "x", "-q", "-j", "1"])
    assert result.exit_code == 1, result.output  # what is printed is contradicted, and that is not recorded
    assert "x.order" in result.output
    assert "consistent" in result.output
    assert "lemmas/x.py:" not in result.output


@pytest.mark.parametrize("case", ALL[::STRIDE], ids=str)
def test_a_wrong_field_is_one_sentence(folder: Path, case: Case) -> None:
    write(folder, case)
    assert _wrong(case, COMMANDS) == []


@pytest.mark.slow
@pytest.mark.parametrize("share", range(16))
def test_every_wrong_field_is_one_sentence(folder: Path, share: int) -> None:
    wrong: list[str] = []
    for case in ALL[share::16]:
        write(folder, case)
        wrong += _wrong(case, (*COMMANDS, *MORE) if os.environ.get("EVERY_COMMAND") else (*COMMANDS, MORE[0]))
    assert wrong == []


@checked
@dataclass(frozen=True)
class _Point:
    name: str
    sizes: tuple[int, ...] = ()
    pairs: tuple[tuple[str, float], ...] = ()
    n: Annotated[int, within(1, 9)] = 1
    more: dict[str, int] | None = None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": 3}, "_Point: name is 3; a text is needed"),
        ({"sizes": "ab"}, "_Point 'p': sizes is 'ab'; a tuple (…,) is needed"),
        ({"sizes": (1, "b")}, "_Point 'p': sizes[1] is 'b'; an integer is needed"),
        ({"sizes": (1, True)}, "_Point 'p': sizes[1] is True; an integer is needed"),
        ({"pairs": (("a", 1.0), ("b",))}, "_Point 'p': pairs[1] is ('b',); a tuple of 2 is needed"),
        ({"pairs": (("a", float("nan")),)}, "_Point 'p': pairs[0][1] is nan; a finite number is needed"),
        ({"n": 10}, "_Point 'p': n is 10; an integer from 1 to 9 is needed"),
        ({"more": {"a": "b"}}, "_Point 'p': more['a'] is 'b'; an integer is needed"),
        ({"more": 3}, "_Point 'p': more is 3; a mapping {…} is needed"),
    ],
)
def test_the_sentence_names_the_object_the_place_and_what_is_needed(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FieldError) as caught:
        _Point(**({"name": "p"} | fields))
    assert str(caught.value) == sentence


def test_lists_are_taken_for_tuples() -> None:
    assert _Point("p", sizes=[1, 2]).sizes == (1, 2)  # type: ignore[arg-type]
