"""The project's database ``.verifier/store.sqlite``: how it is opened, what stands in the way, what is kept aside.

SQLite with a write-ahead log: several processes read and write it at once, and a process that is killed leaves what it
had committed.  What is stored is data: no code, no SQL of a file's own is ever run (a schema that is not ours is
refused).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

FOLDER = ".verifier"
NAME = "store.sqlite"
#: Marks an SQLite file as this one: "veri".
APPLICATION = 0x76657269
#: Raised with every change of the tables; a migration is added, or the message says what to run again.
SCHEMA = 1
#: Seconds that a process waits for another one's transaction.
PATIENCE = 30.0

#: Pages of the log, of 4 KiB, from which on who commits writes it into the database, as far as it is not there yet, and
#: waits for the disk; the log is begun anew then.
LOG = 1 << 14

TABLES = """
CREATE TABLE estimators (
  id INTEGER PRIMARY KEY, statement TEXT NOT NULL, quantity TEXT NOT NULL, version TEXT NOT NULL,
  used INTEGER NOT NULL, UNIQUE (statement, quantity, version)
);
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, estimator INTEGER NOT NULL REFERENCES estimators (id),
  parameters TEXT NOT NULL, width TEXT NOT NULL, number INTEGER NOT NULL, samples INTEGER NOT NULL, seed TEXT NOT NULL,
  used INTEGER NOT NULL, summary TEXT NOT NULL, raw BLOB NOT NULL, checksum INTEGER NOT NULL
);
CREATE INDEX blocks_by_estimator ON blocks (estimator);
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, ended INTEGER UNIQUE, command TEXT NOT NULL, started TEXT NOT NULL,
  finished TEXT, seed TEXT, stopped TEXT, version TEXT, tool_commit TEXT, project_commit TEXT, document BLOB,
  checksum INTEGER
);
CREATE TABLE verdicts (
  run INTEGER NOT NULL REFERENCES runs (number), statement TEXT NOT NULL, form TEXT NOT NULL, word TEXT NOT NULL,
  proof TEXT NOT NULL, numeric TEXT NOT NULL, severity TEXT, whole INTEGER NOT NULL, PRIMARY KEY (run, statement, form)
);
CREATE TABLE exponents (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (number), statement TEXT NOT NULL, claim TEXT NOT NULL,
  cell TEXT NOT NULL, verdict TEXT NOT NULL, claimed REAL, estimate REAL, low REAL, high REAL, samples INTEGER NOT NULL
);
CREATE INDEX exponents_by_run ON exponents (run);
"""


class StoreError(Exception):
    """The store cannot be used; one sentence says which, and why."""


class Damaged(StoreError):
    """The file is there and is no database of this program's, or no longer a whole one."""


class OtherSchema(StoreError):
    """A store of another version of the program."""


