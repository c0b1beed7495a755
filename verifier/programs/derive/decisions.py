"""Whether a leading part is separated from zero.

A function of Gaussians that is not 0 at one point where it is continuous is not 0 on a set of positive probability, if
that point is in the support; so is one of which a derivative is not 0 there.  The support is everything if the
Gaussians are linearly independent, and so they are if the vectors that a matrix was applied to are: independent
functions, seen by a determinant of their values at points.  All values are balls.  No integral is needed, and constants
that are not known matter only where the derivative contains them.

A random scalar is not 0 almost surely if it is a polynomial in jointly non-degenerate Gaussian scalars of which one
coefficient is not 0, or an analytic function of them that is not 0 at a point.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb, arb_mat

from verifier.programs.derive.expansion import (
    ONE,
    Atom,
    Part,
    Powers,
    Underived,
    joined,
    number_of,
    plus,
    thawed,
)  # fmt: skip
from verifier.programs.derive.families import both_ways, families, source_of
from verifier.programs.derive.functions import function
from verifier.programs.derive.numbers import Number
from verifier.programs.derive.points import SCALARS, TRIES, Points, has_delta, scalars_of

#: steps whose patterns are tried one by one
MOST_STEPS = 8
EVEN = frozenset({"square", "step", "bell", "exp", "logistic"})


@dataclass(frozen=True)
class Found:
    """``nonzero``: separated from zero.  ``number``: the limit where it is no random scalar; ``reason``: why not."""

    nonzero: bool
    number: Number | None = None
    random: bool = False
    reason: str = ""
    zero: bool = False


@dataclass
class Decisions(Points):
    """Decides on parts; remembers what it found."""

    _independent: dict[frozenset[Atom], bool] = field(default_factory=dict)
    _positive: dict[Atom, bool] = field(default_factory=dict)

    # -- vectors ------------------------------------------------------------------------------------------------------

    def vector(self, part: Part) -> Found:
        """Whether the coordinates of a vector do not tend to 0."""
        try:
            z = self.coordinates.of(part)
        except Underived as error:
            return Found(False, reason=str(error))
        if not z:
            return Found(False, zero=True, reason="what is left is 0 in the limit")
        if not self.coordinates.variables(z):
            return self.scalar(z)
        if self.surely(part) or self._positive_part(part):
            return Found(True)
        why = ""
        for slope, variable in self._slopes(z):
            for trial in (k * (SCALARS + 1) for k in range(TRIES)):
                value = self.at(slope, trial)
                if value.is_finite() and bool(value != 0):
                    why = self._generic(z, slope)
                    if not why:
                        return Found(True)
                    break
            del variable
        if self.independent(self.coordinates.variables(z)) and self._nowhere_flat(z):
            return Found(True)
        return Found(False, reason=why or "no point was found where what it tends to is separated from 0")

    def _slopes(self, z: Part) -> Iterable[tuple[Part, Atom | None]]:
        for variable in sorted(self.coordinates.variables(z), reverse=True):
            try:
                slope = self.coordinates.derivative(z, variable)
            except (Underived, ValueError):
                continue
            if slope and not has_delta(slope):
                yield slope, variable
        yield z, None
        for atom in sorted(a for a in scalars_of(z) if a.kind == "clt" and not self.within(z, a)):
            slope = {}
            for (vectors, scalars), c in z.items():
                e = dict(scalars).get(atom, 0)
                if e:
                    left = tuple((a, k - (a is atom)) for a, k in scalars if k - (a is atom))
                    slope = plus(slope, {(vectors, left): c * Number.of(e)})
            yield slope, atom

    def _generic(self, z: Part, slope: Part) -> str:
        """Why a value at a point says nothing; nothing if it says all."""
        if not self.independent(self.coordinates.variables(z)):
            return "its Gaussians are not known to be linearly independent"
        chance = self.chance(z)
        if not self.independent(chance):
            return "its random scalars are not known to be linearly independent"
        if chance and not self.polynomial(z) and not self.analytic(slope):
            return "it is not zero with positive probability, but not known to be so almost surely"
        return ""

    def outer(self, pairs: Sequence[tuple[Part, Part]]) -> Found:
        """Whether Σ a(g) b(g') is not 0, g and g' the Gaussians of two independent coordinates."""
        if len(pairs) == 1:
            left, right = self.vector(pairs[0][0]), self.vector(pairs[0][1])
            return right if left.nonzero else left
        try:
            zs = [(self.coordinates.of(a), self.coordinates.of(b)) for a, b in pairs]
        except Underived as error:
            return Found(False, reason=str(error))
        for trial in (k * SCALARS for k in range(TRIES)):
            value = sum((self.at(a, trial) * self.at(b, trial + 1) for a, b in zs), arb(0))
            if value.is_finite() and bool(value != 0):
                why = next((w for pair in zs for z in pair if (w := self._generic(z, z))), "")
                return Found(not why, reason=why)
        return Found(False, reason="no point was found where the sum of outer products is separated from 0")

    # -- linear independence ------------------------------------------------------------------------------------------

    def independent(self, variables: frozenset[Atom]) -> bool:
        """Whether Gaussians (of coordinates, or scalars) are linearly independent, and all that they rest on."""
        if variables not in self._independent:
            self._independent[variables] = False  # a circle proves nothing
            self._independent[variables] = all(self._family(group) for group in families(variables))
        return self._independent[variables]

    def _family(self, group: Sequence[Atom]) -> bool:
        if group[0].kind == "gauss":
            return True
        if group[0].kind == "clt" and both_ways(group):
            return False
        try:
            sources = [self.coordinates.of({(source_of(atom), ()): ONE}) for atom in group]
        except Underived:
            return False
        below = frozenset().union(*(self.coordinates.variables(z) for z in sources))
        chance = frozenset().union(*(self.chance(z) for z in sources))
        if not self.independent(below) or not (chance <= frozenset(group) or self.independent(chance)):
            return False
        for shift in range(TRIES):
            first = SCALARS * shift + 10
            rows = [[self.at(z, first + k) for z in sources] for k in range(3 * len(group) + 6)]
            rows = [row for row in rows if all(x.is_finite() for x in row)]
            if rows and bool((arb_mat(rows).transpose() * arb_mat(rows)).det() != 0):
                return not chance or all(map(self.analytic, sources))
        return False

    def atomless(self, part: Part) -> bool:
        """Whether what a vector tends to is 0 with probability 0, whatever its other parts are."""
        try:
            z = self.coordinates.of(part)
        except Underived:
            return False
        if not self.independent(self.coordinates.variables(z)):
            return False
        if self._alone(z):
            return True
        if self.analytic(z):
            return self.vector(part).nonzero
        return self._nowhere_flat(z)

    def _conditionally_gaussian(self, part: Part) -> bool:
        try:
            z = self.coordinates.of(part)
        except Underived:
            return False
        return self.independent(self.coordinates.variables(z)) and self._alone(z)

    def _alone(self, z: Part) -> bool:
        """Whether it is linear in some Gaussian, with a number that is not 0 as coefficient."""
        for variable in sorted(self.coordinates.variables(z), reverse=True):
            try:
                slope = number_of(self.coordinates.derivative(z, variable))
            except (Underived, ValueError):
                continue
            if slope is not None and slope.nonzero:
                return True
        return False

    def _nowhere_flat(self, z: Part) -> bool:
        """Whether a polynomial in Gaussians and steps is no zero polynomial, whatever the steps are."""
        steps = sorted({a for vectors, _ in z for a, _e in vectors if a.kind == "zfun"})
        if len(steps) > MOST_STEPS or any(a.data[0] != "step" for a in steps) or not self._polynomial_chance(z):
            return False
        for pattern in itertools.product((0, 1), repeat=len(steps)):
            off = {a for a, on in zip(steps, pattern, strict=True) if not on}
            left: Part = {}
            for (vectors, scalars), c in z.items():
                if not any(a in off for a, _ in vectors):
                    rest = tuple((a, e) for a, e in vectors if a.kind != "zfun")
                    left = plus(left, {(rest, scalars): c})
            values = (self.at(left, k * (SCALARS + 1)) for k in range(TRIES))
            if not any(v.is_finite() and bool(v != 0) for v in values):
                return False
        return True

    def _polynomial_chance(self, z: Part) -> bool:
        return self.independent(self.chance(z)) and not any(a.kind == "sfun" for a in scalars_of(z))

    def _positive_part(self, part: Part) -> bool:
        """Whether it is max(v, 0) of a vector that is Gaussian given all else, and so positive at times."""
        for atom in {a for vectors, _ in part for a, _e in vectors if a.kind == "fun" and a.data[0] == "step"}:
            base = thawed(atom.data[1])
            whole = {(joined(vectors, ((atom, 1),)), scalars): c for (vectors, scalars), c in base.items()}
            if set(whole) == set(part) and all((part[key] - whole[key]).zero for key in part):
                return self._conditionally_gaussian(base)
        return False

    def surely(self, part: Part) -> bool:
        """Whether a product of functions of vectors is not 0 almost surely."""
        if len(part) != 1:
            return False
        ((vectors, scalars), c) = next(iter(part.items()))
        return c.nonzero and not scalars and all(self._surely_atom(atom) for atom, _ in vectors)

    def _surely_atom(self, atom: Atom) -> bool:
        if atom.kind != "fun":
            return self.atomless({(((atom, 1),), ()): ONE})
        name, data = atom.data
        if name in ("exp", "bell", "logistic"):
            return True
        if name in ("sin", "cos"):
            return self._conditionally_gaussian(thawed(data))
        known = name in ("tanh", "erf") or (name == "square" and len(data) == 1)
        return known and self.atomless(thawed(data))

    def analytic(self, z: Part) -> bool:
        """Whether it is one analytic function, so that it is 0 almost nowhere or everywhere.

        Roots and logarithms are so where their arguments are known to be greater than 0: √(x²) - x is not.
        """
        atoms = [a for a in scalars_of(z) | {a for vectors, _ in z for a, _e in vectors} if a.kind in ("zfun", "sfun")]
        for atom in atoms:
            f, inner = function(atom.data[0]), thawed(atom.data[1])
            random = f.domain == "positive" and atom.kind == "sfun" and bool(self.chance(inner))
            if not f.analytic or not self.analytic(inner) or (random and not self._always_positive(inner)):
                return False
        return True

    def _always_positive(self, part: Part) -> bool:
        return self.never_negative(part) and any(
            all(a.kind == "sfun" and a.data[0] in ("exp", "logistic") for a, _ in scalars) for _, scalars in part
        )

    # -- scalars ------------------------------------------------------------------------------------------------------

    def scalar(self, part: Part) -> Found:
        """Whether a scalar does not tend to 0, and to what it tends."""
        try:
            limit = self.expectations.limit(part)
            number = number_of(limit)
            if number is not None and not number.known and not number.nonzero:
                closer = self.expectations.limit(part, effort=3)
                limit, number = closer, number_of(closer)
        except Underived as error:
            return Found(False, reason=str(error))
        if number is None:
            if self.hides(part):
                return Found(False, None, True, "an expectation that depends on random scalars is not known")
            return self._random(limit)
        if number.nonzero:
            return Found(True, number)
        if number.zero:
            return Found(False, number, zero=True, reason="the leading constant is 0")
        if number.known:
            size = f"{float(number.ball.mid()):.3g} beside terms of size {number.scale:.3g}"
            return Found(False, number, reason=f"the leading constant is not separated from 0: it is {size}")
        return Found(
            False, number, reason="the leading constant is an expectation that has no closed form or enclosure"
        )

    def _random(self, limit: Part) -> Found:
        chance = self.chance(limit)
        if not self.independent(chance):
            return Found(False, None, True, "its random scalars are not known to be linearly independent")
        surely = [self._surely(key[1], c) for key, c in limit.items()]
        if any(surely) and (len(limit) == 1 or self.never_negative(limit)):
            return Found(True, None, True)
        if self._linear_in_one(limit):
            return Found(True, None, True)
        if not any(a.kind == "sfun" for a in scalars_of(limit)) and any(c.nonzero for c in limit.values()):
            return Found(True, None, True)
        if self.analytic(limit):
            for trial in (k * SCALARS for k in range(TRIES)):
                value = self.at(limit, trial)
                if value.is_finite() and bool(value != 0):
                    return Found(True, None, True)
        return Found(False, None, True, "a random limit that is not known to be other than 0 almost surely")

    def _linear_in_one(self, limit: Part) -> bool:
        """Whether it is linear in a Gaussian scalar, independent of the rest, with a coefficient that is not 0."""
        functions = [a for a in scalars_of(limit) if a.kind == "sfun"]
        inside = frozenset().union(*(self.chance(thawed(a.data[1])) for a in functions))
        for atom in sorted(a for a in scalars_of(limit) if a.kind == "clt" and a not in inside):
            terms = {key: c for key, c in limit.items() if atom in dict(key[1])}
            slope: Part = {((), tuple(x for x in key[1] if x[0] is not atom)): c for key, c in terms.items()}
            if all(dict(key[1])[atom] == 1 for key in terms):
                surely = [self._surely(key[1], c) for key, c in slope.items()]
                if any(surely) and (len(slope) == 1 or self.never_negative(slope)):
                    return True
        return False

    def _surely(self, scalars: Powers, c: Number) -> bool:
        """Whether a product of scalars is not 0 almost surely."""
        return c.nonzero and all(self._surely_scalar(atom) for atom, _ in scalars)

    def _surely_scalar(self, atom: Atom) -> bool:
        if atom.kind != "sfun":
            return atom.kind == "clt"
        name, data = atom.data
        return name == "exp" or (name.startswith("pow:") and self.scalar(thawed(data)).nonzero)

    def never_negative(self, part: Part) -> bool:
        """Whether a scalar is a sum of positive multiples of squares, exponentials and the like."""
        return all(
            c.positive and all(e % 2 == 0 or self._atom_never_negative(a) for a, e in scalars)
            for (_, scalars), c in part.items()
        )

    def _atom_never_negative(self, atom: Atom) -> bool:
        if atom.kind in ("avg", "mean"):
            return self.positive(atom)
        name = atom.data[0] if atom.kind == "sfun" else ""
        if name == "id":
            return self.never_negative(thawed(atom.data[1]))
        if name.startswith("pow:"):
            p = Fraction(name[4:])
            return p.denominator % 2 == 0 or p.numerator % 2 == 0 or self.never_negative(thawed(atom.data[1]))
        return name in ("exp", "logistic")

    def positive(self, atom: Atom) -> bool:
        """Whether an average is that of a square, or of what is never negative, and not 0."""
        if atom not in self._positive:
            self._positive[atom] = False
            vectors: Powers = atom.data[0]
            even = all(e % 2 == 0 or (a.kind in ("fun", "zfun") and a.data[0] in EVEN) for a, e in vectors)
            part: Part = {(vectors, ()): ONE}
            if even and vectors:
                z = self._root(vectors)
                self._positive[atom] = (
                    z is not None and self.vector(z).nonzero if atom.kind == "avg" else (self._z_nonzero(part))
                )
        return self._positive[atom]

    def _root(self, vectors: Powers) -> Part | None:
        """A vector that is 0 where the product is."""
        if len(vectors) == 1 and vectors[0][0].kind == "fun" and vectors[0][0].data[0] == "square":
            return thawed(vectors[0][0].data[1])
        return {(tuple((a, e // 2 if e % 2 == 0 else e) for a, e in vectors), ()): ONE}

    def _z_nonzero(self, z: Part) -> bool:
        for trial in range(TRIES):
            value = self.at(z, trial)
            if value.is_finite() and bool(value != 0):
                return not self._generic(z, z)
        return False
