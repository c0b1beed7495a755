"""``verifier doctor``: what it says of this installation, and of ones in which something is wrong.

The trial has a fixed seed, that of ``verifier check``: nothing here is random.
"""

from __future__ import annotations

import json
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from verifier.commands import installation as doctor

from .conftest import Toy

ROOT = Path(__file__).resolve().parents[2]


def _json(toy: Toy, code: int) -> dict[str, Any]:
    result = toy.run("doctor", "--json")
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["exit_code"] == code
    return found


def test_this_installation_works(toy: Toy) -> None:
    found = _json(toy, 0)
    assert found["problems"] == []
    versions = {package["name"]: package["version"] for package in found["packages"]}
    assert versions["numpy"] == metadata.version("numpy")
    assert {"jax", "torch"} <= set(versions)
    assert found["place"]["project"] == str(toy.folder)
    assert found["place"]["results"] == str(toy.folder / ".verifier")
    assert found["place"]["writable"]
    assert not Path(".verifier").exists()  # nothing is left behind
    told = {trial["name"]: trial["told"] for trial in found["self_test"]}
    assert told == {
        "a true claim": "proof proved, samples consistent", "a false claim": "proof gap, samples contradicted",
    }  # fmt: skip
    assert found["machine"]["cores"] >= 1


def test_the_text_names_what_a_reader_looks_for_and_ends_in_a_line(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "self_test", lambda: iter([doctor.Trial("a true claim", True, "fine")]))
    lines = toy.run("doctor").stdout.splitlines()
    assert lines[-1] == "it works"
    names = [line.split()[0] for line in lines]
    for name in ("verifier", "python", "machine", "output", "packages", "jax", "torch", "project", "results"):
        assert name in names
    assert len(lines) <= 25


def test_every_requirement_is_looked_for() -> None:
    """The list of modules against what the distribution says that it needs."""
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {line.split(">")[0].split(";")[0].strip().lower() for line in needed}
    assert names
    assert names == set(doctor.MODULES)


def test_a_missing_an_old_and_a_broken_package_are_named_exit_2(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.MODULES, "no-such-package", "no_such_package")
    monkeypatch.setattr(doctor, "_least", lambda distribution: {"numpy": "99.1", "sympy": "1.0"})
    monkeypatch.setattr(doctor.importlib, "import_module", _broken)
    found = _json(toy, 2)
    text = " | ".join(found["problems"])
    assert "no-such-package: it is not installed" in text
    assert f"numpy: {metadata.version('numpy')} is older than 99.1" in text
    assert "scipy: it cannot be imported: no such symbol" in text
    assert found["self_test"] == []  # nothing is tried on what cannot work


def _broken(module: str) -> None:
    if module == "scipy":
        raise ImportError("no such\nsymbol")


def test_an_extra_that_is_absent_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.EXTRAS, "no-such-extra", "no_such_extra")
    (package,) = [package for package in doctor.packages() if package.name == "no-such-extra"]
    assert (package.version, package.problem) == (None, "")


@pytest.mark.parametrize("twin", ["deaf", "blind"])
def test_a_trial_that_comes_out_wrong_is_4(toy: Toy, monkeypatch: pytest.MonkeyPatch, twin: str) -> None:
    """A kernel that accepts the false claim's proof, and a run that raises."""
    if twin == "blind":
        wrong = doctor.Trial("a false claim", False, "proof proved, samples consistent")
        monkeypatch.setattr(doctor, "self_test", lambda: iter([wrong]))
    else:
        monkeypatch.setattr(doctor, "TEMPLATE", toy.folder / "nowhere")
    found = _json(toy, 4)
    assert len(found["problems"]) == 1
    expected = "a false claim: proof proved" if twin == "blind" else "the trial failed: UnknownStatement"
    assert found["problems"][0].startswith(expected)
    assert toy.run("doctor").stdout.splitlines()[-1].startswith("it does not work")


def test_the_self_test_sees_a_kernel_that_proves_what_is_false(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words themselves are compared: with every claim called proved, the false one does not pass."""
    from verifier.verify import results

    monkeypatch.setattr(results.ClaimReport, "__getattribute__", _always_proved)
    assert [trial.passed for trial in doctor.self_test()] == [True, False]


def _always_proved(report: Any, name: str) -> Any:
    return "proved" if name == "proof" else object.__getattribute__(report, name)


def test_a_folder_in_which_nothing_can_be_kept_is_said_and_is_no_failure(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "self_test", lambda: iter(()))
    Path(".verifier").write_text("in the way")
    found = _json(toy, 0)
    assert not found["place"]["writable"]
    assert found["place"]["problem"] == f"{toy.folder / '.verifier'} is not a folder"
    assert "nothing can be kept" in toy.run("doctor").stdout
