"""What the theorems on wide networks conclude, evaluated and compared with networks: derived against measured.

The limit in a theorem's conclusion is evaluated at given inputs by the meanings of its symbols (integrals), the random
quantity is sampled.  Eight standard errors (Student with 63 degrees: 4e-11 each) and a bias of 4 over the width.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

import tests.theory.implicit
import tests.theory.meanings
import tests.theory.wide  # noqa: F401
from lemmas._values import Values
from tests.theory.implicit import very_wide, wide, wide_g
from tests.theory.model import ACTIVATIONS, draw, evaluate
from verifier.kernel.core.terms import App, imp
from verifier.networks.hyperkernel import sample_hyperkernel, sample_tangent_kernel
from verifier.proving.matching import opened
from verifier.proving.tactics import Prover

SEED = 20260115
X, Y = (sqrt(2), 0.0), (sqrt(0.5), sqrt(1.5))  # 60°, of unit mean squares
Z, W = (sqrt(2), 0.0), (-sqrt(0.5), sqrt(1.5))  # 120°
WORLD = draw(SEED)[0]


@pytest.fixture(scope="module")
def known():
    return Values(Prover("measured"))


def limit(fact, *values):
    """The limit that a theorem ⋀ phi omega …. … ⟹ plim(omega, X, c) gives at values of its other variables."""
    prop, env = fact.prop, {}
    given = iter((ACTIVATIONS[0], "omega", *values))
    while isinstance(prop, App) and prop.fields[0] in ("all", "imp"):
        if prop.fields[0] == "imp":
            prop = prop.fields[1][1]
            continue
        vs, prop = opened(prop.fields[1][0])
        env |= dict(zip(vs, given, strict=False))
    assert prop.fields[0] == "plim"
    assert next(given, None) is None
    return float(evaluate(prop.fields[1][2], env, WORLD))


def agrees(samples, number, width):
    error = float(np.std(samples, ddof=1)) / sqrt(len(samples))
    return abs(float(np.mean(samples)) - number) <= 8 * error + 4 / width


def test_gram_matrices(known):
    found = very_wide(SEED, X, Y, (4_000, 4_000))
    for l in (1, 2, 3):
        assert agrees(found["Q", l, "xy"], limit(known.gram(), 3, l, X, Y), 4_000), l


def test_masks_and_jacobians(known):
    found = wide(SEED, (150, 150), X, Y)
    assert agrees(very_wide(SEED, X, Y, (4_000, 4_000))["Mask", 2], limit(known.masks(), 3, 2, X, Y), 4_000)
    for u, v, d, e in ((1, 3, 1, 1), (2, 3, 2, 2), (1, 2, 1, 2), (1, 3, 3, 1)):
        assert agrees(found["C", v, u, d, e], limit(known.chains(), 3, X, Y, u, v, d, e), 150), (u, v, d, e)


def test_tangent_kernels(known):
    values = sample_tangent_kernel(3, 1_000, x_angle=60, samples=500, rng=np.random.default_rng(SEED)).values
    assert agrees(values[:, 0], limit(known.tangents(), 3, 1, 1, X, Y), 1_000)
    assert agrees(values[:, 2], limit(known.tangents(), 3, 1, 2, X, Y), 1_000)


def test_the_implicit_network(known):
    found = very_wide(SEED, X, Y, (4_000, 4_000), (Z, W, (4_000,), 0))
    for l in (1, 2, 3):
        assert agrees(found["Q", l, "xy"], limit(known.gram_g(), 2, 3, l, X, Y, Z, W), 4_000), l
    assert agrees(found["Mask", 2], limit(known.masks_g(), 2, 3, 2, X, Y, Z, W), 4_000)
    small = wide_g(SEED, 400, (120, 80), X, Y, Z, Z)
    for u, v, d, e in ((1, 3, 1, 1), (2, 3, 2, 2), (1, 2, 1, 1), (1, 2, 1, 2)):
        assert agrees(small["GC", v, u, d, e], limit(known.chains_g(), 2, 3, X, Y, Z, Z, u, v, d, e), 80), (u, v, d, e)


def test_gradients_and_the_hyperkernel(known):
    for L, H, n, m in ((2, 2, 2_000, 1_000), (2, 3, 1_000, 500), (3, 2, 1_000, 1_000)):
        rng = np.random.default_rng([SEED, L, H])
        values = sample_hyperkernel(H, L, n, m=m, x_angle=60, z_angle=120, samples=800, rng=rng).values
        assert agrees(values[:, 0], limit(known.hyperkernel(), L, H, X, Y, Z, W), min(n, m)), (L, H)
        assert agrees(values[:, 1], limit(known.tangents_g(), L, H, 1, 1, X, Y, Z, W), min(n, m)), (L, H)


def test_another_limit_is_noticed(known):
    """Twins: one layer further, and the factor S forgotten."""
    found = very_wide(SEED, X, Y, (4_000, 4_000))
    assert not agrees(found["Q", 2, "xy"], limit(known.gram(), 3, 3, X, Y), 4_000)
    small = wide_g(SEED, 400, (120, 80), X, Y, Z, Z)
    assert not agrees(small["GC", 2, 1, 1, 1], limit(known.chains_g(), 2, 3, X, X, Z, Z, 1, 2, 1, 1), 80)


def test_theorems_are_closed_and_rest_on_no_argument(known):
    for name in ("gram", "masks", "chains", "tangents", "outputs", "gram_g", "masks_g", "chains_g", "tangents_g",
                 "process", "hyperkernel"):  # fmt: skip
        fact = getattr(known, name)()
        assert not fact.theorem.hyps, name
        assert {rest.mark for rest in fact.theorem.rests} <= {"definition", "theorem"}, name
        assert imp(fact.prop) == fact.prop
