"""Finding, loading, pairing and ordering statements."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from verifier.loading import LoadError, load_file
from verifier.project import Project, UnknownStatement, default_project, natural

LEMMA = """
from sympy import Symbol
from verifier.claims.proof import Proof
from verifier.loading import load_file
from verifier.statement import Claim, Kind, Source, Statement
from pathlib import Path
claims = (Claim("{name}.x", Kind.ZERO, Symbol("x"), ""),)
uses = tuple(load_file(Path(__file__).parent / (name + ".py")).statement for name in {uses})
statement = Statement("{name}", "T", Source("D"), "", claims, proof=Proof(lambda author: None, uses))
"""


def write(folder: Path, name: str, uses: tuple[str, ...] = ()) -> None:
    (folder / "lemmas").mkdir(exist_ok=True)
    (folder / "lemmas" / f"{name}.py").write_text(LEMMA.format(name=name, uses=uses))


def test_a_statement_depends_on_those_that_its_proof_uses(tmp_path: Path) -> None:
    write(tmp_path, "c", ("b", "a"))
    write(tmp_path, "b", ("a",))
    write(tmp_path, "a")
    project = Project((tmp_path,))
    assert project.dependencies("c") == ["b", "a"]
    assert project.dependencies("a") == []
    statement = project.statement("c").statement
    assert [d["statement"] for d in statement.proof.documents(statement)] == ["a", "b", "c"]


def test_a_name_that_does_not_exist_suggests_near_ones(tmp_path: Path) -> None:
    write(tmp_path, "theorem1")
    with pytest.raises(UnknownStatement, match="'theorm1'; did you mean theorem1"):
        Project((tmp_path,)).statement("theorm1")


def test_the_last_root_wins_and_files_of_one_name_do_not_collide(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
        write(folder, "same")
    path = Project((first, second)).statement("same").path
    assert path == second / "lemmas" / "same.py"
    modules = [load_file(folder / "lemmas" / "same.py") for folder in (first, second)]
    assert modules[0] is not modules[1]
    assert "same" not in sys.modules


def test_a_file_is_named_after_its_statement(tmp_path: Path) -> None:
    write(tmp_path, "a")
    (tmp_path / "lemmas" / "a.py").rename(tmp_path / "lemmas" / "b.py")
    with pytest.raises(LoadError, match="states 'a'"):
        Project((tmp_path,)).statement("b")


def test_helpers_are_not_statements(tmp_path: Path) -> None:
    write(tmp_path, "a")
    (tmp_path / "lemmas" / "_helper.py").write_text("1 / 0")
    assert Project((tmp_path,)).names == ["a"]


def test_a_file_that_failed_can_be_loaded_once_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("def f():\n    return nowhere\n\nf()\n")
    with pytest.raises(LoadError, match=r"x\.py:2: NameError"):
        load_file(path)
    path.write_text("y = 1\n")
    assert load_file(path).y == 1


def test_names_are_in_natural_order() -> None:
    assert sorted(["lemma10", "lemma2", "corollary1", "lemma1"], key=natural) == [
        "corollary1", "lemma1", "lemma2", "lemma10",
    ]  # fmt: skip


def test_the_shipped_checks_all_have_statements() -> None:
    project = default_project()
    assert {"theorem1", "lemma3", "lemma4", "lemma5"} <= set(project.check_files)
    assert set(project.check_files) <= set(project.names)
