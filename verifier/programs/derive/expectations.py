"""Expectations of Z's: exactly where there is a closed form, else in balls, else not known.

``effort``: 0, symmetry and polynomials; 1, closed forms; 2, integrals in one and two variables; 3, functions of
functions of up to three variables, over boxes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flint import arb

from verifier.programs.derive import boxes
from verifier.programs.derive.expansion import (
    Atom,
    Atoms,
    Part,
    Powers,
    Underived,
    constant,
    frozen,
    number_of,
    plus,
    scaled,
    thawed,
    times,
    uses_of,
    vector,
)  # fmt: skip
from verifier.programs.derive.functions import at_number
from verifier.programs.derive.gaussian import expectation
from verifier.programs.derive.integrals import Factor, Univariate, pair
from verifier.programs.derive.limits import GAUSSIAN, Coordinates
from verifier.programs.derive.numbers import ONE, ZERO, Number

Linear = dict[Atom, Number]
CLOSED = frozenset({"step", "delta", "bell", "erf", "exp", "sin", "cos"})
BOUNDED = frozenset({"tanh", "logistic", "erf", "bell", "sin", "cos", "step"})
#: sums that are kept as one, and their powers
NAMED = {"id": 1, "pow:2": 2}
#: polynomial factors beside an integral
MOST = 8


@dataclass
class Expectations:
    """E of monomials, values of scalars in the limit; what is not known is a :class:`Number` without a ball."""

    atoms: Atoms
    coordinates: Coordinates
    _monomials: dict[tuple[Powers, int], Number] = field(default_factory=dict)
    _values: dict[tuple[Atom, int], Part] = field(default_factory=dict)
    _functions: dict[object, Univariate] = field(default_factory=dict)
    positive: Callable[[Atom], bool] = field(default=lambda atom: False)

    def mean(self, z: Part, effort: int = 2) -> Part:
        """E[Z], a polynomial in random scalars with numbers as coefficients."""
        out: Part = {}
        for (vectors, scalars), c in z.items():
            if c.zero or (vectors and self.coordinates.odd(vectors)):
                continue
            found = scaled(self.scalars(scalars, effort), c)
            if any(atom.kind == "zfun" and atom.data[0] in NAMED for atom, _ in vectors):
                out = plus(out, times(found, self._opened(vectors, effort)))
                continue
            if vectors:
                found = scaled(found, self.monomial(vectors, effort))
            out = plus(out, found)
        return out

    def _opened(self, vectors: Powers, effort: int) -> Part:
        """E of a monomial in which sums that were kept as one are multiplied out."""
        whole = constant(ONE)
        try:
            for atom, e in vectors:
                named = atom.kind == "zfun" and atom.data[0] in NAMED
                factor: Part = thawed(atom.data[1]) if named else vector(atom)
                for _ in range(e * (NAMED[atom.data[0]] if named else 1)):
                    whole = times(whole, factor)
        except Underived:
            return constant(Number.unknown())
        return self.mean(whole, effort)

    def limit(self, part: Part, effort: int = 2) -> Part:
        """What a scalar tends to."""
        out: Part = {}
        for (_, scalars), c in part.items():
            out = plus(out, scaled(self.scalars(scalars, effort), c))
        return out

    def scalars(self, powers: Powers, effort: int) -> Part:
        """The limit of a product of scalars."""
        out = constant(ONE)
        for atom, e in powers:
            value = self.value(atom, effort)
            for _ in range(e):
                out = times(out, value)
        return out

    def value(self, atom: Atom, effort: int) -> Part:
        """The limit of a scalar: random ones are Gaussian scalars (``clt``) and functions of them."""
        if atom.kind == "clt":
            return {((), ((atom, 1),)): ONE}
        if (atom, effort) not in self._values:
            self._values[atom, effort] = self._value(atom, effort)
        return self._values[atom, effort]

    def _value(self, atom: Atom, effort: int) -> Part:
        if atom.kind == "avg":
            try:
                z = self.coordinates.of({(atom.data[0], ()): ONE})
            except Underived:
                return constant(Number.unknown(self.positive(atom)))
            return self._signed(self.mean(z, effort), atom)
        if atom.kind == "mean":
            return self._signed(self.mean({(atom.data[0], ()): ONE}, effort), atom)
        name, data = atom.data
        inner = self.limit(thawed(data), effort)
        number = number_of(inner)
        if name == "id":
            return inner
        if number is not None:
            return constant(at_number(name, number))
        random = self.atoms.get("sfun", name, frozen(inner), scalar=True, uses=uses_of(inner))
        return {((), ((random, 1),)): ONE}

    def _signed(self, part: Part, atom: Atom) -> Part:
        number = number_of(part)
        if number is not None and not number.known and self.positive(atom):
            return constant(Number.unknown(True))
        return part

    def covariance(self, a: Atom, b: Atom, effort: int) -> Number:
        """Of two Gaussians; unknown where it is random."""
        if self.coordinates.uncorrelated(a, b):
            return ZERO
        if a.kind == "gauss":
            return ONE
        found = number_of(self.mean(self.coordinates.shared(a, b), effort))
        return Number.unknown() if found is None else found

    def monomial(self, vectors: Powers, effort: int) -> Number:
        """E of a product of Gaussians and functions of them."""
        if (vectors, effort) not in self._monomials:
            out = ONE
            groups = self.coordinates.groups(vectors)
            if any(self.coordinates._turned(group) < 0 for group in groups):
                out, groups = ZERO, []
            for group in groups:
                try:
                    out = out * self._group(group, effort)
                except Underived:
                    out = out * Number.unknown()
            self._monomials[vectors, effort] = out
        return self._monomials[vectors, effort]

    def _group(self, vectors: Powers, effort: int) -> Number:
        try:
            return self._plain(vectors, effort)
        except Underived:
            if effort < 3:
                raise
            return self._boxes(vectors, effort)

    def _boxes(self, vectors: Powers, effort: int) -> Number:
        """By boxes, in the linear forms of Gaussians that occur."""
        forms: list[Linear] = []
        function_ = boxes.Sum(((arb(1), tuple((self._node(atom, forms, effort), e) for atom, e in vectors)),))
        if len(forms) > max(boxes.CELLS):
            raise Underived(f"an expectation over {len(forms)} variables")
        powers = [atom for atom, e in vectors if atom.kind in GAUSSIAN for _ in range(2 * e)]
        if not all(atom.kind in GAUSSIAN or atom.data[0] in BOUNDED for atom, _ in vectors):
            raise Underived("no bound is known")
        square = expectation(powers, (), self._matrix([{x: ONE} for x in powers], effort))
        if square is None or not square.known:
            raise Underived("no bound is known")
        return _ball(boxes.mean(function_, self._matrix(forms, effort), square.ball))

    def _node(self, atom: Atom, forms: list[Linear], effort: int) -> boxes.ScaledVariable | boxes.Apply:
        if atom.kind in GAUSSIAN:
            return _placed({atom: ONE}, forms)
        return boxes.Apply(atom.data[0], self._sum(thawed(atom.data[1]), forms, effort))

    def _sum(self, z: Part, forms: list[Linear], effort: int) -> boxes.Sum:
        """A sum in which Gaussians of one family with one cofactor are one linear form."""
        lines: dict[tuple[Powers, object], Linear] = {}
        terms: list[tuple[arb, tuple[tuple[boxes.ScaledVariable | boxes.Apply, int], ...]]] = []
        for (vectors, scalars), c in z.items():
            factor = number_of(self.scalars(scalars, effort))
            if factor is None or not factor.known:
                raise Underived("a function of what is random, or not known")
            first = next((a for a, e in vectors if e == 1 and a.kind in GAUSSIAN), None)
            if first is None:
                nodes = tuple((self._node(a, forms, effort), e) for a, e in vectors)
                terms.append(((factor * c).ball, nodes))
            else:
                rest = tuple((a, e) for a, e in vectors if a is not first)
                family = first.data[0].data[:2] if first.kind == "hat" else first.kind
                line = lines.setdefault((rest, family), {})
                line[first] = line[first] + factor * c if first in line else factor * c
        for (rest, _), line in lines.items():
            nodes = tuple((self._node(a, forms, effort), e) for a, e in rest)
            terms.append((arb(1), ((_placed(line, forms), 1), *nodes)))
        return boxes.Sum(tuple(terms))

    def _plain(self, vectors: Powers, effort: int) -> Number:
        factors = [atom for atom, e in vectors if atom.kind in GAUSSIAN for _ in range(e)]
        specials: list[tuple[str, Linear, Number, int]] = []
        for atom, e in vectors:
            if atom.kind not in GAUSSIAN:
                form, offset = self.linear(thawed(atom.data[1]), effort)
                name = atom.data[0]
                specials.append((name, form, offset, 1 if name == "step" else e))
        if specials and effort < 1:
            raise Underived("not asked for")
        if all(offset.zero and name in CLOSED for name, _, offset, _ in specials):
            repeated = [(name, form) for name, form, _, e in specials for _ in range(e)]
            forms: list[Linear] = [{x: ONE} for x in factors] + [form for _, form in repeated]
            C = self._matrix(forms, effort)
            found = expectation(factors, [(s[0], len(factors) + k) for k, s in enumerate(repeated)], C)
            if found is not None:
                return found
        if effort < 2:
            raise Underived("not asked for")
        return self._integral(factors, specials, effort)

    def linear(self, z: Part, effort: int) -> tuple[Linear, Number]:
        """A Z as a linear form and a constant.  Underived where it is none, or has random coefficients."""
        form: Linear = {}
        offset = ZERO
        for (vectors, scalars), c in z.items():
            found = number_of(self.scalars(scalars, effort))
            if found is None or not found.known or len(vectors) > 1:
                raise Underived("a function of what is not Gaussian")
            if not vectors:
                offset = offset + c * found
                continue
            atom, e = vectors[0]
            if e != 1 or atom.kind not in GAUSSIAN:
                raise Underived("a function of what is not Gaussian")
            form[atom] = form[atom] + c * found if atom in form else c * found
        return {x: c for x, c in form.items() if not c.zero}, offset

    def _matrix(self, forms: Sequence[Linear], effort: int) -> list[list[Number]]:
        size = len(forms)
        C = [[ZERO] * size for _ in range(size)]
        for i in range(size):
            for j in range(i, size):
                found = ZERO
                for a, x in forms[i].items():
                    for b, y in forms[j].items():
                        found = found + x * y * self.covariance(a, b, effort)
                C[i][j] = C[j][i] = found
        return C

    # -- integrals ----------------------------------------------------------------------------------------------------

    def _integral(self, factors: Sequence[Atom], specials: Sequence[tuple[str, Linear, Number, int]], effort: int
                  ) -> Number:  # fmt: skip
        if len(factors) > MOST or not all(name in BOUNDED for name, *_ in specials):
            raise Underived("no integral is known")
        forms: list[Linear] = []
        placed: list[list[Factor]] = []
        for name, form, offset, e in specials:
            for k, known in enumerate(forms):
                ratio = _ratio(form, known)
                if ratio is not None:
                    placed[k].append((name, ratio.ball, offset.ball, e))
                    break
            else:
                forms.append(form)
                placed.append([(name, arb(1), offset.ball, e)])
        if not 1 <= len(forms) <= 2:
            raise Underived(f"an expectation over {len(forms)} variables")
        C = self._matrix([*forms, *({x: ONE} for x in factors)], effort)
        if not all(C[k][k].nonzero and C[k][k].known for k in range(len(forms))):
            raise Underived("a variance is not known")
        total = ZERO
        for powers, c in self._regressed(len(forms), len(factors), C).items():
            total = total + c * self._product(placed, powers, C)
        return total

    def _regressed(self, m: int, k: int, C: list[list[Number]]) -> dict[tuple[int, ...], Number]:
        """Π x_i as a polynomial in the m forms, what is independent of them averaged out."""
        inverse = _inverse(C, m)
        beta = [[sum((inverse[j][l] * C[m + i][l] for l in range(m)), ZERO) for j in range(m)] for i in range(k)]
        left = [[C[m + i][m + j] - sum((beta[i][l] * C[l][m + j] for l in range(m)), ZERO) for j in range(k)]
                for i in range(k)]  # fmt: skip
        out: dict[tuple[int, ...], Number] = {}
        for choice in itertools.product(range(m + 1), repeat=k):  # m: the independent part
            rest = [i for i, c in enumerate(choice) if c == m]
            if len(rest) % 2:
                continue
            c = ONE
            for i, j in enumerate(choice):
                if j < m:
                    c = c * beta[i][j]
            if rest:
                c = c * (expectation(rest, (), [[left[i][j] for j in rest] for i in rest]) or ZERO)
            powers = tuple(sum(1 for j in choice if j == l) for l in range(m))
            out[powers] = out[powers] + c if powers in out else c
        return {p: c for p, c in out.items() if not c.zero}

    def _product(self, placed: Sequence[list[Factor]], powers: Sequence[int], C: list[list[Number]]) -> Number:
        made = [
            self._univariate(f, k, C[i][i].ball.sqrt()) for i, (f, k) in enumerate(zip(placed, powers, strict=True))
        ]
        if len(made) == 1:
            return _ball(made[0].mean())
        rho = C[0][1].ball / (C[0][0].ball * C[1][1].ball).sqrt()
        return _ball(pair(made[0], made[1], rho))

    def _univariate(self, factors: list[Factor], k: int, sigma: arb) -> Univariate:
        key = (tuple(sorted((n, a.str(25), b.str(25), e) for n, a, b, e in factors)), k, sigma.str(25))
        if key not in self._functions:
            self._functions[key] = Univariate(factors, k, sigma)
        return self._functions[key]


def _placed(form: Linear, forms: list[Linear]) -> boxes.ScaledVariable:
    """A linear form as a multiple of one of ``forms``, or as a new one."""
    for k, known in enumerate(forms):
        ratio = _ratio(form, known)
        if ratio is not None and ratio.known:
            return boxes.ScaledVariable(k, ratio.ball)
    forms.append(form)
    return boxes.ScaledVariable(len(forms) - 1, arb(1))


def _ball(found: arb) -> Number:
    return Number.made(found) if found.is_finite() else Number.unknown()


def _ratio(a: Linear, b: Linear) -> Number | None:
    """c with a = c b where both are multiples of one variable, or equal term by term."""
    if set(a) != set(b):
        return None
    if len(a) == 1:
        (x,) = a
        return a[x] * b[x].inverse()
    ratios = [a[x] * b[x].inverse() for x in a]
    first = ratios[0]
    if all(a[x] is b[x] or (a[x].tree is not None and a[x].tree == b[x].tree) for x in a):
        return ONE
    return first if all(r.exact is not None and r.exact == first.exact for r in ratios) else None


def _inverse(C: list[list[Number]], m: int) -> list[list[Number]]:
    if m == 1:
        return [[C[0][0].inverse()]]
    determinant = C[0][0] * C[1][1] - C[0][1] * C[0][1]
    if not determinant.nonzero:
        raise Underived("two variables that are not known to be independent")
    d = determinant.inverse()
    return [[C[1][1] * d, -(C[0][1] * d)], [-(C[0][1] * d), C[0][0] * d]]
