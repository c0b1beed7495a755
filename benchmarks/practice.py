"""The gate beside what people use, on 500 data sets of natural quantities: `python -m benchmarks.practice [--write]`.

Each set is one quantity of :mod:`verifier.inference.natural` at one grid and number of seeds, and one claim n^p about
it, true or false by a quarter or a half.  Each method says yes, no or nothing:

    polyfit ± 1/8     the slope of log |X| averaged by width: yes within 1/8 of the claim, else no
    polyfit ± 2 se    yes if the claim is within two standard errors of that slope, else no
    curve_fit         a n^p + b fitted to the means of |X|: yes if p is within 1/8 of the claim, nothing if it fails
    factor 2          the eye on a coordinate check: yes if mean |X| / n^p changes by less than 2 over the widths
    fit               consistent, contradicted, or nothing

Beside it, what fit's own rules would say were the scatter of log |X| at each width known and normal: where they stay
open, the samples are too few for the error rate, whatever is made of them by way of mean logs.
"""

from __future__ import annotations

import argparse
import math
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import optimize

from verifier.fits.fitting import assess
from verifier.inference import DEFAULT_ALPHA
from verifier.inference.decisions import Decision
from verifier.inference.evidence import BothFunctionals, describe_profiles, profiles
from verifier.inference.gates import settle
from verifier.inference.natural import GRIDS, Natural, naturals
from verifier.inference.presence import Presence
from verifier.inference.samples import Moments
from verifier.inference.settings import Settings
from verifier.verdict import NumericStatus

RESULTS = Path(__file__).with_name("practice_results.md")
SEED = 20_310
SETS = 500
SEEDS = (3, 5, 10, 20, 50, 200)
OFF = (0.0, 0.25, 0.0, -0.25, 0.0, 0.5, 0.0, -0.5)
MARGIN = 0.125
#: Draws from which the scatter of a quantity at a width is taken to be known, and what stands for endless many.
KNOWN, ENDLESS = 4000, 10**9

Array = npt.NDArray[np.float64]
Data = dict[int, Array]


@dataclass(frozen=True)
class Drawn:
    """One data set of a quantity, and the claim that is made of it."""

    quantity: Natural
    data: Data
    claimed: float
    seeds: int

    @property
    def holds(self) -> bool:
        return self.claimed == self.quantity.truth

    @property
    def clear(self) -> bool:
        """Whether the claim is further from polyfit's slope than twice its margin."""
        return abs(slope(self.data)[0] - self.claimed) > 2 * MARGIN

    def beyond_scatter(self, errors: float) -> bool:
        """Whether polyfit is right, and still were its slope so many true errors nearer to the wrong answer."""
        found, error = slope(self.data)[0], known_error(self)
        off = abs(found - self.claimed)
        return off + errors * error <= MARGIN if self.holds else off - errors * error > MARGIN

    @property
    def dependent(self) -> bool:
        """Whether rows of a width are not independent, as the quantity's note says."""
        return self.quantity.note == "rows are dependent"


def slope(data: Data) -> tuple[float, float]:
    """The slope of log |X| averaged by width, and its standard error, as polyfit gives them."""
    x = np.log(np.array(list(data), dtype=float))
    with np.errstate(divide="ignore"):
        y = np.array([np.mean(np.log(np.abs(v[v != 0]))) for v in data.values()])
    found, covariance = np.polyfit(x, y, 1, cov=True)
    return float(found[0]), math.sqrt(max(float(covariance[0, 0]), 0.0))


def polyfit(data: Data, claimed: float) -> bool | None:
    return abs(slope(data)[0] - claimed) <= MARGIN


def polyfit_errors(data: Data, claimed: float) -> bool | None:
    value, error = slope(data)
    return abs(value - claimed) <= 2 * error


def offset(data: Data, claimed: float) -> bool | None:
    n = np.array(list(data), dtype=float)
    means = np.array([np.mean(np.abs(v)) for v in data.values()])
    scale = float(means.max())
    start = (means[-1] / scale / n[-1] ** slope(data)[0], slope(data)[0], 0.0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found, _ = optimize.curve_fit(lambda n, a, p, b: a * n**p + b, n, means / scale, p0=start, maxfev=4000)
    except (RuntimeError, ValueError):
        return None
    return bool(abs(found[1] - claimed) <= MARGIN)


def eye(data: Data, claimed: float) -> bool | None:
    means = np.array([np.mean(np.abs(v)) / n**claimed for n, v in data.items()])
    return bool(means.max() < 2 * means.min())


def fit(data: Data, claimed: float) -> bool | None:
    return ANSWERS.get(assess(data, "order", claimed).status)


ANSWERS = {NumericStatus.CONSISTENT: True, NumericStatus.CONTRADICTED: False}


@lru_cache(maxsize=1024)
def scatter_of(name: str, width: int) -> float:
    """The variance of log |X| of a quantity at a width, from draws of its own."""
    quantity = next(q for q in naturals() if q.name == name)
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode()), width])
    x = np.asarray(quantity.draw(rng, width, KNOWN), dtype=float)
    return float(np.var(np.log(np.abs(x[x != 0]))))


def known_error(drawn: Drawn) -> float:
    """The standard error of polyfit's slope, from scatters that are known, where samples are independent."""
    x = np.log(np.array(list(drawn.data), dtype=float))
    weights = (x - x.mean()) / np.sum((x - x.mean()) ** 2)
    variances = [scatter_of(drawn.quantity.name, n) / v.size for n, v in drawn.data.items()]
    return math.sqrt(float(np.sum(weights**2 * np.array(variances))))


