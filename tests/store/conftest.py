"""A project whose samplers cost nothing, and stores made of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

LEMMA = """from sympy import Function, Rational, Symbol
from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.verdict import Summary

X = Function("X")
r = Symbol("r")

statement = Statement(
    name="toy", title="A toy", source=Source("Nowhere"), summary="X_n = n^-1 G.",
    claims=(Claim("toy.order", Kind.ORDER, X(r), "X ~ n^-1", exponent=Rational(-1)),),
    expected={Form.AMENDED: Summary.GAP},
)
"""

#: Each call appends a byte to a file, which counts the blocks that were drawn, whoever drew them.
CHECK = """import os
import time
import numpy as np
from verifier.quantities.check import Check, Measure, Quantity, cells

FACTOR = 2.0


def scaled(width):
    return FACTOR / width


def draw(shared, cells, width, samples, rng):
    with open("drawn", "ab") as file:
        file.write(b".")
    time.sleep(@PAUSE)
    return rng.standard_normal((samples, len(cells))) * scaled(width) * shared["c"]


def other(shared, cells, width, samples, rng):
    return rng.standard_normal((samples, len(cells))) / width


check = Check(
    "toy",
    Measure(Quantity("X", "X", ("c",), draw), cells(c=[1, 2], r=[1]), widths=(128, 413, 1150, 4690), block=128,
            samples=@SAMPLES),
    Measure(Quantity("X", "other X", ("c",), other), cells(c=[1], r=[1]), widths=(128, 413, 1150, 4690), block=128,
            samples=512),
)
"""


@dataclass
class Place:
    """A folder with the toy project, and the command line in a process of its own."""

    folder: Path

    def write(self, pause: float = 0.0, samples: int = 2048, check: str = CHECK) -> None:
        for name, text in (("lemmas", LEMMA), ("checks", check)):
            (self.folder / name).mkdir(exist_ok=True)
            (self.folder / name / "toy.py").write_text(
                text.replace("@PAUSE", repr(pause)).replace("@SAMPLES", str(samples))
            )

    def start(self, *words: str, **how: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "verifier", *words], cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}, **how,
        )  # fmt: skip

    def run(self, *words: str, **how: Any) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **how)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def results(self, *words: str) -> dict[str, Any]:
        """What `verifier check` finds, as data."""
        done = self.run("check", "toy", "--json", "-q", *words)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    @property
    def drawn(self) -> int:
        """Blocks that were drawn since the last time this was asked."""
        path = self.folder / "drawn"
        count = path.stat().st_size if path.exists() else 0
        path.unlink(missing_ok=True)
        return count

    @property
    def database(self) -> Path:
        return self.folder / ".verifier" / "store.sqlite"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    found = Place(tmp_path)
    found.write()
    monkeypatch.chdir(tmp_path)
    return found
