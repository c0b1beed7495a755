"""Runs that are killed, lose a worker, share a store, or have no room: nothing is lost, the numbers stay the same."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest

from verifier.sampling.crew import Crew, Task
from verifier.sampling.store import Store
from verifier.sampling.upkeep import info
from verifier.sampling.workers import executor

from .conftest import Place

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
WORDS = ("check", "toy", "--json", "-q")


def alive(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                fields = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(path.name))
    return found


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def statements(text: str) -> Any:
    return json.loads(text)["statements"]


def strike(place: Place, number: int, jobs: int, delay: float) -> subprocess.CompletedProcess[str]:
    """Run the check and send it a signal ``delay`` seconds after its first block; all that it started is gone then."""
    (place.folder / "drawn").unlink(missing_ok=True)
    process = place.start(*WORDS, "-j", str(jobs), start_new_session=True)
    assert within(60, lambda: (place.folder / "drawn").exists() or process.poll() is not None)
    time.sleep(delay)
    if process.poll() is None:
        os.kill(process.pid, number)
    out, err = process.communicate(timeout=60)
    assert within(10, lambda: not alive(process.pid)), alive(process.pid)
    return subprocess.CompletedProcess((), process.returncode, out, err)


def survive(place: Place, number: int, strikes: int, jobs: int, seed: int) -> None:
    """Struck again and again at random moments, then run to the end: the numbers and the cost of an undisturbed run."""
    chance = random.Random(seed)
    place.write(pause=0.01, samples=512)
    begin = time.monotonic()
    reference = place.results("-j", str(jobs), "--no-store")
    length, cost = time.monotonic() - begin, place.drawn
    drawn = struck = 0
    for _ in range(strikes):
        done = strike(place, number, jobs, chance.uniform(0, 0.2 * length))
        drawn += place.drawn
        struck += done.returncode != 0
        ended = done.stdout.rstrip().endswith("}")  # all was said and stored: Python itself was ending
        codes = (0, -number) if number == signal.SIGKILL or ended else (0, 3)
        assert done.returncode in (*codes, 3 if number != signal.SIGKILL else 0), done.stderr
        assert "Traceback" not in done.stderr
    last = place.run(*WORDS, "-j", str(jobs))
    assert last.returncode == 0, last.stderr
    assert statements(last.stdout) == reference["statements"]
    # A strike costs what each worker was drawing, and what it drew before, on its way to the store; the first of a
    # group is drawn twice.
    allowed = struck * (2 * jobs + 2 * (jobs > 1))
    assert drawn + place.drawn <= cost + allowed, f"seed {seed}"
    with Store.open(place.database.parent) as store:
        found = info(store, thorough=True)
    assert found.problems == ()


@linux
@pytest.mark.parametrize(
    ("name", "jobs"),
    [pytest.param("SIGKILL", 1, marks=pytest.mark.slow), ("SIGKILL", 2), ("SIGTERM", 2), ("SIGINT", 2)],
)
def test_a_run_that_is_struck_at_random_moments(place: Place, name: str, jobs: int) -> None:
    survive(place, getattr(signal, name), strikes=3 if jobs > 1 else 2, jobs=jobs, seed=20260101)


@linux
@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_a_run_that_is_struck_twenty_times(place: Place, name: str, jobs: int) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    survive(place, getattr(signal, name), strikes=20, jobs=jobs, seed=seed)


def own_workers() -> list[int]:
    """The workers of this process: children of the one that starts them."""
    parent = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def workers(place: Place, main: int) -> list[int]:
    """The worker processes of a check: those of its session that are neither it nor what starts them."""
    found = []
    for pid in alive(main):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if pid != main and any(b"forkserver" in word for word in words) and parent != main:
            found.append(pid)
    return found


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_workers_end_with_a_main_process_that_is_killed(place: Place, number: int) -> None:
    """While they draw, and while they are stopped and can do nothing themselves."""
    place.write(pause=30.0)
    process = place.start(*WORDS, "-j", "2", start_new_session=True)
    try:
        drawn = place.folder / "drawn"
        assert within(60, lambda: drawn.exists() and drawn.stat().st_size == 2)  # each of them is drawing a block
        assert len(workers(place, process.pid)) == 2
        if number == signal.SIGSTOP:
            for pid in workers(place, process.pid):
                os.kill(pid, signal.SIGSTOP)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
        assert within(10, lambda: not alive(process.pid)), alive(process.pid)
    finally:
        for pid in alive(process.pid):
            os.kill(pid, signal.SIGKILL)


@linux
def test_a_worker_that_is_killed_is_replaced(place: Place) -> None:
    place.write(pause=0.02, samples=512)
    reference = place.results("-j", "1", "--no-store")
    _ = place.drawn
    process = place.start(*WORDS, "-j", "2", start_new_session=True)
    assert within(60, (place.folder / "drawn").exists)
    for pid in workers(place, process.pid)[:1]:
        os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert statements(out) == reference["statements"]


@linux
def test_a_worker_that_is_killed_while_nothing_is_to_be_done_is_replaced() -> None:
    """Between two looks nothing is out, and no result tells that the workers are gone: the next call finds it out."""
    taken: list[Any] = []
    with executor(2) as hands:
        crew = Crew(hands, lambda task, result: None)
        for number in (-1, -2):
            crew.start(Task(abs, (number,)))
            while not (done := crew.wait(30)):
                pass
            taken += [result for _, result in done]
            for pid in own_workers():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
        crew.start(Task(abs, (-3,)))
        while len(crew):
            taken += [result for _, result in crew.wait(30)]
    assert taken == [1, 2, 3]


@linux
@pytest.mark.slow
def test_workers_are_killed_twenty_times(place: Place) -> None:
    """One of two, at a random moment of as many runs: each ends with the numbers of an undisturbed one."""
    chance = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    place.write(pause=0.02, samples=512)
    reference = place.results("-j", "1", "--no-store")
    for _ in range(20):
        _ = place.drawn
        process = place.start(*WORDS, "-j", "2", "--no-store", start_new_session=True)
        assert within(60, (place.folder / "drawn").exists)
        time.sleep(chance.uniform(0, 0.5))
        for pid in chance.sample(found := workers(place, process.pid), min(len(found), 1)):
            os.kill(pid, signal.SIGKILL)
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
        assert statements(out) == reference["statements"]


def test_a_sampler_that_ends_its_worker_is_found_and_the_others_go_on(place: Place) -> None:
    text = (place.folder / "checks" / "toy.py").read_text()
    (place.folder / "checks" / "toy.py").write_text(
        text.replace("    time.sleep(0.0)\n", "    if shared['c'] == 2 and width == 413:\n        os._exit(9)\n")
    )
    done = place.run("check", "toy", "-q", "-j", "2", "--json", "--no-store")
    assert done.returncode == 2, done.stderr
    (statement,) = statements(done.stdout)
    assert "its worker process ended unexpectedly, 3 times" in json.dumps(statement)
    (claim,) = statement["claims"]
    verdicts = {cell["parameters"]["c"]: cell["verdict"] for cell in claim["cells"]}
    samples = {cell["parameters"]["c"]: cell["samples"] for cell in claim["cells"]}
    assert verdicts[2] in ("invalid", "untested")
    assert samples[1] > 0


@pytest.mark.slow
def test_two_runs_share_a_store(place: Place) -> None:
    place.write(pause=0.01, samples=512)
    reference = place.results("-j", "1", "--no-store")
    processes = [place.start(*WORDS, "-j", jobs) for jobs in ("1", "2")]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert statements(out) == reference["statements"]
        assert err == ""
    with Store.open(place.database.parent) as store:
        assert sorted(run.number for run in store.runs()) == [1, 2]
        assert info(store, thorough=True).problems == ()


@linux
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount")
def test_a_disk_that_is_full(place: Place) -> None:
    """A file system of 300 kB: the verdicts are there, what is not stored is said, and the store is whole."""
    reference = place.results("-j", "1", "--no-store")
    folder = place.folder / ".verifier"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        done = place.run(*WORDS, "-j", "1")
        assert done.returncode == 0, done.stderr
        assert statements(done.stdout) == reference["statements"]
        assert "full" in done.stderr
        assert place.run(*WORDS, "-j", "1", "--require-store").returncode in (2, 3)
        with Store.open(folder) as store:
            assert info(store, thorough=True).problems == ()
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@linux
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount")
def test_a_folder_that_cannot_be_written(place: Place) -> None:
    """Read-only: a check says that it is not stored, and what is there is still read."""
    place.results("-j", "1")
    folder = place.folder / ".verifier"
    if subprocess.run(["mount", "--bind", "-o", "ro", str(folder), str(folder)], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        done = place.run(*WORDS, "-j", "1")
        assert done.returncode == 0
        assert "the run is not stored" in done.stderr
        assert "Traceback" not in done.stderr
        assert place.run(*WORDS, "-j", "1", "--require-store").returncode == 2
        shown = place.run("report", "-o", "r.json")
        assert (shown.returncode, "run 1" in shown.stdout) == (0, True), shown.stderr
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_damaged_database_is_kept_and_the_run_goes_on(place: Place) -> None:
    first = place.results("-j", "1")
    size = place.database.stat().st_size
    place.database.write_bytes(place.database.read_bytes()[: size // 3])
    done = place.run(*WORDS, "-j", "1")
    assert done.returncode == 0
    assert "is damaged" in done.stderr
    assert "kept as store.sqlite.damaged-1" in done.stderr
    assert statements(done.stdout) == first["statements"]
    assert (place.folder / ".verifier" / "store.sqlite.damaged-1").stat().st_size == size // 3
    assert place.run("list").returncode == 0


@pytest.mark.slow
def test_a_pipe_in_the_place_of_the_folder_is_not_waited_for(place: Place) -> None:
    os.mkfifo(place.folder / ".verifier")
    done = place.run(*WORDS, "-j", "1")
    assert done.returncode == 0
    assert "is a pipe, not a folder" in done.stderr
    for words in (("list",), ("report", "toy"), ("history",), ("store", "info")):
        assert place.run(*words).returncode in (0, 2), words
