"""How much faster a thorough run is with two workers: `python -m benchmarks.two_workers [--pairs 3] [NAMES...]`.

`verifier gate --thorough --seed 7` of the statements named, or of all, with one worker and with two, in turn, each in a
project of its own with an empty store: wall time, and on Linux the seconds that cores were idle meanwhile.
Nothing else may run: both numbers are of the machine.  Before each pair the machine is asked what two processes do here
that have nothing to do with each other: as much work as one in the same time, twice, is 2.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

#: Draws, multiplies and counts for three seconds, and prints how often.
PROBE = """
import time, numpy as np
rng, count, end = np.random.default_rng(1), 0, time.perf_counter() + 3
while time.perf_counter() < end:
    x = rng.standard_normal((256, 512))
    np.maximum(x @ x.T, 0).sum(), sum(i * i for i in range(10_000))
    count += 1
print(count)
"""


def idle() -> float:
    """Seconds that the cores of this machine were idle since it began; NaN where it does not say."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/stat").read_text().splitlines()[0].split()
        return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")
    return float("nan")


def twice() -> float:
    """The work that two processes do beside each other, of what one does alone."""
    own = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

    def counted(processes: int) -> int:
        begun = [
            subprocess.Popen([sys.executable, "-c", PROBE], env=own, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        return sum(int(process.communicate()[0]) for process in begun)

    return counted(2) / counted(1)


def timed(names: list[str], jobs: int, folder: Path) -> tuple[float, float]:
    """Seconds of wall time and of idle cores of a run that has to end as expected."""
    words = ["gate", "--thorough", "--seed", "7", "-j", str(jobs), *names]
    folder.mkdir()
    os.sync()  # what the run before wrote is not written now
    begin, before = time.perf_counter(), idle()
    subprocess.run(
        [sys.executable, "-P", "-m", "verifier", *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return time.perf_counter() - begin, idle() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--pairs", type=int, default=3)
    chosen = parser.parse_args()
    ratios = []
    print("| one worker, s | two, s | ratio | idle with two, s | two processes alone |\n|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:  # at the end, since to delete stores keeps a disk busy as well
        for pair in range(chosen.pairs):
            probe = twice()
            one, _ = timed(chosen.names, 1, Path(folder, f"{pair}-one"))
            two, spare = timed(chosen.names, 2, Path(folder, f"{pair}-two"))
            ratios.append(one / two)
            print(f"| {one:.1f} | {two:.1f} | {one / two:.2f} | {spare:.1f} | {probe:.2f} |", flush=True)
    print(f"\nThe median of the ratios: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
