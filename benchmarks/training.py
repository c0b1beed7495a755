"""100 sensitivity runs as one batch, beside one after another: ``python -m benchmarks.training [RUNS] [TIMED]``.

The runs are those of the experiment at a smaller size.  One after another means a loop over runs that

    compiled    calls the same compiled program for each run (compiled once, before the clock starts)
    steps       calls a compiled step for each batch of examples, as training loops usually do
    eager       does each step in JAX without compiling it

Loops are timed on TIMED runs and scaled; the batch is timed whole, without its compilation, which is told.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

from verifier.networks.training import Examples, Hyper, initial, outputs, train

MODEL = Hyper(4, 20, 3, 5, 64, 64, 4)
EPOCHS, BATCH, RATE = 16, 32, 1.0


def examples(count: int, seed: int) -> Examples:
    """Inputs of mean square 1; labels that depend on both."""
    rng = np.random.default_rng(seed)
    x, z = rng.standard_normal((2, count, 64)).astype(np.float32)
    return Examples(x, ((x[:, 0] > 0) + 2 * (z[:, 0] > 0)).astype(np.int32), z)


def whole(runs: int, seed: int) -> float:
    """Seconds of ``runs`` runs as one batch."""
    start = time.perf_counter()
    train(MODEL, DATA, TEST, rates=[RATE], runs=runs, epochs=EPOCHS, batch=BATCH, rng=np.random.default_rng(seed))
    return time.perf_counter() - start


def by_steps(seed: int, compiled: bool) -> float:
    """Seconds of one run, step by step."""
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(seed)

    def loss(weights: Any, x: Any, y: Any, z: Any) -> Any:
        log = jax.nn.log_softmax(outputs(MODEL, weights, x, z))
        return -jnp.take_along_axis(log, y[:, None], axis=1).mean()

    def step(weights: Any, x: Any, y: Any, z: Any) -> Any:
        return [w - RATE * s for w, s in zip(weights, jax.grad(loss)(weights, x, y, z), strict=True)]

    def right(weights: Any, x: Any, y: Any, z: Any) -> Any:
        return (outputs(MODEL, weights, x, z).argmax(axis=1) == y).mean()

    move, measure = (jax.jit(step), jax.jit(right)) if compiled else (step, right)
    weights: Any = [jnp.asarray(w[0]) for w in initial(MODEL, 1, rng)]
    first = (DATA.x[:BATCH], DATA.y[:BATCH], DATA.z[:BATCH])  # type: ignore[index]
    if compiled:
        move(weights, *first), measure(weights, TEST.x, TEST.y, TEST.z)
    start = time.perf_counter()
    for _ in range(EPOCHS):
        order = rng.permutation(len(DATA.x)).reshape(-1, BATCH)
        for rows in order:
            weights = move(weights, DATA.x[rows], DATA.y[rows], DATA.z[rows])  # type: ignore[index]
        float(measure(weights, TEST.x, TEST.y, TEST.z))
    return time.perf_counter() - start


DATA, TEST = examples(512, 0), examples(256, 1)


def main() -> None:
    runs, timed = (int(sys.argv[k]) if len(sys.argv) > k else default for k, default in ((1, 100), (2, 3)))
    first = whole(runs, 0)
    batch = whole(runs, 1)
    whole(1, 2)
    rows = [("one batch", batch)]
    rows.append(("compiled, a run at a time", runs / timed * sum(whole(1, 3 + k) for k in range(timed))))
    rows.append(("compiled steps", runs / timed * sum(by_steps(k, True) for k in range(timed))))
    rows.append(("eager", runs * by_steps(0, False)))
    print(f"{runs} runs of {EPOCHS} epochs on {len(DATA.x)} examples; compiling the batch: {first - batch:.1f} s\n")
    print("| how | seconds | times the batch |\n| --- | ---: | ---: |")
    for name, seconds in rows:
        print(f"| {name} | {seconds:.1f} | {seconds / batch:.1f} |")


if __name__ == "__main__":
    main()
