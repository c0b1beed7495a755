"""The samplers beside JAX and PyTorch: `python -m benchmarks.peers [--quick] [--write]`, extra ``[peers]``.

T^3 at L = 4 and K^(3) at H = 2, L = 3, one input and two at 60 degrees.  First every method is given the same weights
(a lazily revealed network, completed) and must return the same numbers; then each is timed in a process of its own, on
one processor: processor time a sample, the least of several repeats, with and without drawing the weights, and the
largest memory so far, from narrow to wide networks.  Stream and gram have no weights to be given; that they have the
same law is what tests/networks shows.  At the end: the time to decide the exponent of T^3 to +- 1/8.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("peers_results.md")
PLOT = Path(__file__).with_name("peers.svg")
OWN = ("dense", "lazy", "stream", "gram")
PEERS = ("jax jet", "jax nested", "torch nested")
QUANTITIES = {"T": "T^3, L = 4", "K": "K^(3), H = 2, L = 3"}
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1", "JAX_PLATFORMS": "cpu",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One measurement; ``given``: the weights are there already."""

    quantity: str
    method: str
    n: int
    angle: int
    given: bool = False


@dataclass(frozen=True)
class Measured:
    """Seconds a sample, and peak memory in MB above that of the imported program."""

    seconds: float
    megabytes: float


