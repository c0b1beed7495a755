"""Which project a command means: the nearest folder upwards, said first where it is not the current one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verifier.projects.root import find, is_project

from .conftest import Toy


def test_a_project_is_a_folder_with_lemmas_or_a_table(tmp_path: Path) -> None:
    assert not is_project(tmp_path)
    config = tmp_path / "pyproject.toml"
    for text, expected in (
        ("", False), ("[tool.other]\n", False), ("# [tool.verifier]\n", False),
        ("[project]\nname = 'tool.verifier'\n", False),
        ("[tool.verifier]\n", True), ("[tool.verifier.expect]\n", True), ("[[tool.verifier.fits]]\n", True),
        ("[tool.verifier]\nseed = \n", True), ("[tool.other]\nx = \n", False), ("tool = 1\n", False),
    ):  # fmt: skip
        config.write_text(text)
        assert is_project(tmp_path) is expected, text
    config.write_bytes(b"\xff\xfe[tool.verifier]\n")
    assert not is_project(tmp_path)
    config.unlink()
    (tmp_path / "lemmas").write_text("a file")
    assert not is_project(tmp_path)
    (tmp_path / "lemmas").unlink()
    (tmp_path / "lemmas").mkdir()
    assert is_project(tmp_path)


def test_the_nearest_is_meant_and_the_next_is_named(tmp_path: Path) -> None:
    inner = tmp_path / "papers" / "inner"
    for folder in (tmp_path, inner):
        (folder / "lemmas").mkdir(parents=True)
    assert find(inner / "lemmas").folder == inner
    assert find(inner).around == tmp_path
    assert find(tmp_path / "papers").folder == tmp_path
    assert find(tmp_path).told(tmp_path) == ""
    assert f"{tmp_path}, in which it lies, is not meant" in find(inner).told(inner)
    assert "found from papers/" in find(tmp_path / "papers").told(tmp_path / "papers")


@pytest.fixture
def below(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Toy:
    (toy.folder / "notes" / "deep").mkdir(parents=True)
    monkeypatch.chdir(toy.folder / "notes" / "deep")
    return toy


def test_a_sub_folder_is_of_its_project(below: Toy) -> None:
    result = below.run("check", "-q", "--jobs", "1", "--json")
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines()[0] == f"verifier: the project is {below.folder}, found from notes/deep/"
    assert [s["name"] for s in json.loads(result.stdout)["statements"]] == ["toy"]
    assert (below.folder / ".verifier" / "store.sqlite").is_file()
    assert list(Path().iterdir()) == []  # nothing is left in the sub-folder
    for command in (["list", "--json"], ["show", "toy", "--json"], ["gate", "-q", "--jobs", "1", "--json", "-"]):
        other = below.run(*command)
        assert f"the project is {below.folder}" in other.stderr.splitlines()[0]
        assert "toy" in other.stdout
    found = {row["name"]: row["found"] for row in json.loads(below.run("list", "--json").stdout)}
    assert found["toy"]["amended"]["verdict"] == "gap"  # the run stored in the project


def test_the_folder_of_the_project_needs_no_word(toy: Toy) -> None:
    assert toy.run("check", "-q", "--jobs", "1").stderr == ""


def test_of_two_nested_projects_the_inner_one(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = Toy(toy.folder / "inner")
    inner.folder.mkdir()
    inner.write("other")
    monkeypatch.chdir(inner.folder)
    result = inner.run("check", "-q", "--jobs", "1", "--json")
    assert [s["name"] for s in json.loads(result.stdout)["statements"]] == ["other"]
    assert f"{toy.folder}, in which it lies, is not meant" in result.stderr.splitlines()[0]
    assert inner.run("check", "toy").exit_code == 2  # the outer one's statement


def test_without_a_project_the_shipped_statements_are_meant_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    toy = Toy(tmp_path)
    result = toy.run("list", "--json")
    assert "theorem1" in result.stdout
    assert result.stderr.startswith("verifier: no project here or above")
    assert toy.run("show", "lemma5", "--json").stderr == ""  # named, and found


def test_a_folder_that_cannot_be_written_is_said_in_a_line_and_the_check_stands(toy: Toy) -> None:
    (toy.folder / ".verifier").write_text("in the way")
    result = toy.run("check", "toy", "-q", "--jobs", "1")
    assert result.exit_code == 0
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert "the run is not stored" in lines[0]
    assert str(toy.folder / ".verifier") in lines[0]
    assert "amended: gap, as expected" in result.stdout
