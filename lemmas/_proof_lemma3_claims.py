"""Lemma 3's facts in the words of its claims, and what is printed refuted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from lemmas._limits import equals
from lemmas._proof_exact_claims import full_star, full_term
from lemmas._proof_given_tuples import by_value, leaves, listed
from lemmas._proof_lemma3 import elsewhere
from lemmas._proof_lemma3_limits import (
    FIRST,
    NOT_ORTHOGONAL,
    TOP,
    L,
    _premises,
    deep_joint,
    identity,
    order_shallow,
    shallow_joint,
    term_order,
)
from lemmas._proof_lemma3_limits import d as D
from lemmas._proof_limits_printed import one_input
from lemmas._proof_moments import no_delta, prove_lemma3
from lemmas._proof_refuted import cases_of_12, lemma3_degenerate, not_vanishing
from verifier.claims.author import Author
from verifier.claims.expressions import CannotCompile
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Term, app, eq, forall, imp, le
from verifier.kernel.theory.hyper import es, i, ls, phi, x, y
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.seqs import entry
from verifier.proving.binders import absurd, apply, at, falsity, trichotomy
from verifier.proving.tactics import Fact, Prover
from verifier.proving.tactics import opened as variables_of

POINT = [omega, phi, L, D, ls, es, x, y]
SAME = eq(TOP, D)


def in_flags(p: Prover, fact: Fact, premises: tuple[Term, ...], off: bool) -> Fact:
    """An order of T under d_k = d, or d_k ≠ d, in the place of what δ(d, d_k) is."""
    delta = eq(app("delta", D, TOP), 0 if off else 1)
    said = imp(SAME, FALSE) if off else SAME
    own = tuple(said if q == delta else q for q in premises)
    with p.alone(), p.given(*own):
        value = _delta(p, off)
        with p.using(value):
            found = at(p, fact, *POINT)
    return p.close(POINT, own, found)


def _delta(p: Prover, off: bool) -> Fact:
    if not off:
        with_same = p.evaluate(app("delta", D, TOP), p.prove(SAME))
        return equals(p, with_same, p.by("delta.same", a=D))
    zero = eq(app("delta", D, TOP), 0)

    def same(equation: Fact) -> Fact:
        return p.by("false", p.imp_elim(p.prove(imp(SAME, FALSE)), p.flip(equation)), P=zero)

    return trichotomy(p, D, TOP, zero, lambda: p.by("delta.less", a=D, b=TOP), same,
                      lambda: p.by("delta.more", a=D, b=TOP))  # fmt: skip


def later(p: Prover, fact: Fact, premises: tuple[Term, ...]) -> Fact:
    """An order of T for l_1 ≥ 2, where nothing is asked of x·y."""
    own = tuple(le(2, FIRST) if q == NOT_ORTHOGONAL else q for q in premises)
    with p.alone(), p.given(*own):
        with p.given(eq(FIRST, 1)):
            never = absurd(p, app("nonzero", app("dot", x, y)))
        with p.using(p.imp_intro(eq(FIRST, 1), never)):
            found = at(p, fact, *POINT)
    return p.close(POINT, own, found)


def orders(p: Prover) -> dict[str, list[Fact]]:
    """T^{l,d} ~ n^{-(k-1)} for d_k = d, and ~ n^{-(k-1)-1/2} for d_k ≠ d, l_k < L."""
    small, large, eq16 = shallow_joint(p), deep_joint(p), identity(p)
    found: dict[str, list[Fact]] = {}
    for deep, off, name in (
        (False, False, "order.shallow"), (True, False, "order.deep"), (False, True, "smaller.shallow"),
        (True, True, "smaller.deep"),
    ):  # fmt: skip
        fact = order_shallow(p) if not deep and not off else term_order(p, large if deep else small, eq16, deep, off)
        found[f"lemma3.{name}"] = [in_flags(p, fact, _premises(deep, off), off)]
        if not off:
            more = later(p, fact, _premises(deep, off))
            whole = tuple(le(2, FIRST) if q == NOT_ORTHOGONAL else q for q in _premises(deep, off))
            found[f"lemma3.order.{'later' if deep else 'second'}"] = [in_flags(p, more, whole, off)]
    return found


def conjunction(p: Author, facts: list[Fact]) -> Fact:
    """Several facts of the same variables and premises as one."""
    first = facts[0]
    vs, premises = _opened(first.prop)
    with p.alone(), p.given(*premises):
        every = p.all_of([at(p, fact, *vs) for fact in facts])
    return p.close(vs, premises, every)


def _opened(prop: Term) -> tuple[Sequence[Term], list[Term]]:
    """The variables and the premises of a closed proposition."""
    vs, body = variables_of(prop.fields[1][0])
    premises: list[Term] = []
    while body.fields[0] == "imp":
        premise, body = body.fields[1]
        premises.append(premise)
    return vs, premises


# -- what is printed ---------------------------------------------------------------------------------------------------


def degenerate(p: Author, claim: str, cosine: int) -> Fact:
    """An order as printed, for T^{(1,2)} at orthogonal (0) or antiparallel (-1) inputs, where it is 0."""
    target, outputs = p.compiled(claim), listed(1, 1)
    with p.alone(), p.using(*leaves(p, (1, 2), (1, 1), 2)):
        same = p.prove(every_output(outputs, 1), lambda i: by_value(
            p, i, 1, 2, eq(entry(outputs, i), 1), lambda k: p.prove(eq(entry(outputs, k), 1))
        ))  # fmt: skip
    return lemma3_degenerate(p, target.prop, target.variables, cosine, [same])


def printed_case(p: Author, claim: str) -> Fact:
    """(12) as printed, for T^{(1,2)}."""
    target = p.compiled(claim)
    return cases_of_12(p, target.prop, target.variables)


def delta_by_limit(p: Author, claim: str) -> Fact:
    """n T^{(1,2)} with outputs (2; 1, 2) has a limit that is not 0, though d_1 ≠ d."""
    target = p.compiled(claim)
    where = listed(1, 2)
    with p.alone():
        tuples = leaves(p, (1, 2), (1, 2), 2)
        some = _not_all(p, where, 2, tuples)
    order = next(f for f in orders(p)["lemma3.order.shallow"])

    def known(phi: Term, omega: Term, x: Term, y: Term) -> Fact:
        own, apart, oblique = one_input(p, x)
        with p.using(own, apart, p.imp_intro(eq(app("first", where), 1), oblique)):
            return at(p, order, omega, phi, 2, 2, where, where, x, x)

    values: dict[str, Term | int] = {"L": 2, "d": 2, "ls": where, "es": where}
    return not_vanishing(p, target.prop, target.variables, 1, values, known, [*tuples, some], same_input=True)


def every_output(of: Term, output: int) -> Term:
    """All entries are ``output``."""
    return forall([i], imp(le(1, i), le(i, app("len", of)), eq(entry(of, i), output)))


def _not_all(p: Prover, of: Term, output: int, tuples: list[Fact]) -> Fact:
    """Not all entries are ``output``: the first is another."""
    with p.using(*tuples), p.given(every_output(of, output)) as (every,):
        false = falsity(p, at(p, every, 1))
    return p.imp_intro(every.prop, false)


def delta_by_moments(p: Author, claim: str) -> Fact:
    """n T^{(2,3)} with outputs (1; 2, 1) does not tend to 0 at one input, all widths being n: by exact moments."""
    target, layers, outs = p.compiled(claim), listed(2, 3), listed(2, 1)
    never = no_delta(p)
    with p.alone():
        tuples = leaves(p, (2, 3), (2, 1), 3)
        some = _not_all(p, outs, 1, tuples)
    values: dict[str, Term | int] = {"L": 3, "d": 1, "ls": layers, "es": outs}

    def there(assumed: Fact, phi: Term, omega: Term, x: Term) -> Fact:
        given = {**values, "phi": phi, "omega": omega, "x": x, "y": x}
        with p.using(*tuples, some, p.by("level.scaled", omega=omega, L=3)):
            said = at(p, assumed, *(given[str(v.fields[0])] for v in target.variables))
            length = next(f for f in tuples if f.prop.fields[1][0] == app("len", layers))
            with p.using(p.rewrite(said, length)):
                return at(p, never, phi, x, omega)

    with p.alone(), p.given(target.prop) as (assumed,):
        found = apply(p, "relu.exists", lambda phi: apply(
            p, "level.exists", lambda omega: apply(
                p, "angle.exists", lambda x, _: there(assumed, phi, omega, x), c=1, P=FALSE
            ), P=FALSE,
        ), P=FALSE)  # fmt: skip
    return p.imp_intro(target.prop, found)


def prove_claims(p: Author) -> dict[str, list[Fact]]:
    """Facts by claim."""
    found = {
        "lemma3.identity": [identity(p)], "lemma3.printed-identity": [identity(p)], "lemma3.elsewhere": [elsewhere(p)],
        "lemma3.joint.shallow": [shallow_joint(p)], "lemma3.joint.deep": [deep_joint(p)],
        "lemma3.full": [full_term(p)], "lemma3.star": [full_star(p)],
    }  # fmt: skip
    return found | orders(p)


def prove_means(p: Author) -> None:
    """The goals on exact means at one input, at L = 3."""
    facts = prove_lemma3(p)
    facts["lemma3.mixed"] = [conjunction(p, facts["lemma3.mixed"])]
    facts["lemma3.smaller"] = [conjunction(p, facts["lemma3.smaller"])]
    for claim, found in facts.items():
        if claim != "lemma3.printed-delta":
            _kept(p, claim, partial(p.qed, claim, *found, cases=(L, 3, 3)))


def refute_printed(p: Author) -> None:
    """The goals that what is printed is false, each way that there is."""
    for cosine in (0, -1):
        _refuted(p, "lemma3.printed-order", partial(degenerate, cosine=cosine))
    for how in (delta_by_limit, delta_by_moments):
        _refuted(p, "lemma3.printed-delta", how)
    _refuted(p, "lemma3.printed-case", printed_case)


def _refuted(p: Author, claim: str, how: Callable[[Author, str], Fact]) -> None:
    _kept(p, claim, lambda: p.refute(claim, how(p, claim)))


def _kept(p: Author, claim: str, conclude: Callable[[], Fact]) -> None:
    """What cannot be concluded of one claim is its problem; the others are not lost."""
    try:
        conclude()
    except (Refused, CannotCompile) as error:
        p.problems[claim] = str(error)
