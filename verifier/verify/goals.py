"""Steps of a proof as the kernel re-checked them, for reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.verdict import ProofStatus


@dataclass(frozen=True)
class StepReport:
    """One step of a proof as the kernel re-checked it; ``conclusion``: a proposition, or what ``data`` cites."""

    id: str
    rule: str
    conclusion: Mapping[str, Any]
    status: ProofStatus
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
