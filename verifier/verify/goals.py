"""Steps of a proof as the kernel re-checked them, and what a claim rests on, for reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.kernel.core.table import Rest
from verifier.verdict import ProofStatus
from verifier.verify.model import KINDS, RestsOnJson


@dataclass(frozen=True)
class RestsOn:
    """Names of one kind that a claim rests on; what is not proved here is of the first kinds."""

    kind: str
    names: tuple[str, ...]

    def to_json(self) -> RestsOnJson:
        return {"kind": self.kind, "names": list(self.names)}


def resting_on(hypotheses: Iterable[str], rests: Iterable[Rest]) -> tuple[RestsOn, ...]:
    """What a claim rests on that grants ``hypotheses`` and whose proof rests on ``rests``, each name once.

    >>> [(group.kind, group.names) for group in resting_on(["relu"], [Rest("theorem", "le.refl", "0")])]
    [('hypothesis', ('relu',)), ('theorem', ('le.refl',))]
    """
    found: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
    for kind, name in [*(("hypothesis", name) for name in hypotheses), *((rest.mark, rest.name) for rest in rests)]:
        found[kind][name] = None
    return tuple(RestsOn(kind, tuple(names)) for kind, names in found.items() if names)


@dataclass(frozen=True)
class StepReport:
    """One step of a proof as the kernel re-checked it; ``conclusion``: a proposition, or what ``data`` cites."""

    id: str
    rule: str
    conclusion: Mapping[str, Any]
    status: ProofStatus
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
