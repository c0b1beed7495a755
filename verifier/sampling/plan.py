"""From a check, a statement and the user's options to what is drawn and what is asked of it.

A :class:`Group` is everything read off the same networks: one draw a width serves all of its cells.  A
:class:`Question` is what a claim says at a cell: an exponent, exactly zero, a mass at zero, an identity.
Printed and amended claims that say the same share one question, and so one answer.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from verifier.claims.statement import Form, Kind, Statement
from verifier.inference.decisions import DEFAULT_ALPHA, LOOKS
from verifier.inference.exponents import slope_weights
from verifier.inference.schedule import Schedule
from verifier.inputs.data import named_data
from verifier.inputs.fields import FieldError
from verifier.quantities.check import Agreement, Check, Measure, Part
from verifier.quantities.select import text_of
from verifier.sampling.about import at_widths, speaks_to, with_derived
from verifier.sampling.keys import canonical, group_key
from verifier.sampling.questions import Question, question_of

THOROUGH_ALPHA = 1e-8
#: ``--thorough`` and ``--budget`` may take this many times the samples.
THOROUGH_FACTOR = 16
#: And this many times the networks that an identity is evaluated on: it is one of polynomials on each activation cell,
#: so that where it fails on a cell, it does on almost all of its networks.
THOROUGH_NETWORKS = 4
#: And these many times the samples of a thorough run where a question says that so many decide it.
FURTHER = 16
#: Below this width corrections to scaling are fitted, not only allowed for.
CORRECTED_BELOW = 2048
#: No width gets more than this many times the samples of another one,
MOST_SHARE = 6
#: or than this many, where a sample is an average over the width.
MOST_AVERAGED = 16


@dataclass(frozen=True)
class RunOptions:
    """What the user asked for.  ``None`` is "as the check says"."""

    widths: tuple[int, ...] | None = None
    samples: int | None = None
    angle: float | None = None
    z: tuple[Any, Any] | None = None
    quick: bool = False
    thorough: bool = False
    budget: float | None = None  # seconds of a run, which decide how many samples are drawn
    paper: bool = False  # the sizes of the text itself, where a check has them
    data: str | None = field(default_factory=named_data)  # the folder of the images that are read

    @property
    def alpha(self) -> float:
        return THOROUGH_ALPHA if self.thorough else DEFAULT_ALPHA

    def words(self, data: bool = True) -> list[str]:
        """The options of ``verifier check`` that ask for the same, ``--data`` left out of what reads none."""
        found = [] if self.widths is None else ["--widths " + ",".join(str(n) for n in self.widths)]
        found += [] if self.samples is None else [f"--samples {self.samples}"]
        found += ["--quick"] * self.quick + ["--effort paper"] * self.paper + ["--thorough"] * self.thorough
        found += [] if self.budget is None else [f"--budget {self.budget:g}s"]
        found += [] if self.angle is None else [f"--angle {text_of(self.angle)}"]
        found += [] if self.z is None else ["--z " + ",".join(_input(entry) for entry in self.z)]
        return found + ([f"--data {shlex.quote(self.data)}"] if data and self.data is not None else [])


def _input(entry: Any) -> str:
    return ":".join(text_of(v) for v in entry) if isinstance(entry, list | tuple) else text_of(entry)


@dataclass(frozen=True)
class Asked:
    """A claim's question at a cell; without one, why the claim says nothing there."""

    claim: str
    question: Question | None
    outside: tuple[str, ...] = ()
    form: Form = Form.AMENDED


