"""Tables of the package that hold what was worked out before are no part of the version of any code."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path

import pytest

from verifier.projects.project import default_project
from verifier.sampling.sources import MEMORIES
from verifier.sampling.versions import version_of

#: Tables that functions of this package write entries into, all of which count.
REGISTRIES = {
    "verifier.claims.notation.NOTATIONS", "verifier.claims.notation._SEALED", "verifier.engines.tensors._RULES",
    "verifier.kernel.core.terms._SYMBOLS", "verifier.kernel.core.table.MEANINGS", "verifier.kernel.core.table._ROWS",
    "verifier.kernel.core.table._MENTIONED", "verifier.kernel.theory.writing.NAMES",
    "verifier.kernel.theory.writing.PAGES",
}  # fmt: skip
_WRITING = {"append", "extend", "insert", "pop", "popitem", "setdefault", "update", "add", "discard", "remove", "clear"}


def written(source: str, module: str) -> set[str]:
    """Full names of objects at the top level of a module, its own or imported, into which a function of it writes."""
    tree = ast.parse(source)
    made = [[s.target] if isinstance(s, ast.AnnAssign) else s.targets for s in tree.body
            if isinstance(s, ast.Assign | ast.AnnAssign)]  # fmt: skip
    names = {t.id: f"{module}.{t.id}" for targets in made for t in targets if isinstance(t, ast.Name)}
    froms = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    found = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)):
        for node in ast.walk(function):
            places: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING:
                places.append(node.func.value)
            elif isinstance(node, ast.Assign | ast.Delete):
                places += [target for target in node.targets if isinstance(target, ast.Subscript)]
            elif isinstance(node, ast.AugAssign) and not isinstance(node.target, ast.Name):
                places.append(node.target)
            for place in places:
                while isinstance(place, ast.Subscript | ast.Attribute):
                    place = place.value
                if isinstance(place, ast.Name) and place.id in names:
                    found.add(names[place.id])
    return found


def test_every_table_that_functions_write_into_is_a_registry_or_a_memory() -> None:
    """A memory that counted would make the version of unchanged code another after every proof."""
    import verifier

    root = Path(verifier.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        found |= written(path.read_text(), ".".join(("verifier", *path.relative_to(root).with_suffix("").parts)))
    assert found == REGISTRIES | MEMORIES
    assert not REGISTRIES & MEMORIES


def test_a_table_that_a_function_writes_into_is_seen() -> None:
    writing = "A = D = {}\nB = []\nC = {}\ndef f(k):\n    D[k] = 1\n    B[-1].append(k)\n    return C[k]\n"
    assert written(writing, "m") == {"m.B", "m.D"}
    assert written("from o import A as B\ndef f():\n    B.add(1)\n", "m") == {"o.A"}
    assert written("A = {}\nA[1] = 2\ndef f():\n    A = {}\n    del B[1]\n", "m") == set()


def test_what_was_worked_out_before_is_no_part_of_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms of the kernel are made once and kept; the code that a hunt rests on reaches them, and they count for
    nothing.  Were they no memory, another term would be another version."""
    from verifier.hunt.of_project import of_entry
    from verifier.hunt.version import version
    from verifier.kernel.core.terms import Num, once
    from verifier.sampling import versions

    target = of_entry(default_project().entry("section3"), None, None)[0]
    before = version(target)
    kept = [once(Num, Fraction(number, 100_003)) for number in range(1, 4)]
    assert version(target) == before
    monkeypatch.setattr(versions, "MEMORIES", frozenset())
    counted = version(target)
    kept.append(once(Num, Fraction(5, 100_003)))
    assert all(type(term) is Num for term in kept)
    assert counted != before
    assert version(target) != counted


def test_a_name_that_is_imported_counts_where_something_else_was_put_in_its_place() -> None:
    """It is followed where it comes from, unless it is not what is there."""
    from verifier.networks import build, correlations

    before = version_of(correlations.sample_T)
    assert correlations.APPROXIMATE is build.APPROXIMATE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correlations, "APPROXIMATE", ("another",))
        assert version_of(correlations.sample_T) != before
    assert version_of(correlations.sample_T) == before
