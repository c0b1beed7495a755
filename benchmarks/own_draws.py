"""Samplers beside the random numbers that they draw: `python -m benchmarks.own_draws`.

A generator writes down which numbers it is asked for; the same numbers are then drawn again into the same arrays and
nothing is done with them.  The ratio of both times is what a sampler costs above its floor, which is NumPy's: compiled
code of stream draws the same numbers in half the time.  One process, processor time, the least of several repeats, of
both in turn.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

#: (sampler, angle in degrees, widths)
CASES = (
    ("lazy", 0, (4096, 20011, 1_000_000)),
    ("lazy", 60, (4096, 20011, 1_000_000)),
    ("stream", 60, (4096, 20011, 1_000_000)),
)


@dataclass
class Ask:
    """A call of a generator: what was drawn, how many numbers, of which type."""

    what: str
    size: int
    dtype: Any


class Listening(np.random.Generator):
    """A generator that writes down what is asked of it, of all that are made."""

    asked: ClassVar[list[Ask]] = []

    def _ask(self, what: str, size: Any, dtype: Any, out: Any) -> None:
        count = out.size if out is not None else int(np.prod(size)) if size is not None else 1
        self.asked.append(Ask(what, count, np.dtype(dtype)))

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        self._ask("standard_normal", size, dtype, out)
        return super().standard_normal(size, dtype, out)

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        self._ask("random", size, dtype, out)
        return super().random(size, dtype, out)

    def standard_exponential(
        self, size: Any = None, dtype: Any = np.float64, method: Any = "zig", out: Any = None
    ) -> Any:
        self._ask("standard_exponential", size, dtype, out)
        return super().standard_exponential(size, dtype, method, out)


@dataclass(frozen=True)
class Row:
    """Microseconds of processor time a sample, in all and for its random numbers alone."""

    sampler: str
    angle: int
    n: int
    whole: float
    drawing: float
    numbers: float  # random numbers a sample, in units of n


def measure(sampler: str, angle: int, n: int, repeats: int = 4) -> Row:
    """T^3 at L = 4."""
    from verifier.networks import fused
    from verifier.networks.correlations import sample_T

    samples = max(4, min(256, (1 << 23) // n))  # a block of a check, or a second's work

    def sample(rng: np.random.Generator) -> None:
        sample_T(4, n, [3], angle=angle, samples=samples, rng=rng, sampler=sampler)

    plain, usual = np.random.Generator(np.random.SFC64(1)), np.random.Generator
    Listening.asked.clear()
    np.random.Generator = Listening  # type: ignore[misc]  # samplers make a fast one of their own
    try:
        with fused.reference():  # compiled code draws the same numbers without a call for them
            sample(plain)
    finally:
        np.random.Generator = usual  # type: ignore[misc]
    asked = list(Listening.asked)
    room = {kind: np.empty(max(a.size for a in asked), kind) for kind in {a.dtype for a in asked}}

    def draw() -> None:
        for one in asked:
            getattr(plain, one.what)(out=room[one.dtype][: one.size], dtype=one.dtype)

    whole, drawing = [], []
    for _ in range(repeats):
        start = time.process_time()
        sample(plain)
        between = time.process_time()
        draw()
        whole.append(between - start)
        drawing.append(time.process_time() - between)
    numbers = sum(a.size for a in asked) / samples / n
    return Row(sampler, angle, n, 1e6 * min(whole) / samples, 1e6 * min(drawing) / samples, numbers)


def rows(repeats: int = 4) -> list[tuple[str, Row]]:
    """Each case in NumPy alone and, where it is installed, with numba."""
    from verifier.networks import fused

    found = []
    for sampler, angle, widths in CASES:
        for n in widths:
            with fused.reference():
                found.append(("NumPy", measure(sampler, angle, n, repeats)))
            if fused.compiled() is not None:
                found.append(("numba", measure(sampler, angle, n, repeats)))
    return found


def table(found: list[tuple[str, Row]]) -> list[str]:
    """Markdown."""
    lines = ["| sampler | inputs | n | by | µs a sample | its random numbers | ratio | numbers / n |",
             "|---|---:|---:|---|---:|---:|---:|---:|"]  # fmt: skip
    for by, r in found:
        ratio = r.whole / r.drawing
        lines.append(
            f"| {r.sampler} | {2 if r.angle else 1} | {r.n:,} | {by} | {r.whole:.0f} | {r.drawing:.0f} | {ratio:.2f} | "
            f"{r.numbers:.2f} |"
        )
    return lines


def pair(repeats: int = 200, size: int = 1 << 13) -> tuple[float, float]:
    """Nanoseconds that a uniform and an exponential number take NumPy, and in compiled code, which draws the same."""
    import numba

    from verifier.networks import fused, loops

    kernels, rng, room = fused.compiled(), np.random.Generator(np.random.SFC64(1)), np.zeros((2, size))
    assert kernels is not None
    draw, words = numba.njit(loops.drawn), np.ones(4, np.uint64)

    def by_numpy() -> None:
        rng.random(out=room[0])
        rng.standard_exponential(out=room[1])

    def compiled() -> None:
        draw(words, *kernels.ziggurat, *room)

    compiled()
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(repeats):
        for times, one in zip(taken, (by_numpy, compiled), strict=True):
            start = time.process_time()
            one()
            times.append(time.process_time() - start)
    return 1e9 * min(taken[0]) / size, 1e9 * min(taken[1]) / size


if __name__ == "__main__":
    print("\n".join(table(rows())))
    print("A uniform and an exponential number: {:.1f} ns in NumPy, {:.1f} ns in compiled code".format(*pair()))
