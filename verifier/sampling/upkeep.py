"""What is in a store, how it is made smaller, and its samples as arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.sampling.packing import checksum
from verifier.sampling.store import Store

#: Bytes of samples that a store keeps beyond those that the last run used.
LIMIT = 2 << 30
#: A block's size beside its arrays, about.
_ROW = "length(b.raw) + length(b.summary) + length(b.parameters) + 200"


@dataclass(frozen=True)
class StoredEstimator:
    """The samples of one estimator: one quantity of one statement's check, as one version of its code drew them."""

    statement: str
    quantity: str
    version: str
    current: bool  # no other version of it was used later
    blocks: int
    samples: int
    bytes: int


@dataclass(frozen=True)
class Info:
    """What a store holds; ``unfinished`` runs were killed, or are running."""

    path: str
    bytes: int
    runs: int
    unfinished: int
    estimators: tuple[StoredEstimator, ...]
    problems: tuple[str, ...] = ()

    @property
    def blocks(self) -> int:
        return sum(one.blocks for one in self.estimators)


def info(store: Store, *, thorough: bool = False) -> Info:
    """What ``store`` holds.  ``thorough`` looks at every byte and lists what is damaged."""
    with store.asking() as connection:
        rows = connection.execute(
            "SELECT e.statement, e.quantity, e.version, e.used = (SELECT max(o.used) FROM estimators o "
            "WHERE o.statement = e.statement AND o.quantity = e.quantity), count(b.id), coalesce(sum(b.samples), 0), "
            f"coalesce(sum({_ROW}), 0) FROM estimators e LEFT JOIN blocks b ON b.estimator = e.id GROUP BY e.id "
            "ORDER BY e.statement, e.quantity, e.used DESC"
        ).fetchall()
        ended, begun = connection.execute("SELECT count(ended), count(*) FROM runs").fetchone()
        pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    kept = tuple(StoredEstimator(s, q, v, bool(current), *numbers) for s, q, v, current, *numbers in rows)
    problems = tuple(_problems(store)) if thorough else ()
    return Info(str(store.path), pages * size, ended, begun - ended, kept, problems)


def _problems(store: Store) -> Iterator[str]:
    with store.asking() as connection:
        for (told,) in connection.execute("PRAGMA integrity_check(20)").fetchall():
            if told != "ok":
                yield str(told)
        bad = [
            number
            for number, key, summary, raw, kept in connection.execute(
                "SELECT id, key, summary, raw, checksum FROM blocks"
            )
            if not (isinstance(summary, str) and isinstance(raw, bytes) and checksum(key, summary, raw) == kept)
        ]
    if bad:
        yield f"{len(bad)} blocks of samples are not those that were written; they will be drawn again"
    for run in store.runs():
        try:
            store.document(run.number)
        except Exception as error:
            yield str(error)


def prune(
    store: Store, *, size: int | None = None, superseded: bool = False, samples: bool = False, runs: int | None = None
) -> tuple[int, int]:
    """Make a store smaller; how many blocks and how many runs went.

    ``superseded``: samples whose code has changed since.  ``samples``: all samples.  ``size``: samples beyond so many
    bytes, those that were used last staying, and those of the last run in any case.  ``runs``: all runs but so many
    last ones; what was found in them goes, too.
    """
    blocks = gone = 0
    with store.changing() as connection:
        if samples:
            blocks += connection.execute("DELETE FROM blocks").rowcount
        if superseded:
            blocks += connection.execute(
                "DELETE FROM blocks WHERE estimator IN (SELECT e.id FROM estimators e WHERE e.used < "
                "(SELECT max(o.used) FROM estimators o WHERE o.statement = e.statement AND o.quantity = e.quantity))"
            ).rowcount
        if size is not None:
            blocks += connection.execute(
                f"DELETE FROM blocks WHERE used < (SELECT max(used) FROM blocks) AND id IN (SELECT id FROM "
                f"(SELECT b.id AS id, sum({_ROW}) OVER (ORDER BY b.used DESC, b.id DESC) AS total FROM blocks b) "
                "WHERE total > ?)", (size,),
            ).rowcount  # fmt: skip
        connection.execute("DELETE FROM estimators WHERE id NOT IN (SELECT estimator FROM blocks)")
        if runs is not None:
            old = "SELECT number FROM runs WHERE ended <= (SELECT max(ended) FROM runs) - ? OR ended IS NULL"
            for table in ("verdicts", "exponents"):
                connection.execute(f"DELETE FROM {table} WHERE run IN ({old})", (runs,))
            gone = connection.execute(f"DELETE FROM runs WHERE number IN ({old})", (runs,)).rowcount
    store.forget()
    with store.asking() as connection:
        connection.executescript("PRAGMA incremental_vacuum")  # which steps through all pages
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return blocks, gone


def trim(store: Store, limit: int = LIMIT) -> int:
    """Keep the samples of a store below ``limit`` bytes, but for those of the last run; how many blocks went."""
    with store.asking() as connection:
        (total,) = connection.execute(f"SELECT coalesce(sum({_ROW}), 0) FROM blocks b").fetchone()
    return prune(store, size=limit)[0] if total > limit else 0


def columns(store: Store, statement: str | None = None) -> dict[str, npt.NDArray[Any]]:
    """The samples that are stored, of one statement or of all, as columns of equal length.

    ``statement``, ``quantity``, ``cell`` (JSON), ``width`` (JSON), ``seed``, ``version``, and each sample as ``sign``
    and ``log``, the logarithm of its absolute value (minus infinity for 0), which is how it is kept.  Raises ValueError
    where a block is damaged.
    """
    found: dict[str, list[Any]] = {name: [] for name in (*_TEXTS, "sign", "log")}
    with store.asking() as connection:
        rows = connection.execute(
            "SELECT e.statement, e.quantity, e.version, b.parameters, b.width, b.seed, b.summary, b.raw, b.key, "
            "b.checksum FROM blocks b JOIN estimators e ON b.estimator = e.id WHERE ?1 IS NULL OR e.statement = ?1 "
            "ORDER BY e.statement, e.quantity, b.parameters, b.seed, b.id", (statement,),
        ).fetchall()  # fmt: skip
    for name, quantity, version, parameters, width, seed, summary, raw, key, kept in rows:
        if checksum(key, summary, raw) != kept:
            raise ValueError("a block of samples is damaged; verifier store info --thorough says more")
        cells = json.loads(parameters)["cells"]
        place = 0
        for cell, blocks in zip(cells, json.loads(summary)["cells"], strict=False):
            for numbers in blocks:
                size = numbers["kept"]
                found["log"].append(np.frombuffer(raw, "<f8", size, place))
                found["sign"].append(np.frombuffer(raw, "i1", size, place + 8 * size))
                place += 9 * size
                texts = (name, quantity, json.dumps(cell, sort_keys=True), width, seed, version)
                for column, text in zip(_TEXTS, texts, strict=True):
                    found[column].append(np.repeat(np.array([text]), size))
    return {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in found.items()}


_TEXTS = ("statement", "quantity", "cell", "width", "seed", "version")
