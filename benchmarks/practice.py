"""The gate beside what people use, on 500 data sets of natural quantities: `python -m benchmarks.practice [--write]`.

Each set is one quantity of :mod:`verifier.inference.natural` at one grid and number of seeds, and one claim n^p about
it, true or false by a quarter or a half.  Each method says yes, no or nothing:

    polyfit ± 1/8     the slope of log |X| averaged by width: yes within 1/8 of the claim, else no
    polyfit ± 2 se    yes if the claim is within two standard errors of that slope, else no
    curve_fit         a n^p + b fitted to the means of |X|: yes if p is within 1/8 of the claim, nothing if it fails
    factor 2          the eye on a coordinate check: yes if mean |X| / n^p changes by less than 2 over the widths
    fit               consistent, contradicted, or nothing
"""

from __future__ import annotations

import argparse
import math
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import optimize

from verifier.fitting import assess
from verifier.inference.natural import GRIDS, naturals
from verifier.verdict import NumericStatus

RESULTS = Path(__file__).with_name("practice_results.md")
SEED = 20_310
SETS = 500
SEEDS = (3, 5, 10, 20, 50, 200)
OFF = (0.0, 0.25, 0.0, -0.25, 0.0, 0.5, 0.0, -0.5)
MARGIN = 0.125

Array = npt.NDArray[np.float64]
Data = dict[int, Array]


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
    return {NumericStatus.CONSISTENT: True, NumericStatus.CONTRADICTED: False}.get(
        assess(data, "order", claimed).status
    )


METHODS: dict[str, Callable[[Data, float], bool | None]] = {
    "polyfit ± 1/8": polyfit,
    "polyfit ± 2 se": polyfit_errors,
    "curve_fit, a n^p + b": offset,
    "factor 2 by eye": eye,
    "fit": fit,
}


def sets(count: int) -> list[tuple[Data, float, float, int]]:
    """(data, claimed exponent, true exponent, seeds) of each set."""
    quantities = [q for q in naturals() if q.kind == "order"]
    found = []
    for k in range(count):
        quantity = quantities[k % len(quantities)]
        seeds = SEEDS[(k // len(quantities)) % len(SEEDS)]
        rng = np.random.default_rng([SEED, zlib.crc32(quantity.name.encode()), k])
        widths = GRIDS[(k // 3) % len(GRIDS)]
        data = {n: np.asarray(quantity.draw(rng, n, seeds), dtype=float) for n in widths}
        if all(np.any(v != 0) for v in data.values()):
            found.append((data, quantity.truth + OFF[k % len(OFF)], quantity.truth, seeds))
    return found


def tables(count: int) -> str:
    """Both tables, in Markdown."""
    drawn = sets(count)
    answers = [{name: method(data, claimed) for name, method in METHODS.items()} for data, claimed, _, _ in drawn]
    lines = [
        f"# The gate beside what people use, {len(drawn)} data sets", "",
        f"`python -m benchmarks.practice --write`, seed {SEED}; {', '.join(map(str, SEEDS))} samples a width.", "",
        "| method | right | false pass | false alarm | open |", "|---|--:|--:|--:|--:|",
    ]  # fmt: skip
    for name in METHODS:
        counts = Counter(
            "open" if found[name] is None else "right" if found[name] == (claimed == truth) else
            "false alarm" if claimed == truth else "false pass"
            for found, (_, claimed, truth, _) in zip(answers, drawn, strict=True)
        )  # fmt: skip
        row = " | ".join(str(counts[word]) for word in ("right", "false pass", "false alarm", "open"))
        lines.append(f"| {name} | {row} |")
    lines += ["", *_clear(drawn, answers)]
    return "\n".join(lines) + "\n"


def _clear(drawn: list[tuple[Data, float, float, int]], answers: list[dict[str, bool | None]]) -> list[str]:
    """What fit decides where polyfit ± 1/8 is right by more than the margin, and where it is right at all."""
    lines = [
        "Where polyfit ± 1/8 is right, and where by more than its margin (a false claim more than 1/4 from its slope;",
        "a true claim cannot be, as its slope is within 1/8 where it is right):", "",
        "| sets | polyfit right | of these fit decides rightly | wrongly | open |", "|---|--:|--:|--:|--:|",
    ]  # fmt: skip
    groups: dict[str, Callable[[Data, float, float, int], bool]] = {
        "false claims, by more than the margin": lambda d, c, t, s: c != t and abs(slope(d)[0] - c) > 2 * MARGIN,
        "the same, 10 seeds and more": lambda d, c, t, s: c != t and abs(slope(d)[0] - c) > 2 * MARGIN and s >= 10,
        "false claims": lambda d, c, t, s: c != t,
        "true claims": lambda d, c, t, s: c == t,
        "true claims, 50 seeds and more": lambda d, c, t, s: c == t and s >= 50,
    }
    for name, belongs in groups.items():
        chosen = [
            found for found, item in zip(answers, drawn, strict=True)
            if belongs(*item) and found["polyfit ± 1/8"] == (item[1] == item[2])
        ]  # fmt: skip
        right = sum(found["fit"] == found["polyfit ± 1/8"] for found in chosen)
        open_ = sum(found["fit"] is None for found in chosen)
        lines.append(f"| {name} | {len(chosen)} | {right} | {len(chosen) - right - open_} | {open_} |")
    return lines


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
