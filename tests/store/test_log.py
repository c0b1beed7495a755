"""The log that blocks are committed to: who stores and who closes does not wait for the disk, and it gets there."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from verifier.sampling import store
from verifier.sampling.store import NAME, Packed, Store


def row(number: int) -> Packed:
    key = f"{number}".encode().ljust(32, b"-")
    return Packed(key, "toy", "X", "1" * 32, '{"cells":[]}', "128", number, 50, "3", '{"cells":[]}', bytes(2000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".verifier"


def test_nobody_who_stores_a_block_waits_for_the_disk_and_the_log_gets_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers wait for the thread that stores what they drew."""
    monkeypatch.setattr(store, "FLUSH", 0.0)
    begun, ends, synced = threading.Event(), threading.Event(), list[str]()

    def slow(file: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{file}") if sys.platform == "linux" else "-wal")
        begun.set()
        assert ends.wait(60)

    monkeypatch.setattr(os, "fsync", slow)
    with Store.open(folder, write=True) as found:
        run = found.begin("check", "now")
        for number in range(20):
            found.put(row(number), run)
            assert begun.wait(60)
        assert len(synced) == 1  # the second begins when the first is done
        assert synced[0].endswith("-wal")
        ends.set()
        assert all(found.get(row(number).key) for number in range(20))


def written(found: Store) -> None:
    """Wait until what was stored is written through."""
    end = time.monotonic() + 60
    while found._flushing is not None:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_what_is_in_the_log_gets_into_the_database_beside_those_who_store(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds the log too long writes what is left of it there, while workers wait."""
    monkeypatch.setattr(store, "FLUSH", 0.0)
    alone = tmp_path / "alone"
    with Store.open(folder, write=True) as found:
        run = found.begin("check", "now")
        for number in (1, 2):
            found.put(row(number), run)
            written(found)
        assert found.get(row(2).key) is not None
        alone.mkdir()
        shutil.copy(folder / NAME, alone / NAME)  # and not its log
    with Store.open(alone, write=True) as found:
        assert found.get(row(1).key) == (row(1).summary, row(1).raw)
        assert found.get(row(2).key) is not None
        assert found.get(row(3).key) is None


def test_much_that_is_stored_gets_through_before_its_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds the log long waits for the disk with all that is not there yet: a tenth of a second, of 40 MB."""
    through = list[int]()

    def counted(path: Path, other: object) -> None:
        through.append(found.path.with_name(f"{NAME}-wal").stat().st_size)

    monkeypatch.setattr(store, "flushed", counted)
    monkeypatch.setattr(store, "FLUSH", 1e9)
    monkeypatch.setattr(store, "PART", 20 * 2012)
    with Store.open(folder, write=True) as found:
        run = found.begin("check", "now")
        for number in range(65):
            found.put(row(number), run)
            written(found)
    assert len(through) == 3
    assert through == sorted(through)


def test_what_is_put_in_the_place_of_a_store_is_left_as_it_is(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of the one was written into the other, which broke it."""
    monkeypatch.setattr(store, "FLUSH", 0.0)
    with Store.open(tmp_path / "other", write=True) as found:
        found.put(row(7), found.begin("check", "now"))
        written(found)
    other = (tmp_path / "other" / NAME).read_bytes()
    with Store.open(folder, write=True) as found:
        run = found.begin("check", "now")
        found.put(row(1), run)
        written(found)
        os.replace(tmp_path / "other" / NAME, folder / NAME)
        for number in range(2, 20):
            found.put(row(number), run)
            written(found)
    assert (folder / NAME).read_bytes() == other


def test_a_block_is_stored_where_no_thread_is_to_be_had_and_the_log_gets_through_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FLUSH", 0.0)

    def none(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Store.open(folder, write=True) as found:
        run = found.begin("check", "now")
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", none)
            found.put(row(1), run)
        assert found.get(row(1).key) is not None
        before = (folder / NAME).read_bytes()
        found.put(row(2), run)
        written(found)
        assert (folder / NAME).read_bytes() != before


def test_who_closes_a_store_does_not_wait_for_a_slow_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FLUSH", 0.0)
    begun, ends = threading.Event(), threading.Event()

    def slow(file: int) -> None:
        begun.set()
        assert ends.wait(60)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", slow)
        found = Store.open(folder, write=True)
        found.put(row(1), found.begin("check", "now"))
        assert begun.wait(60)
        found.close()  # and the disk is still busy
        assert found._flushing is not None
        ends.set()
        written(found)
    with Store.open(folder, write=True) as found:
        assert found.get(row(1).key) is not None
    assert sorted(path.name for path in folder.iterdir() if "-" in path.name) == []  # no connection was left open
