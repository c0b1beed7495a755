"""The ball engine: inequalities between numbers, against interval arithmetic of another library and known digits."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest

import verifier.kernel.theory  # noqa: F401
from verifier.engines import balls, compute, computed_by
from verifier.engines.again import computed_again
from verifier.kernel.core import documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import App, Num, Term, app, le, num
from verifier.proving.tactics import Prover

SEED = 20260114
PI = ["pi"]


def negative(x):
    return ["*", -1, x]


def ask(relation, left, right):
    return compute("balls", {"relation": relation, "left": left, "right": right})


def interval(x):
    """Twin of the engine's enclosure: mpmath's intervals at 120 bits."""
    iv = mpmath.iv
    if not isinstance(x, list):
        q = Fraction(x)
        return iv.mpf(q.numerator) / iv.mpf(q.denominator)
    args = [interval(a) for a in x[1:]]
    if x[0] in "+*":
        out = iv.mpf(0 if x[0] == "+" else 1)
        for a in args:
            out = out + a if x[0] == "+" else out * a
        return out
    if x[0] == "acos":  # π/2 - arcsin, through the arc tangent: acos(a) = 2 atan(√(1 - a²)/(1 + a))
        (a,) = args
        return 2 * iv.atan2(iv.sqrt(1 - a * a), 1 + a) if hasattr(iv, "atan2") else iv.pi / 2 - _asin(a)
    return {"pi": lambda: iv.pi, "inv": lambda a: 1 / a, "sqrt": iv.sqrt, "cos": iv.cos, "sin": iv.sin, "exp": iv.exp}[
        x[0]
    ](*args)


def _asin(a):
    """Monotone: the ends of the interval, at higher precision, widened."""
    with mpmath.workprec(200):
        low, high = (mpmath.asin(mpmath.mpf(end)) for end in (a.a, a.b))
        return mpmath.iv.mpf([low - mpmath.mpf(2) ** -110, high + mpmath.mpf(2) ** -110])


def some(rng, depth):
    """A random number of the language, its value bounded."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([0, 1, -2, "3/7", "-5/3", PI])
    head = rng.choice(["+", "*", "inv", "sqrt", "cos", "sin", "acos", "exp"])
    if head in "+*":
        return [head, *(some(rng, depth - 1) for _ in range(rng.randint(0, 3)))]
    inner = some(rng, depth - 1)
    if head == "inv":
        return ["inv", ["+", 2, ["cos", inner]]]
    if head == "sqrt":
        return ["sqrt", ["*", inner, inner]] if rng.random() < 0.5 else ["sqrt", ["exp", ["sin", inner]]]
    return [head, ["sin", inner]] if head in ("acos", "exp") else [head, inner]


def test_against_another_library():
    """Two enclosures of one number meet, and what is decided is what the other one decides."""
    rng = random.Random(SEED)
    mpmath.iv.prec = 120
    decided = 0
    for _ in range(300):
        x, y = some(rng, 3), some(rng, 3)
        try:
            other = interval(y) - interval(x)
        except (ValueError, ZeroDivisionError, mpmath.libmp.ComplexResult):
            continue
        for relation, sign in (("less", 1), ("unequal", 0)):
            try:
                ask(relation, x, y)
            except Refused as error:
                if "decided" in str(error):  # or else a number at the edge of a domain
                    apart = mpmath.mpf(2) ** -40
                    assert not other.a > apart, (relation, x, y)
                    assert relation == "less" or not other.b < -apart, (relation, x, y)
                continue
            decided += 1
            assert other.b > 0 if sign else (other.b > 0 or other.a < 0), (relation, x, y, other)
    assert decided > 200


def covariance(s, t, r):
    """1/2 · 2 E[σσ] at standard deviations s, t and correlation r."""
    sine, angle = ["sqrt", ["+", 1, negative(["*", r, r])]], ["+", PI, negative(["acos", r])]
    return ["*", "1/2", s, t, ["+", sine, ["*", angle, r]], ["inv", PI]]


