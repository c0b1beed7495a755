"""The database alone: what comes back is what went in, bit for bit, and what is damaged is told."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sympy import Function, Integer, symbols

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.inference.samples import LogSample
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.sampling import database
from verifier.sampling.draw import Block, Drawn
from verifier.sampling.keeping import key_of
from verifier.sampling.keys import canonical
from verifier.sampling.packing import NotAsWritten, pack, unpack
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.state import State
from verifier.sampling.store import Damaged, Exponent, Packed, Store, StoreError, Verdict
from verifier.sampling.upkeep import columns, info, prune, trim

PART = Measure(Quantity("X", "X", (), lambda *_: np.zeros((1, 1))), cells(r=[1, 2]))
CLAIM = Claim("s.order", Kind.ORDER, Function("X")(symbols("n", positive=True)), "X ~ 1", exponent=Integer(0))
BLOCK = Block(0, PART, 0, (1, 2, 3, 4), 2**100 + 3, {}, tuple(PART.cells), 128, 50, 0)


def drawn(seed: int = 3, samples: int = 50) -> Drawn:
    """Zeros, infinities, NaN, subnormal and ordinary values; a control in the second cell."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(samples)
    values[:5] = (0.0, -0.0, np.inf, np.nan, 5e-324)
    normals = rng.standard_normal((samples, 2))
    controlled = LogSample.from_values(values, normals=normals, coefficients=(1.0, 2.0))
    return Drawn((LogSample.from_values(values), controlled), (float("nan"), 0.1 + 0.2), None, 1 / 3)


def same(first: Drawn, second: Drawn) -> bool:
    """Equal to the last bit."""
    pairs = [(a, b) for s, t in zip(first.samples, second.samples, strict=True) for a, b in zip(s.blocks, t.blocks)]
    return (
        repr(replace(first, samples=())) == repr(replace(second, samples=()))
        and all(repr(a) == repr(b) for a, b in pairs)
        and all(a.kept.tobytes() == b.kept.tobytes() and a.kept.dtype == b.kept.dtype for a, b in pairs)
        and all(a.kept_sign.tobytes() == b.kept_sign.tobytes() and a.kept_sign.dtype == b.kept_sign.dtype
                for a, b in pairs)
    )  # fmt: skip


def row(number: int = 0, statement: str = "toy", version: str = "1" * 32, seed: int = 3, size: int = 50) -> Packed:
    summary, raw = pack(drawn(seed, size))
    key = f"{statement}{version}{number}{seed}".encode().ljust(32, b"-")
    return Packed(
        key, statement, "X", version, '{"cells":[{"r":1},{"r":2}]}', "128", number, size, str(seed), summary, raw
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".verifier"


def test_a_block_is_read_back_bit_for_bit() -> None:
    made = drawn()
    assert same(made, unpack(BLOCK, *pack(made)))
    other = replace(made, seconds=0.5)
    assert not same(made, other)  # the comparison can fail
    pilot = Drawn(coefficients=(None, (0.1, 3.0)), seconds=0.25)
    assert unpack(BLOCK, *pack(pilot)) == pilot


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s, r: (s, r[:-1]), "cannot be read|not of the size"),
        (lambda s, r: (s, r + b"x"), "not of the size"),
        (lambda s, r: (s.replace('"count":50', '"count":51'), r), "not of the size"),
        (lambda s, r: (s.replace('"count":50', '"count":"50"'), r), "TypeError"),
        (lambda s, r: (s.replace('"mean"', '"mine"'), r), "KeyError"),
        (lambda s, r: (s.replace('"controlled":false', '"controlled":0'), r), "TypeError"),
        (lambda s, r: ("[" * 100_000, r), "cannot be read"),
        (lambda s, r: ("null", r), "TypeError"),
        (lambda s, r: (s.replace('"kept":50', '"kept":-9'), r), "cannot be read|not of the size"),
    ],
)
def test_a_block_of_another_shape_is_refused(change: object, told: str) -> None:
    made = drawn()
    with pytest.raises(NotAsWritten, match=told):
        unpack(BLOCK, *change(*pack(made)))  # type: ignore[operator]