def open_database(folder: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to the store in ``folder`` (a project's ``.verifier``), made there if ``write`` and there is none.

    Raises FileNotFoundError where there is none to read, :class:`Damaged`, :class:`OtherSchema`, or
    :class:`StoreError` for what stands in the way: a file where the folder should be, a pipe, no permission.
    """
    path = folder / NAME
    _passable(folder, path)
    if write:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder} cannot be made ({error.strerror or error})") from None
    elif not path.exists() or not path.stat().st_size:  # one that is just being made is empty
        raise FileNotFoundError(str(path))
    with explained(path):
        connection = _connect(path, write)
        try:
            _check(connection, path, write)
        except BaseException:
            connection.close()
            raise
    return connection


def keep_aside(folder: Path) -> Path:
    """Rename a database that was found damaged, with its log; its new path.

    Several processes may find the same damage: the file is looked at again while no other one is renamed.
    Raises StoreError where it cannot be renamed.
    """
    path = folder / NAME
    try:
        with _alone(folder):
            try:
                open_database(folder, write=True).close()
            except Damaged:
                pass
            else:
                return path  # another process was here first
            number = 1
            while (aside := folder / f"{NAME}.damaged-{number}").exists():
                number += 1
            path.rename(aside)
            for suffix in ("-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
            return aside
    except OSError as error:
        raise StoreError(f"{path} is damaged and cannot be renamed ({error.strerror or error})") from None


def beside(path: Path) -> sqlite3.Connection | None:
    """A second connection to a database that is open, for :func:`flushed`; None where there is no other one.

    It holds the files that are there now, whatever the path leads to later.
    """
    try:
        connection = _connect(path, True)
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # opens the log
        return connection
    except sqlite3.Error:
        return None


def flushed(path: Path, other: sqlite3.Connection | None) -> None:
    """Write the database's log through to the disk, and what is in it into the database, by a connection that nobody
    else uses; nothing where there is none.

    SQLite has no locks on the log, which this process would give up when it closes it.  Of the database it may.
    """
    with contextlib.suppress(OSError):
        log = os.open(f"{path}-wal", os.O_RDWR)
        try:
            os.fsync(log)
        finally:
            os.close(log)
        if other is not None:
            with contextlib.suppress(sqlite3.Error):
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")


def file_of(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to; None where to none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def require_there(path: Path, file: tuple[int, int] | None) -> None:
    """StoreError where the path leads to another file than the one that is open, which nobody finds again then."""
    if file_of(path) != file:
        raise StoreError(f"{path} was removed or replaced while it was written to")


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as StoreError or Damaged, with the file's name."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        told = str(error)
        if isinstance(error, sqlite3.OperationalError) and not _tells_damage(told):
            raise StoreError(f"{path}: {told}") from None
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise StoreError(f"{path}: {told}") from None
        raise Damaged(f"{path} is damaged ({told})") from None
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from None


def _tells_damage(told: str) -> bool:
    return "malformed" in told or "not a database" in told or "no such table" in told or "no such column" in told


def _passable(folder: Path, path: Path) -> None:
    """StoreError unless the folder is one, or is not there yet, and the database a plain file, or not there yet.

    A pipe in its place would be waited for without end; a link would be written through.
    """
    try:
        if folder.is_symlink() and not folder.exists():
            raise StoreError(f"{folder} is a link to nothing")
        if folder.exists() and not folder.is_dir():
            raise StoreError(f"{folder} is {_kind(folder.lstat().st_mode)}, not a folder")
        for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if (part.exists() or part.is_symlink()) and not stat.S_ISREG(mode := part.lstat().st_mode):
                raise StoreError(f"{part} is {_kind(mode)}, not a file")
    except OSError as error:
        raise StoreError(f"{folder} cannot be looked at ({error.strerror or error})") from None


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder", stat.S_IFSOCK: "a socket",
             stat.S_IFREG: "a file"}  # fmt: skip
    return kinds.get(stat.S_IFMT(mode), "a device")


def _connect(path: Path, write: bool) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    if not write and not os.access(path.parent, os.W_OK):
        uri += "?mode=ro" if Path(f"{path}-wal").exists() else "?immutable=1"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    return connection


def _check(connection: sqlite3.Connection, path: Path, write: bool) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    empty = not application and not schema and not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    if empty and write:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
        _make(connection, path)
        empty, application, schema = False, APPLICATION, SCHEMA
    if application != APPLICATION:
        raise Damaged(f"{path} is damaged (it is an SQLite file, and not of verifier)")
    if schema != SCHEMA:
        newer = "a newer" if schema > SCHEMA else "an older"
        raise OtherSchema(
            f"{path} was written by {newer} version of verifier (tables {schema}, this one has {SCHEMA}); "
            f"use that version, or rename the file and run verifier check again"
        )
    if _tables(connection) != _expected():
        raise Damaged(f"{path} is damaged (its tables are not those of verifier)")
    if write:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint={LOG}")
        connection.execute("PRAGMA foreign_keys=ON")


def _make(connection: sqlite3.Connection, path: Path) -> None:
    """The tables, once: another process may be making them at the same moment."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _tables(connection):
            for command in TABLES.split(";"):
                connection.execute(command)
            connection.execute(f"PRAGMA application_id={APPLICATION}")
            connection.execute(f"PRAGMA user_version={SCHEMA}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _tables(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    rows = connection.execute(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_'"
    )
    return sorted((str(kind), str(name), " ".join(str(text).split())) for kind, name, text in rows)


_known: list[tuple[str, str, str]] = []
_lock = threading.Lock()


def _expected() -> list[tuple[str, str, str]]:
    with _lock:
        if not _known:
            memory = sqlite3.connect(":memory:")
            memory.executescript(TABLES)
            _known.extend(_tables(memory))
            memory.close()
    return _known


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process is in this block at the same time, where files can be locked."""
    with (folder / "store.lock").open("a") as file:
        try:
            import fcntl
        except ImportError:  # not on Windows, where a file in use cannot be renamed anyway
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
