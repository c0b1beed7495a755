"""What the coordinates of a vector tend to (Yang, Tensor Programs III and IV): polynomials and functions of Gaussians.

A column of a random weight has Z standard normal.  Z^{Wx} = Ẑ + Σ_k Z^{y_k} E[∂Z^x/∂Ẑ_k], the sum over the vectors y_k
that Wᵀ was applied to before, Ẑ_k the Gaussian part of Wᵀ y_k; Cov(Ẑ^{Wx}, Ẑ^{Wy}) = E[Z^x Z^y], and the Gaussians of W
and of Wᵀ are independent.  An average over coordinates tends to E[Z].

A Z is a part (:mod:`expansion`) whose vectors are Gaussians (``gauss``, ``hat``) and functions of parts (``zfun``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.programs.derive.expansion import (
    EMPTY,
    Atom,
    Atoms,
    Part,
    Powers,
    composed,
    constant,
    frozen,
    joined,
    plus,
    scalar,
    scaled,
    thawed,
    times,
    uses_of,
    vector,
)  # fmt: skip
from verifier.programs.derive.functions import function, slope
from verifier.programs.derive.numbers import ONE, Number

GAUSSIAN = ("gauss", "hat")
#: longer sums are not multiplied out
WIDE = 48


@dataclass
class Coordinates:
    """Z of every vector, derivatives with respect to its Gaussians, and what vanishes by symmetry alone."""

    atoms: Atoms
    _z: dict[Atom, Part] = field(default_factory=dict)
    _variables: dict[Atom, frozenset[Atom]] = field(default_factory=dict)
    _uncorrelated: dict[tuple[Atom, Atom], bool] = field(default_factory=dict)
    _parity: dict[Atom, int] = field(default_factory=dict)

    def of(self, part: Part) -> Part:
        """Z of a polynomial in vectors; scalars stay what they are."""
        out: Part = {}
        for (vectors, scalars), c in part.items():
            term: Part = {((), scalars): c}
            for atom, e in vectors:
                for _ in range(e):
                    term = times(term, self._atom(atom))
            out = plus(out, term)
        return out

    def _atom(self, atom: Atom) -> Part:
        if atom not in self._z:
            self._z[atom] = self._made(atom)
        return self._z[atom]

    def _made(self, atom: Atom) -> Part:
        if atom.kind == "gauss":
            return vector(atom)
        if atom.kind == "mat":
            return self._product(atom)
        name, data = atom.data
        inner = self.of(thawed(data))
        if name in ("id", "square") and len(inner) > WIDE:
            return self.applied("id" if name == "id" else "pow:2", inner)
        if name in ("id", "square"):
            return inner if name == "id" else times(inner, inner)
        return self.applied(name, inner)

    def _product(self, atom: Atom) -> Part:
        matrix, turned, y = atom.data
        z = self.of({(y, ()): ONE})
        out = vector(self.hat(atom))
        for variable in sorted(self.variables(z)):
            if variable.kind != "hat":
                continue
            other, back, source = variable.data[0].data
            if other != matrix or back == turned:
                continue
            answer = self.mean_of(self.derivative(z, variable))
            if answer:
                out = plus(out, times(answer, self.of({(source, ()): ONE})))
        return out

    def hat(self, atom: Atom) -> Atom:
        """The Gaussian part of a product with a matrix."""
        return self.atoms.get("hat", atom, uses=atom.uses)

    def applied(self, name: str, inner: Part) -> Part:
        """f(Z), constants folded, steps of one variable with a fixed sign."""
        if name == "step":
            found = self._step(inner)
            if found is not None:
                return found
        atom = self.atoms.get("zfun", name, frozen(inner), scalar=not self.variables(inner), uses=uses_of(inner))
        return scalar(atom) if atom.scalar else vector(atom)

    def _step(self, inner: Part) -> Part | None:
        """Step(c·M) as Step(M) or 1 - Step(M), c the coefficient of the first term."""
        first = min(inner, key=lambda key: [(a.number, e) for powers in key for a, e in powers], default=None)
        if first is None or EMPTY in inner or inner[first].sign == 0 or inner[first].exact == 1:
            return None
        if not inner[first].known:
            return None
        sign = inner[first].sign
        scale = inner[first].inverse()
        normal = {key: (ONE if key == first else c * scale) for key, c in inner.items()}
        out = vector(self.atoms.get("zfun", "step", frozen(normal), uses=uses_of(normal)))
        return out if sign > 0 else plus(constant(ONE), scaled(out, Number.of(-1)))

    # -- variables and derivatives ------------------------------------------------------------------------------------

    def variables(self, z: Part) -> frozenset[Atom]:
        """The Gaussians that a Z depends on."""
        found: set[Atom] = set()
        for vectors, _ in z:
            for atom, _e in vectors:
                found |= self._of_atom(atom)
        return frozenset(found)

    def _of_atom(self, atom: Atom) -> frozenset[Atom]:
        if atom.kind in GAUSSIAN:
            return frozenset((atom,))
        if atom not in self._variables:
            self._variables[atom] = self.variables(thawed(atom.data[1]))
        return self._variables[atom]

    def derivative(self, z: Part, variable: Atom) -> Part:
        """∂Z/∂(one Gaussian); a step gives a delta."""
        out: Part = {}
        for (vectors, scalars), c in z.items():
            for place, (atom, e) in enumerate(vectors):
                inner = self._slope(atom, variable)
                if not inner:
                    continue
                left = tuple((a, k - (i == place)) for i, (a, k) in enumerate(vectors) if k - (i == place))
                out = plus(out, times({(left, scalars): c * Number.of(e)}, inner))
        return out

    def _slope(self, atom: Atom, variable: Atom) -> Part:
        if atom.kind in GAUSSIAN:
            return constant(ONE) if atom is variable else {}
        if variable not in self._of_atom(atom):
            return {}
        name, data = atom.data
        inner = thawed(data)
        return times(composed(slope(name), inner, self.applied), self.derivative(inner, variable))

    # -- expectations that vanish by symmetry -------------------------------------------------------------------------

    def mean_of(self, z: Part) -> Part:
        """E[Z] as scalars: terms that vanish by symmetry are left out, constants are taken out."""
        out: Part = {}
        for (vectors, scalars), c in z.items():
            if not vectors:
                out = plus(out, {((), scalars): c})
            elif not self.odd(vectors):
                found = self.atoms.get("mean", vectors, scalar=True, uses=uses_of({(vectors, ()): ONE}))
                out = plus(out, {((), joined(scalars, ((found, 1),))): c})
        return out

    def odd(self, vectors: Powers) -> bool:
        """Whether E of a monomial is 0 because a group that is independent of the others changes its sign with it."""
        return any(self._turned(group) < 0 for group in self.groups(vectors))

    def _turned(self, vectors: Powers) -> int:
        """1: even, -1: odd, 0: neither, when all Gaussians change their sign."""
        out = 1
        for atom, e in vectors:
            out *= self._sign(atom) ** (e % 2) if e % 2 or self._sign(atom) else 0
        return out

    def _sign(self, atom: Atom) -> int:
        if atom.kind in GAUSSIAN:
            return -1
        if atom not in self._parity:
            name, data = atom.data
            signs = {self._turned(key[0]) for key in thawed(data)}
            inner = signs.pop() if len(signs) == 1 else 0
            parity = function(name).parity
            self._parity[atom] = 1 if inner == 1 else parity if inner == -1 else 0
        return self._parity[atom]

    def groups(self, vectors: Powers) -> list[Powers]:
        """The factors of a monomial by independent groups of Gaussians."""
        left = [(pair, self._of_atom(pair[0])) for pair in vectors]
        found = []
        while left:
            group, reach = [left[0][0]], set(left[0][1])
            left, grown = left[1:], True
            while grown:
                grown = False
                for item in list(left):
                    if any(not self.uncorrelated(a, b) for a in item[1] for b in reach):
                        group.append(item[0])
                        reach |= item[1]
                        left.remove(item)
                        grown = True
            found.append(tuple(sorted(group, key=lambda item: item[0].number)))
        return found

    def uncorrelated(self, a: Atom, b: Atom) -> bool:
        """Whether two Gaussians have covariance 0 whatever the functions are."""
        if a is b:
            return False
        if a.kind != "hat" or b.kind != "hat" or a.data[0].data[:2] != b.data[0].data[:2]:
            return True
        key = (a, b) if a < b else (b, a)
        if key not in self._uncorrelated:
            product = self.shared(a, b)
            self._uncorrelated[key] = all(self.odd(vectors) for vectors, _ in product)
        return self._uncorrelated[key]

    def shared(self, a: Atom, b: Atom) -> Part:
        """Z^x Z^y of two products W x, W y; its mean is the covariance of their Gaussian parts."""
        x, y = (self.of({(hat.data[0].data[2], ()): ONE}) for hat in (a, b))
        return times(x, y)
