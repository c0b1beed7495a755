"""The recorded verdicts of a project's claims: both columns of each, by the settings they were found under.

A record is a file of the project, reviewed like code.  A verdict depends on the budget (a quick run leaves
more open), so each profile has its own record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from verifier.claims.statement import Claim
from verifier.gating.config import ConfigError
from verifier.inputs.fields import Line, Wrong, fitted, shown
from verifier.inputs.files import Unreadable, json_of, read_bytes
from verifier.inputs.numbers import shortened
from verifier.inputs.visible import one_line
from verifier.sampling.files import write_atomically
from verifier.verdict import NumericStatus, ProofStatus
from verifier.verify.results import ClaimReport, StatementReport

FORMAT = 1
#: What :func:`profile_name` makes.
_PROFILE = re.compile(r"(quick|full|thorough)(-[1-9]\d{0,12})?")
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


def read(path: Path, profile: str, *, recording: bool = False) -> Recorded:
    """The record of ``profile``; empty where there is no file.

    Raises ConfigError for a file that is no record, and for one without this profile, unless it is ``recording`` that
    is to be done: a gate that compares with nothing is green.
    """
    profiles = _load(path)["profiles"]
    if profile in profiles:
        return _columns(path, profile, profiles[profile])
    if profiles and not recording:
        raise ConfigError(
            f"{path}: nothing is recorded for the profile {profile!r}, only for {', '.join(profiles)}; run "
            "verifier gate --record with the same options"
        )
    return {}


def _columns(path: Path, profile: str, statements: Any) -> Recorded:
    """What a record says under one profile, checked."""
    if not _PROFILE.fullmatch(profile):
        raise ConfigError(
            f"{path}: there is no profile {one_line(shortened(profile))!r}; profiles are quick, full and thorough, or "
            "these with a number of samples, as in full-512"
        )
    found: dict[str, dict[str, Columns]] = {}
    try:
        for statement, claims in statements.items():
            found[fitted(Line, statement)] = {
                fitted(Line, name): (ProofStatus(entry["proof"]), NumericStatus(entry["numeric"]))
                for name, entry in claims.items()
            }
    except Wrong as wrong:
        raise ConfigError(f"{path}: not a record of verdicts: a name is {wrong.needed}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: not a record of verdicts: {shown(str(error), 200)}") from None
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
    if not path.exists() and not path.is_symlink():
        return {"format": FORMAT, "profiles": {}}
    try:
        data = json_of(read_bytes(path), str(path))
    except Unreadable as error:
        raise ConfigError(f"{error}; it is not a record of verdicts") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("profiles"), dict):
        raise ConfigError(f"{path}: not a record of verdicts of format {FORMAT}")
    for profile, statements in data["profiles"].items():
        _columns(path, profile, statements)
    return data
