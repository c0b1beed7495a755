"""The author's proof: tactics, the claims of one statement, and goals of statements that come before.

>>> def proof(p: Author) -> None:
...     p.qed("theorem1.zero", beyond(p))
...     p.refute("theorem1.printed", counterexample(p))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import verifier.kernel.theory  # noqa: F401  (its pages fill the table)
from verifier.claims.compile import Compiled, compiled
from verifier.claims.expressions import CannotCompile
from verifier.claims.notation import text
from verifier.claims.statement import Claim, Hypothesis
from verifier.kernel.core.sorts import Refused, need
from verifier.kernel.core.terms import FALSE, App, Term, app, fun, le
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover, replaced

#: what one predicate of the theory says of another: tried where a premise is open
HINTS = ("relu.homogeneous", "homogeneous.piecewise")


@dataclass(frozen=True)
class Note:
    """A step that readers are shown: its name, what it proves, and why it is taken."""

    name: str
    fact: Fact
    text: str


class Author(Prover):
    """A prover that knows the claims of its statement by id."""

    def __init__(
        self, statement: str, claims: Iterable[Claim], hypotheses: Iterable[Hypothesis], earlier: Iterable[Author] = ()
    ) -> None:
        self._earlier_authors = tuple(earlier)
        super().__init__(statement, self._earlier_authors)
        self.hints = HINTS
        self.claims = {claim.id: claim for claim in claims}
        self.hypotheses: Mapping[str, Hypothesis] = {h.id: h for h in hypotheses}
        self.outline: list[Note] = []
        self.problems: dict[str, str] = {}
        self.derived: dict[str, str] = {}  # claim → what a derivation says of its quantity, whatever is claimed
        self.cited: dict[str, dict[str, None]] = {}  # statement → its claims, in the order of use

    def compiled(self, claim: str) -> Compiled:
        """A claim in the kernel's terms; Refused where there is none of that id, CannotCompile where it has none."""
        need(claim in self.claims, f"{self.statement} has no claim {claim!r}; it has {', '.join(self.claims)}")
        return compiled(self.claims[claim], self.hypotheses)

    def qed(self, claim: str, *facts: Fact, cases: tuple[Term, int, int] | None = None) -> Fact:
        """The goal ``claim``: its own proposition, from the first of ``facts`` that reaches its conclusion.

        A theorem may be more general than the claim, bind its variables in another order or need fewer premises.
        ``cases`` (an integer variable, its least and greatest value): ``facts`` cover the range value by value.
        Raises Refused with what is open.
        """
        target = self.compiled(claim)

        def reach(*_: Term) -> Fact:
            if cases is None:
                return self._reach(self.wanted, facts)
            name, low, high = cases
            return self.by_cases(name, low, high, self.wanted, facts)

        try:
            body = self.prove_closed(target, reach) if cases is not None else self.prove(target.prop, reach)
        except Refused as error:
            given = "; ".join(text(fact.prop)[:300] for fact in facts) or "nothing"
            raise Refused(f"the claim says {text(target.conclusion)}; what is proved is {given} ({error})") from None
        return self.goal(claim, self.restate(target.prop, body))

    def prove_closed(self, target: Compiled, reach: object) -> Fact:
        """The proposition of ``target`` proved with its variables under their own names, then closed."""
        premises = [*target.ranges, *target.widths, *(p for _, p in target.hypotheses)]
        with self.given(*premises):
            fact = self.prove(target.conclusion, reach)  # type: ignore[arg-type]
        return self.close(target.variables, premises, fact)

    def refute(self, claim: str, fact: Fact) -> Fact:
        """The goal that ``claim`` is false: ``fact`` is P ⟹ falsity, for a P that follows from the claim."""
        target = self.compiled(claim)
        need(isinstance(fact.prop, App) and fact.prop.fields[0] == "imp", f"{fact.prop!r} refutes nothing")
        with self.given(target.prop) as (assumed,):
            false = self.imp_elim(fact, self.prove(fact.prop.fields[1][0], using=(assumed,)))
        return self.goal(claim, self.restate(target.refuted, self.imp_intro(target.prop, false)))

    def conclude(self, facts: Mapping[str, Sequence[Fact]]) -> None:
        """The goals of all claims in ``facts``, proved or, where a fact ends in falsity, refuted.

        What cannot be concluded of one claim is kept as its problem; the others are not lost.
        """
        for claim, found in facts.items():
            try:
                if found and all(f.prop.fields[0] == "imp" and f.prop.fields[1][1] == FALSE for f in found):
                    self._first(found, partial(self.refute, claim))
                else:
                    self.qed(claim, *found)
            except (Refused, CannotCompile) as error:
                self.problems[claim] = str(error)

    @staticmethod
    def _first(facts: Sequence[Fact], how: Callable[[Fact], Fact]) -> Fact:
        """The first of ``facts`` that will do."""
        reasons = []
        for fact in facts:
            try:
                return how(fact)
            except Refused as error:
                reasons.append(str(error)[:300])
        raise Refused("; ".join(reasons))

    def cite(self, statement: str, claim: str, number: int = 0) -> Fact:
        """A goal of an earlier statement."""
        for other in self._earlier_authors:
            if other.statement == statement:
                found = other.proved.get(claim, [])
                need(len(found) > number, f"{statement} proves no goal {number} of {claim!r}")
                self.cited.setdefault(statement, {})[claim] = None
                return self.use(found[number])
        raise Refused(f"{self.statement} does not use {statement!r}")

    def all_of(self, facts: Sequence[Fact]) -> Fact:
        """The conjunction of ``facts``, in the shape of :func:`verifier.claims.expressions.conjunction`."""
        if len(facts) == 1:
            return facts[0]
        half = len(facts) // 2
        return self.by("and.intro", self.all_of(facts[:half]), self.all_of(facts[half:]))

    def note(self, name: str, fact: Fact, text: str = "") -> Fact:
        """Show ``fact`` to readers as a step of the proof."""
        self.outline.append(Note(name, fact, text))
        return fact

    def by_cases(self, name: Term, low: int, high: int, target: Term, facts: Iterable[Fact]) -> Fact:
        """``target`` from facts about name = low, …, high, where low ≤ name ≤ high is in scope."""
        facts = tuple(facts)
        if low == high:
            same = self.by("le.antisymmetric", x=low, y=name)
            hole = fresh("int")
            context = fun([hole], replaced(target, name, hole))
            return self.subst(same, context, self._reach(app(context, low), facts))
        below, above = le(name, low), le(low + 1, name)
        with self.given(below):
            first = self.by_cases(name, low, low, target, facts)
        with self.given(above):
            rest = self.by_cases(name, low + 1, high, target, facts)
        return self.by("int.cases", self.imp_intro(below, first), self.imp_intro(above, rest), a=name, b=low, P=target)

    def _reach(self, target: Term, facts: Iterable[Fact]) -> Fact:
        reasons = []
        for fact in facts:
            try:
                return self.by(fact, goal=target)
            except Refused as error:
                reasons.append(str(error).replace(repr(fact.prop), "it")[:400])
        raise Refused(f"no theorem reaches {target!r}: " + ("; ".join(reasons) or "none is given"))
