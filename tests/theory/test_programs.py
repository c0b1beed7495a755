"""The rows of the page of programs: what is computed of a program's graph, held against its samples.

Seeds are fixed.  Root mean squares of 64 samples are known to 9%, and so exponents between widths whose ratio is 45 to
.034; .2 is six times that.  A mean of 64 averages over 20,032 coordinates is known to .002 at most; .05 is left to it.
"""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt

import numpy as np
import pytest

from verifier.engines import tensors
from verifier.kernel.theory.writing import PAGES

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

from verifier.programs import quantity, width  # noqa: E402
from verifier.programs.derive.again import again  # noqa: E402
from verifier.programs.derive.certificate import certificate, of_one  # noqa: E402

SEED, SAMPLES, WIDTHS = 20260111, 64, (448, 20032)
n = width("n")


def _program(turned=True, power=0.5):
    """|W^T W x|²/n (|U W x|²/n, where it is not ``turned``), and v·W x over n^(1/2 + power)."""

    @quantity(weights={"U": (n, n), "W": (n, n), "v": (n,), "x": (n,)})
    def both(w):
        size = len(w["x"])
        y = w["W"] @ w["x"] / jnp.sqrt(size)
        z = (w["W"].T if turned else w["U"]) @ y / jnp.sqrt(size)
        relu = jnp.maximum(y, 0)
        return {"length": jnp.mean(z**2), "product": w["v"] @ y / size**power, "relu": jnp.mean(relu * y)}

    return both


def _answers(program):
    whole = certificate(program)
    return [again(of_one(whole, k, k)) for k in range(3)]


def _order(of=_program, power=0.5):
    """leads: between two widths the root mean square grows by the exponent that is computed."""
    program = of(power=power)
    small, large = (program.sample(m, SAMPLES, SEED) for m in WIDTHS)
    for name, found in zip(program.outputs(WIDTHS[0]), _answers(_program(power=0.5)), strict=True):
        ratio = sqrt(np.mean(large[name] ** 2) / np.mean(small[name] ** 2))
        if abs(log(ratio) / log(WIDTHS[1] / WIDTHS[0]) - float(found.numbers[0].exponent)) > 0.2:
            return False
    return True


def _limit(turned=True):
    """settles: at the larger width the mean is the number that is computed."""
    samples = _program(turned).sample(WIDTHS[1], SAMPLES, SEED)
    computed = {"length": _answers(_program())[0].numbers[0].limit, "relu": _answers(_program())[2].numbers[0].limit}
    return all(abs(np.mean(samples[name]) - float(c)) < 0.05 for name, c in computed.items())


def _master(expected=(2.0, 0.5)):
    """Averages tend to expectations under Z, worked out by hand: E (Z^{Wᵀy})² = 1 + 1, E relu(G) G = 1/2; what is
    computed says the same, and that the hypotheses hold."""
    samples, answers = _program().sample(WIDTHS[1], SAMPLES, SEED), _answers(_program())
    found = [float(answers[k].numbers[0].limit) for k in (0, 2)]
    near = [abs(np.mean(samples[name]) - c) < 0.05 for name, c in zip(("length", "relu"), expected, strict=True)]
    return all(near) and found == list(expected) and all(a.untrue == "" for a in answers)


COVERS = {"program.master": _master, "program.order": _order, "program.limit": _limit}


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    assert COVERS[name]()


def test_every_row_of_the_page_has_a_case():
    assert {name for name, page in PAGES.items() if page == "programs"} == set(COVERS)


def test_another_exponent_is_noticed():
    """Twin: samples of a program whose sum is divided by n, where the computed one's is divided by √n."""
    assert not _order(power=1.0)


def test_gradient_independence_is_noticed():
    """Twin: samples with another matrix in the place of the transposed one."""
    assert not _limit(turned=False)


def test_an_expectation_without_what_a_matrix_remembers_is_noticed():
    """Twin: E (Z^{Wᵀy})² without the second term of Z^{Wᵀy}."""
    assert not _master((1.0, 0.5))


def test_what_is_computed_is_of_this_program():
    one, other = (of_one(certificate(_program(t)), 0, 0) for t in (True, False))
    assert tensors.code(one) != tensors.code(other)
    assert [again(g).numbers[0].limit for g in (one, other)] == [Fraction(2), Fraction(1)]
