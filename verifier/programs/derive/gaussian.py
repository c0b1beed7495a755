"""Expectations under centred Gaussian vectors, in closed form: E[Π x_i · Π f_j(s_j)] for polynomials and one family f.

Rules: Stein's E[x G] = Σ Cov(x, ·) E[∂G] takes the x away; a delta conditions, a bell exp(-s²) tilts, an exponential
shifts.  What is left are steps (orthant probabilities, up to three), error functions (up to two), or sines and cosines.

>>> from verifier.programs.derive.numbers import ONE, Number, precision
>>> half = Number.of(Fraction(1, 2))
>>> with precision():
...     print(expectation(("x", "x"), (("step", 2),), [[ONE, ONE, half], [ONE, ONE, half], [half, half, ONE]]))
1/2
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verifier.programs.derive.numbers import ONE, ZERO, Number, pi

Covariance = list[list[Number]]
#: a special factor: its function, and the place of its argument in the covariance
Special = tuple[str, int]
#: polynomial factors of one expectation
MOST_FACTORS = 14


def expectation(factors: Sequence[object], specials: Sequence[Special], C: Covariance) -> Number | None:
    """E of the product; the first rows of ``C`` are those of ``factors``.  None where there is no closed form."""
    if len(factors) > MOST_FACTORS:
        return None
    return _Closed().value(tuple(range(len(factors))), tuple(specials), C)


class _Closed:
    def value(self, x: tuple[int, ...], specials: tuple[Special, ...], C: Covariance) -> Number | None:
        for k, (name, place) in enumerate(specials):
            others = specials[:k] + specials[k + 1 :]
            if name == "delta":
                return self._conditioned(x, others, C, place)
            if name == "bell":
                return self._tilted(x, others, C, place)
        if x:
            return self._stein(x, specials, C)
        return _base(specials, C)

    def _stein(self, x: tuple[int, ...], specials: tuple[Special, ...], C: Covariance) -> Number | None:
        first, rest = x[0], x[1:]
        found = ZERO
        for k, other in enumerate(rest):
            if not C[first][other].zero:
                part = self.value(rest[:k] + rest[k + 1 :], specials, C)
                if part is None:
                    return None
                found = found + C[first][other] * part
        for k, (name, place) in enumerate(specials):
            if C[first][place].zero:
                continue
            for changed, c in _slopes(name, place):
                part = self.value(rest, (*specials[:k], *changed, *specials[k + 1 :]), C)
                if part is None:
                    return None
                found = found + C[first][place] * c * part
        return found

    def _conditioned(self, x: tuple[int, ...], specials: tuple[Special, ...], C: Covariance, s: int) -> Number | None:
        if not C[s][s].nonzero:
            return None
        part = self.value(x, specials, _less(C, s, C[s][s].inverse()))
        return None if part is None else part * (Number.of(2) * pi() * C[s][s]).root().inverse()

    def _tilted(self, x: tuple[int, ...], specials: tuple[Special, ...], C: Covariance, s: int) -> Number | None:
        spread = ONE + Number.of(2) * C[s][s]
        part = self.value(x, specials, _less(C, s, Number.of(2) * spread.inverse()))
        return None if part is None else part * spread.root().inverse()


def _slopes(name: str, place: int) -> list[tuple[tuple[Special, ...], Number]]:
    known: dict[str, list[tuple[tuple[Special, ...], Number]]] = {
        "step": [((("delta", place),), ONE)],
        "erf": [((("bell", place),), Number.of(2) * pi().inverse().root())],
        "exp": [((("exp", place),), ONE)],
        "sin": [((("cos", place),), ONE)],
        "cos": [((("sin", place),), Number.of(-1))],
    }
    return known[name]


def _less(C: Covariance, s: int, c: Number) -> Covariance:
    """C - c C_s C_sᵀ."""
    size = range(len(C))
    return [[C[i][j] - c * C[i][s] * C[j][s] for j in size] for i in size]


def _base(specials: tuple[Special, ...], C: Covariance) -> Number | None:
    """E of specials alone."""
    names = {name for name, _ in specials}
    places = [place for _, place in specials]
    if not names:
        return ONE
    if names == {"step"}:
        return _orthant(places, C)
    if names == {"erf"}:
        return _erfs(places, C)
    if names <= {"exp", "sin", "cos"}:
        return _waves(specials, C)
    return None


def _orthant(places: Sequence[int], C: Covariance) -> Number | None:
    """The probability that up to three are positive; None where one is not known to vary."""
    if not all(C[k][k].nonzero for k in places):
        return None
    if len(places) == 1:
        return Number.of(Fraction(1, 2))
    if len(places) > 3:
        return None
    quarter = (Number.of(4) * pi()).inverse()
    found = Number.of(Fraction(1, 2 ** len(places)))
    for k, i in enumerate(places):
        for j in places[k + 1 :]:
            rho = _correlation(C, i, j)
            angle = pi() * Number.of(Fraction(1, 2)) - rho.applied("acos")  # asin
            found = found + angle * quarter * Number.of(2 if len(places) == 2 else 1)
    return found


def _correlation(C: Covariance, i: int, j: int) -> Number:
    if C[i][j].zero:
        return ZERO
    return C[i][j] * (C[i][i] * C[j][j]).root().inverse()


def _erfs(places: Sequence[int], C: Covariance) -> Number | None:
    if len(places) % 2:
        return ZERO
    if len(places) != 2:
        return None
    i, j = places
    spread = ((ONE + Number.of(2) * C[i][i]) * (ONE + Number.of(2) * C[j][j])).root().inverse()
    angle = pi() * Number.of(Fraction(1, 2)) - (Number.of(2) * C[i][j] * spread).applied("acos")
    return Number.of(2) * pi().inverse() * angle


def _waves(specials: tuple[Special, ...], C: Covariance) -> Number | None:
    """Exponentials, sines and cosines: products as sums of waves e^m cos(s + phase·π/2)."""
    size = len(C)
    growth = [0] * size
    waves: dict[tuple[tuple[int, ...], int], Fraction] = {((0,) * size, 0): Fraction(1)}
    for name, place in specials:
        if name == "exp":
            growth[place] += 1
            continue
        turned = 3 if name == "sin" else 0  # sin s = cos(s + 3·π/2)
        fresh: dict[tuple[tuple[int, ...], int], Fraction] = {}
        for (form, phase), c in waves.items():
            for sign in (1, -1):
                added = tuple(v + sign * (k == place) for k, v in enumerate(form))
                key = (added, (phase + sign * turned) % 4)
                fresh[key] = fresh.get(key, Fraction(0)) + c / 2
        waves = fresh
    found = ZERO
    half = Number.of(Fraction(1, 2))
    for (form, phase), c in waves.items():
        front = (half * (_form(C, growth, growth) - _form(C, form, form))).applied("exp")
        angle = _form(C, growth, form)
        wave = [angle.applied("cos"), -angle.applied("sin"), -angle.applied("cos"), angle.applied("sin")][phase]
        found = found + Number.of(c) * front * wave
    return found


def _form(C: Covariance, a: Sequence[int], b: Sequence[int]) -> Number:
    found = ZERO
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            if x and y:
                found = found + Number.of(x * y) * C[i][j]
    return found