def fit_with_known_scatter(drawn: Drawn) -> bool | None:
    """The same rules at the same level on normal intervals of the mean logs, with variances that are known."""
    widths = tuple(drawn.data)
    moments = [
        Moments(
            float(np.mean(np.log(np.abs(v[v != 0])))), scatter_of(drawn.quantity.name, n) * ENDLESS / v.size, ENDLESS
        )
        for n, v in drawn.data.items()
    ]
    full, reduced = profiles(widths, [moments], Settings(looks=1))
    evidence = BothFunctionals(full, reduced, Presence(0.0, 0.0), DEFAULT_ALPHA)
    counts = tuple(v.size for v in drawn.data.values())
    base = Decision(
        NumericStatus.INVALID, "", "exponent", drawn.claimed, DEFAULT_ALPHA, MARGIN, widths, counts, look=1, looks=1
    )
    return ANSWERS.get(settle(describe_profiles(base, evidence), evidence).verdict)


METHODS: dict[str, Callable[[Data, float], bool | None]] = {
    "polyfit ± 1/8": polyfit,
    "polyfit ± 2 se": polyfit_errors,
    "curve_fit, a n^p + b": offset,
    "factor 2 by eye": eye,
    "fit": fit,
}


def sets(count: int) -> list[Drawn]:
    """The data sets with their claims; those with a width of nothing but zeros are left out."""
    quantities = [q for q in naturals() if q.kind == "order"]
    found = []
    for k in range(count):
        quantity = quantities[k % len(quantities)]
        seeds = SEEDS[(k // len(quantities)) % len(SEEDS)]
        rng = np.random.default_rng([SEED, zlib.crc32(quantity.name.encode()), k])
        widths = GRIDS[(k // 3) % len(GRIDS)]
        data = {n: np.asarray(quantity.draw(rng, n, seeds), dtype=float) for n in widths}
        if all(np.any(v != 0) for v in data.values()):
            found.append(Drawn(quantity, data, quantity.truth + OFF[k % len(OFF)], seeds))
    return found


Answers = dict[str, bool | None]


def tables(count: int) -> str:
    """The tables, in Markdown."""
    drawn = sets(count)
    answers: list[Answers] = [{name: method(d.data, d.claimed) for name, method in METHODS.items()} for d in drawn]
    lines = [
        f"# The gate beside what people use, {len(drawn)} data sets", "",
        f"`python -m benchmarks.practice --write`, seed {SEED}; {', '.join(map(str, SEEDS))} samples a width.", "",
        "| method | right | false pass | false alarm | open |", "|---|--:|--:|--:|--:|",
    ]  # fmt: skip
    for name in METHODS:
        counts = Counter(
            "open" if found[name] is None else "right" if found[name] == d.holds else
            "false alarm" if d.holds else "false pass"
            for found, d in zip(answers, drawn, strict=True)
        )  # fmt: skip
        row = " | ".join(str(counts[word]) for word in ("right", "false pass", "false alarm", "open"))
        lines.append(f"| {name} | {row} |")
    lines += ["", *_clear(drawn, answers)]
    return "\n".join(lines) + "\n"


def _beyond(errors: int, holds: bool, drawn: Drawn) -> bool:
    return drawn.holds == holds and drawn.beyond_scatter(errors)


GROUPS: dict[str, Callable[[Drawn], bool]] = {
    "false claims, by more than the margin": lambda d: not d.holds and d.clear,
    "the same, 10 seeds and more": lambda d: not d.holds and d.clear and d.seeds >= 10,
    "false claims": lambda d: not d.holds,
    "true claims": lambda d: d.holds,
    "true claims, 50 seeds and more": lambda d: d.holds and d.seeds >= 50,
    **{
        f"{'true' if holds else 'false'} claims, by {errors} standard errors": partial(_beyond, errors, holds)
        for errors in (2, 3, 5)
        for holds in (False, True)
    },
}


def _clear(drawn: list[Drawn], answers: list[Answers]) -> list[str]:
    """What fit decides where polyfit ± 1/8 is right by more than the margin, and where it is right at all."""
    lines = [
        "Where polyfit ± 1/8 is right, and where by more than its margin (a false claim more than 1/4 from its slope;",
        "a true claim cannot be, as its slope is within 1/8 where it is right), and where it still would be right were",
        "its slope so many true standard errors nearer to the wrong answer:", "",
        "| sets | polyfit right | of these fit decides rightly | wrongly | open | rows are dependent "
        "| open were the scatter known | other |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for name, belongs in GROUPS.items():
        chosen = [
            (d, found["fit"]) for d, found in zip(drawn, answers, strict=True)
            if belongs(d) and found["polyfit ± 1/8"] == d.holds
        ]  # fmt: skip
        right = sum(answer == d.holds for d, answer in chosen)
        undecided = [d for d, answer in chosen if answer is None]
        dependent = sum(d.dependent for d in undecided)
        short = sum(fit_with_known_scatter(d) is None for d in undecided if not d.dependent)
        other = len(undecided) - dependent - short
        wrong = len(chosen) - right - len(undecided)
        lines.append(
            f"| {name} | {len(chosen)} | {right} | {wrong} | {len(undecided)} | {dependent} | {short} | {other} |"
        )
    return [*lines, "", *WHY]


WHY = (
    "The last three columns are the open sets. Of rows that are dependent nothing may be decided. Of the next, the",
    "same rules at the same error rate would decide nothing were the scatter of log |X| known: the samples are too few",
    "for it, or corrections are larger than is assumed; polyfit is right there without knowing it, as it is wrong",
    "elsewhere. Only the last column is the price of not knowing the scatter. Polyfit says yes or no of every set, so",
    "it decides all on which it is right, and no rule with an error rate can; the last rows show how much is luck.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=SETS)
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    arguments = parser.parse_args()
    text = tables(arguments.sets)
    print(text, end="")
    if arguments.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
