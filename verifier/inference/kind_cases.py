"""Cases with known truth for the other kinds of claims, and how often each is decided wrongly.

Each case is a law for every width and a claim about it. ``holds`` is None on the line between true and false:
there either decision counts as an error, as each has probability at most alpha. Samples double from look to
look, as for exponents; :mod:`verifier.inference.calibration` measures claims of an exact order.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.inference.agreement import Normal, decide_law
from verifier.inference.atoms import decide_atom, decide_symmetric, decide_zero
from verifier.inference.averages import decide_limit, decide_mean_zero, decide_polynomial
from verifier.inference.decisions import Decision
from verifier.inference.exponents import DEFAULT_WIDTHS
from verifier.inference.kinds import decide_constant, decide_to_zero, decide_upper, decide_variance
from verifier.inference.rates import Rate, Tally
from verifier.inference.schedule import Schedule
from verifier.inference.two_widths import decide_two_widths
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Place = Any  # a width, or a pair of widths
Draw = Callable[[np.random.Generator, Place, int], Array]
Decide = Callable[..., Decision]


@dataclass(frozen=True)
class Case:
    """A claim of some ``kind`` about a law: ``draw(generator, width, size)`` samples it at a width (or a pair).

    ``promised``: false claims that lie within their margin need not be refused, and are not promised to be.
    ``once``: the samples are looked at once, all of them.
    """

    kind: str
    law: str
    holds: bool | None
    draw: Draw
    decide: Decide
    places: tuple[Place, ...] = DEFAULT_WIDTHS
    promised: bool = True
    once: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.law}"


@dataclass(frozen=True)
class KindRow:
    """One case at one alpha. ``false_pass`` is None for a true claim, ``false_fail`` for a false one."""

    kind: str
    law: str
    holds: bool | None
    promised: bool
    alpha: float
    repetitions: int
    false_pass: Rate | None
    false_fail: Rate | None
    consistent: Rate
    contradicted: Rate
    inconclusive: Rate
    mean_samples: float
    most_samples: int

    @property
    def errors(self) -> tuple[tuple[str, Rate], ...]:
        """The kinds of error that the case can show, each with its rate."""
        named = (("false passes", self.false_pass), ("false fails", self.false_fail))
        return tuple((name, rate) for name, rate in named if rate is not None)

    @property
    def within(self) -> bool:
        """Whether the upper end of every error rate is below alpha."""
        return all(rate.high < self.alpha for _, rate in self.errors)

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON and tables."""
        return asdict(self) | {"within_alpha": self.within}


def count_kind_errors(case: Case, alpha: float, schedule: Schedule, repetitions: Iterable[int], seed: int) -> Tally:
    """Run the given repetitions of a case. A count depends on (seed, name of the case, repetition) alone."""
    plan = Schedule(start=max(schedule.sizes), looks=1) if case.once else schedule
    tallies = [Tally.of(_run(case, alpha, plan, repetition, seed)) for repetition in repetitions]
    if not tallies:
        raise ValueError("no repetitions: nothing to count")
    return sum(tallies[1:], tallies[0])


def summarise_kind(case: Case, alpha: float, tally: Tally) -> KindRow:
    """The row of the table that a case's counts make."""
    trials = tally.repetitions
    consistent, contradicted = (Rate.counted(k, trials) for k in (tally.consistent, tally.contradicted))
    return KindRow(
        kind=case.kind,
        law=case.law,
        holds=case.holds,
        promised=case.promised,
        alpha=alpha,
        repetitions=trials,
        false_pass=None if case.holds else consistent,
        false_fail=None if case.holds is False else contradicted,
        consistent=consistent,
        contradicted=contradicted,
        inconclusive=Rate.counted(trials - tally.consistent - tally.contradicted, trials),
        mean_samples=tally.samples / trials,
        most_samples=tally.most,
    )


