"""The Python that pages show does what they say.  Seeds are the gate's own, so that nothing here is random."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import verifier as v
from verifier.cli import cli
from verifier.commands.fit import KINDS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_claim_of_the_page_is_measured() -> None:
    names: dict[str, Any] = {}
    for block in blocks("claims.md"):
        exec(block, names)
    assert names["report"].exit_code == 0


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project with the two files that docs/proofs.md shows; it is the current folder."""
    assert CliRunner().invoke(cli, ["new", str(tmp_path / "mine")]).exit_code == 0
    lemma, check = blocks("proofs.md")
    (tmp_path / "mine/lemmas/too_small.py").write_text(lemma, encoding="utf-8")
    (tmp_path / "mine/checks/too_small.py").write_text(check, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def test_the_proof_of_the_page_refutes_one_claim_and_proves_the_other(project: Path) -> None:
    report = v.check("too_small", quick=True)
    assert {claim.claim.id: (claim.proof, claim.numeric) for claim in report.statements[0].claims} == {
        "too_small.printed": ("refuted", "contradicted"), "too_small.amended": ("proved", "consistent"),
    }  # fmt: skip
    assert report.exit_code == 0
    assert v.recheck(v.prove("too_small")).holds


def test_its_twin_refutes_nothing(project: Path) -> None:
    """The printed claim says what is true: the proof that it is false does not go through."""
    path = project / "lemmas/too_small.py"
    path.write_text(path.read_text(encoding="utf-8").replace("exponent=Rational(-1, 2)", "exponent=Integer(0)"))
    claims = {c.claim.id: c.proof for c in v.check("too_small", quick=True).statements[0].claims}
    assert claims == {"too_small.printed": "gap", "too_small.amended": "proved"}


@pytest.mark.parametrize(
    ("page", "words"), [("gate.md", list(KINDS)), ("claims.md", [kind.name for kind in v.Kind])], ids=["data", "claims"]
)
def test_every_kind_is_told(page: str, words: list[str]) -> None:
    listed = re.findall(r"^\| `([\w-]+)` \|", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert set(words) <= set(listed)
