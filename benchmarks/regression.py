"""Time and memory of kernel regression with the hyperkernel: `python -m benchmarks.regression [--sizes 2000,20000]`.

Section 1.2's kernel: f with two hidden layers, g with one; 20 coordinates of 28 x 28 pixels an image, so that 1000
images are 20,000 inputs.  Each size runs in a process of its own.  Recursion: the whole lower triangle of the matrix;
solve: the factorisation, the solution and the estimate of the condition number.  BLAS: the share of the wall time
of both that passes inside BLAS and LAPACK.  Memory: the largest resident set less that before, beside what is stated.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

COORDINATES, SIDE, PIXELS, FEATURES = 20, 28, 784, 64


@dataclass(frozen=True)
class Row:
    """What one size took."""

    size: int
    filed: bool
    recursion: float
    solve: float
    blas: float
    stated: int
    used: int
    condition: float


def measure(size: int, memory: int) -> Row:
    """Run one size in this process."""
    import numpy as np

    from verifier.networks import regression, tiles
    from verifier.networks.limits import Hyperkernel, Inputs

    images, rng = -(-size // COORDINATES), np.random.default_rng(size)
    angle = rng.uniform(0, 2 * np.pi, FEATURES)
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE)), axis=-1).reshape(-1, 2)
    z = np.sqrt(2) * np.cos(3 * grid @ rng.standard_normal((2, FEATURES)) + angle)
    image = np.repeat(np.arange(images), COORDINATES)[:size]
    place = np.concatenate([rng.permutation(PIXELS)[:COORDINATES] for _ in range(images)])[:size]
    u = Inputs(rng.random((images, PIXELS)), z, image, place)
    labels = rng.random((size, 1))
    spent = {"blas": 0.0, "fill": 0.0}

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            start = time.perf_counter()
            found = function(*args, **options)
            spent[name] += time.perf_counter() - start
            return found

        return call

    for name in ("dgemm", "dsyrk", "dtrsm", "dpotrf"):
        setattr(tiles, name, timed("blas", getattr(tiles, name)))
    tiles.Symmetric.fill = timed("fill", tiles.Symmetric.fill)  # type: ignore[method-assign]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    start = time.perf_counter()
    found = regression.regress(Hyperkernel(3, 2), u, labels, ridge=1e-3, memory=memory)
    whole = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    return Row(size, found.layout.filed, spent["fill"], whole - spent["fill"], spent["blas"] / whole,
               found.layout.memory, used, found.condition)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,2000,5000", help="numbers of inputs, as in 2000,20000")
    parser.add_argument("--memory", type=float, default=4.0, help="gigabytes that the matrix may take")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} at the start; {arguments.memory:g} GB allowed\n")
    print("| inputs | in a file | recursion | solve | BLAS | stated | used | condition |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    for size in (int(word) for word in arguments.sizes.split(",")):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            row = pool.submit(measure, size, int(arguments.memory * 1e9)).result()
        print(f"| {row.size} | {'yes' if row.filed else 'no'} | {row.recursion:.1f} s | {row.solve:.1f} s | "
              f"{row.blas:.0%} | {row.stated / 1e9:.2f} GB | {row.used / 1e9:.2f} GB | {row.condition:.1e} |",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
