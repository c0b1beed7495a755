"""The search of one target, stage by stage, cheapest first; what is suspicious is shrunk and decided as it comes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from verifier.hunt.adversary import Adversary
from verifier.hunt.field import Candidate, Field, Special
from verifier.hunt.finding import Counterexample, Stage, Zero
from verifier.hunt.fresh import Decided, outcomes
from verifier.hunt.lab import Lab, OutOfTime
from verifier.hunt.lines import FollowedZero, Lines, decimal, excluded
from verifier.hunt.ranges import separating
from verifier.hunt.shrink import sentences, shrink, words
from verifier.hunt.space import Instance
from verifier.hunt.target import Target, instance_text

#: The stages in their order.
STAGES = ("corners", "zeros", "pairs", "zeros at corners", "random")
#: The share of what is left that a stage may take in all; what one search leaves goes to the next.
SHARE = {"zeros": 0.8, "pairs": 0.6, "zeros at corners": 0.8, "random": 1.0}


class Search:
    """What is searched of one target, and what was found so far."""

    def __init__(self, lab: Lab, target: Target, alpha: float) -> None:
        self.lab, self.target, self.alpha = lab, target, alpha
        self.field = Field(lab, target)
        self.lines = Lines(self.field)
        self.adversary = Adversary(self.field)
        self.findings: list[Counterexample] = []
        self.doubtful: list[str] = []
        self.stages: dict[str, Stage] = {}

    def run(self, stage: str, until: float | None = None) -> None:
        """One stage; ``until``: the computing time at which a stage without an end stops.  Raises OutOfTime."""
        steps: dict[str, Callable[[], None]] = {
            "corners": self._corners, "zeros": lambda: self._zeros([{}], "zeros"), "pairs": self._pairs,
            "zeros at corners": lambda: self._zeros(self._specials(1), "zeros at corners"),
            "random": lambda: self._random(until),
        }  # fmt: skip
        steps[stage]()

    def _specials(self, count: int) -> list[Special]:
        return [{name: c.value for name, c in chosen.items()} for chosen in self.field.space.corners(count)]

    def _corners(self) -> None:
        """Ends of ranges and just beyond them at generic values, then one corner at a time."""
        field = self.field
        steps: list[tuple[list[Instance], Special]] = []
        everywhere = [*field.inside, *field.beyond]
        # Apart: a sampler that refuses what lies beyond refuses all that is drawn with it.
        steps += [(field.inside, {}), (field.beyond, {})]
        steps += [(field.inside, special) for special in self._specials(1)]
        self._look("corners", steps)
        self._settle(everywhere, [{}])
        self._settle(field.inside, self._specials(1))

    def _pairs(self) -> None:
        """Two corners at a time."""
        specials = self._specials(2)
        self._look("pairs", [(self.field.inside, special) for special in specials])
        self._settle(self.field.inside, specials)

    def _look(self, stage: str, steps: list[tuple[list[Instance], Special]]) -> None:
        total, done = sum(len(frames) for frames, _ in steps), 0
        for frames, special in steps:
            self._note(stage, done, total)
            for _ in self.field.look(frames, special):
                self.lab.tell(self.target.label, stage, instance_text(special), done, total)
            done += len(frames)
        self._note(stage, done, total)

    def _note(self, stage: str, done: int, total: int) -> None:
        self.stages[stage] = Stage(self.target.label, stage, done, total)

    def _settle(self, frames: list[Instance], specials: list[Special]) -> None:
        """Shrink and decide what is suspicious, the simplest first."""
        for candidate in self.field.fresh(frames, specials):
            self.investigate(candidate)

    def investigate(self, candidate: Candidate) -> None:
        """Shrink a candidate, and have fresh samples decide.  Raises OutOfTime."""
        field = self.field
        claims = tuple(
            c for c in candidate.claims
            if not field.marked(c, candidate.special, candidate.kind) and not self._variant(c, candidate.special)
        )  # fmt: skip
        if not claims:
            return
        candidate = replace(candidate, claims=claims)
        field.mark(candidate)
        self.lab.check()
        nearer = field.closer(candidate)
        if nearer is None or (nearer.special != candidate.special and self._dealt_with(nearer)):
            return
        candidate = nearer
        field.mark(candidate)
        small, chosen = shrink(field, candidate)
        if small.special != candidate.special and self._dealt_with(small):
            return
        field.mark(small)
        found = self._decide(small, chosen)
        self._tell(small, chosen, found)

    def _tell(self, small: Candidate, chosen: Special, found: list[Decided]) -> None:
        """Conclude what fresh samples found: simple values of what does not matter may be corners, and matter then.

        A claim that stands where such a value is generic needs it to fail; one that fails there as well does not.
        """
        field = self.field
        added = {name: value for name, value in chosen.items() if self._is_corner(name, value)}
        failing = [o for o in found if o.fails]
        everywhere = {o.claim for o in failing}
        if added and failing:
            everywhere &= {o.claim for o in self._decide(small, {}) if o.fails}
        usual = [o for o in found if o.claim in everywhere or not o.fails]
        self.conclude(field.place(small.frame, {**chosen, **small.special}), small.special, usual)
        needing = tuple(o.claim for o in failing if o.claim not in everywhere)
        if not needing:
            return
        for name in tuple(added) if len(added) > 1 else ():
            again = self._decide(small, {other: value for other, value in chosen.items() if other != name})
            if set(needing) <= {o.claim for o in again if o.fails}:
                del added[name]
        narrower = replace(small, claims=needing, special={**small.special, **added})
        field.mark(narrower)
        own = [o for o in failing if o.claim in needing]
        self.conclude(field.place(small.frame, {**chosen, **small.special}), narrower.special, own)

    def _dealt_with(self, found: Candidate) -> bool:
        return all(self.field.marked(c, found.special, found.kind) for c in found.claims)

    def _variant(self, claim: str, special: Special) -> bool:
        """Whether the claim was found to fail with fewer special values, in some frame."""
        return any(
            claim in f.claims and f.zero is None and f.special and set(f.special) < set(special)
            and all(f.instance[name] == special[name] for name in f.special)
            for f in self.findings
        )  # fmt: skip

    def _decide(self, small: Candidate, chosen: Special) -> list[Decided]:
        """Fresh samples at a candidate."""
        field = self.field
        instance = field.place(small.frame, {**chosen, **small.special})
        self.lab.tell(self.target.label, "deciding", instance_text(instance), 0, 1)
        return outcomes(
            self.lab, self.target, instance, small.claims, self.lab.level(self.alpha), zero=small.kind == "zero",
            usual=field.place(small.frame, {}),
        )  # fmt: skip

    def _is_corner(self, name: str, value: Any) -> bool:
        return any(c.value == value for c in self.field.space.axes[name].corners())

    def conclude(self, instance: Instance, special: Special, found: list[Decided], zero: Zero | None = None) -> None:
        """Note what fresh samples said: a finding where a claim fails, a doubt where nothing is decided."""
        failing = tuple(o for o in found if o.fails)
        for o in found:
            if not o.fails and o.what != "consistent":
                self.doubtful.append(f"{o.claim} at {instance_text(instance)}: {o.what}, {o.reason}")
        if not failing:
            return
        told = words(self.field, special)
        if zero is None:
            proposed = sentences(self.field, special) if special else self._range(failing[0].claim)
        else:
            coefficient = f"the leading coefficient of {self.target.part.quantity.text} ≠ 0 ({zero.text})"
            told = {**told, zero.name: "the leading coefficient is 0"}
            rest = {name: value for name, value in special.items() if name != zero.name}
            proposed = f"{coefficient}, or {sentences(self.field, rest)}" if rest else coefficient
        name, quantity = self.target.statement.name, self.target.part.quantity.text
        known = self._hypotheses(instance, zero)
        again = self._command(instance, failing[0].claim, zero)
        witness = self._witness(instance, failing[0], again)
        self.findings.append(
            Counterexample(name, quantity, instance, failing, told, known, proposed, zero, again, witness)
        )

    def _hypotheses(self, instance: Instance, zero: Zero | None) -> tuple[str, ...]:
        """The statement's hypotheses that exclude it."""
        known = [h.id for h in self.target.statement.hypotheses]
        places = [instance]
        if zero is not None:
            steps = [zero.at + 5 * zero.error * (k / 200 - 1) for k in range(401)]
            places += [{**instance, zero.name: at} for at in steps]
        broken = {name for place in places for name in self.target.violated(self.target.full(place))}
        return tuple(name for name in known if name in broken)

    def _range(self, claim: str) -> str:
        """For integers alone: an inequality that separates the frames that fail from those that stand."""
        field = self.field
        seen = [(frame, field.seen(frame, {})) for frame in (*field.inside, *field.beyond)]
        asked = [(frame, s) for frame, s in seen if s is not None and claim in s.symptoms]
        fails = [f for f, s in asked if s.symptoms[claim].suspicious]
        stands = [f for f, s in asked if s.symptoms[claim].kind == "fine"]
        if not stands:
            return "no hypothesis of this kind: the claim fails at every instance that was looked at"
        return separating(fails, stands, field.space.structural)

    def _command(self, instance: Instance, claim: str, zero: Zero | None) -> str:
        at = f' --zero-of "{zero.name}"' if zero is not None else ""
        return f'verifier hunt {claim} --at "{instance_text(instance)}"{at} --seed {self.lab.seed}'

    def _witness(self, instance: Instance, outcome: Decided, again: str) -> str:
        where = ", ".join(f"{name} = {value}" for name, value in instance.items())
        if outcome.what == "zero":
            true = f"{self.target.part.quantity.text} = 0"
        elif outcome.estimate is not None and outcome.claimed is not None:
            true = f"{outcome.estimate:.4g}, not {outcome.claimed:.4g}"
        else:
            true = outcome.reason
        return f"Witness({f'{where}: {true}.'!r}, {dict(instance)!r}, {outcome.claim!r}, reproduce={again!r})"

    def _zeros(self, specials: list[Special], stage: str) -> None:
        if not self.lines.possible():
            self._note(stage, 0, 0)
            return
        total = self.lines.total(specials)
        self._note(stage, 0, total)
        for done in self.lines.follow(specials):
            self._note(stage, done, total)
            self.lab.tell(self.target.label, stage, f"line {done} of {total}", done, total)
        roots = self.lines.fresh()
        for number, root in enumerate(roots):
            self._note(stage, total + number, total + len(roots))
            self._root(root)
        self._note(stage, total + len(roots), total + len(roots))

    def _root(self, root: FollowedZero) -> None:
        """Narrow a zero, decide the order there, and say what excludes it."""
        self.lab.check()
        field, name = self.field, root.name
        self.lab.tell(self.target.label, "narrowing", f"{name} near {root.crossing.at:.4g}", 0, 1)
        chosen = self._plain(root)
        crossing = self.lines.narrowed(root, chosen)
        if crossing is None:
            return
        claims = tuple(c for c in root.claims if not excluded(field, root, crossing, c))
        if not claims or self._at_corner(root, crossing):
            return
        at = decimal(crossing)
        special = {**root.special, name: at}
        instance = field.place(root.frame, {**chosen, **special})
        found = outcomes(self.lab, self.target, instance, claims, self.lab.level(self.alpha), root=True)
        depth = None if crossing.flips else crossing.depth
        zero = Zero(name, crossing.at, crossing.error, crossing.low, crossing.high, crossing.width, depth)
        self.conclude(instance, special, found, zero)

    def _plain(self, root: FollowedZero) -> dict[str, Any]:
        """Simple values of the parameters that do not matter, where the zero is still there."""
        chosen: dict[str, Any] = {}
        for name in self.field.space.free:
            if name == root.name or name in root.special:
                continue
            for value in self.field.space.axes[name].simple():
                if value == self.field.generic[name]:
                    break
                if self._still(root, {**chosen, name: value}):
                    chosen[name] = value
                    break
        return chosen

    def _still(self, root: FollowedZero, chosen: Special) -> bool:
        if self.field.fails(root.frame, {**chosen, **root.special}, root.claims[0]):
            return False
        return self.lines.crosses(root, chosen)

    def _at_corner(self, root: FollowedZero, crossing: Any) -> bool:
        """Whether the zero is a corner that was found to fail by itself."""
        near = [
            c for c in self.field.space.axes[root.name].corners() if abs(c.value - crossing.at) < 6 * crossing.error
        ]
        return any(
            self.field.fails(root.frame, {**root.special, root.name: c.value}, claim)
            for c in near for claim in root.claims
        )  # fmt: skip

    def _random(self, until: float | None) -> None:
        """Random instances and an optimiser, for as long as there is time."""
        rounds = 0
        while until is None or self.lab.spent < until:
            self.lab.tell(self.target.label, "random", "random instances", 0, 1)
            for candidate in self._tries():
                self.investigate(candidate)
            rounds += 1
            self.stages["random"] = Stage(self.target.label, "random", rounds, rounds)

    def _tries(self) -> Iterator[Candidate]:
        self.lab.check()
        yield from self.adversary.random()
        yield from self.adversary.descend()


def finish(searches: list[Search], lab: Lab, stage: str) -> bool:
    """Run a stage of all searches in turn; whether time is left.

    The corners come first, however long they take.  Of other stages each search gets its share of the time that is
    left, so that a slow sampler does not keep the rest from being searched.
    """
    for number, search in enumerate(searches):
        waiting = len(searches) - number
        lab.stage_ends = math.inf if stage == "corners" else lab.spent + SHARE[stage] * lab.left / waiting
        with suppress(OutOfTime):
            search.run(stage, lab.stage_ends)
        lab.stage_ends = math.inf
        if lab.left <= 0:
            return False
    return True
