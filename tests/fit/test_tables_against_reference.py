"""Grouping against a slow one of dictionaries, on random tables; damaged tables are read or refused in one sentence.

Nothing here is a statistical test: the tables are drawn with seed 20201, and the two readings agree exactly.
"""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from verifier.datafiles import Layout, Samples, read_groups

SEED = 20_201
Row = dict[str, Any]


def _table(rng: random.Random) -> list[Row]:
    """Rows of a long table: a seed comes once for each width, module and step, unless coordinates are recorded."""
    modules = rng.sample(["mlp", "attn", "a, b", 'say "x"', "größe", "0", "1.5", ""], rng.randint(1, 4))
    coordinates = rng.choice([1, 1, 3])
    rows = [
        {"width": n, "module": m, "t": t, "seed": s, "value": round(rng.random(), 6)}
        for n in rng.sample([8, 16, 32, 64, 128], rng.randint(1, 5))
        for m in modules for t in range(rng.randint(1, 3)) for s in range(rng.randint(1, 4)) for _ in range(coordinates)
    ]  # fmt: skip
    rng.shuffle(rows)
    return rows


def _reference(rows: list[Row], by: tuple[str, ...], where: dict[str, set[str]], average: bool) -> dict[Any, Any]:
    """{labels: {width: values}}, one row after another."""
    found: dict[Any, dict[int, dict[Any, list[float]]]] = {}
    for number, row in enumerate(rows):
        if all(str(row[name]) in labels for name, labels in where.items()):
            key = tuple(str(row[name]) for name in by)
            unit = row["seed"] if average else number
            found.setdefault(key, {}).setdefault(row["width"], {}).setdefault(unit, []).append(row["value"])
    return {
        key: {n: [sum(values) / len(values) for values in units.values()] for n, units in cells.items()}
        for key, cells in found.items()
    }


@pytest.mark.parametrize("suffix", [".csv", ".json", ".npz", ".parquet"])
def test_groups_are_those_of_a_slow_reading(tmp_path: Path, suffix: str) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    rng = random.Random(SEED)
    for _ in range(60):
        rows = _table(rng)
        path = _write(tmp_path / f"x{suffix}", rows)
        chosen = {m for m in {str(row["module"]) for row in rows} if rng.random() < 0.7}
        where = {"module": chosen} if chosen and rng.random() < 0.5 else {}
        layout = Layout(
            by=("module", "t"), where=tuple(("module", m) for m in where.get("module", ())), group_by=("seed",)
        )
        found = read_groups([path], layout)
        expected = _reference(rows, ("module", "t"), where, average=True)
        assert {tuple(label for _, label in group.key) for group in found.groups} == set(expected)
        for group in found.groups:
            assert isinstance(group.data, Samples)
            cells = {cell[0]: values.tolist() for cell, values in group.data.cells.items()}
            assert cells.keys() == expected[tuple(label for _, label in group.key)].keys()
            for n, values in cells.items():
                assert values == pytest.approx(expected[tuple(label for _, label in group.key)][n], rel=1e-12)


def _write(path: Path, rows: list[Row]) -> Path:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    if path.suffix == ".csv":
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows(row.values() for row in rows)
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
    elif path.suffix == ".json":
        path.write_text(json.dumps(columns))
    elif path.suffix == ".npz":
        np.savez(path, **{name: np.array(column) for name, column in columns.items()})
    else:
        from verifier.datafiles import write_parquet

        write_parquet(path, {name: np.array(column) for name, column in columns.items()}, {})
    return path


def test_a_table_of_many_chunks_is_read_as_one_of_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column whose first chunks hold numbers and whose last one does not is a column of labels from the start."""
    rng = random.Random(SEED)
    rows = [{"width": n, "module": m, "value": rng.random()} for n in (8, 16, 32, 64) for m in ("0", "1", "1.5", "mlp")]
    rows.sort(key=lambda row: row["module"])
    path = _write(tmp_path / "x.csv", rows)
    layout = Layout(by=("module",))
    whole = read_groups([path], layout)
    monkeypatch.setattr("verifier.datafiles.text._CHUNK", 3)
    parts = read_groups([path], layout)
    assert [group.key for group in parts.groups] == [group.key for group in whole.groups]
    for one, other in zip(parts.groups, whole.groups, strict=True):
        assert isinstance(one.data, Samples)
        assert isinstance(other.data, Samples)
        assert {c: v.tolist() for c, v in one.data.cells.items()} == {
            c: v.tolist() for c, v in other.data.cells.items()
        }
    with pytest.raises(ValueError, match=r"'module' varies within width 8 \(0, 1, 1.5, mlp\)"):
        read_groups([path])


@pytest.mark.parametrize("suffix", [".csv", ".json", ".jsonl"])
def test_a_damaged_table_is_one_sentence(tmp_path: Path, suffix: str) -> None:
    rng = random.Random(SEED)
    rows = [
        {"width": n, "module": m, "t": 1, "l1": 0.5 * n}
        for n in (8, 16, 32, 64)
        for m in ("mlp", "größe")
        for _ in (1, 2)
    ]
    path = tmp_path / f"x{suffix}"
    if suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        _write(path, rows)
    whole = path.read_bytes()
    refused = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 3)):
            damaged[rng.randrange(len(damaged))] = (
                rng.choice(b',;\t"#\n\r{}[]:x0-._\xff\x00') if rng.random() < 0.7 else rng.randrange(256)
            )
        path.write_bytes(bytes(damaged[: rng.randint(1, len(damaged))] if rng.random() < 0.2 else damaged))
        sentence, read = _outcome(path)
        assert read <= len(rows)
        assert sentence is None or (sentence.startswith(str(path)) and len(sentence.splitlines()) == 1)
        refused += sentence is not None
    assert refused > 30


def _outcome(path: Path) -> tuple[str | None, int]:
    """The sentence of a refusal, and how many rows were read."""
    try:
        return None, sum(group.data.rows for group in read_groups([path]).groups)
    except ValueError as error:
        return str(error), 0
