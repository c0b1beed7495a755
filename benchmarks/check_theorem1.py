"""What `verifier check theorem1` takes, by what it does: `python -m benchmarks.check_theorem1`, processor seconds.

One process, one run, nothing stored.  Then whether other widths would be cheaper at two inputs: what the least width's
samples of an exponent cost where its honest interval has a given length, beside the widths that the check has.
"""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np

SEED = 20201
#: Grids of the comparison: narrowest, widest, how many; spaced alike on a log scale.
GRIDS = ((64, 96, 128, 192, 256, 400), (5000, 8000, 12_000, 20_011, 30_000, 50_000), (4, 5))


def phases() -> dict[str, float]:
    """Processor seconds of each part of the run."""
    from verifier.projects.project import default_project
    from verifier.sampling.draw import draw
    from verifier.sampling.garbage import loading
    from verifier.sampling.plan import RunOptions
    from verifier.sampling.state import State
    from verifier.verify.proof import proofs_of
    from verifier.verify.run import plan_of

    spent: defaultdict[str, float] = defaultdict(float)
    clock = time.process_time()

    def took(what: str) -> None:
        nonlocal clock
        now = time.process_time()
        spent[what] += now - clock
        clock = now

    with loading():
        entry = default_project().entry("theorem1")
    took("loaded")
    groups = [group for group in plan_of(entry, RunOptions()) if group.needed]
    took("planned")
    proofs_of(entry.statement)
    took("proof written out and re-checked")
    for index, group in enumerate(groups):
        state = State(index, group, SEED)
        blocks, two = state.start(), group.shared.get("angle", 0) != 0
        while blocks:
            following: list[Any] = []
            for block in blocks:
                drawn = draw(block)
                took(f"drawn at two inputs, n = {block.width:,}" if two else "drawn at one input, and identities")
                following = state.take(block, drawn)
                took("decided")
            blocks = following
    return dict(spent)


def needed(widths: tuple[int, ...], half: float = 0.11, variance: float = 15.0, quantile: float = 4.7) -> float:
    """What the samples cost, in those at a width of 0, of which an exponent's interval is ± ``half``.

    variance: of log|X|; quantile: of the interval.  Whatever the corrections are, the contrast is the shortest.
    """
    from verifier.inference.corrections import FREE_POWERS, SHARES, weighted
    from verifier.sampling.plan import allocation

    cost = 600.0
    drawn = np.array(allocation(widths, cost))
    worst = 0.0
    for power in FREE_POWERS:
        best = np.inf
        for share in SHARES:
            weights, bias = weighted(widths, power, share, 10.0)
            if bias < half:
                best = min(best, (quantile / (half - bias)) ** 2 * variance * float((weights**2 / drawn).sum()))
        worst = max(worst, best)
    return worst * float((drawn * (1 + np.array(widths) / cost)).sum())


def grids() -> list[tuple[float, tuple[int, ...]]]:
    """What other grids cost beside the check's own, the cheapest first."""
    from verifier.quantities.check import MODERATE

    own = needed(MODERATE)
    return sorted((needed(grid) / own, grid) for low, high, count in product(*GRIDS)
                  for grid in [tuple(round(float(n)) for n in np.geomspace(low, high, count))])  # fmt: skip


if __name__ == "__main__":
    found = phases()
    print("| what | processor s |\n|---|---:|")
    print("\n".join(f"| {what} | {seconds:.2f} |" for what, seconds in found.items()))
    print(f"| in all, imports too | {time.process_time():.2f} |")
    print("\n| widths | cost, in that of the check's own |\n|---|---:|")
    print("\n".join(f"| {', '.join(f'{n:,}' for n in grid)} | {ratio:.3f} |" for ratio, grid in grids()[:5]))
