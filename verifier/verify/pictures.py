"""A check's pictures, made in a worker process beside its samples; what prevents them is a sentence, and no verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from verifier.projects.loading import load_file
from verifier.projects.project import Entry
from verifier.quantities.check import Check
from verifier.quantities.pictures import ImageRow, Maker, Pictures
from verifier.sampling.crew import Job
from verifier.sampling.keeping import Beside
from verifier.sampling.plan import RunOptions
from verifier.sampling.run import Kept
from verifier.sampling.workers import Died, one_thread

#: What a worker returns: pictures, or why there are none.
Shown = tuple[tuple[Pictures, ...], str]


def effort_of(options: RunOptions) -> str:
    """The word that a maker of pictures is given."""
    return "quick" if options.quick else "paper" if options.paper else "default"


def planned(entry: Entry, seed: int, options: RunOptions, kept: Kept | None) -> dict[str, Job | Shown]:
    """By name: what is to be called for the pictures of a statement's check, or what is stored of them already."""
    found: dict[str, Job | Shown] = {}
    makers = () if entry.check is None else entry.check.pictures
    for number, maker in enumerate(makers):
        name = f"pictures of {entry.name}" + (f", {number + 1} of {len(makers)}" if len(makers) > 1 else "")
        beside = Beside(entry.name, "pictures", maker, (number, effort_of(options)), seed)
        stored = None if kept is None else kept.get_beside(beside)
        before = None if stored is None else unpacked(*stored)
        if before is not None:
            found[name] = before, ""
            continue

        def keep(result: Shown, beside: Beside = beside) -> None:
            if kept is not None and not result[1]:
                kept.put_beside(beside, *packed(result[0]))

        source = entry.check_path or maker
        found[name] = Job(name, made, (source, number, seed, effort_of(options)), keep=keep)
    return found


def came_of(planned: Job | Shown, results: Mapping[str, Any]) -> Shown:
    """What was stored, or what the job came to: that its worker died is why there are none."""
    if not isinstance(planned, Job):
        return planned
    result = results.get(planned.name, ((), ""))  # without a word where the run ended before
    return ((), str(result)) if isinstance(result, Died) else result


def made(source: Path | Maker, number: int, seed: int, effort: str) -> Shown:
    """Call the maker of this number among the ``pictures`` of the check in a file, or the function itself."""
    try:
        if isinstance(source, Path):
            check = load_file(source).check
            makers: Sequence[Maker] = check.pictures if isinstance(check, Check) else ()
        else:
            makers, number = (source,), 0
        with one_thread():
            found = makers[number](seed, effort)
        if not all(isinstance(one, Pictures) for one in found):
            raise TypeError("something else than Pictures was returned")
    except Exception as error:
        return (), f"{type(error).__name__}: {' '.join(str(error).split())}"
    return tuple(found), ""


def packed(pictures: Sequence[Pictures]) -> tuple[str, bytes]:
    """Pictures as JSON and the bytes of their images, one after the other."""
    tables = [
        {"title": one.title, "note": one.note, "columns": list(one.columns),
         "rows": [{"label": row.label, "shapes": [image.shape for image in row.images]} for row in one.rows]}
        for one in pictures
    ]  # fmt: skip
    raw = b"".join(image.tobytes() for one in pictures for row in one.rows for image in row.images)
    return json.dumps({"cells": [], "tables": tables}, separators=(",", ":")), raw


def unpacked(text: str, raw: bytes) -> tuple[Pictures, ...] | None:
    """What was packed; None for anything else.

    >>> unpacked(*packed([Pictures("t", (), ())])), unpacked("[]", b"")
    ((Pictures(title='t', columns=(), rows=(), note=''),), None)
    """
    try:
        place, tables = 0, []
        for table in json.loads(text)["tables"]:
            rows = []
            for row in table["rows"]:
                images = []
                for shape in row["shapes"]:
                    size = prod(shape)
                    images.append(np.frombuffer(raw, np.uint8, size, place).reshape(shape))
                    place += size
                rows.append(ImageRow(row["label"], tuple(images)))
            tables.append(Pictures(table["title"], tuple(table["columns"]), tuple(rows), table["note"]))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    return tuple(tables) if place == len(raw) else None
