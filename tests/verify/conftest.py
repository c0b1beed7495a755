"""A small project whose claim is proved and measured in no time, so that it is verified unless something is missing."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli

#: K^(r), here δ(r, HL + d) with d ≤ 0 granted, is 0 for r > HL: one row of the theory, and samples that are 0.
LEMMA = """
from sympy import And, Function, symbols
from verifier.claims.proof import Proof
from verifier.claims.vocabulary import Condition, Quantity
from verifier.kernel.core.terms import Var, app, eq, le
from verifier.kernel.theory.writing import plus, times
from verifier.claims.statement import Claim, Hypothesis, Kind, Source, Statement, Witness

H, L, r = symbols("H L r", integer=True)
h, l, s, d = (Var(name, "int") for name in "HLrd")
size = app("delta", s, plus(times(h, l), d))
K = Quantity("K", "H L r d", "r", term=lambda env: app("delta", env["r"], plus(times(h, l), d)))
twice = Quantity("K", "H L r d", "r", says=lambda env, _, __: app("and", eq(size, 0), eq(size, 0)))
small = Condition("relu", "d <= 0", proposition=lambda env: le(d, 0))

def prove(p):
    granted = [le(1, h), le(1, l), le(plus(times(h, l), 1), s), le(d, 0)]
    with p.given(*granted):
        zero = p.by("delta.more", p.arith(le(plus(times(h, l), d, 1), s)), a=s, b=plus(times(h, l), d))
        both = p.by("and.intro", zero, zero, P=zero.prop, Q=zero.prop)
    p.conclude({"@NAME.zero": [p.close([h, l, s, d], granted, fact) for fact in (zero, both)]})

statement = Statement(
    "@NAME", "A toy", Source("nowhere"), "K^(r) = 0 for r > HL.",
    (
        Claim("@NAME.zero", Kind.ZERO, K(r), "K^(r) = 0 for r > HL", where=And(H >= 1, L >= 1, r >= H * L + 1),
              hypotheses=("relu",)),
    ),
    hypotheses=(Hypothesis("relu", "d <= 0", Witness("d = 1"), condition=small),), proof=Proof(prove),
)
"""

CHECK = """
import time
from dataclasses import dataclass
from typing import Any
import numpy as np
from verifier.quantities.check import Check, Measure, Quantity, cells

@dataclass
class Sample:
    values: Any
    normals: Any = None

def draw(shared, cells, width, samples, rng):
    time.sleep(@SLEEP)
    return Sample(np.zeros((samples, len(cells))))

K = Quantity("K", "K^(r)", ("H",), draw)
check = Check("@NAME", Measure(K, cells(H=[1, 2, 3], L=1, r=[4, 5]), widths=(2, 4, 8, 16), block=64, samples=256,
                               zeros=256, quick=lambda cell: cell["H"] == 1))
"""


@dataclass
class Toy:
    """The project's folder, edits of its files, and commands in it."""

    folder: Path

    def write(self, name: str = "toy", sleep: float = 0, lemma: str = LEMMA, check: str | None = CHECK) -> None:
        for folder, text in (("lemmas", lemma), ("checks", check)):
            (self.folder / folder).mkdir(exist_ok=True)
            if text is not None:
                text = text.replace("@NAME", name).replace("@SLEEP", str(sleep))
                (self.folder / folder / f"{name}.py").write_text(text)
        self.forget()

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text()
        assert text.count(old) == 1, (old, text.count(old))
        file.write_text(text.replace(old, new))
        self.forget()

    def forget(self) -> None:
        """Files are loaded once a process; here they change."""
        from verifier.sampling import draw

        draw._loaded.cache_clear()
        for name in [name for name in sys.modules if name.startswith("_verifier_")]:
            del sys.modules[name]

    def run(self, *words: str) -> Any:
        return CliRunner().invoke(cli, list(words))

    def check(self, *words: str, code: int) -> dict[str, Any]:
        """The statement ``toy`` in ``verifier check --json``, which must end with ``code``."""
        done = self.run("check", *words, "--json", "-q", "--jobs", "1")
        assert done.exit_code == code, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        assert found["exit_code"] == code
        return found


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    monkeypatch.chdir(tmp_path)
    project = Toy(tmp_path)
    project.write()
    return project
