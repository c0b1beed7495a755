"""What is wrong with a statement before anything is run: it is refused where it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sympy

from verifier.claims.proof import Proof
from verifier.claims.severity import severity_of
from verifier.claims.statement import Statement


def flaws(statement: Statement) -> Iterator[str]:
    """One sentence a flaw: ids that are not unique or not known, conditions that never hold, data that is no JSON."""
    if not statement.claims:
        yield "it states no claim"
    for form in statement.expected:
        if not statement.of_form(form):
            yield f"a verdict of its {form} form is expected, and it has no {form} claims"
    hypotheses = [h.id for h in statement.hypotheses]
    for name in _twice(hypotheses):
        yield f"two hypotheses are called {name!r}"
    for name in _twice([claim.id for claim in statement.claims]):
        yield f"two claims are called {name!r}"
    amended = {claim.id for claim in statement.claims if claim.form.value == "amended"}
    for claim in statement.claims:
        for name in claim.hypotheses:
            if name not in hypotheses:
                yield f"claim {claim.id!r} needs the hypothesis {name!r}; there are {_listed(hypotheses)}"
        if _never(claim.where):
            yield f"the range of claim {claim.id!r} is never true"
        if claim.instead and claim.form.value != "printed":
            yield f"claim {claim.id!r} is amended: only a printed claim has others instead"
        if claim.severity is not None:
            try:
                severity_of(claim, statement)
            except ValueError as error:
                yield str(error)
        for name in claim.instead:
            if name not in amended:
                yield f"claim {claim.id!r} has {name!r} instead, which is no amended claim of the statement"
    for hypothesis in statement.hypotheses:
        if _never(hypothesis.when):
            yield f"hypothesis {hypothesis.id!r} is needed when something holds that never does"
    yield from _errata(statement)
    if statement.proof is not None and not isinstance(statement.proof, Proof):
        yield f"its proof is of type {type(statement.proof).__name__}; it is a verifier.claims.proof.Proof"


def _errata(statement: Statement) -> Iterator[str]:
    """Names of errata that there are not, and those that are said twice."""
    known = [erratum.id for erratum in statement.errata]
    for name in _twice(known):
        yield f"two errata are called {name!r}"
    naming = [(f"claim {claim.id!r}", claim.errata) for claim in statement.claims]
    naming += [(f"hypothesis {hypothesis.id!r}", hypothesis.errata) for hypothesis in statement.hypotheses]
    for who, names in (*naming, ("it", statement.besides)):
        for name in names:
            if name not in known:
                yield f"{who} names the erratum {name!r}; there are {_listed(known)}"
    for who, names in naming:
        for name in names:
            if name in statement.besides:
                yield f"{who} names the erratum {name!r}, which is among those besides"


def _never(condition: Any) -> bool:
    """Whether a condition holds nowhere: false for SymPy, or, of one parameter, at no real number."""
    condition = sympy.sympify(condition)
    return condition is sympy.false or _empty(condition)


@lru_cache(maxsize=1024)  # statements have few conditions, many times each
def _empty(condition: Any) -> bool:
    """Whether a condition of one parameter holds at no real number; what SymPy cannot tell counts as some."""
    symbols = condition.free_symbols
    if len(symbols) != 1:
        return False
    (symbol,) = symbols
    try:
        if _steep(condition, symbol):
            return False
        places = _places(condition, symbol)
        if places is not None:
            return not any(condition.subs(symbol, place) == sympy.true for place in places)
        real = condition.xreplace({symbol: sympy.Symbol(symbol.name, real=True)})
        return bool(real.as_set() is sympy.S.EmptySet)
    except Exception:  # sides that are no numbers: sets, matrices, conditions
        return False


def _steep(condition: Any, symbol: Any) -> bool:
    """Whether a condition compares two sides whose difference has a slope everywhere: that it holds somewhere is taken
    for granted, as ``as_set`` may look for the place for minutes."""
    if not isinstance(condition, sympy.core.relational.Relational):
        return False
    difference = condition.lhs - condition.rhs
    slope = difference.diff(symbol)
    return bool(slope.is_real and slope.is_nonzero and difference.subs(symbol, 0).is_real)


def _places(condition: Any, symbol: Any) -> list[Any] | None:
    """Numbers of which one meets a condition if any real number does: where its two sides are equal, for each of the
    comparisons that it is made of, between these and beyond.

    None where it is made of anything else than comparisons that are linear in ``symbol``.  SymPy's ``as_set`` says the
    same of these, and imports its physics for it.
    """
    ends = set()
    for part in _parts(condition):
        if not isinstance(part, sympy.core.relational.Relational):
            return None
        difference = part.lhs - part.rhs
        slope, first = difference.diff(symbol), difference.subs(symbol, 0)
        if not (slope.is_Rational and slope.is_nonzero and first.is_Rational):
            return None
        if sympy.expand(difference - slope * symbol - first) != 0:
            return None
        ends.add(-first / slope)
    found = sorted(ends)
    between = [(low + high) / 2 for low, high in pairwise(found)]
    return [found[0] - 1, *found, *between, found[-1] + 1]


def _parts(condition: Any) -> Iterator[Any]:
    """What "and", "or" and "not" join."""
    if isinstance(condition, sympy.And | sympy.Or | sympy.Not):
        for part in condition.args:
            yield from _parts(part)
    else:
        yield condition


def _twice(names: list[Any]) -> list[Any]:
    return sorted({name for name in names if names.count(name) > 1})


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
