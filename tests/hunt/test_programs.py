"""Programs and plain functions are hunted: three claims of other works that lack a hypothesis, and twins that do not.

Every hunt decides at an error rate of 1e-4 in all, on a fixed seed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from verifier.gating.assertions import Scaling, ScalingError
from verifier.hunt import Space, angles, choices, numbers
from verifier.hunt.finding import Hunted
from verifier.hunt.target import NoSpace

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/hunt/missing.py"


def hunted(program: Any, stages: Any = ("corners",)) -> Hunted:
    from verifier.hunt.of_program import of_program
    from verifier.hunt.run import hunt

    return hunt([of_program(program)], budget=120, seed=3, stages=stages)


def example(name: str) -> Any:
    from verifier.commands.programs import load

    return load(f"{EXAMPLES}:{name}")


def test_tied_logits_lack_that_tokens_are_not_orthogonal() -> None:
    (finding,) = hunted(example("logit")).findings
    assert dict(finding.instance) == {"angle": 90}
    assert finding.outcomes[0].estimate == pytest.approx(-0.5, abs=0.1)
    assert finding.proposed == "x·y ≠ 0"


@pytest.mark.slow
def test_the_error_after_a_step_lacks_that_the_rate_is_not_the_inverse_of_the_kernel() -> None:
    (finding,) = hunted(example("error"), ("corners", "zeros")).findings
    assert finding.zero is not None
    assert finding.zero.at == pytest.approx(0.5, abs=0.005)  # Θ(x, x) = 2
    assert finding.outcomes[0].estimate == pytest.approx(-0.5, abs=0.1)


@pytest.mark.slow
def test_a_step_moves_other_outputs_unless_the_kernel_vanishes() -> None:
    zeros = [f for f in hunted(example("elsewhere"), ("corners", "zeros")).findings if f.zero is not None]
    assert len(zeros) == 1
    assert zeros[0].zero is not None
    assert zeros[0].zero.at == pytest.approx(113.218, abs=0.2)


def test_a_program_that_lacks_nothing() -> None:
    import jax.numpy as jnp

    from verifier.programs import quantity, width

    n = width("n")

    @quantity(weights={"W": (n, 2)}, expect={"size": 0}, space=Space(angle=angles("x", "y")))
    def norms(w: Any, angle: Any = 60.0) -> Any:
        t = jnp.deg2rad(angle)
        return {"size": jnp.mean((w["W"] @ jnp.array([1.0, 0.0])) ** 2 + (w["W"] @ jnp.array([jnp.cos(t), 1.0])) ** 2)}

    found = hunted(norms, ("corners", "zeros", "pairs"))
    assert found.findings == ()
    assert found.corners_done
    assert found.counts["failed"] == []


def test_a_program_without_a_space_or_an_expectation() -> None:
    from verifier.hunt.of_program import of_program
    from verifier.programs import quantity, width

    n = width("n")
    weights = {"v": (n,)}
    with pytest.raises(NoSpace, match=r"it has no space; .* space=Space\(rate=numbers\(0\.1, 2\)\)"):
        of_program(quantity(weights=weights, given={"rate": 1.0})(lambda w, rate: {"s": rate * w["v"].mean()}))
    with pytest.raises(ValueError, match="it claims a limit; a hunt of programs is for orders"):
        of_program(quantity(weights=weights, space=Space(angle=angles()), kind="limit")(lambda w, angle=1.0: w["v"][0]))
    with pytest.raises(ValueError, match=r"nothing is expected of s; write expect="):
        of_program(quantity(weights=weights, space=Space(angle=angles()))(lambda w, angle=1.0: {"s": w["v"].mean()}))


def second(n: int, rng: np.random.Generator, samples: int, *, angle: float, rate: float = 1.0) -> Any:
    """Of order 1/n, unless the angle is 90°."""
    return rate * round(np.cos(np.deg2rad(angle)), 9) * rng.standard_normal(samples) / n


def test_the_assertion_fails_with_the_smallest_instance_and_passes_where_there_is_none() -> None:
    scaling = Scaling(seed=5, reproduce="pytest here")
    with pytest.raises(ScalingError) as error:
        scaling.hunt(second, -1, Space(angle=angles("x", "y")), budget=2)
    said = str(error.value)
    assert said.startswith("second at angle=90: it is 0")
    assert "proposed  x·y ≠ 0" in said
    assert said.endswith("reproduce: pytest here")
    found = scaling.hunt(second, -1, Space(rate=numbers(0.5, 2), angle=choices(30, 60, 120)), budget=1)
    assert found.findings == ()
    assert found.counts["instances"] > 5


def test_the_assertion_refuses_what_it_cannot_hunt() -> None:
    scaling = Scaling(seed=5)
    with pytest.raises(ValueError, match="the space has an axis 'height'; second takes angle, rate"):
        scaling.hunt(second, -1, Space(height=numbers(0, 1)))
    with pytest.raises(ValueError, match="kind is 'limit'; order, upper, zero can be hunted"):
        scaling.hunt(second, -1, Space(angle=angles()), kind="limit")
    with pytest.raises(ScalingError, match="is too small to try the corners"):
        scaling.hunt(second, -1, Space(angle=angles()), budget=1e-6)
