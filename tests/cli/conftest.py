"""A user's own project in a temporary directory, with samplers that cost nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli

#: X_n = n^-r G for r <= 2 and exactly zero beyond: three orders and a quantity that vanishes.
LEMMA = """
from sympy import Function, symbols
from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.verdict import Summary

H, r = symbols("H r")
X = Function("X")
statement = Statement(
    name="@NAME", title="A toy", source=Source("Nowhere", ("1",)), summary="X_n = n^-r G.",
    claims=(
        Claim("@NAME.printed", Kind.ORDER, X(r), "X ~ n^-r for every r", exponent=@PRINTED, form=Form.PRINTED),
        Claim("@NAME.order", Kind.ORDER, X(r), "X ~ n^-r for r <= 2", exponent=@AMENDED, where=r <= 2),
        Claim("@NAME.zero", Kind.ZERO, X(r), "X = 0 for r > 2", where=r > 2),
    ),
    expected={Form.PRINTED: Summary.GAP, Form.AMENDED: Summary.GAP},
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
    @SLEEP
    noise = rng.standard_normal((samples, len(cells)))
    scale = [0.0 if c["r"] > 2 else float(width) ** -c["r"] for c in cells]
    return Sample(noise * np.array(scale) + @BAD)

X = Quantity("X", "X^(r)", ("H",), draw)
check = Check("@NAME", Measure(X, cells(H=[1, 2], r=[0, 1, 2, 3]), widths=(128, 413, 1150, 4690, 20011, 131071),
                              block=256, samples=1 << 14, largest=1 << 40))
"""


@dataclass
class Toy:
    """The project's folder and a way to run commands in it."""

    folder: Path

    def write(
        self, name: str = "toy", printed: str = "-r", amended: str = "-r", bad: str = "0.0", sleep: str = "pass"
    ) -> None:
        for sub, text in (("lemmas", LEMMA), ("checks", CHECK)):
            (self.folder / sub).mkdir(exist_ok=True)
            for word, value in (("@NAME", name), ("@PRINTED", printed), ("@AMENDED", amended), ("@BAD", bad),
                                ("@SLEEP", sleep)):  # fmt: skip
                text = text.replace(word, value)
            (self.folder / sub / f"{name}.py").write_text(text)

    def run(self, *words: str) -> Any:
        return CliRunner().invoke(cli, list(words))

    def check(self, *words: str, code: int = 0) -> dict[str, Any]:
        """``check … --json`` in this process; its report."""
        result = self.run("check", *words, "--json", "-q", "--jobs", "1")
        assert result.exit_code == code, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    monkeypatch.chdir(tmp_path)
    project = Toy(tmp_path)
    project.write()
    return project


def cells_of(report: dict[str, Any], claim: str) -> list[dict[str, Any]]:
    """The cells of one claim in the first statement that has it."""
    return next(c["cells"] for s in report["statements"] for c in s["claims"] if c["id"] == claim)


def begun_and_told(errors: str) -> tuple[str, list[str]]:
    """The word of the line that says what is begun, empty where none is, and the lines after it."""
    first, *rest = errors.strip().splitlines()
    word = first.split()[0] if ", seed " in first else ""
    return word, rest if word else [first, *rest]