KNOWN = [
    ("less", 3, PI), ("less", PI, "22/7"), ("less", "333/106", PI), ("unequal", ["sqrt", 2], "99/70"),
    ("le", ["sqrt", 2], "3/2"), ("less", ["exp", 1], "2718281829/1000000000"), ("less", ["acos", "-2/3"], "24/10"),
    # E13: Λ^2 is .22665 and .38330 where |z|²/m_0 is 1 and 4, S(x, x') = z·z'/m_0 = 1/2
    ("less", "22664/100000", covariance(1, 1, "1/4")), ("less", covariance(1, 1, "1/4"), "22666/100000"),
    ("less", "38329/100000", covariance(2, 1, "1/8")), ("less", covariance(2, 1, "1/8"), "38331/100000"),
    ("unequal", covariance(1, 1, "1/4"), covariance(2, 1, "1/8")),
    # S^1 = .6089977810 at 60°
    ("less", "6089977809/10000000000", ["*", 2, covariance(1, 1, "1/2")]),
    ("less", ["*", 2, covariance(1, 1, "1/2")], "6089977811/10000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("relation", "left", "right"), KNOWN)
def test_known_digits(relation, left, right):
    found = ask(relation, left, right)
    assert found.sort == "prop"
    if relation == "less":
        with pytest.raises(Refused, match="false, or not decided"):
            ask(relation, right, left)


def test_the_proposition_is_about_the_request():
    assert ask("le", 3, PI) == le(3, App("pi", ()))
    assert ask("less", 3, PI) == app("pos", app("+", App("pi", ()), app("*", -1, num(3))))
    assert ask("unequal", PI, "22/7").fields[0] == "nonzero"
    assert isinstance(ask("le", "1/3", 1).fields[1][0], Num | Term)


@pytest.mark.parametrize(
    ("relation", "left", "right", "message"),
    [
        ("le", ["cos", ["*", "1/3", PI]], "1/2", "not decided"),  # equal: balls meet
        ("unequal", ["sqrt", 4], 2, "not decided"),
        ("less", 1, 1, "false"),
        ("le", PI, 3, "false"),
        ("le", ["sqrt", -1], 1, "square root"),
        ("le", ["inv", ["+", PI, negative(PI)]], 1, "known"),
        ("le", ["acos", 2], 1, "arc cosine"),
        ("is", 1, 2, "relation"),
        ("le", 1.5, 2, "no number"),
        ("le", True, 2, "no number"),
        ("le", ["tan", 1], 2, "no number"),
        ("le", ["cos", 1, 2], 2, "takes 1 arguments, not 2"),
        ("le", "1/0", 2, "no fraction"),
        ("le", "0x10", 2, "no fraction"),
        ("le", 10**300, 2, "digits"),
        ("le", ["exp", ["exp", ["exp", 9]]], 0, "false"),
    ],
)
def test_what_is_refused(relation, left, right, message):
    with pytest.raises(Refused, match=message):
        ask(relation, left, right)


def test_deep_and_large_requests_are_refused_at_once():
    deep = 1
    for _ in range(200):
        deep = ["cos", deep]
    with pytest.raises(Refused, match="levels"):
        ask("le", deep, 2)
    with pytest.raises(Refused, match="symbols"):
        ask("le", ["+", *[1] * 5000], 2)


def test_a_domain_is_looked_at_more_closely():
    """At 64 bits the ball of this root's argument has negative numbers in it."""
    tiny = ["+", ["*", PI, PI], negative(["*", PI, PI]), f"1/{10**40}"]
    assert ask("less", 0, ["sqrt", tiny]).fields[0] == "pos"


def test_computed_facts_are_computed_again():
    p = Prover("example")
    fact = p.by_engine("balls", {"relation": "less", "left": 3, "right": PI})
    p.goal("example.pi", fact)
    assert {(r.mark, r.name) for r in fact.theorem.rests} == {("computed", "balls 1")}
    document = documents.read(p.document())
    assert [again.gap for again in computed_again(document, p.requests())] == [""]
    forged = Prover("example")
    forged.goal("example.forged", forged.computed(computed_by("balls"), le(App("pi", ()), 3)))
    (again,) = computed_again(documents.read(forged.document()), p.requests())
    assert "no request" in again.gap
    assert balls.NAME == "balls"
