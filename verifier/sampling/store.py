"""The store of a project: blocks of samples by what determines them, runs, and what these found.

A block is committed when it is there, so that a run that is killed loses what was being drawn and nothing else; the
log reaches the disk with each run's record, and about every :data:`FLUSH` seconds or :data:`PART` bytes in between,
which nobody waits for.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from verifier.sampling.database import (
    FOLDER,
    NAME,
    Damaged,
    StoreError,
    beside,
    explained,
    file_of,
    flushed,
    keep_aside,
    open_database,
    require_there,
)
from verifier.sampling.packing import checksum

__all__ = ["FOLDER", "NAME", "Damaged", "Exponent", "Packed", "Run", "Store", "StoreError", "Verdict"]

#: Seconds after which blocks are written through to the disk: what a power cut may cost.  A kill costs none of it.
FLUSH = 5.0
#: Bytes of blocks after which they are as well: who finds the log long waits for the disk with all that is not there.
PART = 1 << 23


@dataclass(frozen=True)
class Packed:
    """A block as it is stored: its key, what it is of, and its numbers (:mod:`verifier.sampling.packing`)."""

    key: bytes
    statement: str
    quantity: str
    version: str
    parameters: str
    width: str
    number: int
    samples: int
    seed: str
    summary: str
    raw: bytes


@dataclass(frozen=True)
class Verdict:
    """What a run found of one form of a statement."""

    statement: str
    form: str
    word: str
    proof: str
    numeric: str
    severity: str | None = None
    whole: int = 1  # no claim of the statement was left out


@dataclass(frozen=True)
class Exponent:
    """What a run measured at one cell of a claim; None where there is no number."""

    statement: str
    claim: str
    cell: str
    verdict: str
    claimed: float | None
    estimate: float | None
    low: float | None
    high: float | None
    samples: int


@dataclass(frozen=True)
class Run:
    """A run's record, without what it found.

    ``number`` counts runs as they begin, ``ended`` as they end, None for one that did not.  Times are what the clock
    said, and order nothing.
    """

    number: int
    ended: int | None
    command: str
    started: str
    finished: str | None
    seed: str | None
    stopped: str | None
    version: str | None
    tool_commit: str | None
    project_commit: str | None


#: Bytes that a run's record may have when it is unpacked.
MOST = 1 << 28
_RUN = "number, ended, command, started, finished, seed, stopped, version, tool_commit, project_commit"


class Store:
    """An open store.  Safe to use from several threads, and beside other processes."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, *, write: bool = False) -> None:
        self.folder = folder
        self.path = folder / NAME
        self._connection = connection
        self._file = file_of(self.path)
        self._lock = threading.RLock()
        self._flushed = time.monotonic()
        self._unflushed = 0  # bytes since then
        self._beside = beside(self.path) if write else None
        self._flushing: threading.Thread | None = None
        self._estimators: dict[tuple[str, str, str], int] = {}

    @classmethod
    def open(cls, folder: Path, *, write: bool = False) -> Store:
        """The store in ``folder``; errors as of :func:`verifier.sampling.database.open_database`."""
        return cls(folder, open_database(folder, write=write), write=write)

    @classmethod
    def ready(cls, folder: Path) -> tuple[Store, str]:
        """The store to write to, and a sentence to be said, if any: a damaged one is kept aside, and a new one made."""
        try:
            return cls.open(folder, write=True), ""
        except Damaged as error:
            aside = keep_aside(folder)
            told = f"{error}; it is kept as {aside.name}, and a new one is begun" if aside.name != NAME else ""
            return cls.open(folder, write=True), told

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nobody waits for a slow disk: what is not in the database then is read from the log beside it."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._flushing is None and self._beside is not None:
                self._beside.close()
            self._beside = None
            self._connection.close()

    # Blocks

    def get(self, key: bytes) -> tuple[str, bytes] | None:
        """Summary and raw arrays of a block; None where it is not stored, or its bytes are not those written."""
        with self._asking() as connection:
            row = connection.execute("SELECT summary, raw, checksum FROM blocks WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        summary, raw, kept = row
        whole = isinstance(summary, str) and isinstance(raw, bytes) and checksum(key, summary, raw) == kept
        return (summary, raw) if whole else None

    def put(self, row: Packed, run: int) -> None:
        """Keep a block, on behalf of a run; one of the same key is replaced."""
        with self._changing() as connection:
            estimator = self._estimator(connection, row, run)
            connection.execute(
                "INSERT OR REPLACE INTO blocks (key, estimator, parameters, width, number, samples, seed, used, "
                "summary, raw, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (row.key, estimator, row.parameters, row.width, row.number, row.samples, row.seed, run, row.summary,
                 row.raw, checksum(row.key, row.summary, row.raw)),
            )  # fmt: skip
        self._flush_now_and_then(len(row.raw) + len(row.summary))

    def _flush_now_and_then(self, more: int) -> None:
        """Have the log written through to the disk, by a thread of its own: workers wait for the one that stores.

        And into the database, so that little is left of it to whoever commits when the log is long.
        """
        now = time.monotonic()
        with self._lock:
            self._unflushed += more
            if self._flushing is not None or (now - self._flushed <= FLUSH and self._unflushed < PART):
                return
            self._flushed, self._unflushed = now, 0
            thread = threading.Thread(target=self._flush, args=(self._beside,), name="flush", daemon=True)
            with contextlib.suppress(RuntimeError):  # no thread is to be had now: the next block tries again
                thread.start()
                self._flushing = thread

    def _flush(self, other: sqlite3.Connection | None) -> None:
        flushed(self.path, other)
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._flushing = None
            if other is not None and self._beside is None:  # the store was closed meanwhile
                other.close()

    def touch(self, keys: Sequence[bytes], run: int) -> None:
        """Say that a run used these blocks: what was used last is pruned last."""
        with self._changing() as connection:
            connection.executemany("UPDATE blocks SET used = ? WHERE key = ?", [(run, key) for key in keys])
            connection.execute(
                "UPDATE estimators SET used = ?1 WHERE id IN (SELECT estimator FROM blocks WHERE used = ?1)", (run,)
            )

    def _estimator(self, connection: sqlite3.Connection, row: Packed, run: int) -> int:
        name = (row.statement, row.quantity, row.version)
        if name not in self._estimators:
            connection.execute(
                "INSERT INTO estimators (statement, quantity, version, used) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (statement, quantity, version) DO UPDATE SET used = excluded.used",
                (*name, run),
            )
            (found,) = connection.execute(
                "SELECT id FROM estimators WHERE statement = ? AND quantity = ? AND version = ?", name
            ).fetchone()
            self._estimators[name] = int(found)
        return self._estimators[name]

    # Runs

    def begin(self, command: str, started: str) -> int:
        """Record that a run begins; its number."""
        with self._changing(durable=True) as connection:
            found = connection.execute("INSERT INTO runs (command, started) VALUES (?, ?)", (command, started))
            return int(found.lastrowid or 0)

    def end(
        self,
        run: int,
        about: Mapping[str, str | None],
        document: Mapping[str, Any],
        verdicts: Sequence[Verdict],
        exponents: Sequence[Exponent],
    ) -> None:
        """Record what a run found, all or nothing; it is the one that ended last from here on.

        ``about`` has the columns of :class:`Run` from ``command`` to ``project_commit``, as far as they are known.
        """
        require_there(self.path, self._file)
        text = zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 6)
        names = [name for name in _RUN.split(", ")[2:] if name in about]
        sets = "".join(f"{name} = ?, " for name in names)
        with self._changing(durable=True) as connection:
            connection.execute(
                f"UPDATE runs SET {sets}document = ?, checksum = ?, "
                "ended = (SELECT coalesce(max(ended), 0) + 1 FROM runs) WHERE number = ?",
                (*(about[name] for name in names), text, checksum(text), run),
            )
            connection.executemany(
                "INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(run, v.statement, v.form, v.word, v.proof, v.numeric, v.severity, v.whole) for v in verdicts],
            )
            connection.executemany(
                "INSERT INTO exponents (run, statement, claim, cell, verdict, claimed, estimate, low, high, samples) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(run, e.statement, e.claim, e.cell, e.verdict, e.claimed, e.estimate, e.low, e.high, e.samples)
                 for e in exponents],
            )  # fmt: skip

    def runs(self) -> list[Run]:
        """All runs that ended, the last one first, whatever the clock said."""
        with self._asking() as connection:
            rows = connection.execute(f"SELECT {_RUN} FROM runs WHERE ended IS NOT NULL ORDER BY ended DESC").fetchall()
        return [Run(*row) for row in rows]

    def document(self, run: int) -> Any:
        """What a run found, as it was recorded.  Raises Damaged where the bytes are not those written, KeyError."""
        with self._asking() as connection:
            row = connection.execute("SELECT document, checksum FROM runs WHERE number = ?", (run,)).fetchone()
        if row is None or row[0] is None:
            raise KeyError(run)
        try:
            if checksum(row[0]) != row[1]:
                raise ValueError
            return json.loads(_inflated(row[0]))
        except (ValueError, zlib.error, TypeError, AttributeError, RecursionError):
            raise Damaged(f"{self.path} is damaged (the record of run {run})") from None

    def verdicts(self, run: int) -> list[Verdict]:
        """What a run found of each statement, in the order it was recorded in."""
        with self._asking() as connection:
            rows = connection.execute(
                "SELECT statement, form, word, proof, numeric, severity, whole FROM verdicts WHERE run = ? "
                "ORDER BY rowid", (run,),
            ).fetchall()  # fmt: skip
        return [Verdict(*row) for row in rows]

    def exponents(self, run: int) -> list[Exponent]:
        """What a run measured, in the order it was recorded in."""
        with self._asking() as connection:
            rows = connection.execute(
                "SELECT statement, claim, cell, verdict, claimed, estimate, low, high, samples FROM exponents "
                "WHERE run = ? ORDER BY id", (run,),
            ).fetchall()  # fmt: skip
        return [Exponent(*row) for row in rows]

    def measured(self, run: int, statement: str) -> bool:
        """Whether a run measured anything of a statement."""
        with self._asking() as connection:
            row = connection.execute(
                "SELECT 1 FROM exponents WHERE run = ? AND statement = ? LIMIT 1", (run, statement)
            ).fetchone()
        return row is not None

    def forget(self) -> None:
        """Look estimators up again: some may have gone."""
        with self._lock:
            self._estimators.clear()

    # Transactions

    @contextlib.contextmanager
    def asking(self) -> Iterator[sqlite3.Connection]:
        """The connection, to read from; no other thread uses it meanwhile."""
        with self._asking() as connection:
            yield connection

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """The connection in a transaction that reaches the disk."""
        with self._changing(durable=True) as connection:
            yield connection

    @contextlib.contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        with self._lock, explained(self.path):
            yield self._connection

    @contextlib.contextmanager
    def _changing(self, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction: all of the block is kept, or nothing.

        ``durable`` writes the log through to the disk when it is committed, and with it all that was committed before.
        """
        with self._lock, explained(self.path):
            if durable:
                self._connection.execute("PRAGMA synchronous=FULL")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    with contextlib.suppress(sqlite3.Error):
                        self._connection.execute("ROLLBACK")
                    self._estimators.clear()
                    raise
            finally:
                if durable:
                    with contextlib.suppress(sqlite3.Error):
                        self._connection.execute("PRAGMA synchronous=NORMAL")
                    self._flushed = time.monotonic()


def _inflated(text: bytes) -> bytes:
    """The text that was packed.  ValueError where it is longer than any record, or cut short."""
    reader = zlib.decompressobj()
    found = reader.decompress(text, MOST)
    if not reader.eof:
        raise ValueError("not a whole record")
    return found