@dataclass(frozen=True)
class Cell:
    """One combination of parameters, what the claims ask of it, and whether the user selected it."""

    parameters: Mapping[str, Any]
    asked: tuple[Asked, ...] = ()
    atom: float | None = None  # the claimed probability of being exactly zero, where a claim states one
    selected: bool = True
    witnesses: tuple[Question, ...] = ()  # asked although a hypothesis fails: shown, and counted for nothing

    @property
    def questions(self) -> tuple[Question, ...]:
        found = [a.question for a in self.asked if a.question is not None]
        return tuple(dict.fromkeys((*found, *self.witnesses)))


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
    correction: bool | None
    controls: bool
    zeros: int
    tolerance: float | None = None
    key: tuple[int, ...] = field(default=(), compare=False)
    grid: tuple[int, ...] | None = None
    enough: int | None = None  # from here on the schedule is drawn only for questions that say how many they need
    shares: tuple[int, ...] | None = None  # how many times the samples of its schedule each width gets
    work: tuple[float, ...] | None = None  # what a sample costs at each place, beside others of the quantity
    trial: bool = False  # whether the quantity can do a small part of that work

    def drawn(self, place: int, size: int) -> int:
        """Samples at the place of this number once the schedule stands at ``size``."""
        return size if self.shares is None else size * self.shares[place]

    def piece(self, place: int) -> int:
        """Samples of a block at the place of this number: more where more are drawn, as each block costs something."""
        return self.drawn(place, self.block)

    @property
    def places(self) -> tuple[Any, ...]:
        """Where samples are drawn: at widths, or at pairs (n, m) of them."""
        return self.widths if self.grid is None else tuple(product(self.widths, self.grid))

    @property
    def needed(self) -> bool:
        """Whether any selected cell is asked anything."""
        return any(cell.selected and cell.questions for cell in self.cells)


def plan(
    check: Check,
    statement: Statement,
    options: RunOptions,
    *,
    source: Path | None = None,
    select: Callable[[Mapping[str, Any]], bool] = lambda parameters: True,
) -> tuple[Group, ...]:
    """The groups of one check.  Raises ValueError for options that its samplers cannot serve, FieldError (one of
    these) where the statement and its check do not fit each other.

    The error rate of a claim is shared equally by its cells: by those of the whole check, selected or not,
    so that a cell's verdict is the same when it is reproduced alone.
    """
    known = [claim.id for claim in statement.claims]
    hypotheses = [h.id for h in statement.hypotheses]
    for part in check.parts:
        if missing := [name for name in part.claims or () if name not in known]:
            raise FieldError(
                f"{check.name} measures {part.quantity.text} for the claim {missing[0]!r}, which the statement does "
                f"not have; it has {', '.join(known) or 'none'}"
            )
        if isinstance(part.witness, str) or (strange := [h for h in part.witness if h not in hypotheses]):
            named = part.witness if isinstance(part.witness, str) else strange[0]
            raise FieldError(
                f"{check.name} measures {part.quantity.text} as a witness of {named!r}: a tuple of hypotheses of the "
                f"statement is needed, of {', '.join(hypotheses) or 'none'}"
            )
    drafts = [
        (index, part, shared, [dict(cell) for cell in cells])
        for index, part in enumerate(check.parts)
        for shared, cells in grouped(_moved(part, options), part)
    ]
    counted = [
        claim.id
        for _, part, _, cells in drafts
        for cell in cells
        for claim in statement.claims
        if speaks_to(claim, part) and at_widths(claim, with_derived(part, cell), part) is not None
    ]
    shares = {identifier: options.alpha / counted.count(identifier) for identifier in set(counted)}
    groups = []
    for index, part, shared, members in drafts:
        made = tuple(_cell(cell, part, statement, shares, select) for cell in members)
        group = group_of(check.name, index, part, source, shared, made, options)
        # An affordable width matters only to what will be drawn.
        if group.needed:
            _check_affordable(group, part, options)
        groups.append(group)
    return tuple(groups)


def moved(cell: Mapping[str, Any], part: Part, options: RunOptions) -> tuple[dict[str, Any], str]:
    """A cell at the user's angle and inputs, and what leaves it out: ``angle``, ``quick``, ``effort`` or nothing.

    Cells of a part that is not ``movable`` stay where they are; those at another angle than the one that is asked for
    are left out.  An angle of 0 is one input, which moved cells would be two equal ones.
    """
    there = dict(cell)
    if options.angle is not None and part.movable and options.angle != 0:
        there["angle"] = options.angle
    if options.z is not None and "z" in there:
        there["z"] = options.z
    if options.angle is not None and "angle" in there and float(there["angle"]) != options.angle:
        return there, "angle"
    if options.quick and part.quick is not None and not part.quick(there):
        return there, "quick"
    if isinstance(part, Measure) and part.effort and (part.effort == "paper") is not options.paper:
        return there, "effort"
    return there, ""


