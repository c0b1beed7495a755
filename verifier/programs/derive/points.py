"""Values of limits at points, in balls, and which random scalars and functions they contain."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from flint import arb, fmpq

from verifier.programs.derive.expansion import ONE, Atom, Part, Underived, thawed
from verifier.programs.derive.expectations import Expectations
from verifier.programs.derive.functions import function
from verifier.programs.derive.limits import GAUSSIAN, Coordinates

#: points that are tried, so many that a step is not 0 at all of them; so many of them have the same random scalars
TRIES, SCALARS = 16, 1000


@dataclass
class Points:
    """Evaluates Z's at points; every Gaussian has a value of its own there."""

    coordinates: Coordinates
    expectations: Expectations
    _points: dict[tuple[Atom, int], arb] = field(default_factory=dict)
    _values: dict[tuple[Atom, int], arb] = field(default_factory=dict)
    _chances: dict[Atom, frozenset[Atom]] = field(default_factory=dict)

    def _point(self, atom: Atom, trial: int) -> arb:
        if atom.kind == "clt":
            trial //= SCALARS
        if (atom, trial) not in self._points:
            chosen = random.Random(f"{atom.number} {trial}")  # of all sizes, so that steps take all patterns
            self._points[atom, trial] = arb(fmpq(2 * chosen.randint(-500, 500) + 1, 1001)) * 2 ** chosen.randint(-2, 5)
        return self._points[atom, trial]

    def at(self, z: Part, trial: int) -> arb:
        """A Z at the ``trial``-th point; NaN where a constant is not known."""
        out = arb(0)
        for (vectors, scalars), c in z.items():
            term = c.ball
            for atom, e in (*vectors, *scalars):
                term = term * self._at_atom(atom, trial) ** e
            out += term
        return out

    def _at_atom(self, atom: Atom, trial: int) -> arb:
        if atom.kind in (*GAUSSIAN, "clt"):
            return self._point(atom, trial)
        if (atom, trial) not in self._values:
            if atom.kind in ("zfun", "sfun"):
                name, data = atom.data
                value = function(name).value(self.at(thawed(data), trial))
            else:
                limit = self.expectations.value(atom, 2)
                value = arb("nan") if atom in scalars_of(limit) else self.at(limit, trial)
            self._values[atom, trial] = value
        return self._values[atom, trial]

    def chance(self, z: Part) -> frozenset[Atom]:
        """The Gaussian scalars that a Z depends on."""
        found: set[Atom] = set()
        for atom in scalars_of(z) | {a for vectors, _ in z for a, _e in vectors}:
            if atom.kind == "clt":
                found.add(atom)
            elif atom.kind in ("zfun", "sfun"):
                found |= self.chance(thawed(atom.data[1]))
            elif atom.kind in ("avg", "mean"):
                found |= self._averaged_over(atom)
        return frozenset(found)

    def _averaged_over(self, atom: Atom) -> frozenset[Atom]:
        """The Gaussian scalars that an average depends on, in functions too, whose expectation may not be known."""
        if atom not in self._chances:
            z: Part = {(atom.data[0], ()): ONE}
            try:
                found = self.chance(self.coordinates.of(z) if atom.kind == "avg" else z)
            except Underived:
                found = frozenset(a for a in scalars_of(self.expectations.value(atom, 2)) if a.kind == "clt")
            self._chances[atom] = found
        return self._chances[atom]

    def within(self, z: Part, scalar: Atom) -> bool:
        """Whether a Gaussian scalar occurs inside a function or an average, and not as a factor only."""
        inner = {a for a in scalars_of(z) if a.kind != "clt"} | {a for vectors, _ in z for a, _e in vectors}
        return any(scalar in self.chance({((), ((a, 1),)): ONE}) for a in inner)

    def hides(self, part: Part) -> bool:
        """Whether an average in it depends on random scalars in a way that is not known."""
        for atom in scalars_of(part):
            if atom.kind == "sfun" and self.hides(thawed(atom.data[1])):
                return True
            if atom.kind in ("avg", "mean"):
                value = self.expectations.value(atom, 2)
                if not all(c.known for c in value.values()) and self._averaged_over(atom):
                    return True
        return False

    def polynomial(self, z: Part) -> bool:
        """Whether random scalars occur in coefficients only."""
        functions = {a for vectors, _ in z for a, _e in vectors if a.kind == "zfun"}
        functions |= {a for a in scalars_of(z) if a.kind == "sfun"}
        return all(
            self.polynomial(thawed(a.data[1])) if a.data[0] in ("id", "pow:2") else not self.chance(thawed(a.data[1]))
            for a in functions
        )


def scalars_of(z: Part) -> set[Atom]:
    return {atom for _, scalars in z for atom, _e in scalars}


def has_delta(z: Part) -> bool:
    return any(a.kind == "zfun" and a.data[0] == "delta" for vectors, _ in z for a, _e in vectors)
