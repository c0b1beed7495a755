"""Finding, loading, pairing and ordering statements."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from verifier.projects.loading import LoadError, _beside, load_file
from verifier.projects.project import Project, UnknownStatement, default_project
from verifier.projects.root import natural

LEMMA = """
from sympy import Symbol
from verifier.claims.proof import Proof
from verifier.projects.loading import load_file
from verifier.claims.statement import Claim, Kind, Source, Statement
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


STATED = """
from sympy import Integer, Symbol
from verifier.claims.statement import Claim, Kind, Source, Statement
{line}
statement = Statement("{name}", "T", Source("D"), "", (Claim("{name}.x", Kind.ORDER, Symbol("x"), TEXT, exponent=1),))
"""


def stated(folder: Path, line: str, helper: str = "TEXT = 'of {folder}'\n", name: str = "a") -> Path:
    """A statement that takes its words from a helper beside it."""
    (folder / "lemmas").mkdir(parents=True, exist_ok=True)
    (folder / "lemmas" / "_words.py").write_text(helper.format(folder=folder.name))
    path = folder / "lemmas" / f"{name}.py"
    path.write_text(STATED.format(line=line, name=name))
    return path


@pytest.mark.parametrize(
    "line",
    [
        "from lemmas._words import TEXT",
        "from ._words import TEXT",
        "from . import _words; TEXT = _words.TEXT",
        "from lemmas import _words as w; TEXT = w.TEXT",
        "import lemmas._words; TEXT = lemmas._words.TEXT",
        "import lemmas._words as w; TEXT = w.TEXT",
        "def later():\n    from lemmas._words import TEXT\n    return TEXT\nTEXT = later()",
    ],
)
def test_a_helper_beside_a_statement_is_meant_whatever_else_is_called_lemmas(tmp_path: Path, line: str) -> None:
    """Two projects with helpers of one name, beside the shipped folder of that name on the path."""
    for name in ("one", "two"):
        entry = Project((tmp_path / "shipped", tmp_path / name))
        stated(tmp_path / name, line)
        assert entry.statement("a").statement.claims[0].text == f"of {name}"
    assert "lemmas._words" not in sys.modules


def test_a_check_imports_from_lemmas_and_a_helper_from_another(tmp_path: Path) -> None:
    stated(tmp_path, "from lemmas._words import TEXT", "from ._more import TEXT\n")
    (tmp_path / "lemmas" / "_more.py").write_text("from checks._size import SIZE\nTEXT = str(SIZE)\n")
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "_size.py").write_text("SIZE = 7\n")
    assert Project((tmp_path,)).statement("a").statement.claims[0].text == "7"


@pytest.mark.parametrize(
    "line",
    [
        "from netz import TEXT",
        "import netz; TEXT = netz.TEXT",
        "import netz as other; TEXT = other.TEXT",
        "from netz.inner import TEXT",
        "import netz.inner; TEXT = netz.inner.TEXT",
        "from user import TEXT",
        "def later():\n    from netz import TEXT\n    return TEXT\nTEXT = later()",
    ],
)
def test_a_file_imports_the_files_beside_it_by_name(tmp_path: Path, line: str) -> None:
    """Two folders with files of one name; none of them is on Python's path, or comes on it."""
    for folder in (tmp_path / "one", tmp_path / "two"):
        (folder / "netz").mkdir(parents=True)
        (folder / "netz" / "__init__.py").write_text(f"TEXT = 'of {folder.name}'\n")
        (folder / "netz" / "inner.py").write_text("from . import TEXT\n")
        (folder / "user.py").write_text("from netz import TEXT\n")
        path = folder / "model.py"
        path.write_text(f"{line}\n")
        assert f"of {folder.name}" == load_file(path).TEXT
    assert not {"netz", "netz.inner", "user"} & set(sys.modules)


@pytest.mark.parametrize("name", ["fractions", "numpy", "click", "this", "antigravity"])
def test_no_file_beside_a_model_takes_the_place_of_a_module_that_python_knows(tmp_path: Path, name: str) -> None:
    """Imported before or not: `this` and `antigravity` are not."""
    (tmp_path / f"{name}.py").write_text("raise SystemExit('mine')\n")
    path = tmp_path / "model.py"
    path.write_text(f"import sys\nfound = 0 if {name!r} in ('this', 'antigravity') else __import__({name!r}).__file__\n"
                    f"import importlib.util\nwhere = importlib.util.find_spec({name!r}).origin\n")  # fmt: skip
    module = load_file(path)
    assert str(tmp_path) not in f"{module.found} {module.where}"
    assert not _beside(tmp_path, name)


def test_a_shipped_statement_is_imported_where_the_project_has_none_of_its_name(tmp_path: Path) -> None:
    stated(tmp_path, "from lemmas.lemma5 import statement as other; TEXT = other.title")
    shipped_one = default_project().statement("lemma5").statement
    assert Project((tmp_path,)).statement("a").statement.claims[0].text == shipped_one.title


@pytest.mark.parametrize(
    ("line", "helper", "message"),
    [
        ("from lemmas._word import TEXT", "", "lemmas/a.py:4: ModuleNotFoundError: No module named 'lemmas._word'"),
        ("from ._word import TEXT", "", "lemmas/a.py:4: ModuleNotFoundError: No module named 'lemmas._word'"),
        ("from lemmas._words import TXT", "x = 1\n", "lemmas/a.py:4: ImportError: cannot import name 'TXT'"),
        ("from lemmas._words import TEXT", "x = 1\n\nTEXT = nowhere\n", "lemmas/_words.py:3: NameError"),
        ("from lemmas._words import TEXT", "x = 1\nif x\n    pass\n", "lemmas/_words.py:2: SyntaxError"),
        ("from lemmas._words import TEXT", "import sys\nsys.exit(1)\n", "lemmas/_words.py:2: SystemExit"),
    ],
)
def test_a_helper_that_fails_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, helper: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = stated(tmp_path, line, helper)
    with pytest.raises(LoadError) as caught:
        load_file(path)
    assert str(caught.value).startswith(message)
    assert "_verifier_" not in str(caught.value)
    monkeypatch.chdir(tmp_path / "lemmas")
    with pytest.raises(LoadError) as caught:
        load_file(path)
    assert str(caught.value).startswith(message.removeprefix("lemmas/"))
    stated(tmp_path, "from lemmas._words import TEXT", "TEXT = 'mended again'\n")  # of another length: the cache looks
    assert load_file(path).statement.claims[0].text == "mended again"


def test_a_file_is_one_module_whoever_imports_it() -> None:
    entry = default_project().statement("lemma4")
    assert entry.module.words is load_file(entry.path.parent / "_vocabulary.py")
