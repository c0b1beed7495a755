"""docs/mup.md: its table is what docs/mup.py prints, and the script's step is a step of gradient descent.

The seed is the script's, 20201; each of the six verdicts is taken at alpha 1e-3 with that fixed seed.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@pytest.mark.slow
def test_the_table_in_the_page_is_the_script_s() -> None:
    script = runpy.run_path(str(DOCS / "mup.py"))
    measured = {name: script["measure"](name) for name in script["PARAMETRISATIONS"]}
    table = script["table"](measured)
    assert table in (DOCS / "mup.md").read_text()
    assert [line.count("consistent") for line in table.splitlines()[2:]] == [1, 1, 1]
    assert [line.count("contradicted") for line in table.splitlines()[2:]] == [1, 1, 1]


@pytest.mark.parametrize("parametrisation", ["standard", "mup"])
def test_one_step_is_gradient_descent(parametrisation: str) -> None:
    """Against numerical gradients of the loss in every weight of one small network, drawn from the same stream."""
    script = runpy.run_path(str(DOCS / "mup.py"))
    n, inputs = 5, script["INPUTS"]
    moves = script["moves"](parametrisation, n, 1, np.random.default_rng(20_201))[0]
    rng = np.random.default_rng(20_201)
    w1 = rng.standard_normal((1, n, inputs))[0] / np.sqrt(inputs)
    w2 = rng.standard_normal((1, n, n))[0] / np.sqrt(n)
    w3 = rng.standard_normal((1, n))[0] / (n if parametrisation == "mup" else np.sqrt(n))
    x = np.ones(inputs)

    def forward(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        h1 = np.maximum(a @ x, 0)
        h2 = np.maximum(b @ h1, 0)
        return h1, h2, float(c @ h2)

    weights = [w1, w2, w3]
    rates = (n, 1.0, 1 / n) if parametrisation == "mup" else (1.0, 1.0, 1.0)
    updated = [w.copy() for w in weights]
    for k, w in enumerate(weights):
        for index in np.ndindex(w.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [v.copy() for v in weights]
                moved[k][index] += step
                ends.append((forward(*moved)[2] - 1) ** 2 / 2)
            updated[k][index] -= rates[k] * (ends[0] - ends[1]) / 2e-6
    before, after = forward(*weights), forward(*updated)
    expected = [np.mean(np.abs(after[k] - before[k])) for k in (0, 1)] + [abs(after[2] - before[2])]
    np.testing.assert_allclose(moves, expected, rtol=1e-6)
