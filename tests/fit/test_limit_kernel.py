"""``verifier limit-kernel`` against Gaussian expectations by quadrature, which share no formula with it.

In polar coordinates E[2 relu(u) relu(v)] and E[2 relu'(u) relu'(v)] of a pair with variances 1 and correlation c
are integrals over the angle of the positive quadrant; the recursions over layers are written out here again.
"""

from __future__ import annotations

import json
from typing import Any

import mpmath as mp
import pytest
from click.testing import CliRunner

from verifier.cli import cli

RELATIVE = 5e-16  # half a unit in the last of 15 digits


def _kernel(*words: object) -> dict[str, float]:
    names = ("--depth", "--g-depth", "--x-angle", "--z-angle")
    given = [str(w) for pair in zip(names, words) for w in pair]
    result = CliRunner().invoke(cli, ["limit-kernel", *given, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, float] = json.loads(result.stdout)
    return found


def _relu(c: Any) -> Any:
    """E[2 relu(u) relu(v)]: the radial integral of r^3 exp(-r^2 q/2) is 2/q^2, q = (1 - c sin 2t)/(1 - c^2)."""
    s = 1 - c * c
    if s == 0:
        return mp.mpf(c > 0)
    inner = mp.quad(lambda t: mp.sin(2 * t) / (1 - c * mp.sin(2 * t)) ** 2, [0, mp.pi / 4, mp.pi / 2])
    return s ** mp.mpf(1.5) * inner / mp.pi


def _step(c: Any) -> Any:
    """E[2 relu'(u) relu'(v)], twice the probability of the quadrant."""
    s = 1 - c * c
    if s == 0:
        return mp.mpf(c > 0)
    return mp.sqrt(s) * mp.quad(lambda t: 1 / (1 - c * mp.sin(2 * t)), [0, mp.pi / 4, mp.pi / 2]) / mp.pi


def _limits(depth: int, g_depth: int, x: float, z: float) -> dict[str, Any]:
    nngp = ntk = _cosine(x)
    for _ in range(depth - 1):
        nngp, ntk = _relu(nngp), _relu(nngp) + _step(nngp) * ntk
    hyper, hyper_ntk = nngp * _cosine(z), ntk * _cosine(z)
    for _ in range(g_depth - 1):
        kernel, slope = _relu(hyper), _step(hyper)
        hyper, hyper_ntk = nngp * kernel, ntk * kernel + nngp * slope * hyper_ntk
    return {"nngp_f": nngp, "ntk_f": ntk, "nngp_h": hyper, "ntk_h": hyper_ntk}


def _cosine(degrees: float) -> Any:
    return mp.cospi(mp.mpf(degrees) / 180)


@pytest.mark.parametrize(
    "case", [(1, 1, 60, 30), (2, 2, 60, 30), (3, 2, 113.218, 45), (4, 3, 0, 0), (3, 3, 90, 120), (5, 4, 170, 1),
             (2, 3, 179.9, 0.001)],
)  # fmt: skip
def test_fifteen_digits(case: tuple[int, int, float, float]) -> None:
    found = _kernel(*case)
    with mp.workdps(30):
        expected = _limits(*case)
        assert set(found) == set(expected)
        for name, value in expected.items():
            assert abs(mp.mpf(found[name]) - value) <= RELATIVE * abs(value), name
        # The twin: a tenth of a degree elsewhere is another kernel.
        other = _limits(case[0], case[1], abs(case[2] - 0.1), case[3])
        assert any(abs(mp.mpf(found[n]) - v) > 100 * RELATIVE * abs(v) for n, v in other.items())


def test_what_vanishes_is_zero() -> None:
    assert set(_kernel(2, 2, 180, 180).values()) == {0.0}
    assert _kernel(1, 1, 90, 30) == dict.fromkeys(("nngp_f", "ntk_f", "nngp_h", "ntk_h"), 0.0)