def fates(part: Part, options: RunOptions) -> list[tuple[Mapping[str, Any], dict[str, Any], str]]:
    """Each of the part's cells, where it is moved to, and what leaves it out; cells that are moved to one are one."""
    found: dict[str, tuple[Mapping[str, Any], dict[str, Any], str]] = {}
    for cell in part.cells:
        there, fate = moved(cell, part, options)
        found.setdefault(str(canonical(there)), (cell, there, fate))
    return list(found.values())


def _moved(part: Part, options: RunOptions) -> list[dict[str, Any]]:
    """The part's cells that are not left out."""
    return [there for _, there, fate in fates(part, options) if not fate]


def grouped(cells: Sequence[dict[str, Any]], part: Part) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Cells by the parameters in which they share their networks."""
    groups: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for cell in cells:
        shared = {name: cell[name] for name in part.quantity.shared if name in cell}
        groups.setdefault(str(canonical(shared)), (shared, []))[1].append(cell)
    return list(groups.values())


def _cell(
    parameters: dict[str, Any],
    part: Part,
    statement: Statement,
    shares: Mapping[str, float],
    select: Callable[[Mapping[str, Any]], bool],
) -> Cell:
    asked: list[Asked] = []
    witnesses: list[Question] = []
    atom = part.atom(parameters) if isinstance(part, Measure) and part.atom is not None else None
    if atom is not None and not 0 <= atom <= 1:
        raise FieldError(f"the atom of {part.quantity.text} is {atom:g} at {parameters}; a probability is needed")
    full = with_derived(part, parameters)
    broken = tuple(dict.fromkeys((*statement.violated(full), *part.witness)))
    for claim in statement.claims:
        if not speaks_to(claim, part):
            continue
        expected = at_widths(claim, full, part)
        if expected is None:
            continue
        outside = tuple(name for name in broken if name in statement.granted(claim))
        if claim.kind is Kind.ATOM and claim.form is Form.AMENDED and not outside:
            atom = expected[0].value
        question = question_of(expected, part, shares[claim.id], atom, full)
        if part.witness and outside:
            witnesses.append(question)
        asked.append(Asked(claim.id, None if outside else question, outside, claim.form))
    return Cell(parameters, tuple(asked), atom, select(parameters), tuple(witnesses))


def group_of(
    check: str,
    index: int,
    part: Part,
    source: Path | None,
    shared: dict[str, Any],
    members: tuple[Cell, ...],
    options: RunOptions,
) -> Group:
    """``members`` as one group of the part ``index`` of the check named ``check``."""
    widths = options.widths or part.widths
    measured = isinstance(part, Measure)
    grid = part.grid if isinstance(part, Measure) else None
    if isinstance(part, Agreement) or grid is not None or _fixed_widths(members):
        # An identity is checked on networks small enough to be drawn whole; other parts were planned with theirs.
        widths = part.widths
    more = THOROUGH_FACTOR if measured else THOROUGH_NETWORKS
    cap = part.samples * (more if options.thorough or options.budget is not None else 1)
    if options.quick:
        cap = min(part.quick_samples, part.samples)
    if measured and part.samples == 1:
        cap = 1  # what is counted, not sampled
    if options.samples is not None:
        # The same identity on ever more small networks teaches nothing.
        cap = options.samples if measured else min(options.samples, cap)
    correction = part.correction if isinstance(part, Measure) else False
    if options.widths is not None and min(widths) < CORRECTED_BELOW and correction is not None:
        correction = True
    # One output of f a layer of g: only there do its masks depend on single signs, which the normals are free of.
    alone = shared.get("m", 1) == 1
    block = min(part.block, cap)
    shares = None
    if isinstance(part, Measure) and grid is None and block < cap:
        shares = evenly(widths) if part.averaged else None if part.cost is None else allocation(widths, part.cost)
    fewest = max(block, cap // max(shares)) if shares is not None else cap
    at = widths if grid is None else tuple(product(widths, grid))
    work = None if part.quantity.work is None else tuple(part.quantity.work(shared, place) for place in at)
    further = FURTHER if options.thorough and measured and part.samples > 1 and options.samples is None else 1
    return Group(
        statement=check,
        part=index,
        source=source if source is not None else part,
        quantity=part.quantity.text,
        shared=shared,
        cells=members,
        widths=widths,
        schedule=_schedule(part.block, fewest * further) if measured else Schedule(start=cap, looks=1),
        block=block,
        work=work,
        trial=part.quantity.trial is not None,
        correction=correction,
        controls=isinstance(part, Measure) and part.controls and alone,
        zeros=min(part.zeros, cap) if isinstance(part, Measure) else cap,
        tolerance=part.tolerance if isinstance(part, Agreement) else None,
        key=group_key(check, part.quantity.text, shared),
        grid=grid,
        enough=fewest,
        shares=shares,
    )


def allocation(widths: Sequence[int], cost: float) -> tuple[int, ...]:
    """Samples at each width, in units of the fewest: the exponent's variance is least for what its samples cost.

    The exponent is sum_k w_k y_k of errors sigma / sqrt(S_k), and a sample at n takes a time of 1 + n / ``cost``; so
    S_k is proportional to |w_k| / sqrt(1 + n_k / cost).  Widths whose weight is almost zero are there for the tests of
    the model: no width gets more than :data:`MOST_SHARE` times the samples of another.
    """
    if len(widths) == 1:
        return (1,)
    weights = np.abs(slope_weights(widths))
    ideal = weights / np.sqrt(1.0 + np.asarray(widths, dtype=float) / cost)
    floored = np.maximum(ideal, ideal.max() / MOST_SHARE)
    return tuple(int(k) for k in np.maximum(np.rint(floored / floored.min()), 1))


def evenly(widths: Sequence[int]) -> tuple[int, ...]:
    """Samples at each width, in units of the fewest, of an average over n neurons: as many neurons at every width.

    Its variance and the square of its skewness fall as 1/n, and what it costs grows as n: the narrowest width, whose
    mean takes the most samples, is the one where they are cheap.
    """
    return tuple(min(max(round(max(widths) / n), 1), MOST_AVERAGED) for n in widths)


def _fixed_widths(members: Sequence[Cell]) -> bool:
    """Whether something is claimed of each width alone, or of no width."""
    kinds = (Kind.INTEGER, Kind.TREND, Kind.ABOVE, Kind.SURFACE)
    return any(question.values or question.kind in kinds for cell in members for question in cell.questions)


def _schedule(start: int, cap: int) -> Schedule:
    """Doublings from ``start`` to ``cap``, at least as many looks as statistics were worked out for."""
    looks = max(1, math.ceil(math.log2(max(cap / start, 1))) + 1)
    return Schedule(start=min(start, cap), looks=min(max(looks, 1), 4 * LOOKS), cap=cap)


def _check_affordable(group: Group, part: Part, options: RunOptions) -> None:
    widest = max(group.widths)
    if widest > part.largest and options.widths is None and options.angle is None:
        raise FieldError(
            f"{group.statement} measures {group.quantity} at width {widest}, and its largest is {part.largest}"
        )
    if widest > part.largest:
        where = ", ".join(f"{name}={_plain(value)}" for name, value in group.shared.items() if name == "angle")
        raise ValueError(
            f"width {widest} is too large for {group.statement} at {where or 'these cells'}; at most {part.largest} "
            f"is allowed there (choose cells with -k, or angle 0 with --angle 0)"
        )


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
