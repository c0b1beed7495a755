"""The same numbers from one process, from several, and from a Dask cluster, whatever happens to its workers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from verifier.sampling.cluster import SchedulerError, check_scheduler
from verifier.sampling.sameness import OtherVersion, called, fingerprint, refuse_other, sources
from verifier.sampling.store import Store
from verifier.sampling.upkeep import info

from .conftest import Place
from .test_faults import WORDS, alive, linux, statements, within

dask = pytest.importorskip("distributed")


@pytest.mark.parametrize("text", ["tcp://host:8786", "local:2", "tls://a.b:1"])
def test_what_names_a_scheduler(text: str) -> None:
    assert check_scheduler(text) == text


@pytest.mark.parametrize(
    "text", ["", "host:8786", "local:0", "local:", "local:99999", "local:9999999999999", "http://a"]
)
def test_what_names_none(text: str, place: Place) -> None:
    with pytest.raises(SchedulerError, match="tcp://HOST:PORT"):
        check_scheduler(text)


def test_a_worker_of_another_version_is_refused() -> None:
    refuse_other(fingerprint(), {"a worker": fingerprint()})
    with pytest.raises(OtherVersion, match=r"tcp://a:1 has verifier 0\.0\.1 \(abc\), and this process"):
        refuse_other(fingerprint(), {"tcp://a:1": "0.0.1 (abc)"})


def test_a_worker_reads_files_again_that_were_changed_and_refuses_those_that_differ(place: Place) -> None:
    """A worker may have loaded a check file long ago."""
    from verifier.projects.loading import load_file
    from verifier.sampling.draw import part_of

    path = place.folder / "checks" / "toy.py"

    def factor() -> float:
        part_of(path, 0)
        return float(load_file(path).FACTOR)

    assert factor() == 2.0
    before = sources(elsewhere=True)
    assert str(place.folder) in [root for root, _ in before.files]
    assert called(before, factor) == 2.0
    path.write_text(path.read_text().replace("FACTOR = 2.0", "FACTOR = 3.0"))
    after = sources(elsewhere=True)
    assert called(after, factor) == 3.0
    with pytest.raises(OtherVersion, match="are not the same for this process and for a worker"):
        called(before, factor)
    with pytest.raises(OtherVersion, match="a worker has verifier"):
        called(replace(after, version="0.0.1 (abc)"), factor)


@pytest.mark.slow
def test_jobs_and_clusters_give_the_same_to_the_last_bit(place: Place) -> None:
    place.write(samples=512)
    first = place.results("-j", "1", "--no-store")
    assert place.results("-j", "2", "--no-store") == first
    done = place.run(*WORDS, "--scheduler", "local:2")
    assert done.returncode == 0, done.stderr
    assert statements(done.stdout) == first["statements"]
    _ = place.drawn
    assert place.results("-j", "1")["statements"] == first["statements"]
    assert place.drawn == 0  # what the cluster drew is what one process would draw: its blocks are used


def test_a_scheduler_that_is_not_there_is_said(place: Place) -> None:
    done = place.run(*WORDS, "--scheduler", "local:x")
    assert (done.returncode, "it is tcp://HOST:PORT" in done.stderr) == (2, True)


class Machines:
    """A scheduler and workers in processes of their own."""

    def __init__(self, folder: Path, beside: Path | None = None) -> None:
        self.folder = beside or folder
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / "scheduler.json")
        )
        assert within(60, (folder / "scheduler.json").exists)
        time.sleep(0.5)
        import json

        self.address = json.loads((folder / "scheduler.json").read_text())["address"]
        self.workers: list[subprocess.Popen[bytes]] = []

    def add(self, **environment: str) -> None:
        self.workers.append(
            self._start("worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny", **environment)
        )

    def _start(self, what: str, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *words], cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | environment,
        )  # fmt: skip

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(timeout=30)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    found = Machines(tmp_path)
    yield found
    found.close()


@pytest.mark.slow
@linux
def test_workers_of_a_cluster_are_killed_twenty_times(place: Place, machines: Machines) -> None:
    """One of two, at a random moment, another in its place for the next run."""
    chance = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    place.write(pause=0.05, samples=512)
    first = place.results("-j", "1", "--no-store")
    machines.add()
    for _ in range(20):
        machines.add()
        _ = place.drawn
        process = place.start(*WORDS, "--no-store", "--scheduler", machines.address)
        assert within(60, lambda: (place.folder / "drawn").exists())
        time.sleep(chance.uniform(0, 1))
        machines.workers.pop(chance.randrange(2)).kill()
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
        assert statements(out) == first["statements"]


@pytest.mark.slow
@linux
def test_the_scheduler_is_killed_twenty_times(place: Place, tmp_path: Path) -> None:
    """At a random moment: one sentence, and the run goes on from what had arrived, at last without a scheduler."""
    chance = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    place.write(pause=0.05, samples=1024)
    first = place.results("-j", "1", "--no-store")
    blocks = -1
    for number in range(20):
        _ = place.drawn
        folder = tmp_path / f"machines{number}"
        folder.mkdir()
        machines = Machines(folder, place.folder)
        try:
            machines.add()
            process = place.start(*WORDS, "--scheduler", machines.address)
            assert within(60, lambda ends=process.poll: (place.folder / "drawn").exists() or ends() is not None)
            time.sleep(chance.uniform(0, 0.3))
            machines.scheduler.kill()
            out, err = process.communicate(timeout=240)
        finally:
            machines.close()
        assert process.returncode in (0, 3, 4), err
        assert "Traceback" not in err
        if process.returncode == 0:  # it had ended before
            assert statements(out) == first["statements"]
        with Store.open(place.database.parent) as store:
            found = info(store, thorough=True)
            assert (store.runs()[0].stopped is None) == (process.returncode == 0)
        assert found.problems == ()
        assert found.blocks >= blocks
        blocks = found.blocks
    done = place.run(*WORDS, "-j", "1")
    assert statements(done.stdout) == first["statements"]


@pytest.mark.slow
@linux
def test_a_cluster_with_a_worker_of_another_version_is_refused(
    place: Place, machines: Machines, tmp_path: Path
) -> None:
    import verifier

    other = tmp_path / "other"
    shutil.copytree(Path(verifier.__file__).parent, other / "verifier")
    with (other / "verifier" / "sampling" / "keys.py").open("a") as file:
        file.write("\n# changed\n")
    machines.add(PYTHONPATH=str(other))
    done = place.run(*WORDS, "--scheduler", machines.address)
    assert done.returncode == 2, done.stdout
    assert "install the same one everywhere" in done.stderr
    assert place.drawn == 0


@pytest.mark.slow
@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_local_workers_of_dask_end_with_the_main_process(place: Place, number: int) -> None:
    place.write(pause=30.0)
    process = place.start(*WORDS, "--scheduler", "local:2", start_new_session=True)
    assert within(90, (place.folder / "drawn").exists)
    os.kill(process.pid, number)
    process.communicate(timeout=60)
    assert within(20, lambda: not alive(process.pid)), alive(process.pid)
