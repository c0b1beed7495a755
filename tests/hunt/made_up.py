"""Made-up statements: quantities whose zeros are known to the test, and to nobody else."""

from __future__ import annotations

from math import cos, radians, sin, sqrt
from typing import Any

import numpy as np
from sympy import Function, Integer, Symbol, symbols

import verifier as v
from verifier.claims.statement import Claim, Form, Hypothesis, Kind, Source, Statement, Witness
from verifier.hunt import Space, angles, choices, integers
from verifier.hunt.axes import Corner
from verifier.hunt.finding import Hunted
from verifier.hunt.run import hunt
from verifier.hunt.target import targets
from verifier.quantities.check import Check, Measure

WIDTHS = (128, 256, 512, 1024)
#: The angle at which the leading coefficient of ``bent`` vanishes, in degrees.
HIDDEN = 77.31


@v.quantity("X")
def bent(n: int, rng: np.random.Generator, samples: int, *, angle: float, r: int = 1) -> Any:
    """A Gaussian of size n^-r times a coefficient with a zero, and a smaller term n^{-r-1/2}; 0 for r > 2."""
    first, other = rng.standard_normal((2, samples))
    c = cos(radians(angle)) - cos(radians(HIDDEN))
    return (c * (1 + first**2) + other / sqrt(n)) / n**r * (r <= 2)


@v.quantity("Y")
def straight(n: int, rng: np.random.Generator, samples: int, *, angle: float, sign: int = 1) -> Any:
    """Of order 1/n at every instance; its size depends on the angle, smoothly."""
    first, other = rng.standard_normal((2, samples))
    return (2 + sin(radians(angle)) + 0.3 * first * other) * sign * (1 + first / sqrt(n)) / n


@v.quantity("Z")
def paired(n: int, rng: np.random.Generator, samples: int, *, angle: float, sign: int = 1, depth: int = 1) -> Any:
    """0 where the angle is 0 *and* the sign is -1, from depth 2 on; else of order 1."""
    return rng.standard_normal(samples) * (0.0 if depth >= 2 and angle == 0 and sign == -1 else 1.0)


def dipping(name: str, floor: float, rate: float, least: float = 0.0) -> Any:
    """A size that dips at the hidden angle, to ``least`` + ``floor`` n^-rate; its sign is another one at every draw."""

    @v.quantity(name)
    def sampler(n: int, rng: np.random.Generator, samples: int, *, angle: float) -> Any:
        first, other = rng.standard_normal((2, samples))
        rng.random(int(angle))  # no common random numbers
        size = abs(cos(radians(angle)) - cos(radians(HIDDEN))) * (1 + rng.random(samples)) + least + floor * n**-rate
        return np.sign(first) * size * (1 + 0.1 * other**2) / n

    return sampler


@v.quantity("R")
def region(n: int, rng: np.random.Generator, samples: int, *, angle: float) -> Any:
    """0 from 70 to 179 degrees, and at 60; else of order 1."""
    return rng.standard_normal(samples) * (0.0 if 70 < angle < 179 or angle == 60 else 1.0)


SIGN = choices(1, Corner(-1, "negative", "the sign is positive"))
SPACES = {
    "X": (bent, Space(r=integers(1, 2), angle=angles())),
    "Y": (straight, Space(angle=angles(), sign=SIGN)),
    "R": (region, Space(angle=angles())),
    "D": (dipping("D", 1.0, 0.5), Space(angle=angles())),
    "F": (dipping("F", 1.0, 0.5, least=0.02), Space(angle=angles())),
    "E": (dipping("E", 0.2, 0.0), Space(angle=angles())),
    "Z": (paired, Space(depth=integers(1, 3), angle=angles(), sign=SIGN)),
}


def statement(name: str, exponent: Any, *, hypotheses: tuple[str, ...] = (), form: Form = Form.AMENDED) -> Statement:
    """X ~ n^exponent, under hypotheses on the angle."""
    r = Symbol("r", integer=True)
    claim = Claim(f"{name}.order", Kind.ORDER, Function(name)(r), exponent=exponent, form=form, hypotheses=hypotheses)
    known = tuple(Hypothesis(h, h, Witness("made up")) for h in ("not_hidden", "range"))
    return Statement(name, "made up", Source("a test"), "", (claim,), known)


def violated(parameters: Any) -> list[str]:
    """Near the hidden angle, and beyond the range."""
    near = abs(float(parameters.get("angle", 0)) - HIDDEN) < 0.05
    return ["not_hidden"] * near + ["range"] * (parameters.get("r", 1) > 2)


def searched(name: str, exponent: Any, *, seed: int, budget: float = 60.0, hypotheses: tuple[str, ...] = (),
             stages: Any = ("corners", "zeros", "pairs", "zeros at corners"), **more: Any) -> Hunted:  # fmt: skip
    """A hunt of a made-up statement, in this process."""
    quantity, space = SPACES[name]
    measure = Measure(quantity, widths=WIDTHS, block=256, samples=1 << 12, space=space)
    made = statement(name, exponent, hypotheses=hypotheses)
    found = targets(made, Check(name, measure), violated=violated)
    return hunt(found, budget=budget, seed=seed, stages=stages, **more)


N_R = -symbols("r", integer=True)
MINUS_ONE = Integer(-1)
