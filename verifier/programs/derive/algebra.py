"""Rules for expansions: functions by Taylor's formula at the leading part, products with matrices, averages.

Nothing is rounded: a rule gives terms that the value has at every width, and a remainder with a bound.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from fractions import Fraction

from verifier.programs.derive.decisions import Decisions
from verifier.programs.derive.domains import outside
from verifier.programs.derive.expansion import (
    NOTHING,
    ONE,
    Atom,
    Atoms,
    Expansion,
    Part,
    Powers,
    Rest,
    Underived,
    composed,
    constant,
    frozen,
    greater,
    made,
    number_of,
    plus,
    product,
    scalar,
    scaled,
    thawed,
    times,
    total,
    unknown,
    uses_of,
    vector,
)  # fmt: skip
from verifier.programs.derive.expectations import Expectations
from verifier.programs.derive.functions import ScalarFunction, at_number, derivatives, function
from verifier.programs.derive.limits import Coordinates
from verifier.programs.derive.numbers import ZERO, Number

HALF = Fraction(1, 2)
#: sums with more terms are kept as one vector where they are multiplied or squared
WIDE, MOST, WIDEST = 6, 64, 400


@dataclass
class Algebra:
    """The rules, with all that has been made so far.

    ``depth``: how many powers of n below the first a value keeps.  ``until``: when to give up, by ``time.monotonic``.
    """

    depth: Fraction = Fraction(1)
    until: float = math.inf
    atoms: Atoms = field(default_factory=Atoms)

    def __post_init__(self) -> None:
        self.coordinates = Coordinates(self.atoms)
        self.expectations = Expectations(self.atoms, self.coordinates)
        self.decisions = Decisions(self.coordinates, self.expectations)
        self.expectations.positive = self.decisions.positive

    def check_time(self) -> None:
        """Underived where the time is over."""
        if time.monotonic() > self.until:
            raise Underived("the time for the derivation is over")

    # -- sums and products --------------------------------------------------------------------------------------------

    def number(self, c: Number, p: Fraction = Fraction(0)) -> Expansion:
        """c n^p."""
        return Expansion({p: constant(c)}, least=c.sign > 0) if not c.zero else NOTHING

    def gauss(self, name: str, index: tuple[int, ...]) -> Expansion:
        """A column of a random weight."""
        return Expansion({Fraction(0): vector(self.atoms.get("gauss", name, index, uses=[(name, index)]))})

    def coin(self, name: str, index: tuple[int, ...]) -> Expansion:
        """A random weight that is one number: Gaussian, independent of all others."""
        source = self.atoms.get("gauss", name, index, uses=[(name, index)])
        atom = self.atoms.get("clt", ((source, 1),), scalar=True, uses=source.uses)
        return Expansion({Fraction(0): scalar(atom)})

    def add(self, *values: Expansion) -> Expansion:
        return total(values, self.depth)

    def mul(self, a: Expansion, b: Expansion) -> Expansion:
        self.check_time()
        if a is b and any(_wide(part) for part in a.terms.values()):
            return self.square(a)
        found = product(self._narrow(a, b), self._narrow(b, a), self.depth)
        return replace(found, least=found.least or a is b)

    def scale(self, a: Expansion, c: Number | int | Fraction, p: Fraction = Fraction(0)) -> Expansion:
        """c n^p times it."""
        c = c if isinstance(c, Number) else Number.of(c)
        return product(a, self.number(c, p), self.depth)

    def neg(self, a: Expansion) -> Expansion:
        return self.scale(a, -1)

    def sub(self, a: Expansion, b: Expansion) -> Expansion:
        return self.add(a, self.neg(b))

    def _narrow(self, a: Expansion, other: Expansion) -> Expansion:
        """Wide sums as few vectors where multiplying out would make many terms."""
        most = max((len(part) for part in other.terms.values()), default=0)
        return replace(a, terms={p: self._narrowed(part, most) for p, part in a.terms.items()})

    def _narrowed(self, part: Part, most: int) -> Part:
        return self._named("id", part) if _wide(part) and most > 1 and len(part) * most > MOST else part

    def _gathered(self, part: Part) -> Part:
        """A sum as one vector for each product of random scalars in it."""
        groups: dict[Powers, Part] = {}
        for (vectors, scalars), c in part.items():
            chance = tuple(x for x in scalars if vectors and x[0].kind != "avg")
            rest = tuple(x for x in scalars if x not in chance)
            groups.setdefault(chance, {})[vectors, rest] = c
        out: Part = {}
        for chance, group in groups.items():
            front: Part = {((), chance): ONE}
            out = plus(out, times(front, self._named("id", group) if len(group) > 1 else group))
        return out

    def _named(self, name: str, part: Part) -> Part:
        alone = not any(vectors for vectors, _ in part)
        kind = "sfun" if alone else "fun"
        atom = self.atoms.get(kind, name, frozen(part), scalar=alone, uses=uses_of(part))
        return scalar(atom) if alone else vector(atom)

    def square(self, a: Expansion) -> Expansion:
        """a², the leading term as the square that it is."""
        terms: dict[Fraction, Part] = {}
        rest: tuple[Rest | None, str] = (None, "")
        if a.rest is not None:
            rest = ((a.rest[0] + a.top, a.rest[1]), a.why)
        parts = list(a.terms.items())
        for k, (p, part) in enumerate(parts):
            for q, other in parts[k:]:
                if p + q < 2 * (a.lead or 0) - self.depth:
                    rest = greater(rest, ((p + q, 1), "orders below were not kept"))
                elif p == q:
                    terms[2 * p] = plus(terms.get(2 * p, {}), self._squared(part))
                else:
                    x, y = (self._gathered(t) if _wide(t) else t for t in (part, other))
                    terms[p + q] = plus(terms.get(p + q, {}), scaled(times(x, y), Number.of(2)))
        return made(terms, *rest, self.depth, least=True)

    def _squared(self, part: Part) -> Part:
        if len(part) == 1:
            return times(part, part)
        if not any(vectors for vectors, _ in part):
            return self._power("pow:2", part, 0)
        return self._named("square", part)

    # -- vectors and matrices -----------------------------------------------------------------------------------------

    def average(self, a: Expansion) -> Expansion:
        """The mean over coordinates; a centred sum with an independent Gaussian factor has the central-limit order."""
        self.check_time()
        terms: dict[Fraction, Part] = {}
        for p, whole in a.terms.items():
            part = whole
            if len(whole) > WIDEST:
                own = {key: c for key, c in whole.items() if self._centred(key[0])}
                part = plus(own, self._gathered({key: c for key, c in whole.items() if key not in own}))
            for (vectors, scalars), c in part.items():
                power, atom = self._averaged(vectors)
                one: Part = {((), scalars): c}
                found = one if atom is None else times(one, scalar(atom))
                terms[p + power] = plus(terms.get(p + power, {}), found)
        return made(terms, a.rest, a.why, self.depth, a.least)

    def _averaged(self, vectors: Powers) -> tuple[Fraction, Atom | None]:
        if not vectors:
            return Fraction(0), None
        uses = uses_of({(vectors, ()): ONE})
        if self._centred(vectors):
            return -HALF, self.atoms.get("clt", vectors, scalar=True, uses=uses)
        return Fraction(0), self.atoms.get("avg", vectors, scalar=True, uses=uses)

    def _centred(self, vectors: Powers) -> bool:
        """Whether one factor is, given all others, a centred Gaussian vector with independent coordinates."""
        for atom, e in vectors:
            others = frozenset().union(*(b.uses for b, _ in vectors if b is not atom))
            if e != 1 or atom.kind not in ("gauss", "mat"):
                continue
            if atom.kind == "gauss" and not atom.uses & others:
                return True
            if atom.kind == "mat":
                matrix, _, source = atom.data
                if (matrix,) not in others and (matrix,) not in uses_of({(source, ()): ONE}):
                    return True
        return False

    def inner(self, a: Expansion, b: Expansion) -> Expansion:
        """Σ over coordinates of a·b."""
        return self.average(self.mul(a, b)).shifted(Fraction(1))

    def matvec(self, matrix: str, turned: bool, x: Expansion) -> Expansion:
        """W x or Wᵀ x, the entries of W standard normal."""
        terms: dict[Fraction, Part] = {}
        for p, part in x.terms.items():
            out: Part = {}
            whole = self._distributed(part)
            for (vectors, scalars), c in (whole if len(whole) <= WIDEST else self._gathered(whole)).items():
                uses = uses_of({(vectors, ()): ONE}) | {(matrix,)}
                atom = self.atoms.get("mat", matrix, turned, vectors, uses=uses)
                out = plus(out, {(((atom, 1),), scalars): c})
            terms[p] = out
        return Expansion(terms, x.rest, x.why).shifted(HALF)

    def _distributed(self, part: Part) -> Part:
        """A sum that was kept as one vector is a sum again."""
        out: Part = {}
        for (vectors, scalars), c in part.items():
            if len(vectors) == 1 and vectors[0][1] == 1 and vectors[0][0].kind == "fun":
                name, data = vectors[0][0].data
                if name == "id":
                    inner = self._distributed(thawed(data))
                    out = plus(out, times({((), scalars): c}, inner))
                    continue
            out = plus(out, {(vectors, scalars): c})
        return out

    # -- functions ----------------------------------------------------------------------------------------------------

    def apply(self, name: str, x: Expansion) -> Expansion:
        """f(x), coordinate by coordinate or of a scalar."""
        self.check_time()
        f = function(name)
        found = self._applied(f, x)
        least = name in ("exp", "logistic", "bell", "step") or f.root or (f.degree is not None and x.least)
        return replace(found, least=least)

    def _applied(self, f: ScalarFunction, x: Expansion) -> Expansion:
        name = f.name
        if x.terms and f.degree is not None and x.lead != 0:
            p = x.lead or Fraction(0)
            return self.apply(name, x.shifted(-p)).shifted(p * f.degree)
        if x.rest is not None and (x.lead is None or x.top >= 0) and (x.lead is None or x.rest >= (0, 1)):
            return self._of_remainder(f, x)
        if x.lead is not None and x.lead > 0:
            return self._far(f, x)
        base = x.terms.get(Fraction(0), {})
        others = Expansion({p: part for p, part in x.terms.items() if p != 0}, x.rest, x.why)
        problem = outside(f, base, self.decisions)
        if problem:
            small = f.growth == (1, 0) or (f.root and x.least)
            return unknown(0 if small else math.inf, f"{f.title}: {problem}")
        if not f.analytic and not others.zero:
            if not self.decisions.atomless(base):
                return unknown(0, f"{f.title} where its argument may tend to 0")
            return Expansion({Fraction(0): self._power(name, base, 0)}, (0, 0), "a jump where the argument is near 0")
        return self._taylor(name, base, others)

    def _taylor(self, name: str, base: Part, others: Expansion) -> Expansion:
        found = Expansion({Fraction(0): self._power(name, base, 0)})
        if others.zero:
            return found
        step, power, k = others, self.number(ONE), 0
        first = others.lead if others.lead is not None else None
        while first is not None and first * (k + 1) >= -self.depth:
            k += 1
            power = self.mul(power, Expansion(step.terms)) if k > 1 else Expansion(step.terms)
            slope = Expansion({Fraction(0): self._power(name, base, k)})
            found = self.add(found, self.scale(self.mul(power, slope), Fraction(1, math.factorial(k))))
        rest: tuple[Rest | None, str] = (None, "")
        if first is not None:
            rest = ((first * (k + 1), 1), "orders below were not kept")
        rest = greater(rest, (others.rest, others.why))
        return self.add(found, Expansion({}, *rest))

    def _power(self, name: str, base: Part, k: int) -> Part:
        """The k-th derivative of f at a part, as a part."""
        if k == 0:
            return self._value(name, base)
        return composed(derivatives(name, k), base, self._value)

    def _value(self, name: str, base: Part) -> Part:
        if name.startswith("pow:") and Fraction(name[4:]) == 0:
            return constant(ONE)
        if name == "pow:1":
            return base
        number = number_of(base)
        if number is not None:
            found = at_number(name, number)
            if not found.known and not found.positive:
                raise Underived(f"{name} at {number}")
            return constant(found)
        if name == "step":
            parted = self._steps(base)
            if parted is not None:
                return parted
        return self._named(name, base)

    def _steps(self, base: Part) -> Part | None:
        """The step of what is a step times something: the product of the steps."""
        if len(base) != 1:
            return None
        (((vectors, scalars), c),) = base.items()
        inner = [(a, e) for a, e in vectors if a.kind == "fun" and a.data[0] == "step"]
        left = tuple((a, e) for a, e in vectors if (a, e) not in inner)
        if not inner or scalars:
            return None
        rest = self._value("step", {(left, ()): c})
        return times(rest, {(tuple((a, 1) for a, _ in inner), ()): ONE})

    def relu(self, x: Expansion) -> Expansion:
        """max(x, 0), exact for a single order, else by the sign of the first."""
        if x.zero:
            return NOTHING
        if x.lead is None or (x.rest is not None and x.rest[0] >= x.lead and x.rest[1]):
            return unknown(x.top, x.why)
        p = x.lead
        base = x.terms[p]
        number = number_of(base)
        if number is not None and number.sign > 0:
            alike = x.rest is not None or len(x.terms) == 1
            return x if alike else Expansion(x.terms, (-math.inf, 1), "max(x, 0) of what is positive in the limit")
        if number is not None and number.sign:
            return Expansion({}, (p, 0), "max(x, 0) of what is negative in the limit")
        found = product(x, Expansion({Fraction(0): self._value("step", base)}), self.depth)
        below = [q for q in x.terms if q < p]
        if not below:  # max(x, 0) is Lipschitz
            return found
        if not self.decisions.atomless(base):  # max(x, 0) is Lipschitz
            bound: tuple[Rest | None, str] = ((max(below), 1), "max(x, 0) where x may tend to 0")
            return made({p: found.terms[p]} if p in found.terms else {}, *greater(bound, (x.rest, x.why)), self.depth)
        rest = greater((x.rest, x.why), ((max(below), 0), "the kink of max(x, 0)"))
        kept = {q: part for q, part in found.terms.items() if q == p or q in below}
        return made(kept, *greater((found.rest, found.why), rest), self.depth)

    def step(self, x: Expansion) -> Expansion:
        """1 where x > 0, else 0."""
        if x.zero:
            return NOTHING
        return self.apply("step", x)

    def _of_remainder(self, f: ScalarFunction, x: Expansion) -> Expansion:
        q, kind = x.rest or (math.inf, 1)
        if f.root and f.degree is not None and x.least:
            return unknown(q * f.degree if q != math.inf else q, x.why)
        if f.domain or f.growth is None:  # what is not known may be negative, and have no root
            return unknown(math.inf, f"{f.title} of what is not known: {x.why}")
        small = (q, kind) < (0, 1) and f.analytic
        if small:
            start = at_number(f.name, ZERO)
            return self.add(self.number(start), Expansion({}, (q, kind), x.why))
        return unknown(0, x.why)

    def _far(self, f: ScalarFunction, x: Expansion) -> Expansion:
        """A function of what grows: its limits at both ends, where it tends to them."""
        base = x.terms[x.lead or Fraction(0)]
        if f.far is not None and (x.rest is None or x.rest < (x.lead, 1)) and self.decisions.atomless(base):
            low, high = f.far
            jump = scaled(self._value("step", base), Number.of(high - low))
            out = plus(constant(Number.of(low)), jump)
            return Expansion({Fraction(0): out} if out else {}, (0, 0), f"{f.title} of what grows, beside its limits")
        top = 0 if f.growth == (1, 0) else math.inf
        return unknown(top, f"{f.title} of what grows like n^{x.lead}")


def _wide(part: Part) -> bool:
    return len(part) > WIDE
