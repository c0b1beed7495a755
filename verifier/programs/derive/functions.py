"""Functions of one real variable: derivative, growth, kinks, values in balls.

Derivatives are polynomials in these functions of the same argument: {((name, exponent), …): rational}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import acb, arb

from verifier.programs.derive.numbers import Number, pi

Product = tuple[tuple[str, int], ...]
#: coefficient, and whether it is to be multiplied by 1/√π
Derivative = Mapping[Product, Fraction]


@dataclass(frozen=True)
class ScalarFunction:
    """``name``: how it is called.

    ``analytic``: everywhere; else it is so but at 0.  ``parity``: 1, -1, or 0 for neither.  ``degree``: where it is
    homogeneous, f(cx) = c^degree f(x) for c > 0.  ``far``: its limits at -∞ and ∞ where it tends to them exponentially.
    ``growth``: |f(x)| <= growth[0] (1 + |x|)^growth[1], or None where it is not polynomially bounded.
    ``lipschitz``: with powers of |x|, if it is smooth.  ``domain``: what its argument must be.
    """

    name: str
    value: Callable[[Any], Any]
    derivative: Derivative | None
    parity: int = 0
    analytic: bool = True
    degree: Fraction | None = None
    far: tuple[int, int] | None = None
    growth: tuple[int, int] | None = (1, 0)
    domain: str = ""

    @property
    def root(self) -> bool:
        """Whether it is a power of exponent greater than 0, of what is not negative."""
        return self.degree is not None and self.degree > 0 and self.domain == "positive"

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return {"pow:1/2": "a square root", "pow:-1": "a division", "pow:-1/2": "1 over a square root",
                "step": "a comparison"}.get(self.name, self.name)  # fmt: skip


def _step(x: Any) -> Any:
    real = x.real if isinstance(x, acb) else x
    if bool(real > 0):
        return type(x)(1)
    return type(x)(0) if bool(real < 0) else type(x)(arb("nan"))


def _bell(x: Any) -> Any:
    return (-x * x).exp()


def _tanh(x: Any) -> Any:
    return x.tanh()


def _logistic(x: Any) -> Any:
    return (x.exp() + 1) ** -1 * x.exp() if bool(_real(x) < 0) else ((-x).exp() + 1) ** -1


def _real(x: Any) -> arb:
    return x.real if isinstance(x, acb) else x


def _one(*product: tuple[str, int], c: int | Fraction = 1) -> Derivative:
    return {tuple(product): Fraction(c)}


FUNCTIONS: dict[str, ScalarFunction] = {
    f.name: f
    for f in (
        ScalarFunction("id", lambda x: x, _one(), -1, growth=None),
        ScalarFunction("tanh", _tanh, {(): Fraction(1), (("tanh", 2),): Fraction(-1)}, -1, far=(-1, 1)),
        ScalarFunction("logistic", _logistic, {(("logistic", 1),): Fraction(1), (("logistic", 2),): Fraction(-1)},
                 far=(0, 1)),
        ScalarFunction("erf", lambda x: x.erf(), _one(("bell", 1)), -1, far=(-1, 1)),
        ScalarFunction("bell", _bell, _one(("bell", 1), ("id", 1), c=-2), 1, far=(0, 0)),
        ScalarFunction("sin", lambda x: x.sin(), _one(("cos", 1)), -1),
        ScalarFunction("cos", lambda x: x.cos(), _one(("sin", 1), c=-1), 1),
        ScalarFunction("exp", lambda x: x.exp(), _one(("exp", 1)), growth=None),
        ScalarFunction("step", _step, _one(("delta", 1)), analytic=False, degree=Fraction(0)),
        ScalarFunction("delta", lambda x: arb("nan"), None, 1, analytic=False, growth=None),
        ScalarFunction("log", lambda x: x.log(), _one(("pow:-1", 1)), domain="positive", growth=None),
    )
}  # fmt: skip


def function(name: str) -> ScalarFunction:
    """The function of this name; ``pow:p`` is x^p for a rational p."""
    if name.startswith("pow:"):
        return _power(Fraction(name[4:]))
    return FUNCTIONS[name]


def _power(p: Fraction) -> ScalarFunction:
    below = _one((f"pow:{p - 1}", 1), c=p)
    whole = p.denominator == 1

    def value(x: Any) -> Any:
        if whole:
            return x ** int(p)
        return (x.sqrt() if p.denominator == 2 else x.root(p.denominator)) ** p.numerator

    domain = "nonzero" if whole else "positive"
    return ScalarFunction(f"pow:{p}", value, below, degree=p, domain=domain, growth=None)


def slope(name: str) -> list[tuple[Product, Number]]:
    """The derivative as products with coefficients; the error function's has 2/√π."""
    found = function(name).derivative
    if found is None:
        raise ValueError(f"{name} has no derivative")
    front = Number.of(2) * pi().inverse().root() if name == "erf" else Number.of(1)
    return [(product, front * Number.of(c)) for product, c in found.items()]


def at_number(name: str, x: Number) -> Number:
    """f at a constant, exactly where there is a closed form."""
    f = function(name)
    if name.startswith("pow:"):
        p = Fraction(name[4:])
        if p.denominator == 1:
            return x.power(int(p))
        if p.denominator == 2:
            return x.root().power(p.numerator)
    elif name in ("exp", "sin", "cos"):
        return x.applied(name)
    elif name == "step" and x.sign:
        return Number.of(1 if x.sign > 0 else 0)
    if x.zero and name != "step":
        known = {"tanh": Fraction(0), "erf": Fraction(0), "logistic": Fraction(1, 2), "bell": Fraction(1)}
        if name in known:
            return Number.of(known[name])
    if not x.known or f.name in ("step", "delta"):
        return Number.unknown()
    return Number.made(f.value(x.ball))


def derivatives(name: str, k: int) -> list[tuple[Product, Number]]:
    """The k-th derivative as a polynomial in functions of the same argument."""
    found: dict[tuple[tuple[str, int], ...], Number] = {((name, 1),): Number.of(1)}
    for _ in range(k):
        fresh: dict[tuple[tuple[str, int], ...], Number] = {}
        for powers, c in found.items():
            for place, (inner, e) in enumerate(powers):
                left = [(n, x - (i == place)) for i, (n, x) in enumerate(powers) if x - (i == place)]
                for more, d in [((), Number.of(1))] if inner == "id" else slope(inner):
                    key = _merged([*left, *more])
                    value = c * d * Number.of(e)
                    fresh[key] = fresh[key] + value if key in fresh else value
        found = {key: c for key, c in fresh.items() if not c.zero}
    return list(found.items())


def _merged(powers: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    out: dict[str, int] = {}
    for name, e in powers:
        out[name] = out.get(name, 0) + e
    return tuple(sorted(out.items()))
