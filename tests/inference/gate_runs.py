"""The gate run on families of known exponent, once or a whole table of them, in this process."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.inference.calibration import (
    CalibrationRow,
    GateSettings,
    GrowingSamples,
    count_errors,
    extended,
    summarise,
)
from verifier.inference.decisions import DEFAULT_MARGIN, Decision
from verifier.inference.exponents import DEFAULT_ALLOWANCE, DEFAULT_WIDTHS
from verifier.inference.families import Family, families
from verifier.inference.gates import decide_order
from verifier.inference.rates import planned_repetitions
from verifier.inference.schedule import Schedule


def calibrate(
    chosen: Sequence[Family] | None = None,
    alpha: float = 0.05,
    margin: float = DEFAULT_MARGIN,
    repetitions: int | None = None,
    seed: int = 0,
    *,
    widths: Sequence[int] = DEFAULT_WIDTHS,
    correction: bool | None = None,
    allowance: float = DEFAULT_ALLOWANCE,
    schedule: Schedule | None = None,
    quick: bool = False,
) -> tuple[CalibrationRow, ...]:
    """Run the sequential gate ``repetitions`` times on each family (all of :func:`families` by default).

    ``repetitions`` None: :func:`planned_repetitions`. ``quick``: 20 repetitions and at most 4096 samples a
    width, for seconds instead of minutes. A result depends on (seed, family name, repetition) and nothing
    else. Raises ValueError for repetitions below 1.
    """
    if repetitions is not None and repetitions < 1:
        raise ValueError(f"repetitions is {repetitions}; at least 1 is needed")
    if quick:
        repetitions = min(repetitions or 20, 20)
        schedule = schedule or Schedule(cap=4096)
    settings = GateSettings(alpha, margin, tuple(widths), correction, allowance, schedule or Schedule())
    rows = []
    for family in families() if chosen is None else chosen:
        count = repetitions or planned_repetitions(alpha, family.holds and family.assumption)
        row = summarise(family, settings, count_errors(family, settings, range(count), seed))
        if repetitions is None and extended(row):
            row = summarise(family, settings, count_errors(family, settings, range(2 * count), seed))
        rows.append(row)
    return tuple(rows)


def run_gate(
    family: Family,
    claimed: float,
    alpha: float,
    seed: int = 0,
    *,
    repetition: int = 0,
    margin: float = DEFAULT_MARGIN,
    widths: Sequence[int] = DEFAULT_WIDTHS,
    correction: bool | None = None,
    allowance: float = DEFAULT_ALLOWANCE,
    schedule: Schedule | None = None,
) -> Decision:
    """One run of the sequential gate on a family: the decision at its last look."""
    plan = schedule or Schedule()
    settings = GateSettings(alpha, margin, tuple(widths), correction, allowance, plan).on(family)
    source = GrowingSamples(family, settings, seed, repetition)
    decision: Decision | None = None
    while (size := plan.next_size(decision)) is not None:
        look = plan.look_at(size)
        decision = decide_order(
            source.at(look), claimed, alpha=alpha, margin=margin, correction=settings.correction,
            allowance=allowance, looks=plan.looks, look=look,
        )  # fmt: skip
    assert decision is not None  # a schedule has at least one size
    return decision
