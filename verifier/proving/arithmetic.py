"""Linear arithmetic: finding the multipliers that the kernel checks, and writing polynomials as short terms."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from verifier.kernel.core.normal import ONE, normal
from verifier.kernel.core.terms import App, Term, app, num

_Gap = dict[Any, Fraction]


def gap(p: Term) -> _Gap:
    """b - a of a ≤ b or a = b, as a polynomial."""
    a, b = p.fields[1]
    return normal(app("+", b, app("*", -1, a)))


def is_comparison(p: Term) -> bool:
    """Whether ``p`` is an inequality, or an equation between numbers."""
    if not isinstance(p, App) or p.fields[0] not in ("le", "eq"):
        return False
    return p.fields[0] == "le" or all(a.sort in ("int", "const", "fin", "rand", "lim") for a in p.fields[1])


def multipliers(goal: Term, facts: Sequence[Term]) -> list[Fraction] | None:
    """Multipliers by which ``goal`` is a combination of ``facts``, or None; exact, and where few facts do not add up,
    found through a linear program."""
    exact = goal.fields[0] == "eq"
    target, gaps = gap(goal), {k: gap(f) for k, f in enumerate(facts) if not exact or f.fields[0] == "eq"}
    usable = _relevant(target, gaps)
    found = _few(target, gaps, usable, exact)
    if found is None:
        polynomials = (target, *(gaps[k] for k in usable))
        rows: list[Any] = [*dict.fromkeys(m for g in polynomials for m in g if m != ONE), ONE]
        vectors = [*(gaps[k] for k in usable), *([] if exact else [{ONE: Fraction(1)}])]
        free = [facts[k].fields[0] == "eq" for k in usable] + [False] * (len(vectors) - len(usable))
        columns = [[v.get(m, Fraction(0)) for m in rows] for v in vectors]
        solved = _combination(columns, [target.get(m, Fraction(0)) for m in rows], free)
        found = None if solved is None else dict(zip(usable, solved, strict=False))
    return None if found is None else [found.get(k, Fraction(0)) for k in range(len(facts))]


def _relevant(target: _Gap, gaps: dict[int, _Gap]) -> list[int]:
    """The facts that share an atom with the goal, or with one that does; all of them, where the goal has none."""
    reached, left, chosen = set(target) - {ONE}, dict(gaps), list[int]()
    if not reached:
        return list(gaps)
    while more := [k for k, g in left.items() if reached & g.keys() or not set(g) - {ONE}]:
        for k in more:
            reached |= set(left.pop(k)) - {ONE}
            chosen.append(k)
    return sorted(chosen)


def _few(target: _Gap, gaps: dict[int, _Gap], usable: list[int], exact: bool) -> dict[int, Fraction] | None:
    """At most two facts that simply add up to the goal, up to a number that is left over."""
    for size in range(3):
        for some in combinations(usable, size) if len(usable) <= 40 else ():
            rest = dict(target)
            for k in some:
                for m, c in gaps[k].items():
                    rest[m] = rest.get(m, Fraction(0)) - c
            if all(m == ONE or not c for m, c in rest.items()):
                over = rest.get(ONE, Fraction(0))
                if over == 0 or (over > 0 and not exact):
                    return dict.fromkeys(some, Fraction(1))
    return None


def _combination(vectors: list[list[Fraction]], target: list[Fraction], free: list[bool]) -> list[Fraction] | None:
    """Σ x_k v_k = target with x_k ≥ 0 unless free: support by floating point, solution exactly."""
    if not vectors:
        return [] if not any(target) else None
    import numpy as np
    from scipy.optimize import linprog

    matrix = np.array([[float(x) for x in v] for v in vectors]).T
    bounds = [(None, None) if f else (0, None) for f in free]
    cost = [0.0 if f else 1.0 for f in free]
    solved = linprog(cost, A_eq=matrix, b_eq=[float(x) for x in target], bounds=bounds, method="highs")
    if solved.status != 0:
        return None
    support = [k for k, x in enumerate(solved.x) if abs(x) > 1e-9]
    exact = _solve_exactly([vectors[k] for k in support], target)
    if exact is None:
        return None
    out = [Fraction(0)] * len(vectors)
    for k, x in zip(support, exact, strict=True):
        if x < 0 and not free[k]:
            return None
        out[k] = x
    return out


def _solve_exactly(vectors: list[list[Fraction]], target: list[Fraction]) -> list[Fraction] | None:
    """One solution of Σ x_k v_k = target by elimination in fractions."""
    rows = [[v[i] for v in vectors] + [target[i]] for i in range(len(target))]
    pivots: list[tuple[int, int]] = []
    for column in range(len(vectors)):
        pivot = next((r for r in range(len(pivots), len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        at = len(pivots)
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [x / rows[at][column] for x in rows[at]]
        for r in range(len(rows)):
            if r != at and rows[r][column]:
                factor = rows[r][column]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[at], strict=True)]
        pivots.append((at, column))
    if any(row[-1] and not any(row[:-1]) for row in rows):
        return None
    out = [Fraction(0)] * len(vectors)
    for r, column in pivots:
        out[column] = rows[r][-1]
    return out


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
