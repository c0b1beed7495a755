"""Runs on disk: what a check leaves under ``.verifier/`` and what a report is made of."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verifier.projects.root import find
from verifier.quantities.select import text_of
from verifier.report.derived import finished
from verifier.report.document import FORMAT, document
from verifier.report.environment import version
from verifier.sampling.store import FOLDER, save_run
from verifier.verify.results import RunReport

Data = dict[str, Any]


class ResultsError(ValueError):
    """A stored run that no report can be made of; one sentence says why."""


def keep(report: RunReport, names: Sequence[str], expression: str | None) -> Path:
    """Store a run that ends now, written whole or not at all.  Raises OSError where that is not possible."""
    now = datetime.now(UTC)
    time = now.isoformat(timespec="seconds")
    found = document(report, time=time, command=command_line(report, names, expression))
    data = {
        "time": time, "options": found["run"]["options"], "stopped": report.stopped, "report": report.to_json(),
        "document": found,
    }  # fmt: skip
    return save_run(data, f"{now:%Y%m%dT%H%M%S}-{os.getpid()}")


def command_line(report: RunReport, names: Sequence[str], expression: str | None) -> str:
    """The command that does the run again."""
    options = report.options
    words = ["verifier check", *(f'"{name}"' if "::" in name else name for name in names)]
    words += [f'-k "{expression}"'] if expression else []
    words += ["--quick"] * options.quick + ["--thorough"] * options.thorough
    words += ["--widths " + ",".join(str(n) for n in options.widths)] if options.widths else []
    words += [f"--samples {options.samples}"] if options.samples is not None else []
    words += [f"--angle {text_of(options.angle)}"] if options.angle is not None else []
    words += ["--z " + ",".join(_input(entry) for entry in options.z)] if options.z is not None else []
    return " ".join([*words, f"--seed {report.seed}"])


def _input(entry: Any) -> str:
    return ":".join(text_of(v) for v in entry) if isinstance(entry, list | tuple) else text_of(entry)


def latest(folder: Path | None = None) -> Path | None:
    """The run that was stored last; None if there is none."""
    return next(iter(stored_runs(folder)), None)


def stored_runs(folder: Path | None = None) -> list[Path]:
    """All stored runs of the project (or under ``folder``), the last one first."""
    runs = (folder or find().folder / FOLDER) / "runs"
    found = [path for path in runs.glob("*.json") if not path.name.startswith(".")]
    return sorted(found, key=lambda path: (path.name[:15], path.stat().st_mtime_ns), reverse=True)


def read(path: Path, *, force: bool = False) -> Data:
    """The document in a stored run.  Raises ResultsError for a file that is none, or of another version.

    ``force`` accepts another version of verifier, as far as the shape of the document is the same.
    """
    name = os.path.relpath(path)
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{name}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ResultsError(f"{name}: not a complete JSON file (half-written?); run verifier check again") from None
    if not isinstance(stored, dict) or not isinstance(stored.get("report"), dict):
        raise ResultsError(f"{name}: not the results of a check; run verifier check again")
    found = stored.get("document")
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        told = found.get("format") if isinstance(found, dict) else "none"
        raise ResultsError(
            f"{name}: results of another version (format {told}, this one reads {FORMAT}); run verifier check again"
        )
    try:
        by = found["run"]["environment"]["version"]
        if by != version() and not force:
            raise ResultsError(
                f"{name}: results of verifier {by}, this is {version()}; run verifier check again, or --force to render"
            )
        return finished(found)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ResultsError(
            f"{name}: the results lack {error}; they are incomplete or of another version, run verifier check again"
        ) from None
