"""Programs composed at random: what is derived of them from their graphs as data, held against samples.

Vectors are made of three columns by products with two matrices and their transposes, functions, sums, and products with
averages and central-limit sums.  Seeds are fixed, so that a run is the same each time.  A median of 48 samples of a
product of Gaussians is known to 27%, an exponent between widths whose ratio is 32 to .11; .25 is left to it.  Of 1000
numbers of other seeds three were off: two with leading constants of 1e-17 and .02, one by chance, as samples showed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

from verifier.programs import Program, quantity, width  # noqa: E402
from verifier.programs.derive.again import again  # noqa: E402
from verifier.programs.derive.certificate import certificate, of_one  # noqa: E402

WIDTHS, SAMPLES, NEAR = (512, 16384), 48, 0.25
n = width("n")
VECTORS: dict[str, Callable[..., Any]] = {
    **{name: (lambda w, v, u, s, c, name=name: w[name] @ v / jnp.sqrt(len(v))) for name in ("U", "W")},
    **{f"{name}t": (lambda w, v, u, s, c, name=name: w[name].T @ v / jnp.sqrt(len(v))) for name in ("U", "W")},
    "relu": lambda w, v, u, s, c: jax.nn.relu(v), "tanh": lambda w, v, u, s, c: jnp.tanh(v),
    "sin": lambda w, v, u, s, c: jnp.sin(v), "product": lambda w, v, u, s, c: v * u,
    "sum": lambda w, v, u, s, c: v + c * u, "projected": lambda w, v, u, s, c: v - jnp.mean(v * u) * u,
    "centred": lambda w, v, u, s, c: v - jnp.mean(v), "scaled": lambda w, v, u, s, c: v * s,
}  # fmt: skip
SCALARS: dict[str, Callable[[Any, Any], Any]] = {
    "mean": lambda v, u: jnp.mean(v * u), "sum": lambda v, u: v @ u / jnp.sqrt(len(v)),
    "size": lambda v, u: jnp.sqrt(jnp.mean(v * v)), "bounded": lambda v, u: jnp.mean(jnp.tanh(v) * u),
}  # fmt: skip


def composed(seed: int) -> Program:
    """Four to nine steps, and three numbers of what they make."""
    r = random.Random(seed)
    kinds = [*VECTORS, "W", "Wt", "average", "clt"]
    plan = [(r.choice(kinds), r.random(), r.random(), r.choice([0.5, -1.0, 2.0])) for _ in range(r.randint(4, 9))]
    ends = [(r.choice(list(SCALARS)), r.random(), r.random()) for _ in range(3)]

    def numbers(w: dict[str, Any]) -> Any:
        vectors, scalars = [w["x"], w["y"], w["z"]], [1.0]

        def recent(share: float) -> Any:
            return vectors[-1 - int(3 * share)]

        for kind, one, other, c in plan:
            v, u = recent(one), vectors[int(other * len(vectors))]
            if kind in VECTORS:
                vectors.append(VECTORS[kind](w, v, u, scalars[-1], c))
            else:
                scalars.append(SCALARS["mean" if kind == "average" else "sum"](v, u))
        return {
            f"number{k}": SCALARS[kind](recent(one), vectors[int(other * len(vectors))])
            for k, (kind, one, other) in enumerate(ends)
        }

    return quantity(weights={"U": (n, n), "W": (n, n), "x": (n,), "y": (n,), "z": (n,)})(numbers)


def odd(seed: int, shift: float = 0.0) -> tuple[int, int]:
    """How many of a program's numbers are decided, exponents ``shift``ed, and of how many samples say otherwise."""
    program = composed(seed)
    whole = certificate(program)
    answers = [again(of_one(whole, k, k)).numbers[0] for k in range(3)]
    small, large = (program.sample(m, SAMPLES, seed) for m in WIDTHS)
    decided = wrong = 0
    for name, answer in zip(program.outputs(WIDTHS[0]), answers, strict=True):
        if answer.exponent is None:
            continue
        decided += 1
        sizes = [float(np.median(np.abs(found[name]))) for found in (small, large)]
        exponent = math.log(sizes[1] / sizes[0]) / math.log(WIDTHS[1] / WIDTHS[0]) if min(sizes) > 0 else math.nan
        error = float(np.std(large[name])) / math.sqrt(SAMPLES)
        tends = answer.exponent == 0 and answer.limit is not None
        off = tends and abs(float(np.mean(large[name])) - float(answer.limit or 0)) > 8 * error + 0.03
        wrong += off or not abs(exponent - float(answer.exponent) - shift) < NEAR
    return decided, wrong


def test_random_programs_in_the_fast_suite() -> None:
    found = [odd(seed) for seed in range(3)]
    assert sum(decided for decided, _ in found) >= 5
    assert sum(wrong for _, wrong in found) == 0


def test_exponents_that_are_wrong_by_a_half_are_noticed() -> None:
    """Twin."""
    decided, wrong = odd(0, shift=0.5)
    assert decided == wrong > 0


@pytest.mark.slow
def test_random_programs() -> None:
    found = {seed: odd(seed) for seed in range(3, 60)}
    assert sum(decided for decided, _ in found.values()) >= 110
    assert {seed: wrong for seed, (_, wrong) in found.items() if wrong} == {}
