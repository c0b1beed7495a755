"""A project with cheap samplers in a temporary directory, and the gate run on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from verifier.cli import cli

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "gate.schema.json").read_text())

#: X_n = n^-1 G, stated without a proof: the amended form is a gap until its samples contradict it.
LEMMA = """from sympy import Function, Rational, Symbol
from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.verdict import Summary

X = Function("X")
r = Symbol("r")

statement = Statement(
    name="@NAME", title="A toy", source=Source("Nowhere"), summary="X_n = n^-1 G.",
    claims=(
        Claim("@NAME.order", Kind.ORDER, X(r), "X ~ n^-1", exponent=Rational(@EXPONENT)),
    ),
    expected={Form.AMENDED: Summary.GAP},
)
"""

CHECK = """import time
from dataclasses import dataclass
from typing import Any
import numpy as np
from verifier.quantities.check import Check, Measure, Quantity, cells

@dataclass
class Sample:
    values: Any
    normals: Any = None

def draw(shared, cells, width, samples, rng):
    @EFFECT
    return Sample(rng.standard_normal((samples, len(cells))) @NOISE / width)

X = Quantity("X", "X", (), draw)
check = Check("@NAME", Measure(X, cells(r=[1]), widths=(128, 413, 1150, 4690, 20011, 131071), block=256, samples=512))
"""


@dataclass
class Toy:
    """The project's folder, and ``verifier gate`` in it."""

    folder: Path

    def write(self, name: str = "toy", exponent: str = "-1", effect: str = "pass", noise: str = "") -> None:
        words = {"@NAME": name, "@EXPONENT": exponent, "@EFFECT": effect, "@NOISE": noise}
        for sub, text in (("lemmas", LEMMA), ("checks", CHECK)):
            (self.folder / sub).mkdir(exist_ok=True)
            for word, value in words.items():
                text = text.replace(word, value)
            (self.folder / sub / f"{name}.py").write_text(text)
        _forget()

    def config(self, text: str) -> None:
        (self.folder / "pyproject.toml").write_text(text)

    def gate(self, *words: str, code: int) -> Any:
        result = CliRunner().invoke(cli, ["gate", *words, "-q", "--jobs", "1"])
        assert result.exit_code == code, result.output
        return result

    def findings(self, *words: str, code: int) -> dict[str, dict[str, Any]]:
        """``gate --json -``: its claims by name."""
        report = json.loads(self.gate(*words, "--json", "-", code=code).stdout)
        jsonschema.validate(report, SCHEMA)
        assert report["exit_code"] == code
        return {claim["name"]: claim for claim in report["claims"]}


def _forget() -> None:
    """Files are loaded once a process; here they change."""
    import sys

    from verifier.sampling import draw

    draw._loaded.cache_clear()
    for name in [name for name in sys.modules if name.startswith("_verifier_")]:
        del sys.modules[name]


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    project = Toy(tmp_path)
    project.write()
    return project
