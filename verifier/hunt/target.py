"""What is hunted: the claims of a statement that one part of its check speaks to, over that part's space."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sympy import sympify

from verifier.claims.statement import Claim, Kind, Statement
from verifier.hunt.space import Instance, Space, SpaceError, declaration
from verifier.inference.exponents import DEFAULT_ALLOWANCE
from verifier.inference.schedule import Schedule
from verifier.quantities.check import Check, Measure, Part
from verifier.sampling.about import at_widths, speaks_to
from verifier.sampling.keys import canonical
from verifier.sampling.plan import Asked, Cell, Group, RunOptions, group_of, grouped
from verifier.sampling.questions import Question, question_of

Violated = Callable[[Mapping[str, Any]], Sequence[str]]


class NoSpace(ValueError):
    """A statement, none of whose measures declares the instances that it speaks of."""


@dataclass(frozen=True, eq=False)
class Target:
    """One part of a check with its space, and the claims that it speaks to.

    ``statement`` holds these claims alone.  ``source`` is where a worker finds the sampler: the check's file, or the
    part itself where there is none.
    """

    statement: Statement
    part: Part
    number: int
    source: Path | Part
    violated: Violated
    code: str = ""  # a digest of the files that the numbers depend on
    _questions: dict[tuple[str, ...], Question | None] = field(default_factory=dict, repr=False)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def space(self) -> Space:
        space: Space = self.part.space
        return space

    @property
    def label(self) -> str:
        """What it is called in progress and results."""
        return f"{self.statement.name} · {self.part.quantity.text}"

    @property
    def key(self) -> str:
        """A digest of all that a result depends on, besides the instance and the seed."""
        claims = [repr((c.id, c.kind, c.exponent, c.value, c.where, c.hypotheses)) for c in self.statement.claims]
        text = json.dumps([self.statement.name, self.part.quantity.text, self.number, claims, self.code])
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def ask(self, instances: Sequence[Instance]) -> list[Group]:
        """The instances as groups that share their networks, each with what the claims say there.

        Where a hypothesis of a claim fails nothing is asked of it, nor outside its range.
        """
        name = self.statement.name
        found = []
        for shared, members in grouped(list(instances), self.part):
            cells = tuple(self._cell(member) for member in members)
            found.append(group_of(name, self.number, self.part, None, shared, cells, RunOptions()))
        return [replace(group, source=self.source) for group in found]

    def _cell(self, instance: Instance) -> Cell:
        full = self.full(instance)
        said = [(claim, self._question(claim, full)) for claim in self.statement.claims]
        said = [(claim, question) for claim, question in said if question is not None]
        try:
            broken = self.violated(full) if said else ()
        except ValueError:  # beyond what hypotheses speak of, nothing can be said to be granted
            return Cell(instance, ())
        asked = tuple(
            Asked(claim.id, question, (), claim.form)
            for claim, question in said
            if not any(name in self.statement.granted(claim) for name in broken)
        )
        return Cell(instance, asked)

    def _question(self, claim: Claim, full: Instance) -> Question | None:
        """Claims are evaluated once at what they depend on: SymPy is slower than most samplers."""
        names = self._names.setdefault(claim.id, _mentioned(claim, self.part))
        at = (claim.id, *(str(full.get(name)) for name in names))
        if at not in self._questions:
            try:
                expected = at_widths(claim, full, self.part)
                made = None if expected is None else question_of(expected, self.part, 1e-3, None, full)
            except ValueError:
                made = None  # a parameter that the claim needs is not there, or it says no number
            self._questions[at] = made
        found = self._questions[at]
        formula = self.part.quantity.allowance
        if found is None or formula is None or not speaks_of_size(found):
            return found
        try:
            return replace(found, allowance=max(DEFAULT_ALLOWANCE, formula(full)))
        except ValueError:  # beyond what the formula speaks of
            return found

    def asked(self, instance: Instance) -> dict[str, Question]:
        """What each claim says at an instance; claims that say nothing there are left out."""
        (group,) = self.ask([instance])
        return {a.claim: a.question for a in group.cells[0].asked if a.question is not None}

    def excluded(self, instance: Instance, claim: str) -> list[str]:
        """The hypotheses of a claim that fail at an instance."""
        granted = self.statement.granted(next(c for c in self.statement.claims if c.id == claim))
        return [name for name in self.violated(self.full(instance)) if name in granted]

    def full(self, instance: Instance) -> dict[str, Any]:
        """An instance with what follows from it."""
        derived = self.part.derived
        return {**instance, **(derived(instance) if derived is not None else {})}

    @property
    def blocks(self) -> tuple[int, int]:
        """Samples that are drawn together, and the most a width may take."""
        return self.part.block, self.part.samples


def bare(group: Group, samples: int, widths: tuple[int, ...] | None = None) -> Group:
    """A group that is looked at once, at ``samples`` a width."""
    found = replace(group, schedule=Schedule(start=samples, looks=1), block=samples, controls=False)
    return found if widths is None else replace(found, widths=widths)


def at_zero(question: Question) -> Question:
    """The same without the allowance that a formula grants near a zero: the zero itself is what is asked about."""
    return replace(question, allowance=DEFAULT_ALLOWANCE)


def targets(
    statement: Statement,
    check: Check | None,
    *,
    source: Path | None = None,
    violated: Violated = lambda parameters: (),
    claims: Sequence[str] | None = None,
    code: str = "",
) -> tuple[Target, ...]:
    """What can be hunted of a statement, a target each part with a space; of ``claims`` alone if they are named.

    Raises NoSpace where no part declares a space, with how to do so, and SpaceError where one is empty.
    """
    wanted = [c for c in statement.claims if claims is None or c.id in claims]
    parts = check.parts if check is not None else ()
    found = []
    for number, part in enumerate(parts):
        if part.space is None:
            continue
        try:
            part.space.frames()
        except SpaceError as error:
            raise SpaceError(f"{statement.name} · {part.quantity.text}: {error}") from None
        own = tuple(c for c in wanted if speaks_to(c, part))
        if part.claims is not None:
            part = replace(part, claims=tuple(c.id for c in own))
        if own:
            reduced = replace(statement, claims=own)
            found.append(Target(reduced, part, number, source if source is not None else part, violated, code))
    if not found:
        raise NoSpace(_missing(statement, parts, claims))
    return tuple(found)


def _missing(statement: Statement, parts: Sequence[Part], claims: Sequence[str] | None) -> str:
    """How to declare a space, with an example made from the statement's parameters."""
    of = statement.name if claims is None else ", ".join(claims)
    fitting = [p for p in parts if any(speaks_to(c, p) for c in statement.claims if claims is None or c.id in claims)]
    cells = [cell for part in fitting for cell in part.cells]
    names = list(dict.fromkeys(name for cell in cells for name in cell))
    if not names:
        free = [s.name for c in statement.claims for e in (c.where, c.quantity) for s in e.free_symbols]
        names = sorted(set(free))
    why = "no part of its check measures it" if parts and not fitting else "none of its measures has a space"
    return f"{of}: {why}; the instances it speaks of are declared beside its cells, as in {declaration(names[:6])}"


