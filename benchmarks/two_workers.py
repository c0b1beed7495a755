"""How much faster a thorough run is with two workers: `python -m benchmarks.two_workers [--pairs 3] [NAMES...]`.

`verifier gate --thorough --seed 7` of the statements named, or of all, with one worker and with two, each in a project
of its own with an empty store.  Both are begun, and one is stopped while the other runs: 40 s for the one and 20 s for
the other, in turn, so that both have the machine at its good and its bad times.  What counts is the time that each ran.
In between the machine is asked what two processes do that have nothing to do with each other: twice as much as one in
the same time is 2, and where it is less nothing can be twice as fast.  Nothing else may run.  POSIX only.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: Seconds that the run with two workers goes on before the other has its turn, for twice as long.
SLICE = 20.0
#: Draws, multiplies and counts for a second, and prints how often.
PROBE = """
import time, numpy as np
rng, count, end = np.random.default_rng(1), 0, time.perf_counter() + 1
while time.perf_counter() < end:
    x = rng.standard_normal((256, 512))
    np.maximum(x @ x.T, 0).sum(), sum(i * i for i in range(10_000))
    count += 1
print(count)
"""


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


class Run:
    """A run that has to end as expected, and how long it ran so far."""

    def __init__(self, names: list[str], jobs: int, folder: Path) -> None:
        folder.mkdir()
        words = ["gate", "--thorough", "--seed", "7", "-q", "-j", str(jobs), *names]
        command = [sys.executable, "-P", "-m", "verifier", *words]
        self.seconds = 0.0
        self._process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True)
        self._signal(signal.SIGSTOP)

    def goes_on(self, seconds: float) -> bool:
        """Let it run for a while; whether it is still running then."""
        begin = time.perf_counter()
        self._signal(signal.SIGCONT)
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGSTOP)
            self.seconds += time.perf_counter() - begin
            return True
        self.seconds += time.perf_counter() - begin
        if code:
            raise SystemExit(f"a run ended with code {code}")
        return False

    def _signal(self, number: int) -> None:
        os.killpg(self._process.pid, number)


def alternately(names: list[str], folder: Path) -> tuple[float, float, list[float]]:
    """Seconds with one worker and with two, and what two processes do beside each other meanwhile."""
    one, two = Run(names, 1, folder / "one"), Run(names, 2, folder / "two")
    going, probes = {one: 2 * SLICE, two: SLICE}, []
    while going:
        if len(going) == 2:
            probes.append(twice())
        going = {run: seconds for run, seconds in going.items() if run.goes_on(seconds)}
    return one.seconds, two.seconds, probes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAMES")
    parser.add_argument("--pairs", type=int, default=3)
    chosen = parser.parse_args()
    ratios = []
    print("| one worker, s | two, s | ratio | two processes |\n|---:|---:|---:|---:|")
    for _ in range(chosen.pairs):
        with tempfile.TemporaryDirectory() as folder:
            one, two, probes = alternately(chosen.names, Path(folder))
        os.sync()
        ratios.append(one / two)
        print(f"| {one:.1f} | {two:.1f} | {one / two:.2f} | {statistics.mean(probes):.2f} |", flush=True)
    print(f"\nThe median of the ratios: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