def samples_for(row: Row) -> int:
    """Samples a repeat: some tenths of a second's worth."""
    if row.method in ("gram",):
        return 4000
    if row.method in ("lazy", "stream"):
        return max(2, min(2000, (1 << 20) // row.n))
    return max(1, min(512, (1 << 22) // row.n**2))


def action(row: Row) -> tuple[Callable[[int], Any], int]:
    """What a repeat does, and how many samples it makes."""
    import numpy as np

    from benchmarks import peers_methods as methods

    samples = samples_for(row)
    inputs = methods.inputs_at(row.angle)
    if row.method in OWN and not row.given:
        from verifier.networks.correlations import sample_K, sample_T

        def sample(seed: int) -> Any:
            how: dict[str, Any] = {"angle": row.angle, "samples": samples, "sampler": row.method}
            rng = np.random.default_rng(seed)
            if row.quantity == "T":
                return sample_T(4, row.n, [3], rng=rng, **how)
            return sample_K(2, 3, row.n, [3], rng=rng, **how)

        return sample, samples
    # Many small networks at once, but not more than fit into the cache of one processor a few times.
    batch = max(1, min(samples, (1 << 22) // row.n**2))
    shapes = methods.sizes(row.quantity, row.n)
    weights: list[Any] = []
    if row.given:
        rng = np.random.default_rng(1)
        weights = [rng.standard_normal((batch, *shape)) for shape in shapes]
    if row.method == "dense":
        own = methods.own_method(row.quantity)
        return lambda seed: own(weights, inputs), batch
    if row.method.startswith("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        jitted = methods.jax_method(row.quantity, row.method.split()[1])
        if row.given:
            placed = [jax.device_put(w) for w in weights]
            return lambda seed: jitted(placed, inputs).block_until_ready(), batch

        def drawn(seed: int) -> Any:
            keys = jax.random.split(jax.random.PRNGKey(seed), len(shapes))
            made = [jax.random.normal(k, (batch, *shape)) for k, shape in zip(keys, shapes, strict=True)]
            return jitted(made, inputs).block_until_ready()

        return drawn, batch
    import torch

    torch.set_num_threads(1)
    nested, at = methods.torch_method(row.quantity), torch.tensor(inputs)
    if row.given:
        tensors = [torch.tensor(w) for w in weights]
        return lambda seed: nested(tensors, at), batch

    def generated(seed: int) -> Any:
        source = torch.Generator().manual_seed(seed)
        made = [torch.randn((batch, *shape), generator=source, dtype=torch.float64) for shape in shapes]
        return nested(made, at)

    return generated, batch


def measure(rows: Sequence[Row]) -> dict[Row, Measured]:
    """Run the rows of one method in this process, on one processor, from narrow to wide."""
    from benchmarks.samplers import peak_kilobytes

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found: dict[Row, Measured] = {}
    if rows[0].method in OWN:
        from verifier.networks import fused

        fused.compiled()
    before: int | None = None
    for row in sorted(rows, key=lambda one: (one.n, one.quantity, one.angle, one.given)):
        run, samples = action(row)
        before = peak_kilobytes() if before is None else before
        run(0)  # compiles
        times: list[float] = []
        while len(times) < 2 or (sum(times) < 0.3 and len(times) < 30):
            start = time.process_time()
            run(len(times) + 1)
            times.append(time.process_time() - start)
        found[row] = Measured(min(times) / samples, (peak_kilobytes() - before) / 1024)
        print(f"{row} {figure(found[row].seconds)} us", file=sys.stderr, flush=True)
    return found


def check_equal() -> float:
    """The largest difference of any method from the slowest one, relative to the size, on the same weights."""
    import numpy as np

    from benchmarks import peers_methods as methods
    from verifier.networks.correlations import hypernetwork_terms, star
    from verifier.networks.gaussian import LazyGaussian
    from verifier.networks.hypernetwork import ImplicitNetwork
    from verifier.networks.mlp import Network

    worst = 0.0
    for quantity in QUANTITIES:
        for angle in (0, 60):
            inputs, shapes, rng = methods.inputs_at(angle), methods.sizes(quantity, 24), np.random.default_rng(7)
            matrices = [LazyGaussian(12, *shape, rng) for shape in shapes]
            network = Network([columns for _, columns in shapes], matrices, 12)
            rows = inputs[:1] if angle == 0 else inputs
            if quantity == "T":
                lazy = star(network, rows, [0] + [len(rows) - 1] * 3, [3])[0][:, 0]
            else:
                ones = (np.ones(1), np.ones(1))
                lazy = hypernetwork_terms(network, ImplicitNetwork(2, 1, 1), rows, ones, [3])[0][:, 0]
            weights = [matrix.complete() for matrix in matrices]
            found = {"lazy": lazy, "dense": methods.own_method(quantity)(weights, inputs)}
            found |= {f"jax {how}": np.asarray(methods.jax_method(quantity, how)(weights, inputs))
                      for how in ("jet", "nested")}  # fmt: skip
            import torch

            tensors = [torch.tensor(w) for w in weights]
            found["torch"] = methods.torch_method(quantity)(tensors, torch.tensor(inputs)).numpy()
            size = np.abs(found["jax nested"]).max()
            assert size > 0.0
            worst = max(worst, *(float(np.abs(v - found["jax nested"]).max() / size) for v in found.values()))
    if worst > 1e-10:
        raise SystemExit(f"the methods differ by {worst:.2g} of the size on the same weights")
    return worst


def plan(quick: bool) -> list[Row]:
    """The rows of the tables."""
    small = [64, 256] if quick else [64, 256, 1024]
    wide = [4096] if quick else [4096, 20_011, 1_000_000]
    rows = []
    for quantity in QUANTITIES:
        for angle in (0, 60):
            for n in small:
                for method in ("dense", *PEERS):
                    rows += [Row(quantity, method, n, angle), Row(quantity, method, n, angle, given=True)]
            if not quick:
                rows += [
                    Row("T", method, 4096, angle)
                    for method in ("dense", "jax nested")
                    if quantity == "T" and angle == 0
                ]
            for n in [*small, *wide]:
                rows.append(Row(quantity, "lazy", n, angle))
                rows.append(Row(quantity, "gram" if angle == 0 else "stream", n, angle))
            if angle == 0:
                rows.append(Row(quantity, "gram", 10**12, angle))
    return rows


def table(found: dict[Row, Measured], quantity: str, angle: int) -> list[str]:
    """Microseconds a sample with drawing (without, in brackets) and slopes; then memory."""
    chosen = {(r.method, r.n, r.given): m for r, m in found.items() if (r.quantity, r.angle) == (quantity, angle)}
    methods = [m for m in (*OWN, *PEERS) if any(key[0] == m for key in chosen)]
    lines = [f"## {QUANTITIES[quantity]}, {'one input' if angle == 0 else 'two inputs'}", "",
             "| n | " + " | ".join(methods) + " | " + " | ".join(f"{m} MB" for m in methods) + " |",
             "|---:" * (1 + 2 * len(methods)) + "|"]  # fmt: skip
    for n in sorted({n for _, n, _ in chosen}):
        cells, memory = [], []
        for method in methods:
            drawn, given = chosen.get((method, n, False)), chosen.get((method, n, True))
            text = "" if drawn is None else figure(drawn.seconds)
            cells.append(text + ("" if given is None else f" ({figure(given.seconds)})"))
            memory.append("" if drawn is None else f"{drawn.megabytes:.0f}")
        lines.append(f"| {n:,} | " + " | ".join([*cells, *memory]) + " |")
    slopes = []
    for method in methods:
        points = sorted((n, m.seconds) for (name, n, given), m in chosen.items() if name == method and not given)
        slopes.append(f"{slope(points[0], points[-1]):.2f}" if len(points) > 1 else "")
    return [*lines, "| slope | " + " | ".join([*slopes, *[""] * len(methods)]) + " |"]


def slope(first: tuple[int, float], last: tuple[int, float]) -> float:
    """Of log seconds in log n, between the smallest and the largest width."""
    return math.log(last[1] / first[1]) / math.log(last[0] / first[0])


def figure(seconds: float) -> str:
    """Microseconds to three digits."""
    micro = 1e6 * seconds
    return f"{micro:.3g}" if micro < 1000 else f"{micro:.0f}"


def samples_needed(widths: tuple[int, ...], angle: int) -> tuple[int, float]:
    """Samples a width after which T^3 ~ n^-2 is decided at alpha 1e-3, by doubling, and the seconds that took here."""
    import numpy as np

    from verifier.inference import LogSample, decide_order
    from verifier.networks.correlations import sample_T

    rng, start, count = np.random.default_rng(8), time.process_time(), 256
    kept: dict[int, LogSample] = {}
    while count <= 1 << 20:
        for n in widths:
            new = count if n not in kept else count - kept[n].count
            values = sample_T(4, n, [3], angle=angle, samples=new, rng=rng).values[:, 0]
            kept[n] = LogSample.from_values(values) + kept[n] if n in kept else LogSample.from_values(values)
        decision = decide_order(kept, -2.0, alpha=1e-3, looks=12, look=int(math.log2(count / 256)) + 1)
        if decision.decided:
            return count, time.process_time() - start
        count *= 2
    raise SystemExit(f"T^3 was not decided by {count} samples a width")


def end_to_end(found: dict[Row, Measured], quick: bool) -> list[str]:
    """Seconds to decide the exponent of T^3, here and by the fastest peer on widths that it can afford."""
    from verifier.quantities.check import MODERATE, WIDE

    narrow = (64, 256) if quick else (64, 256, 1024)
    lines = ["| inputs | widths | samples a width | by | seconds |", "|---|---|---:|---|---:|"]
    for angle, widths in ((0, WIDE), (60, MODERATE)):
        count, seconds = samples_needed(widths, angle)
        label = "one" if angle == 0 else "two"
        lines.append(f"| {label} | {widths[0]:,} .. {widths[-1]:,} | {count} | this project | {seconds:.2f} |")
        dense = (64, 128, 256, 512, 1024)
        count, seconds = samples_needed(dense, angle)
        lines.append(f"| {label} | 64 .. 1,024 | {count} | this project | {seconds:.2f} |")
        for method in PEERS:
            points = [(n, found[Row("T", method, n, angle)].seconds) for n in narrow]
            law = slope(points[0], points[-1])
            each = sum(points[-1][1] * (n / points[-1][0]) ** law for n in dense)
            lines.append(f"| {label} | 64 .. 1,024 | {count} | {method} | {each * count:.0f} |")
    return lines


def drawing(found: dict[Row, Measured]) -> str:
    """Seconds a sample of T^3 in the width, one input and two, on logarithmic axes."""
    from verifier.report.svg import Canvas, Panel

    canvas = Canvas(760.0, 330.0)
    canvas.parts.append(
        "<style>.frame{fill:none;stroke:#888}.grid{stroke:#ddd}.own{fill:none;stroke:#0b6;stroke-width:2}"
        ".peer{fill:none;stroke:#c40;stroke-width:2;stroke-dasharray:5 3}text{font:11px sans-serif;fill:#444}</style>"
    )
    for number, angle in enumerate((0, 60)):
        panel = Panel(canvas, 50.0 + 370 * number, 30.0, 240.0, 260.0, (1.5, 12.5), (-6.0, 1.0))
        panel.frame()
        canvas.text(panel.left, 20.0, f"T^3, L = 4, {'one input' if angle == 0 else 'two inputs'}: seconds a sample")
        for exponent in range(-6, 2):
            canvas.line([panel.at(1.5, exponent), panel.at(12.5, exponent)], "grid")
            canvas.text(panel.left - 6, panel.y(exponent) + 4, f"1e{exponent}", anchor="end")
        for exponent in (2, 4, 6, 8, 10, 12):
            canvas.text(panel.x(exponent), panel.top + panel.height + 16, f"1e{exponent}", anchor="middle")
        ends: list[float] = []
        for method in (*OWN, *PEERS):
            points = sorted((r.n, m.seconds) for r, m in found.items()
                            if (r.quantity, r.method, r.angle, r.given) == ("T", method, angle, False))  # fmt: skip
            if len(points) < 2:
                continue
            xs, ys = [math.log10(n) for n, _ in points], [math.log10(s) for _, s in points]
            panel.curve(xs, ys, "own" if method in OWN else "peer")
            y = panel.y(ys[-1]) + 4
            while any(abs(y - other) < 12 for other in ends):
                y -= 12
            ends.append(y)
            canvas.text(panel.x(xs[-1]) + 5, y, method)
    told = "Lines of seconds a sample against the width; the peers' rise with the square of the width."
    return canvas.render("peers", "Seconds a sample of T^3", told, scale=1.0)


def main(arguments: list[str] | None = None) -> None:
    """Check, measure and print; with --write into peers_results.md and peers.svg."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small widths only")
    parser.add_argument("--write", action="store_true", help="write the tables and the plot")
    parser.add_argument("--note", default="", help="a remark for the heading, such as the kind of machine")
    options = parser.parse_args(arguments)
    os.environ.update(ENVIRONMENT)
    context = get_context("spawn")

    def apart(function: Callable[..., Any], *given: Any) -> Any:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(function, *given).result()

    worst = apart(check_equal)
    print(f"on the same weights all methods agree to {worst:.1e}", file=sys.stderr, flush=True)
    found: dict[Row, Measured] = {}
    rows = plan(options.quick)
    for method in (*OWN, *PEERS):
        found |= apart(measure, [row for row in rows if row.method == method])
    note = f", {options.note}" if options.note else ""
    lines = [
        "# Beside JAX and PyTorch", "", f"{date.today().isoformat()}, one processor{note}: "
        "`python -m benchmarks.peers --write`, extra `[peers]`.",
        f"Before anything is timed all methods are given the same weights: they agree to {worst:.0e} of the size.",
        "Microseconds of processor time a sample with the weights drawn (in brackets: weights given), and peak memory "
        "above the imported program. JAX: jit and vmap; PyTorch: vmap, eager. All in double precision.", "",
        "![Seconds a sample](peers.svg)", "",
    ]  # fmt: skip
    for quantity in QUANTITIES:
        for angle in (0, 60):
            lines += [*table(found, quantity, angle), ""]
    lines += [
        "## To decide the exponent of T^3 to ± 1/8, at error rate 10⁻³", "",
        "All methods have one law, so they need the same number of samples on the same widths; a peer's time is that "
        "number times its seconds a sample, interpolated between the widths measured above.", "",
        *end_to_end(found, options.quick), "",
    ]  # fmt: skip
    text = "\n".join(lines)
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")
        PLOT.write_text(drawing(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
