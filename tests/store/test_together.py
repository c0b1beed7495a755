"""What one file of a project changes holds for the samples of the others, and so it does in every worker."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from verifier.projects.loading import forget, load_file, loaded_files
from verifier.sampling import sameness
from verifier.sampling.sameness import OtherVersion, Sources, called, sources

from .conftest import CHECK, LEMMA, Place

#: A scale that is read where another file may set it.
READS = CHECK.replace("FACTOR = 2.0", "import verifier.networks.draws as draws").replace(
    "return FACTOR /", 'return getattr(draws, "SCALE", 2.0) /'
)
SETS = CHECK.replace("FACTOR = 2.0", "import verifier.networks.draws as draws\n\nFACTOR = draws.SCALE = 64.0").replace(
    '"toy"', '"zoo"'
)


def found(place: Place, *words: str) -> Any:
    done = place.run("check", "--json", "-q", *words)
    assert done.returncode == 0, done.stderr
    statements = json.loads(done.stdout)["statements"]
    assert [statement["name"] for statement in statements] == ["toy", "zoo"]
    return statements


def test_what_another_statements_file_sets_is_set_in_workers_too(place: Place) -> None:
    """With one process it held.  Workers had loaded the files alone whose blocks they drew, and what they drew without
    it was stored as what is drawn with it."""
    place.write(check=READS, samples=256)
    (place.folder / "lemmas" / "zoo.py").write_text(LEMMA.replace("toy", "zoo"))
    (place.folder / "checks" / "zoo.py").write_text(SETS.replace("@PAUSE", "0").replace("@SAMPLES", "256"))
    alone = place.results("-j", "1", "--no-store")["statements"]
    one, two = found(place, "-j", "1", "--no-store"), found(place, "-j", "2")
    assert one == two == found(place, "-j", "1")
    assert one[0] != alone[0]  # toy by itself has no file beside it that sets anything


def test_a_worker_loads_what_this_process_did_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checks").mkdir()
    paths = [tmp_path / "checks" / f"{name}.py" for name in ("second", "first", "helper")]
    for path, text in zip(paths, ("", "from checks.helper import x", "x = 1"), strict=True):
        path.write_text(text)
    for path in paths[:2]:
        load_file(path)
    expected = sources(elsewhere=False)
    own = [path for path in expected.loaded if path.startswith(str(tmp_path))]
    assert own == [str(path.resolve()) for path in paths]
    expected = replace(expected, loaded=tuple(own))  # other tests have loaded files as well
    forget()
    monkeypatch.setattr(sameness, "_loaded", set())
    assert called(expected, abs, -3) == 3
    assert [str(path) for path in loaded_files() if path.is_relative_to(tmp_path.resolve())] == own


def test_a_project_within_a_checkout_is_not_taken_for_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its files change was not changed in workers."""
    monkeypatch.setattr(sameness, "SHIPPED", tmp_path.resolve())
    paths = [tmp_path / "checks" / "shipped.py", tmp_path / "mine" / "checks" / "own.py", tmp_path / "model.py"]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        load_file(path)
    here = [Path(path) for path in sources(elsewhere=False).loaded]
    assert [path for path in here if path.is_relative_to(tmp_path.resolve())] == [p.resolve() for p in paths[1:]]


def test_what_a_worker_cannot_load_is_told_and_what_is_gone_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gone.py"
    path.write_text("")
    load_file(path)
    expected = sources(elsewhere=False)
    assert str(path.resolve()) in expected.loaded
    path.unlink()
    assert str(path.resolve()) not in sources(elsewhere=False).loaded
    forget()
    monkeypatch.setattr(sameness, "_loaded", set())
    with pytest.raises(OtherVersion, match=r"cannot load what this process has loaded: .*gone\.py"):
        called(Sources("", (), (str(path),)), abs, -3)


#: The first worker that loads it changes a file beside it and dies, so that there are others.
CHANGES = CHECK.replace("time.sleep(@PAUSE)", "time.sleep(2.0)").replace(
    "FACTOR = 2.0",
    """FACTOR = 2.0
import sys
if "verifier.cli" not in sys.modules and not open("checks/late.py").read():
    with open("checks/late.py", "w") as file:
        file.write("x = 1")
    os.kill(os.getpid(), 9)""",
)


@pytest.mark.parametrize("command", ["check", "gate"])
def test_a_file_that_changes_while_a_run_begins_is_told_in_a_sentence(place: Place, command: str) -> None:
    place.write(check=CHANGES)
    (place.folder / "checks" / "late.py").write_text("")
    done = place.run(command, "toy", "-j", "2")
    assert done.returncode == 2, done.stderr
    assert "are not the same for this process and for a worker" in done.stderr
    assert "Traceback" not in done.stderr
