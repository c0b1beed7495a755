"""The recorded verdicts of a project's claims: both columns of each, by the settings they were found under.

A record is a file of the project, reviewed like code.  A verdict depends on the budget (a quick run leaves
more open), so each profile has its own record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from verifier.claims.statement import Claim
from verifier.gating.config import ConfigError
from verifier.sampling.store import write_atomically
from verifier.verdict import NumericStatus, ProofStatus
from verifier.verify.results import ClaimReport, StatementReport

FORMAT = 1
Columns = tuple[ProofStatus, NumericStatus]
#: statement -> claim -> its two columns
Recorded = Mapping[str, Mapping[str, Columns]]


def profile_name(quick: bool, thorough: bool, samples: int | None) -> str:
    """``quick``, ``full`` or ``thorough``, with the budget where it is not the checks' own."""
    name = "quick" if quick else "thorough" if thorough else "full"
    return name if samples is None else f"{name}-{samples}"


def claim_key(claim: Claim) -> str:
    """A claim's name in the record: a printed and an amended claim may share an id."""
    return f"{claim.id} ({claim.form})"


def columns_of(report: ClaimReport) -> Columns:
    """What was found about a claim."""
    return report.proof, report.numeric


def read(path: Path, profile: str) -> Recorded:
    """The record of ``profile``; empty where there is none.  Raises ConfigError for a file that is no record."""
    data = _load(path)
    found: dict[str, dict[str, Columns]] = {}
    try:
        for statement, claims in data["profiles"].get(profile, {}).items():
            found[statement] = {
                name: (ProofStatus(entry["proof"]), NumericStatus(entry["numeric"])) for name, entry in claims.items()
            }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: not a record of verdicts: {error}") from None
    return found


def write(path: Path, profile: str, reports: Sequence[StatementReport], gone: Iterable[str] = ()) -> None:
    """Record what was found about ``reports``; other statements and profiles stay, but for statements that are gone.

    Raises ConfigError where the file cannot be written.
    """
    data = _load(path)
    chosen = {name: claims for name, claims in data["profiles"].get(profile, {}).items() if name not in set(gone)}
    for report in reports:
        chosen[report.statement.name] = {
            claim_key(claim.claim): {"proof": str(claim.proof), "numeric": str(claim.numeric)}
            for claim in report.claims
        }
    data["profiles"] = dict(sorted({**data["profiles"], profile: dict(sorted(chosen.items()))}.items()))
    try:
        write_atomically(path, json.dumps(data, indent=1) + "\n")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from None


def _load(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"format": FORMAT, "profiles": {}}
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ConfigError(f"{path}: not a record of verdicts: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("profiles"), dict):
        raise ConfigError(f"{path}: not a record of verdicts of format {FORMAT}")
    return data
