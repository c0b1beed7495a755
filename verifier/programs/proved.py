"""The proof of what a program expects, from its derivation: primitive steps, computed facts, and rows.

The engine of tensor programs says that the hypotheses of the master theorem hold of the graph, and what stands first
of a number; the theorem is cited.  Of an exponent or a limit that is another one than is claimed the claim is refuted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verifier.claims.author import Author
from verifier.claims.kinds import Kind
from verifier.claims.vocabulary import variable
from verifier.engines.tensors import NAME, Answer, code
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Term, app, num
from verifier.kernel.theory.programs import HYPOTHESES
from verifier.proving.binders import apply, at, falsity
from verifier.proving.tactics import Fact

CITED = "cited: the master theorem of tensor programs; its hypotheses are computed: " + ", ".join(
    name.replace("_", " ") for name in HYPOTHESES
)


@dataclass(frozen=True, eq=False)
class ReturnedNumber:
    """One number that a program returns: what it is called, its place among all, the ``graph`` of it (or of the array
    that it is of), what is claimed of it, and what is derived."""

    label: str
    graph: Mapping[str, Any]
    place: int
    kind: Kind
    target: Fraction
    answer: Answer
    untrue: str = ""

    def term(self, place: Term) -> Term:
        """The number of this place in the kernel."""
        return app("returned", num(code(self.graph)), place)

    @property
    def derived(self) -> str:
        """What is derived, in words: ``n^-1/2``, ``→ 2``, or ``undecided: …``."""
        if self.answer.exponent is None:
            return f"undecided: {self.answer.reason}"
        if self.untrue:
            return f"n^{self.answer.exponent} by rules whose hypotheses are not known to hold: {self.untrue}"
        if self.kind is Kind.VALUE and self.answer.exponent == 0 and self.answer.constant:
            return f"→ {self.answer.constant}"
        return f"n^{self.answer.exponent}"


def prove(author: Author, claims: Mapping[str, ReturnedNumber]) -> None:
    """The goals of all claims that are decided; the others are problems with their reasons."""
    for claim, number in claims.items():
        author.derived[claim] = number.derived
        try:
            master, first = theorem(author, number), leading(author, number)
        except Refused as error:
            author.problems[claim] = str(error)
            continue
        author.derived[claim] = f"{number.derived} ({CITED})"
        author.note(number.label, first, f"{number.label}: {author.derived[claim]}")
        author.conclude({claim: [_fact(author, claim, number, master, first)]})


def theorem(p: Author, number: ReturnedNumber) -> Fact:
    """That the master theorem holds of the number's program: its hypotheses, computed, and the row."""
    rest = p.by_engine(NAME, {"program": number.graph, "say": "hypotheses"})
    found = []
    for _ in HYPOTHESES[1:]:
        found.append(p.by("and.left", rest))
        rest = p.by("and.right", rest)
    return p.by("program.master", *found, rest)


def leading(p: Author, number: ReturnedNumber) -> Fact:
    """What stands first of the number, computed."""
    say = "limit" if number.kind is Kind.VALUE else "order"
    return p.by_engine(NAME, {"program": number.graph, "say": say, "number": number.place})


def _fact(p: Author, claim: str, number: ReturnedNumber, master: Fact, first: Fact) -> Fact:
    """What is claimed, along all modes, or that it is false."""
    p0, q, kind = number.answer.exponent, number.target, number.kind
    assert p0 is not None
    if kind is Kind.VALUE:
        holds = number.answer.limit == q
    elif kind is Kind.ORDER:
        holds = p0 == q
    else:
        holds = p0 <= q if kind is Kind.UPPER else p0 < q
    derived = FactsAlong(p, number, master, first)
    return derived.closed(derived.claimed) if holds else derived.refutation(claim)


@dataclass(frozen=True, eq=False)
class FactsAlong:
    """Facts along a mode ``omega`` in whose scope ``level(omega)`` is."""

    p: Author
    number: ReturnedNumber
    master: Fact
    first: Fact

    def closed(self, how: Callable[[Term], Fact]) -> Fact:
        """⋀ω. level(ω) ⟹ what ``how`` proves."""
        omega = variable("omega")
        level = app("level", omega)
        with self.p.alone(), self.p.given(level):
            fact = how(omega)
        return self.p.close([omega], [level], fact)

    def base(self, omega: Term) -> Fact:
        """The order or the limit, as derived."""
        row = "program.limit" if self.number.kind is Kind.VALUE else "program.order"
        return self.p.by(row, self.p.prove(app("level", omega)), self.master, self.first)

    def claimed(self, omega: Term) -> Fact:
        """What is claimed, where that follows."""
        p, fact, q = self.p, self.base(omega), self.number.target
        if self.number.kind in (Kind.ORDER, Kind.VALUE):
            return fact
        bound = p.by("order.upper", fact)
        if self.number.kind is Kind.VANISHES:
            return self._vanishes(bound, q)
        return p.by("upper.weaker", bound, q=q)

    def _vanishes(self, bound: Fact, q: Fraction) -> Fact:
        exponent = self.exponent(bound)
        return self.p.by("upper.vanishes", bound, self.positive(q - exponent), q=q)

    @staticmethod
    def exponent(bound: Fact) -> Fraction:
        """p of upper(ω, X, p)."""
        found: Fraction = bound.prop.fields[1][2].fields[0]
        return found

    def positive(self, value: Fraction) -> Fact:
        """That a number that is greater than 0 is so."""
        intro = self.p.all_elim(self.p.row("pos.intro"), value)
        return self.p.imp_elim(intro, self.p.prove(intro.prop.fields[1][0], lambda: falsity(self.p)))

    def refutation(self, claim: str) -> Fact:
        """The claim ⟹ falsity."""
        p, target = self.p, self.p.compiled(claim)

        def there(omega: Term) -> Fact:
            values: Mapping[str, Any] = {"omega": omega}
            said = at(p, assumed, *(values[str(v.fields[0])] for v in target.variables))
            return self.against(omega, said)

        with p.alone(), p.given(target.prop) as (assumed,):
            found = apply(p, "level.exists", there, P=FALSE)
        return p.imp_intro(target.prop, found)

    def against(self, omega: Term, said: Fact) -> Fact:
        """Falsity from what is claimed and what is derived."""
        p, fact, q, kind = self.p, self.base(omega), self.number.target, self.number.kind
        if kind in (Kind.ORDER, Kind.VALUE):
            return falsity(p, p.by("order.unique" if kind is Kind.ORDER else "plim.unique", fact, said))
        if kind is Kind.UPPER:
            p0 = self.number.answer.exponent
            assert p0 is not None
            said = p.by("upper.vanishes", said, self.positive(p0 - q), q=p0)
        return p.by("order.vanishes", fact, said, P=FALSE)
