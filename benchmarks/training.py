"""100 sensitivity runs as one batch, beside one after another: ``python -m benchmarks.training [RUNS] [TIMED]``.

The runs are those of the experiment at a smaller size.  One after another means a loop over runs that

    compiled    calls the same compiled program for each run (compiled once, before the clock starts)
    steps       calls a compiled step for each batch of examples, as training loops usually do
    eager       does each step in JAX without compiling it

Loops are timed on TIMED runs and scaled; the batch is timed whole, without its compilation, which is told.

``python -m benchmarks.training arithmetic`` tells what the arithmetic allows: operations of a run, and how many a
second of one processor does of them, in runs by themselves, in batches, and in a product of matrices.
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
#: Of the text: f of width 200, g of depth 3 and width 50 or 200.
TEXT = (Hyper(4, 200, 3, 50, 64, 64, 12), Hyper(4, 200, 3, 200, 64, 64, 12))


def operations(model: Hyper, epochs: int) -> float:
    """Multiplications and additions of one run: six a weight and example of a step, two a weight and test."""
    weights = sum(rows * columns for rows, columns in model.shapes) + model.shapes[-1][0]
    steps = len(DATA.x) // BATCH
    return float(epochs * steps * BATCH * 6 * weights + (epochs + 1) * len(TEST.x) * 2 * weights)


def busy(work: Any) -> float:
    """Processor seconds of the second call."""
    work()
    start = time.process_time()
    work()
    return time.process_time() - start


def arithmetic() -> None:
    """Operations a processor second."""
    import jax
    import jax.numpy as jnp

    a = jnp.asarray(np.random.default_rng(0).standard_normal((1536, 1536), dtype=np.float32))
    product = jax.jit(lambda x: x @ x)
    seconds = busy(lambda: [product(a).block_until_ready() for _ in range(10)])
    print(f"product of matrices: {10 * 2 * 1536**3 / seconds / 1e9:.0f}")

    def rate(model: Hyper, epochs: int, runs: int, together: bool) -> None:
        seconds = busy(lambda: train(model, DATA, TEST, rates=[RATE], runs=runs, epochs=epochs, batch=BATCH,
                                     rng=np.random.default_rng(0), together=together))  # fmt: skip
        done = runs * operations(model, epochs)
        how = "all at once" if together else "one after the other"
        told = f"n={model.n} m={model.m}, {runs} runs, {how}: {1e3 * seconds / runs:.0f} ms a run"
        print(f"{told}, {done / seconds / 1e9:.1f}")

    for runs, together in ((1, False), (4, True), (100, True), (100, False)):
        rate(MODEL, EPOCHS, runs, together)
    for model in TEXT:
        for runs, together in ((1, False), (4, True), (4, False)):
            rate(model, 1, runs, together)


def main() -> None:
    if sys.argv[1:] == ["arithmetic"]:
        arithmetic()
        return
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
