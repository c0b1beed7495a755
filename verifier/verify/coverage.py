"""Which cells ask something of a claim, and what keeps them from being sampled: untested is not verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from verifier.claims.statement import Claim, Kind, Statement
from verifier.quantities.check import Check, Part
from verifier.sampling.about import MEASURABLE, VALUED, asks, speaks_to, with_derived
from verifier.sampling.plan import RunOptions, fates


@dataclass(frozen=True)
class Reach:
    """The cells of a check that could speak to one claim, by what becomes of them in a run.

    ``measured`` cells measure its quantity, wherever they lie; in ``covered`` of them the claim says something,
    and of these ``outside`` violate one of its hypotheses.  The others are left out by ``quick`` or ``angle``,
    measured at another ``effort``, ``deselected`` by ``-k``, or ``planned``.
    """

    measured: int = 0
    covered: int = 0
    outside: int = 0
    quick: int = 0
    effort: int = 0
    angle: int = 0
    deselected: int = 0
    planned: int = 0


@dataclass(frozen=True)
class Coverage:
    """What a run's plan asks of each claim (by place in the statement), and what it measures in vain."""

    reaches: tuple[Reach, ...]
    problems: tuple[str, ...] = ()
    absent: str = ""  # why there is no check, in a sentence
    check: str = ""  # the check file, for a reason
    symbols: tuple[str, ...] = field(default=())
    unsampled: str = ""  # why nothing at all is sampled, in a sentence


def sampleable(claim: Claim) -> bool:
    """Whether a claim is of a kind that samples could speak to: a law without a stated value, say, is not."""
    return claim.kind in MEASURABLE or claim.kind is Kind.IDENTITY or (claim.kind in VALUED and claim.value is not None)


def coverage(
    statement: Statement,
    check: Check | None,
    options: RunOptions,
    *,
    select: Callable[[Mapping[str, Any]], bool] = lambda parameters: True,
    choose: Callable[[str, Mapping[str, Any]], bool] = lambda claim, parameters: True,
    absent: str = "",
) -> Coverage:
    """Go through every cell of ``check`` at full effort, and count what becomes of it under ``options``.

    A part without cells of its own is in vain, unless it has a space of instances that a hunt goes through.

    ``select`` says which cells are to be sampled, ``choose`` of which claims.

    ``absent`` is the reason that is given where ``check`` is None.
    """
    reaches = [Reach() for _ in statement.claims]
    if check is None:
        return Coverage(tuple(reaches), (), absent or f"there is no check of {statement.name}")
    problems = []
    for part in check.parts:
        heard = False
        for cell, there, fate in fates(part, options):
            broken = (*statement.violated(with_derived(part, there)), *part.witness)
            for number, claim in enumerate(statement.claims):
                if not speaks_to(claim, part):
                    continue
                heard = heard or asks(claim, cell, part)
                reach = replace(reaches[number], measured=reaches[number].measured + 1)
                if asks(claim, there, part):
                    out = not statement.granted(claim).isdisjoint(broken)
                    meant = select(there) and choose(claim.id, there)
                    what = "outside" if out else fate or ("planned" if meant else "deselected")
                    reach = replace(reach, covered=reach.covered + 1, **{what: getattr(reach, what) + 1})
                reaches[number] = reach
        searched_alone = not part.cells and part.space is not None
        if not heard and not searched_alone:
            problems.append(_vain(part, statement))
    symbols = tuple(dict.fromkeys(part.quantity.symbol for part in check.parts))
    return Coverage(tuple(reaches), tuple(dict.fromkeys(problems)), "", check.name, symbols)


def _vain(part: Part, statement: Statement) -> str:
    """A part that no claim listens to."""
    what = part.quantity.text or part.quantity.symbol
    if any(speaks_to(claim, part) for claim in statement.claims):
        return f"{what} is measured in {len(part.cells)} cells, and no claim's range covers one of them"
    heads = ", ".join(dict.fromkeys(claim.symbol for claim in statement.claims)) or "nothing"
    return f"{what} (symbol {part.quantity.symbol}) is measured, and no claim is about it; the claims are about {heads}"


def why_untested(claim: Claim, reach: Reach, found: Coverage, stopped: str | None) -> str:
    """One sentence: why a claim that could be sampled was not."""
    if found.absent:
        return found.absent
    if not reach.measured:
        listed = ", ".join(found.symbols) or "nothing"
        return f"no part of checks/{found.check}.py measures {claim.symbol} for it; measured: {listed}"
    if not reach.covered:
        return f"its range, {claim.where}, holds at none of the {reach.measured} cells that measure {claim.symbol}"
    if reach.outside == reach.covered:
        return f"a hypothesis of it fails in each of the {_cells(reach.covered)} where it says something"
    if found.unsampled:
        return found.unsampled
    return f"nothing was sampled: {left_out(reach, reach.planned, stopped)}"


def left_out(reach: Reach, unsampled: int, stopped: str | None) -> str:
    """What kept cells from being sampled, in words; ``unsampled`` of the planned ones were not reached."""
    parts = [
        f"{count} {reason}"
        for count, reason in (
            (reach.quick, "left out by --quick"),
            (reach.effort, "measured at another effort"),
            (reach.angle, "left out by --angle"),
            (reach.deselected, "not selected"),
            (unsampled, f"not reached before the run ended{f' ({stopped})' if stopped else ''}"),
        )
        if count
    ]
    return f"of {_cells(reach.covered - reach.outside)}, " + ", ".join(parts)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
