"""From a check, a statement and the user's options to what is drawn and what is asked of it.

A :class:`Group` is everything read off the same networks: one draw a width serves all of its cells.  A
:class:`Question` is what a claim says at a cell: an exponent, exactly zero, a mass at zero, an identity.
Printed and amended claims that say the same share one question, and so one answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from verifier.check import LARGEST_WIDTH, Agreement, Check, Measure, Part
from verifier.inference.gates import DEFAULT_ALPHA, DEFAULT_MARGIN, LOOKS, MIN_WIDTHS
from verifier.inference.schedule import Schedule
from verifier.sampling.keys import canonical, group_key
from verifier.statement import Claim, Expectation, Kind, Statement

THOROUGH_ALPHA = 1e-8
#: ``--thorough`` may take this many times the samples.
THOROUGH_FACTOR = 16
#: Below this width corrections to scaling are fitted, not only allowed for.
CORRECTED_BELOW = 2048

#: The claims that samples of a quantity can speak to.
MEASURABLE = (Kind.ORDER, Kind.UPPER, Kind.VANISHES, Kind.ZERO, Kind.ATOM, Kind.MEAN_ZERO)


@dataclass(frozen=True)
class Options:
    """What the user asked for.  ``None`` is "as the check says"."""

    widths: tuple[int, ...] | None = None
    samples: int | None = None
    angle: float | None = None
    z: tuple[Any, Any] | None = None
    quick: bool = False
    thorough: bool = False

    @property
    def alpha(self) -> float:
        return THOROUGH_ALPHA if self.thorough else DEFAULT_ALPHA


@dataclass(frozen=True)
class Question:
    """What is asked of a cell's samples; ``target`` is the claimed exponent or probability."""

    kind: Kind
    target: float | None
    alpha: float
    margin: float
    atom: float | None = None  # the mass at zero that must not be excluded, for an order


@dataclass(frozen=True)
class Asked:
    """A claim's question at a cell; without one, why the claim says nothing there."""

    claim: str
    question: Question | None
    outside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One combination of parameters, what the claims ask of it, and whether the user selected it."""

    parameters: Mapping[str, Any]
    asked: tuple[Asked, ...] = ()
    atom: float | None = None  # the claimed probability of being exactly zero, where a claim states one
    selected: bool = True

    @property
    def questions(self) -> tuple[Question, ...]:
        found = [a.question for a in self.asked if a.question is not None]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Group:
    """Cells that are read off the same networks, and how these are drawn."""

    statement: str
    part: int
    source: Path | Part  # where a worker finds the sampler
    quantity: str
    shared: Mapping[str, Any]
    cells: tuple[Cell, ...]
    widths: tuple[int, ...]
    schedule: Schedule
    block: int
    correction: bool
    controls: bool
    zeros: int
    tolerance: float | None = None
    key: tuple[int, ...] = field(default=(), compare=False)

    @property
    def needed(self) -> bool:
        """Whether any selected cell is asked anything."""
        return any(cell.selected and cell.questions for cell in self.cells)


def plan(
    check: Check,
    statement: Statement,
    options: Options,
    *,
    source: Path | None = None,
    violated: Callable[[Mapping[str, Any]], Sequence[str]] = lambda parameters: (),
    select: Callable[[Mapping[str, Any]], bool] = lambda parameters: True,
) -> tuple[Group, ...]:
    """The groups of one check.  Raises ValueError for options that its samplers cannot serve.

    The error rate of a claim is shared equally by its cells: by those of the whole check, selected or not,
    so that a cell's verdict is the same when it is reproduced alone.
    """
    drafts = [
        (index, part, shared, [dict(cell) for cell in cells])
        for index, part in enumerate(check.parts)
        for shared, cells in _grouped(_moved(part, options), part)
    ]
    counted = [
        claim.id
        for _, part, _, cells in drafts
        for cell in cells
        for claim in statement.claims
        if _speaks_to(claim, part) and claim.covers(with_derived(part, cell))
    ]
    shares = {identifier: options.alpha / counted.count(identifier) for identifier in set(counted)}
    groups = []
    for index, part, shared, members in drafts:
        made = tuple(_cell(cell, part, statement, shares, violated, select) for cell in members)
        group = _group(check, index, part, source, shared, made, options)
        # An affordable width matters only to what will be drawn.
        if group.needed:
            _check_affordable(group, part, options)
        groups.append(group)
    return tuple(groups)


def _moved(part: Part, options: Options) -> list[dict[str, Any]]:
    """The part's cells at the user's angle and inputs; an angle of 0 leaves out the two-input part."""
    found = []
    for original in part.cells:
        cell = dict(original)
        if options.angle is not None and part.movable:
            if options.angle == 0:
                continue
            cell["angle"] = options.angle
        if options.z is not None and "z" in cell:
            cell["z"] = options.z
        if options.quick and part.quick is not None and not part.quick(cell):
            continue
        found.append(cell)
    return found


def _grouped(cells: Sequence[dict[str, Any]], part: Part) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    groups: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for cell in cells:
        shared = {name: cell[name] for name in part.quantity.shared if name in cell}
        groups.setdefault(str(canonical(shared)), (shared, []))[1].append(cell)
    return list(groups.values())


def with_derived(part: Part, cell: Mapping[str, Any]) -> dict[str, Any]:
    """The cell's parameters and those that follow from them: what claims are evaluated at."""
    return {**cell, **(part.derived(cell) if part.derived is not None else {})}


