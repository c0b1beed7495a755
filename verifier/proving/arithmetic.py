"""Linear arithmetic: finding the multipliers that the kernel checks, and writing polynomials as short terms."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

from verifier.kernel.core.normal import ONE, normal
from verifier.kernel.core.terms import App, Term, app, num
from verifier.proving.simplex import combination

Gap = dict[Any, Fraction]
ZERO = Fraction(0)
#: facts, at most, of which two are tried together
MANY = 40


def gap(p: Term) -> Gap:
    """b - a of a ≤ b or a = b, as a polynomial."""
    a, b = p.fields[1]
    return normal(app("+", b, app("*", -1, a)))


def is_comparison(p: Term) -> bool:
    """Whether ``p`` is an inequality, or an equation between numbers."""
    if not isinstance(p, App) or p.fields[0] not in ("le", "eq"):
        return False
    return p.fields[0] == "le" or all(a.sort in ("int", "const", "fin", "rand", "lim") for a in p.fields[1])


def multipliers(goal: Term, facts: Sequence[Term]) -> list[Fraction] | None:
    """Multipliers by which ``goal`` is a combination of ``facts``, or None where there are none: exact."""
    return combined(goal, [(f.fields[0], gap(f)) for f in facts])


def combined(goal: Term, facts: Sequence[tuple[str, Gap]]) -> list[Fraction] | None:
    """As :func:`multipliers`, of facts as their heads and their gaps, which are known where they were asked for before.

    Two facts that simply add up come first, then whatever does.
    """
    exact = goal.fields[0] == "eq"
    target, gaps = gap(goal), {k: found for k, (head, found) in enumerate(facts) if not exact or head == "eq"}
    usable = _relevant(target, gaps)
    found = _few(target, gaps, usable, exact)
    if found is None:
        polynomials = (target, *(gaps[k] for k in usable))
        rows: list[Any] = [*dict.fromkeys(m for g in polynomials for m in g if m != ONE), ONE]
        vectors = [*(gaps[k] for k in usable), *([] if exact else [{ONE: Fraction(1)}])]
        free = [facts[k][0] == "eq" for k in usable] + [False] * (len(vectors) - len(usable))
        table = [[*(v.get(m, ZERO) for v in vectors), target.get(m, ZERO)] for m in rows]
        solved = combination(table, free)
        found = None if solved is None else dict(zip(usable, solved, strict=False))
    return None if found is None else [found.get(k, ZERO) for k in range(len(facts))]


def _relevant(target: Gap, gaps: dict[int, Gap]) -> list[int]:
    """The facts that share an atom with the goal, or with one that does; all of them, where the goal has none."""
    reached, left, chosen = set(target) - {ONE}, dict(gaps), list[int]()
    if not reached:
        return list(gaps)
    while more := [k for k, g in left.items() if reached & g.keys() or not set(g) - {ONE}]:
        for k in more:
            reached |= set(left.pop(k)) - {ONE}
            chosen.append(k)
    return sorted(chosen)


def _few(target: Gap, gaps: dict[int, Gap], usable: list[int], exact: bool) -> dict[int, Fraction] | None:
    """At most two facts that simply add up to the goal, up to a number that is left over."""
    if len(usable) > MANY:
        return None
    alike: dict[Any, list[int]] = {}  # facts by what they say besides a number
    for k in usable:
        alike.setdefault(_varying(gaps[k]), []).append(k)

    def ends(some: tuple[int, ...]) -> bool:
        over = target.get(ONE, ZERO) - sum((gaps[k].get(ONE, ZERO) for k in some), ZERO)
        return over == 0 or (over > 0 and not exact)

    ones = [(k,) for k in alike.get(_varying(target), ())]
    twos = ((k, l) for k in usable for l in alike.get(_varying(_less(target, gaps[k])), ()) if k < l)
    none: list[tuple[int, ...]] = [()] if not _varying(target) else []
    return next((dict.fromkeys(some, Fraction(1)) for some in chain(none, ones, twos) if ends(some)), None)


def _varying(g: Gap) -> frozenset[tuple[Any, Fraction]]:
    """What a polynomial says besides its number."""
    return frozenset([item for item in g.items() if item[0] != ONE])


def _less(a: Gap, b: Gap) -> Gap:
    """a - b"""
    found = dict(a)
    for m, c in b.items():
        c = found.pop(m, ZERO) - c
        if c:
            found[m] = c
    return found


def tidy(t: Term) -> Term:
    """``t`` as a short sum of products of its atoms, equal by algebra; ``t`` itself where that is no shorter."""
    atoms: dict[Any, Term] = {}
    _collect(t, atoms)
    parts = []
    order = lambda item: (item[0] == ONE, repr(sorted(map(repr, item[0]))))  # noqa: E731
    for monomial, coefficient in sorted(normal(t).items(), key=order):
        factors = [atoms[a] for a, power in monomial for _ in range(power) if a in atoms]
        if len(factors) != sum(power for _, power in monomial):
            return t
        if coefficient != 1 or not factors:
            factors.insert(0, num(coefficient))
        parts.append(factors[0] if len(factors) == 1 else app("*", *factors))
    found = num(0) if not parts else parts[0] if len(parts) == 1 else app("+", *parts)
    return found if found.size < t.size else t


def _collect(t: Term, atoms: dict[Any, Term]) -> None:
    if isinstance(t, App) and t.fields[0] in ("+", "*"):
        for a in t.fields[1]:
            _collect(a, atoms)
        return
    found = normal(t)
    if len(found) == 1:
        ((monomial, _),) = found.items()
        for atom, _power in monomial:
            atoms.setdefault(atom, t)