def _run(case: Case, alpha: float, plan: Schedule, repetition: int, seed: int) -> Decision:
    key = (zlib.crc32(case.name.encode()), repetition)
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))
    samples: dict[Place, Array] = {place: np.empty(0) for place in case.places}
    decision: Decision | None = None
    for look, size in enumerate(plan.sizes, 1):
        if decision is not None and decision.decided:
            break
        samples = {p: np.concatenate([x, case.draw(rng, p, size - x.size)]) for p, x in samples.items()}
        looks = {} if case.once else {"looks": plan.looks, "look": look}
        decision = case.decide(samples, alpha=alpha, **looks)
    assert decision is not None  # a schedule has at least one size
    return decision


def _gaussian(exponent: float, shift: float = 0.0) -> Draw:
    return lambda rng, n, size: shift + rng.standard_normal(size) * float(n) ** exponent


def _drawn(value: Callable[[np.random.Generator, int, int], npt.ArrayLike]) -> Draw:
    return lambda rng, n, size: np.asarray(value(rng, n, size), dtype=np.float64)


def _signs(positive: Callable[[int], float]) -> Draw:
    """±|G| with P(X > 0) = positive(n)."""
    return _drawn(lambda rng, n, size: np.where(rng.random(size) < positive(n), 1, -1) * abs(rng.standard_normal(size)))


def _rarely(probability: Callable[[int], float]) -> Draw:
    """1 with the given probability, else 0."""
    return _drawn(lambda rng, n, size: rng.random(size) < probability(n))


def _mean_of_squares(rng: np.random.Generator, n: int, size: int) -> Array:
    """(1 + 2/n) times the mean of four squares of normals."""
    return np.asarray((1 + 2 / n) * np.mean(rng.standard_normal((4, size)) ** 2, axis=0))


def _half(rng: np.random.Generator, size: int) -> Array:
    return rng.standard_normal(size) / 2


def _off(rng: np.random.Generator, size: int) -> Array:
    """G + m with m = E|G + m|/8."""
    return rng.standard_normal(size) + 0.10025


def _with(decide: Callable[..., Decision], *words: Any, **fixed: Any) -> Decide:
    return lambda samples, **settings: decide(samples, *words, **fixed, **settings)


def _both(claimed: tuple[float, float]) -> Decide:
    """Both exponents of a two-width claim as one: contradicted if either is, consistent if both are."""

    def decide(samples: Mapping[Place, Array], **settings: Any) -> Decision:
        found = decide_two_widths(samples, claimed, **settings)
        for verdict in (NumericStatus.CONTRADICTED, NumericStatus.INVALID, NumericStatus.INCONCLUSIVE):
            for decision in found:
                if decision.verdict is verdict:
                    return decision
        return found[0]

    return decide


def _product(p: float, q: float) -> Draw:
    return lambda rng, cell, size: rng.standard_normal(size) * float(cell[0]) ** p * float(cell[1]) ** q