def _speaks_to(claim: Claim, part: Part) -> bool:
    if isinstance(part, Agreement):
        return claim.kind is Kind.IDENTITY
    return claim.kind in MEASURABLE and symbol_of(claim) == part.quantity.symbol


def symbol_of(claim: Claim) -> str:
    """``K`` for a claim about K(r)."""
    function = claim.quantity.func
    return str(claim.quantity) if claim.quantity.is_Symbol else str(getattr(function, "__name__", function))


def _cell(
    parameters: dict[str, Any],
    part: Part,
    statement: Statement,
    shares: Mapping[str, float],
    violated: Callable[[Mapping[str, Any]], Sequence[str]],
    select: Callable[[Mapping[str, Any]], bool],
) -> Cell:
    asked: list[Asked] = []
    atom = part.atom(parameters) if isinstance(part, Measure) and part.atom is not None else None
    full = with_derived(part, parameters)
    broken = tuple(violated(full))
    for claim in statement.claims:
        if not _speaks_to(claim, part):
            continue
        expectation = claim.at(full)
        if expectation is None:
            continue
        outside = tuple(name for name in broken if not claim.hypotheses or name in claim.hypotheses)
        outside = outside if claim.form.value == "amended" else ()
        if claim.kind is Kind.ATOM and not outside:
            atom = expectation.value
        question = None if outside else _question(expectation, part, shares[claim.id], atom)
        asked.append(Asked(claim.id, question, outside))
    return Cell(parameters, tuple(asked), atom, select(parameters))


def _question(expectation: Expectation, part: Part, alpha: float, atom: float | None) -> Question:
    if expectation.kind in (Kind.ORDER, Kind.UPPER, Kind.VANISHES):
        exponent = 0.0 if expectation.kind is Kind.VANISHES else None
        exponent = exponent if expectation.exponent is None else expectation.exponent
        if exponent is None or not math.isfinite(exponent):
            raise ValueError(f"claim {expectation.claim} states an order without a finite exponent")
        mass = atom if expectation.kind is Kind.ORDER else None
        return Question(expectation.kind, exponent, alpha, DEFAULT_MARGIN, mass)
    if expectation.kind is Kind.ATOM:
        return Question(Kind.ATOM, expectation.value, alpha, 0.05)
    if expectation.kind is Kind.IDENTITY and isinstance(part, Agreement):
        return Question(Kind.IDENTITY, None, alpha, part.tolerance)
    margin = DEFAULT_MARGIN if expectation.kind is Kind.MEAN_ZERO else 0.0
    return Question(expectation.kind, None, alpha, margin)


def _group(
    check: Check,
    index: int,
    part: Part,
    source: Path | None,
    shared: dict[str, Any],
    members: tuple[Cell, ...],
    options: Options,
) -> Group:
    widths = options.widths or part.widths
    measured = isinstance(part, Measure)
    if isinstance(part, Agreement):
        widths = part.widths  # an identity is checked on networks small enough to be drawn whole
    cap = part.quick_samples if options.quick else part.samples * (THOROUGH_FACTOR if options.thorough else 1)
    if options.samples is not None:
        # The same identity on ever more small networks teaches nothing.
        cap = options.samples if measured else min(options.samples, cap)
    correction = isinstance(part, Measure) and part.correction
    if options.widths is not None and min(widths) < CORRECTED_BELOW:
        correction = True
    # One input and one output a layer: only there are the outputs' normals free to be taken out.
    alone = shared.get("angle", 0) == 0 and shared.get("m", 1) == 1
    return Group(
        statement=check.name,
        part=index,
        source=source if source is not None else part,
        quantity=part.quantity.text,
        shared=shared,
        cells=members,
        widths=widths,
        schedule=_schedule(part.block, cap) if measured else Schedule(start=cap, looks=1),
        block=min(part.block, cap),
        correction=correction,
        controls=isinstance(part, Measure) and part.controls and alone,
        zeros=min(part.zeros, cap) if isinstance(part, Measure) else cap,
        tolerance=part.tolerance if isinstance(part, Agreement) else None,
        key=group_key(check.name, part.quantity.text, shared),
    )


def _schedule(start: int, cap: int) -> Schedule:
    """Doublings from ``start`` to ``cap``, at least as many looks as statistics were worked out for."""
    looks = max(1, math.ceil(math.log2(max(cap / start, 1))) + 1)
    return Schedule(start=min(start, cap), looks=min(max(looks, 1), 4 * LOOKS), cap=cap)


def _check_affordable(group: Group, part: Part, options: Options) -> None:
    widest = max(group.widths)
    if widest > part.largest:
        where = ", ".join(f"{name}={_plain(value)}" for name, value in group.shared.items() if name == "angle")
        raise ValueError(
            f"width {widest} is too large for {group.statement} at {where or 'these cells'}; at most {part.largest} "
            f"is allowed there (choose cells with -k, or angle 0 with --angle 0)"
        )


def check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """``widths`` if they are at least four increasing integers from 1 to 2^53 - 1; ValueError otherwise."""
    for n in widths:
        if not 1 <= n < LARGEST_WIDTH:
            raise ValueError(f"width {n} is out of range; widths are integers from 1 to 2^53 - 1")
    for before, after in pairwise(widths):
        if after <= before:
            raise ValueError(f"width {after} follows {before}; widths must increase")
    if len(widths) < MIN_WIDTHS:
        listed = ", ".join(str(n) for n in widths)
        raise ValueError(f"{len(widths)} widths ({listed}); at least {MIN_WIDTHS} are needed to fit an exponent")
    return tuple(widths)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