def speaks_of_size(question: Question) -> bool:
    """Whether a claim is about size, so that exact zeros and wrong exponents are what to look for."""
    return question.kind in (Kind.ORDER, Kind.UPPER, Kind.VANISHES, Kind.VARIANCE) and question.axis is None


def _mentioned(claim: Claim, part: Part) -> tuple[str, ...]:
    """The parameters that what a claim says at a cell depends on; all that a law is made of."""
    parts = [claim.where, claim.exponent, claim.value, *claim.quantity.args]
    names = {symbol.name for p in parts if p is not None for symbol in sympify(p).free_symbols}
    declared = getattr(claim.quantity.func, "declaration", None)
    names |= set(declared.arguments.split()) if declared is not None else set()
    names |= {"axis"} | (set(part.space.axes) if claim.kind is Kind.LAW else set())
    return tuple(sorted(names))


def instance_text(instance: Mapping[str, Any]) -> str:
    """``H=1,L=2,z=(1,-1)``: how an instance is written on the command line."""
    return ",".join(f"{name}={_shown(value)}" for name, value in instance.items())


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "(" + ",".join(map(_shown, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value) if isinstance(value, str) or value is None else f"{value:.10g}"


def same(first: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two instances are one, however their numbers are spelled."""
    return bool(canonical(first) == canonical(other))


def measured(part: Part) -> bool:
    """Whether a part is a measure, at widths; else an identity, on small networks."""
    return isinstance(part, Measure)