def test_blocks_runs_and_what_was_found(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        run = store.begin("verifier check toy", "2026-01-01")
        store.put(row(), run)
        assert store.runs() == []  # it has not ended
        verdicts = [Verdict("toy", "amended", "verified", "proved", "consistent")]
        exponents = [Exponent("toy", "toy.order", "{}", "consistent", -1.0, -1.01, -1.1, None, 512)]
        store.end(run, {"seed": "7", "stopped": None, "finished": "2026-01-02"}, {"a": [1, "é"]}, verdicts, exponents)
    with Store.open(folder) as store:
        (found,) = store.runs()
        assert (found.number, found.ended, found.seed, found.finished) == (1, 1, "7", "2026-01-02")
        assert store.document(1) == {"a": [1, "é"]}
        assert (store.verdicts(1), store.exponents(1)) == (verdicts, exponents)
        assert store.get(row().key) == (row().summary, row().raw)
        assert store.get(b"another key") is None
        assert info(store).blocks == 1


def test_a_block_whose_bytes_changed_is_not_used(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        store.put(row(), 1)
        with store.changing() as connection:
            connection.execute("UPDATE blocks SET raw = zeroblob(length(raw))")
        assert store.get(row().key) is None
        assert "1 blocks" in " ".join(info(store, thorough=True).problems)
        with pytest.raises(ValueError, match="damaged"):
            columns(store)
        store.put(row(), 2)  # drawn again
        assert store.get(row().key) == (row().summary, row().raw)
        assert info(store, thorough=True).problems == ()


def test_what_is_not_committed_is_as_if_it_had_not_been(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        store.put(row(), 1)
        with pytest.raises(ZeroDivisionError), store.changing() as connection:
            _ = connection.execute("DELETE FROM blocks").rowcount / 0
        assert store.get(row().key) is not None


def test_threads_and_connections_share_a_store(folder: Path) -> None:
    with Store.open(folder, write=True) as first, Store.open(folder, write=True) as second:
        threads = [
            threading.Thread(target=lambda s=s, k=k: [s.put(row(40 * k + j), 1) for j in range(20)])  # type: ignore[misc]
            for k, s in enumerate((first, second, first))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert info(first).blocks == info(second).blocks == 60


def test_numbers_count_runs_by_their_ends(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        first, second, killed = (store.begin(name, "1999") for name in ("a", "b", "killed"))
        for run in (second, first):
            store.end(run, {}, {}, [], [])
        assert [run.number for run in store.runs()] == [first, second]
        assert info(store).unfinished == 1
        assert killed == 3


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "cut to a page": lambda path: path.write_bytes(path.read_bytes()[:4096]),
    "another file": lambda path: path.write_text("not a database, but long enough to look like one " * 100),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "another database": lambda path: (path.unlink(), sqlite3.connect(path).execute("CREATE TABLE t (x)")),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_database_is_told_kept_aside_and_never_replaced(folder: Path, how: str) -> None:
    with Store.open(folder, write=True) as store:
        store.put(row(), store.begin("a", "1999"))
    path = folder / "store.sqlite"
    DAMAGES[how](path)
    before = path.read_bytes()
    for write in (False, True):
        with pytest.raises(Damaged, match=r"store\.sqlite is damaged"):
            Store.open(folder, write=write)
    assert path.read_bytes() == before  # only looked at
    store, told = Store.ready(folder)
    store.close()
    assert "is damaged" in told
    assert "it is kept as store.sqlite.damaged-1, and a new one is begun" in told
    assert (folder / "store.sqlite.damaged-1").read_bytes() == before
    DAMAGES[how](path)
    Store.ready(folder)[0].close()
    assert (folder / "store.sqlite.damaged-2").exists()
    assert (folder / "store.sqlite.damaged-1").read_bytes() == before


def test_a_database_that_was_only_begun_is_made(folder: Path) -> None:
    """A process that is killed while it makes the file leaves an empty one."""
    folder.mkdir()
    (folder / "store.sqlite").touch()
    with pytest.raises(FileNotFoundError):
        Store.open(folder)
    with Store.open(folder, write=True) as store:
        assert store.runs() == []


def test_a_schema_with_something_of_its_own_is_refused(folder: Path) -> None:
    """A trigger would run when a block is stored."""
    Store.open(folder, write=True).close()
    with sqlite3.connect(folder / "store.sqlite") as connection:
        connection.execute("CREATE TRIGGER sqliteX AFTER INSERT ON runs BEGIN DELETE FROM runs; END")
    with pytest.raises(Damaged, match="its tables are not those of verifier"):
        Store.open(folder, write=True)


@pytest.mark.parametrize(("schema", "word"), [(database.SCHEMA + 1, "a newer"), (database.SCHEMA - 1, "an older")])
def test_another_version_s_tables_are_left_alone(folder: Path, schema: int, word: str) -> None:
    Store.open(folder, write=True).close()
    with sqlite3.connect(folder / "store.sqlite") as connection:
        connection.execute(f"PRAGMA user_version={schema}")
    with pytest.raises(StoreError, match=f"written by {word} version of verifier.*run verifier check again"):
        Store.ready(folder)


@pytest.mark.parametrize("where", ["folder", "store.sqlite", "store.sqlite-wal"])
@pytest.mark.parametrize("kind", ["pipe", "link to nothing", "link", "file or folder"])
def test_what_stands_in_the_way_is_told(folder: Path, where: str, kind: str, tmp_path: Path) -> None:
    path = folder if where == "folder" else folder / where
    path.parent.mkdir(exist_ok=True)
    target = tmp_path / "target"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to nothing":
        path.symlink_to(target)
    elif kind == "link":
        target.write_text("mine")
        path.symlink_to(target)
    elif where == "folder":
        path.write_text("mine")
    else:
        path.mkdir()
    for write in (True, False):
        with pytest.raises(StoreError, match=r"a pipe|a link|not a folder|a folder, not a file"):
            Store.open(folder, write=write)
    if kind == "link":
        assert target.read_text() == "mine"


def test_a_link_to_a_folder_is_that_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    folder.symlink_to(tmp_path / "scratch")
    Store.open(folder, write=True).close()
    assert (tmp_path / "scratch" / "store.sqlite").is_file()


def test_reading_makes_nothing(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Store.open(folder)
    assert not folder.exists()


def test_pruning(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        for run in range(1, 5):
            assert store.begin(f"run {run}", "1999") == run
            for number in range(4):
                store.put(row(10 * run + number, version=f"{min(run, 2)}" * 32, size=2000), run)
            store.end(run, {}, {"run": run}, [Verdict("toy", "amended", "gap", "gap", "invalid")], [])
        assert [(one.blocks, one.current) for one in info(store).estimators] == [(12, True), (4, False)]
        assert prune(store, superseded=True) == (4, 0)
        assert trim(store, 10**9) == 0
        assert prune(store, size=1) == (8, 0)  # those of the last run stay
        assert store.get(row(43, version="2" * 32, size=2000).key) is not None
        assert prune(store, runs=2) == (0, 2)
        assert [run.number for run in store.runs()] == [4, 3]
        assert store.verdicts(1) == []
        assert prune(store, samples=True) == (4, 0)
        assert info(store).estimators == ()
        before = info(store).bytes
        store.put(row(1, size=2000), 5)
        assert store.get(row(1, size=2000).key) is not None
        assert info(store).bytes > before
        assert info(store, thorough=True).problems == ()


def test_samples_as_columns(folder: Path) -> None:
    made = drawn()
    with Store.open(folder, write=True) as store:
        store.put(row(), 1)
        store.put(row(statement="another"), 1)
        found = columns(store, "toy")
        assert len(columns(store)["log"]) == 200
    assert set(found["cell"]) == {'{"r": 1}', '{"r": 2}'}
    kept = made.samples[0].blocks[0]
    np.testing.assert_array_equal(found["log"][:50], kept.kept)
    np.testing.assert_array_equal(found["sign"][:50], kept.kept_sign)


def test_a_run_whose_store_was_removed_meanwhile_is_not_called_stored(folder: Path) -> None:
    with Store.open(folder, write=True) as found:
        run = found.begin("check", "now")
        found.put(row(), run)
        found.end(run, {}, {}, [], [])
        run = found.begin("check", "later")
        for path in folder.iterdir():
            path.unlink()
        with pytest.raises(StoreError, match="was removed or replaced while it was written to"):
            found.end(run, {}, {}, [], [])


def test_keys_are_digests_of_one_text_however_they_are_put_together() -> None:
    """Stores that are there go on being read."""
    part = Measure(PART.quantity, cells(r=[1, 2.0], s=["x"]), widths=(128, 413, 1150, 4690), block=32)
    (group,) = plan(Check("s", part), Statement("s", "S", Source("D"), "", (CLAIM,)), RunOptions())
    first, other, *_ = State(0, group, 2**100 + 1).start()
    pilot = replace(first, coefficients=(None, (0.5, 3.0)), twice=True)
    for block in (first, other, pilot):
        parts = [
            group.statement, group.quantity, "v", block.shared, block.cells, block.key, str(block.seed), block.width,
            block.samples, block.number, block.coefficients, block.twice,
        ]  # fmt: skip
        text = json.dumps(canonical(parts), sort_keys=True, separators=(",", ":"))
        assert key_of(group, block, "v") == hashlib.sha256(text.encode()).digest()
    assert len({key_of(group, block, version) for block in (first, other, pilot) for version in "vw"}) == 6
