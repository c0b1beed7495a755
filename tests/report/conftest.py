"""One small run of shipped statements, shared by all tests of the report; and a project that costs nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from verifier.projects.project import default_project
from verifier.report.document import document
from verifier.report.stored import keep
from verifier.sampling.plan import RunOptions
from verifier.sampling.store import Store
from verifier.verify.run import run_check

#: A fixed seed: what is drawn is the same in every run of the tests, and no verdict of it is asserted.
SEED = 7
NAMES = ("lemma3", "lemma4", "theorem1")

LEMMA = """
from sympy import Function, symbols
from verifier.claims.statement import Claim, Erratum, Form, Kind, Source, Statement
from verifier.verdict import Summary

r = symbols("r")
X = Function("X")
statement = Statement(
    name="toy", title="A toy <with> & signs", source=Source("Nowhere", ("1",)), summary="X_n = n^-r G.",
    claims=(
        Claim("toy.printed", Kind.ORDER, X(r), "X^(r) ~ n^{-r} for every r", exponent=-r, form=Form.PRINTED,
              errata=("E1",), instead=("toy.order",)),
        Claim("toy.order", Kind.ORDER, X(r), "X^(r) ~ n^{-2 r} for r <= 2", exponent=-2 * r, where=r <= 2),
    ),
    errata=(Erratum("E1", "(1)", "n^{-r}", "It is the square.", "r = 1.", "n^{-2 r}.", "None."),),
    expected={Form.PRINTED: Summary.CONTRADICTED, Form.AMENDED: Summary.GAP},
)
"""

CHECK = """
from dataclasses import dataclass
from typing import Any
import numpy as np
from verifier.quantities.check import Check, Measure, Quantity, cells

@dataclass
class Sample:
    values: Any
    normals: Any = None

def draw(shared, cells, width, samples, rng):
    noise = rng.standard_normal((samples, len(cells)))
    return Sample(noise * np.array([float(width) ** (-2 * c["r"]) for c in cells]))

X = Quantity("X", "X^(r)", (), draw)
check = Check("toy", Measure(X, cells(r=[0, 1, 2]), widths=(128, 413, 1150, 4690, 20011, 131071), block=512,
                             samples=1 << 14, largest=1 << 40))
"""


@pytest.fixture(scope="session")
def shipped() -> dict[str, Any]:
    """The document of a quick run of three shipped statements: refuted, cited and certified claims are among them."""
    project = default_project()
    entries = [project.entry(name) for name in NAMES]
    found = run_check(project, entries, RunOptions(quick=True, samples=512), seed=SEED, jobs=1)
    return document(found, time="2026-01-01T00:00:00+00:00", command=f"verifier check {' '.join(NAMES)} --seed {SEED}")


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project of one statement and a stored check of it."""
    folder = tmp_path_factory.mktemp("toy")
    for sub, text in (("lemmas", LEMMA), ("checks", CHECK)):
        (folder / sub).mkdir()
        (folder / sub / "toy.py").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        project = default_project()
        found = run_check(project, [project.entry("toy")], RunOptions(), seed=SEED, jobs=1)
        keep(found, ("toy",), None)
    return folder


@pytest.fixture
def toy(toy_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, as the current directory."""
    folder = tmp_path / "project"
    shutil.copytree(toy_run, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def toy_document(toy_run: Path) -> dict[str, Any]:
    with Store.open(toy_run / ".verifier") as store:
        (run,) = store.runs()
        found: dict[str, Any] = store.document(run.number)
    return found
