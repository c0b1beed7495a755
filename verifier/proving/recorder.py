"""A proof as it is written: every primitive inference is made at once and recorded for the document.

>>> proof = Recorder("example")
>>> one = proof.linear([], le(1, 2), [])
>>> proof.goal("example.one", one)
>>> proof.document()["goals"][0]["id"]
'example.one'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from verifier.kernel.core import theorems
from verifier.kernel.core.documents import FORMAT
from verifier.kernel.core.sorts import need
from verifier.kernel.core.table import digest
from verifier.kernel.core.terms import App, Bound, Fun, Num, Term, Var, as_term
from verifier.kernel.core.theorems import Theorem
from verifier.proving.arithmetic import Gap, gap

Number = int | Fraction


@dataclass(frozen=True)
class Fact:
    """A theorem, and the number of the step that made it."""

    theorem: Theorem
    step: int

    @property
    def prop(self) -> Term:
        """What it says."""
        return self.theorem.prop

    @cached_property
    def gap(self) -> Gap:
        """b - a of a ≤ b or a = b, as a polynomial."""
        return gap(self.prop)

    def __repr__(self) -> str:
        return f"[{self.step}] {self.theorem!r}"


class Recorder:
    """The primitives, with every application written down; identical steps are written once."""

    def __init__(self, statement: str, earlier: Iterable[Recorder] = ()) -> None:
        self.statement = statement
        self._terms: dict[Any, int] = {}
        self._table: list[Any] = []
        self._steps: list[list[Any]] = []
        self._facts: list[Fact] = []
        self._known: dict[tuple[Any, ...], int] = {}
        self._goals: list[dict[str, Any]] = []
        self.proved: dict[str, list[Fact]] = {}
        self.before = tuple(earlier)
        self._earlier = {digest(f.prop): f for other in self.before for facts in other.proved.values() for f in facts}
        self._requests: dict[str, dict[str, Any]] = {}

    # -- primitives ------------------------------------------------------------------------------------------------

    def row(self, name: str) -> Fact:
        """A row of the theory."""
        return self._record(theorems.row(name), "row", name)

    def computed(self, engine: str, prop: Term) -> Fact:
        """A closed proposition that ``engine`` computes."""
        return self._record(theorems.computed(engine, prop), "computed", engine, self._term(prop))

    def by_engine(self, name: str, request: Mapping[str, Any]) -> Fact:
        """What the engine ``name`` computes for ``request``; the request is kept beside the document."""
        from verifier import engines  # here: most proofs need none, and they are slow to load

        prop = engines.compute(name, request)
        self._requests[digest(prop)] = {"engine": name, "request": request}
        return self.computed(engines.computed_by(name), prop)

    def assume(self, p: Term) -> Fact:
        """p ⊢ p"""
        return self._record(theorems.assume(p), "assume", self._term(p))

    def imp_intro(self, p: Term, t: Fact) -> Fact:
        """Γ - {p} ⊢ p ⟹ q from Γ ⊢ q."""
        return self._record(theorems.imp_intro(p, t.theorem), "imp_intro", self._term(p), t.step)

    def imp_elim(self, t: Fact, *us: Fact) -> Fact:
        """q from p ⟹ q and p, as often as there are ``us``."""
        for u in us:
            t = self._record(theorems.imp_elim(t.theorem, u.theorem), "imp_elim", t.step, u.step)
        return t

    def all_intro(self, vs: Sequence[Term], t: Fact) -> Fact:
        """⋀ vs. p from p."""
        if not vs:
            return t
        return self._record(theorems.all_intro(vs, t.theorem), "all_intro", [self._term(v) for v in vs], t.step)

    def all_elim(self, t: Fact, *terms: Term | Number) -> Fact:
        """p at ``terms`` from ⋀ vs. p."""
        given = [as_term(x) for x in terms]
        return self._record(theorems.all_elim(t.theorem, *given), "all_elim", t.step, [self._term(x) for x in given])

    def ring(self, a: Term | Number, b: Term | Number) -> Fact:
        """a = b by the laws of a commutative ring."""
        a, b = as_term(a), as_term(b)
        return self._record(theorems.ring(a, b), "ring", self._term(a), self._term(b))

    def subst(self, equation: Fact, context: Term, t: Fact) -> Fact:
        """P(b) from a = b and P(a)."""
        made = theorems.subst(equation.theorem, context, t.theorem)
        return self._record(made, "subst", equation.step, self._term(context), t.step)

    def linear(self, facts: Sequence[Fact], goal: Term, multipliers: Sequence[Number]) -> Fact:
        """``goal`` as a combination of ``facts``."""
        made = theorems.linear([f.theorem for f in facts], goal, multipliers)
        by = [str(Fraction(m)) for m in multipliers]
        return self._record(made, "linear", [f.step for f in facts], self._term(goal), by)

    def knows(self, earlier: Fact) -> bool:
        """Whether ``earlier`` is a goal of a statement that comes before."""
        return digest(earlier.prop) in self._earlier

    def use(self, earlier: Fact) -> Fact:
        """A goal of an earlier statement, by the digest of its proposition."""
        mark = digest(earlier.prop)
        need(mark in self._earlier, f"{earlier!r} is no goal of a statement that comes before {self.statement}")
        return self._record(self._earlier[mark].theorem, "use", mark)

    def goal(self, identifier: str, fact: Fact) -> Fact:
        """``fact``, a closed theorem without hypotheses, proves the claim ``identifier``."""
        self._goals.append({"id": identifier, "prop": self._term(fact.prop), "step": fact.step})
        self.proved.setdefault(identifier, []).append(fact)
        return fact

    # -- the document ----------------------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """The proof as JSON data."""
        return {
            "format": FORMAT, "statement": self.statement, "terms": list(self._table),
            "steps": [list(step) for step in self._steps], "goals": [dict(goal) for goal in self._goals],
        }  # fmt: skip

    def requests(self) -> dict[str, dict[str, Any]]:
        """The requests of what engines computed, by the digests of the propositions; they are no part of the document.

        See :mod:`verifier.engines.again`.
        """
        return {mark: dict(entry) for mark, entry in self._requests.items()}

    def _record(self, theorem: Theorem, rule: str, *args: Any) -> Fact:
        mark = rule, *[tuple(a) if isinstance(a, list) else a for a in args]
        if mark not in self._known:
            self._known[mark] = len(self._steps)
            self._steps.append([rule, *args])
            self._facts.append(Fact(theorem, len(self._facts)))
        return self._facts[self._known[mark]]

    def _term(self, t: Term) -> int:
        found = self._terms.get(t)
        if found is None:
            node = self._node(t)  # writes the parts first
            found = self._terms[t] = len(self._table)
            self._table.append(node)
        return found

    def _node(self, t: Term) -> list[Any]:
        if isinstance(t, Var):
            return ["var", t.fields[0], _sort(t.fields[1])]
        if isinstance(t, Bound):
            return ["bound", t.fields[0], _sort(t.fields[1])]
        if isinstance(t, Num):
            return ["num", str(t.fields[0])]
        if isinstance(t, Fun):
            return ["fun", [_sort(s) for s in t.fields[0]], self._term(t.fields[1])]
        assert isinstance(t, App)
        head, args = t.fields
        return ["app", head if isinstance(head, str) else self._term(head), [self._term(a) for a in args]]


def _sort(s: Any) -> Any:
    return s if isinstance(s, str) else [[_sort(x) for x in s[0]], _sort(s[1])]