def cases() -> tuple[Case, ...]:
    """The cases of the second calibration table, by kind."""
    last = DEFAULT_WIDTHS[-1]
    four = (128, 413, 1150, 4690)
    grid = tuple((n, m) for n in four for m in four)
    upper = ("X = O(n^-1)", _with(decide_upper, -1.0))
    zero = ("X -> 0", _with(decide_to_zero))
    constant = ("X -> constant", _with(decide_constant))
    variance = ("Var X ~ n^-1", _with(decide_variance, -1.0))
    limit = ("lim E X = mu, margin 0.02", _with(decide_limit, 1.0, margin=0.02))
    polynomial = ("E X = 1 + 2/n, margin 5 %", _with(decide_polynomial, lambda n: 1 + 2 / n))
    vanishing = ("X = 0", _with(decide_zero))
    signs = ("P(X > 0) = 1/2", _with(decide_symmetric))
    mean = ("E X = 0, margin E|X|/8", _with(decide_mean_zero))
    atom = ("P(X = 0) = 3/4, margin 0.05", _with(decide_atom, 0.75))
    law = ("X -> N(0, 1) in law, margin 0.05", _with(decide_law, Normal(1.0)))
    two = ("X ~ n^-1 m^1/2", _both((-1.0, 0.5)))

    def case(kind: tuple[str, Decide], words: str, holds: bool | None, draw: Draw, **more: Any) -> Case:
        return Case(kind[0], words, holds, draw, kind[1], **more)

    def shifted(mean: float) -> Draw:
        return _drawn(lambda rng, n, size: mean + 3 / n + rng.standard_normal(size) / 4)

    def scaled(factor: float) -> Draw:
        return _drawn(lambda rng, n, size: factor * _mean_of_squares(rng, n, size))

    return (
        case(upper, "n^-1 G", True, _gaussian(-1)),
        case(upper, "n^-3/2 G", True, _gaussian(-1.5)),
        case(upper, "n^-7/8 G, off by the margin", False, _gaussian(-0.875)),
        case(upper, "n^-3/4 G", False, _gaussian(-0.75)),
        case(zero, "n^-1/2 G", True, _gaussian(-0.5)),
        case(zero, "n^-1/8 G, the slowest that is told from none", True, _gaussian(-0.125)),
        case(zero, "G", False, _gaussian(0)),
        case(constant, "3 + n^-1/2 G", True, _gaussian(-0.5, 3.0)),
        case(constant, "3 + n^-1/4 G", True, _gaussian(-0.25, 3.0)),
        case(constant, "3 + n^-1/8 G, the slowest decay", None, _gaussian(-0.125, 3.0)),
        case(constant, "1 + G", False, _gaussian(0, 1.0)),
        case(variance, "3 + n^-1/2 G", True, _gaussian(-0.5, 3.0)),
        case(variance, "3 + n^-3/8 G, off by the margin", False, _gaussian(-0.375, 3.0)),
        case(variance, "3 + n^-5/8 G, off by the margin", False, _gaussian(-0.625, 3.0)),
        case(limit, "mu + 3/n + G/4", True, shifted(1.0)),
        case(limit, "mu + 0.02 + 3/n + G/4, off by the margin", False, shifted(1.02)),
        case(limit, "mu - 0.02 + 3/n + G/4, off by the margin", False, shifted(0.98)),
        case(polynomial, "(1 + 2/n) mean of 4 G^2", True, scaled(1.0), places=(16, 64, 256)),
        case(polynomial, "5 % more, off by the margin", False, scaled(1.05), places=(16, 64, 256)),
        case(polynomial, "5 % less, off by the margin", False, scaled(0.95), places=(16, 64, 256)),
        case(vanishing, "0", True, _rarely(lambda n: 0.0), once=True),
        case(
            vanishing, "P(X != 0) = 0.0015 at one width", False, _rarely(lambda n: 0.0015 * (n == last)), once=True
        ),
        case(signs, "G", True, _signs(lambda n: 0.5)),
        case(signs, "P(X > 0) = 0.625 at one width, off by the margin", False, _signs(lambda n: 0.5 + (n == last) / 8)),
        case(signs, "P(X > 0) = 0.52, within the margin", False, _signs(lambda n: 0.52), promised=False),
        case(mean, "Z^2 - 1", True, _drawn(lambda rng, n, size: rng.standard_normal(size) ** 2 - 1)),
        case(mean, "e^(Z/2) - 1, with fair signs", False, _drawn(lambda rng, n, size: np.expm1(_half(rng, size)))),
        case(mean, "G + E|G + m|/8, off by the margin", False, _drawn(lambda rng, n, size: _off(rng, size))),
        case(atom, "P(X = 0) = 0.75", True, _rarely(lambda n: 0.25)),
        case(atom, "P(X = 0) = 0.80, off by the margin", False, _rarely(lambda n: 0.2)),
        case(law, "(1 + 5/n) G", True, _drawn(lambda rng, n, size: (1 + 5 / n) * rng.standard_normal(size))),
        # sup |Phi(x) - Phi(x/s)| = 0.05 at s = 1.2304.
        case(law, "1.2304 G, at distance 0.05", False, _drawn(lambda rng, n, size: 1.2304 * rng.standard_normal(size))),
        case(two, "n^-1 m^1/2 G", True, _product(-1, 0.5), places=grid),
        case(two, "n^-1 m^5/8 G, off by the margin", False, _product(-1, 0.625), places=grid),
        case(two, "n^-9/8 m^1/2 G, off by the margin", False, _product(-1.125, 0.5), places=grid),
    )  # fmt: skip
