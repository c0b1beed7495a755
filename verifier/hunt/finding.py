"""What a hunt found, as frozen data: instances at which claims fail, and how much was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from verifier.hunt.fresh import Decided
from verifier.hunt.target import instance_text

#: Why a hunt that was not disturbed ended before it was through.
SPENT = "the budget is spent"


@dataclass(frozen=True)
class Zero:
    """The zero of a leading coefficient: the parameter, where it lies, with a standard error, and a bracket.

    All of them are of samples at ``width``; None where the zero was given.  ``depth``: of a dip without a change of
    sign, how large X still is there, as a part of what it is at the ends of the bracket.
    """

    name: str
    at: float
    error: float
    low: float
    high: float
    width: Any = None
    depth: float | None = None

    @property
    def text(self) -> str:
        """``angle = 113.2224 ± 0.003 at width 1024``: the error is that of samples; the limit's zero is near it."""
        if self.width is None:
            return f"{self.name} = {self.at:.7g}, as given"
        where = f"{self.name} = {self.at:.7g} ± {self.error:.1g} at width {self.width}"
        if self.depth is None:
            return where
        return (
            f"{where}, a dip to {self.depth:.2g} of its ends that deepens with the width; a coefficient too small for "
            f"these widths would look alike"
        )


@dataclass(frozen=True)
class Counterexample:
    """The smallest instance of one kind at which claims of a statement fail.

    ``special``: the parameters that matter, with what is special about their values.  ``excluded_by``: hypotheses of
    the statement that exclude it; ``proposed``: a sentence that does.  ``reproduce``: the command that decides it
    again.  ``witness``: ready to be pasted into the statement.
    """

    statement: str
    quantity: str
    instance: Mapping[str, Any]
    outcomes: tuple[Decided, ...]
    special: Mapping[str, str]
    excluded_by: tuple[str, ...] = ()
    proposed: str = ""
    zero: Zero | None = None
    reproduce: str = ""
    witness: str = ""

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims that fail."""
        return tuple(o.claim for o in self.outcomes if o.fails)

    @property
    def text(self) -> str:
        """One line: where, and what is true there."""
        first = next(o for o in self.outcomes if o.fails)
        if first.what == "zero":
            true = "it is 0"
        elif first.estimate is None:
            true = first.reason
        else:
            claimed = "" if first.claimed is None else f", claimed {first.claimed:+.4g}"
            true = f"{first.estimate:+.4g}{claimed}"
        return f"{self.quantity} at {instance_text(self.instance)}: {true}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "statement": self.statement, "quantity": self.quantity, "instance": dict(self.instance),
            "claims": list(self.claims), "outcomes": [asdict(o) | {"fails": o.fails} for o in self.outcomes],
            "special": dict(self.special), "excluded_by": list(self.excluded_by), "proposed": self.proposed,
            "zero": None if self.zero is None else asdict(self.zero), "reproduce": self.reproduce,
            "witness": self.witness, "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """How far a stage of the search came at one target: of so many instances (or lines), so many were tried."""

    target: str
    name: str
    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True)
class Hunted:
    """What was searched, how much of it, and what was found; finding nothing proves nothing."""

    findings: tuple[Counterexample, ...]
    stages: tuple[Stage, ...]
    counts: Mapping[str, Any]
    seed: int
    alpha: float
    budget: float
    spent: float
    skipped: tuple[str, ...] = ()  # statements that declare no space
    doubtful: tuple[str, ...] = ()  # what looked suspicious and was not decided
    stopped: str = ""
    unlooked: tuple[str, ...] = ()  # claims that no instance at which samples could be drawn was asked about
    blind: tuple[str, ...] = ()  # targets of which this holds for all claims, although all corners were gone through
    stands: tuple[str, ...] = ()  # of one instance that is decided: the claims that fresh samples agree with there
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def disturbed(self) -> bool:
        """Whether it was interrupted, or lost its workers."""
        return self.stopped not in ("", SPENT)

    @property
    def corners_done(self) -> bool:
        """Whether the corners, which come first, were all tried, and any instance of each target could be."""
        return not self.blind and all(stage.complete for stage in self.stages if stage.name == "corners")

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "findings": [f.as_dict() for f in self.findings],
            "stages": [asdict(s) | {"complete": s.complete} for s in self.stages], "counts": dict(self.counts),
            "seed": self.seed, "alpha": self.alpha, "budget": self.budget, "spent": round(self.spent, 1),
            "skipped": list(self.skipped), "doubtful": list(self.doubtful), "stopped": self.stopped,
            "corners_done": self.corners_done, "unlooked": list(self.unlooked), "stands": list(self.stands),
        }  # fmt: skip
