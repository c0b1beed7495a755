"""One claim about many groups: each group's expectation, its decision, and all of them in the order of interest."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from verifier.datafiles import DataGroup, Grouped, Means, Samples
from verifier.datafiles.grouping import no_group
from verifier.datafiles.table import printable
from verifier.fits.fitting import Finding, FitSettings, Fitted, assess, fit
from verifier.fits.kinds import KINDS
from verifier.inference.decisions import MIN_WIDTHS
from verifier.inference.moment_orders import Mean
from verifier.verdict import NumericStatus, weakest_numeric

#: What is shown first: what is not as expected.
_RANK = {NumericStatus.CONTRADICTED: 0, NumericStatus.INVALID: 1, NumericStatus.INCONCLUSIVE: 2}


@dataclass(frozen=True)
class GroupFit:
    """A group, what was expected of it and what was found; ``fitted`` None: it cannot be decided, for ``problem``."""

    group: DataGroup
    expect: str | None
    fitted: Fitted | None
    problem: str = ""
    log_power: float = 0.0

    @property
    def verdict(self) -> NumericStatus:
        return NumericStatus.INVALID if self.fitted is None else self.fitted.verdict

    @property
    def word(self) -> str:
        """The verdict as it is shown: ``consistent (few seeds)``."""
        mark = "" if self.fitted is None else self.fitted.mark
        return f"{self.verdict} ({mark})" if mark else str(self.verdict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return () if self.fitted is None else self.fitted.findings

    @property
    def estimate(self) -> float:
        return self.findings[0].estimate if self.findings else math.nan

    @property
    def reason(self) -> str:
        return "; ".join(reason for found in self.findings for reason in found.reasons) or self.problem

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found: dict[str, Any] = {"group": dict(self.group.key), "expect": self.expect}
        if self.fitted is None:
            return found | {"verdict": str(self.verdict), "reason": self.problem}
        return found | self.fitted.as_dict()


def fit_groups(
    data: Grouped, kind: str = "order", expect: Sequence[str] = (), settings: FitSettings | None = None
) -> tuple[GroupFit, ...]:
    """Decide a claim of ``kind`` about each group, in the order of the file.

    ``expect`` holds one target for all groups, or targets of some of them as ``LABEL=TARGET``, where LABEL is a
    group's label or a pattern such as ``layers.*``.  A group with too few widths is invalid, unless all of them have:
    then, and for an expectation that no group or several expectations that one group has, ValueError is raised.
    """
    targets = expectations(data.groups, kind, expect)
    chosen = settings or FitSettings()
    found = []
    for group, target in zip(data.groups, targets, strict=True):
        problem = _too_few(group, kind, data.variable)
        if problem and (len(data.groups) == 1 or all(_too_few(other, kind, data.variable) for other in data.groups)):
            raise ValueError(problem)
        fitted = None if problem else _named(_decided(group, kind, target, chosen), data.variable)
        found.append(GroupFit(group, target, fitted, problem, chosen.log_power))
    return tuple(found)


def _decided(group: DataGroup, kind: str, expect: str | None, settings: FitSettings) -> Fitted:
    if isinstance(group.data, Means):
        means = {n: Mean(mean, error) for n, (mean, error) in group.data.cells.items()}
        return Fitted(kind, (assess(means, kind, expect, settings),), group.data.rows)
    if kind == "two-widths":
        return fit(group.data, kind, expect, **asdict(settings))
    finding = assess(group.data.by_width(), kind, expect, settings, labels=group.labels or None)
    return Fitted(kind, (finding,), group.data.rows)


def _named(fitted: Fitted, variable: str) -> Fitted:
    """The same in terms of what was scaled, where that is not the width."""
    if variable == "width":
        return fitted

    def told(sentence: str) -> str:
        plural = re.sub(r"\bwidths\b", lambda _: f"values of {variable}", sentence)
        return re.sub(r"\bwidth\b", lambda _: variable, plural)

    findings = tuple(
        replace(
            found,
            reasons=tuple(map(told, found.reasons)),
            assumption=told(found.assumption),
            advice=told(found.advice),
            decision=replace(found.decision, reason=told(found.decision.reason), advice=told(found.decision.advice)),
        )
        for found in fitted.findings
    )
    return replace(fitted, findings=findings)


def claim_text(kind: str, expect: str | None, quantity: str = "X", log_power: float = 0.0) -> str:
    """The claim in a formula where it has one: ``X ~ n^-1/2``."""
    formulas = {
        "order": "{X} ~ n^{p}", "upper": "{X} = O(n^{p})", "to-zero": "{X} → 0", "constant": "{X} → a constant",
        "variance": "Var {X} ~ n^{p}", "limit": "E {X} → {p}", "zero": "{X} = 0", "mean-zero": "E {X} = 0",
        "symmetric": "{X} symmetric", "atom": "P({X} = 0) = {p}", "polynomial": "E {X} = {p}",
        "mean-order": "E {X} ~ n^{p}", "variance-order": "E ({X} - E {X})^2 ~ n^{p}", "kappa4-order": "κ₄({X}) ~ n^{p}",
        "remainder": "E {X} = {p}",
    }  # fmt: skip
    if kind not in formulas or (expect is None and "{p}" in formulas[kind]):
        return f"{kind} {expect or ''}".rstrip() + (f" of {quantity}" if quantity != "X" else "")
    logs = f" (log n)^{log_power:g}" if log_power and kind == "order" else ""
    return formulas[kind].format(X=printable(quantity), p=expect) + logs


def overall(fits: Sequence[GroupFit]) -> NumericStatus:
    """Contradicted if one group is; consistent only if all are."""
    return weakest_numeric(found.verdict for found in fits)


def by_interest(fits: Sequence[GroupFit]) -> list[GroupFit]:
    """What is not as expected first; among those, what is farthest from its claim."""

    def distance(found: GroupFit) -> float:
        if found.fitted is None:
            return 0.0
        first = found.fitted.findings[0]
        return 0.0 if math.isnan(first.estimate - first.claimed) else abs(first.estimate - first.claimed)

    return sorted(fits, key=lambda found: (_RANK.get(found.verdict, 3), -distance(found)))


def sentences(fits: Sequence[GroupFit], expected: NumericStatus) -> str:
    """Why: the one group's reason, or those of the groups whose verdict is another than ``expected``."""
    if len(fits) == 1:
        return fits[0].reason
    odd = [found for found in by_interest(fits) if found.verdict is not expected]
    lines = [f"{found.group.label}: {found.word}: {found.reason}" for found in odd]
    return "\n".join(lines) or f"{len(fits)} groups, each {expected}"


def expectations(groups: Sequence[DataGroup], kind: str, expect: Sequence[str]) -> list[str | None]:
    """Each group's target.  Raises ValueError naming the group or the pattern that does not fit."""
    general = [word for word in expect if "=" not in word]
    special: dict[str, str] = {}
    for word in expect:
        if "=" in word:
            pattern, target = (part.strip() for part in word.rsplit("=", 1))
            if special.setdefault(pattern, target) != target:
                raise ValueError(f"--expect {pattern} is both {special[pattern]} and {target}")
    if len(general) > 1:
        raise ValueError(f"--expect is given for all groups twice: {general[0]} and {general[1]}")
    _check_patterns(groups, special)
    found: list[str | None] = []
    for group in groups:
        own = _special(group, special)
        if own is None and not general and special:
            raise ValueError(
                f"--expect says nothing of {group.label or 'the one group'}; say --expect P for the others as well"
            )
        found.append(own if own is not None else general[0] if general else None)
    return found


def _check_patterns(groups: Sequence[DataGroup], special: Mapping[str, str]) -> None:
    for pattern in special:
        if not any(group.matches(pattern) for group in groups):
            raise ValueError(f"--expect {pattern}=…: {no_group(groups, pattern)}")


def _special(group: DataGroup, special: Mapping[str, str]) -> str | None:
    """The target of the pattern that matches: a name before a wildcard."""
    exact = {special[name] for name in special if name in group.names}
    near = exact or {target for pattern, target in special.items() if group.matches(pattern)}
    if len(near) > 1:
        raise ValueError(f"--expect has several targets for {group.label}: {', '.join(sorted(near))}")
    return next(iter(near), None)


def _too_few(group: DataGroup, kind: str, variable: str) -> str:
    """A sentence where the group has fewer widths than a fit needs; else nothing."""
    if kind not in KINDS or not KINDS[kind].widths or kind == "two-widths":
        return ""
    if isinstance(group.data, Samples) and len(group.data.names) == 2:
        return ""  # fit says that two widths were given
    widths = [cell[0] for cell in group.data.cells] if isinstance(group.data, Samples) else list(group.data.cells)
    if len(widths) >= MIN_WIDTHS:
        return ""
    listed = ", ".join(str(n) for n in widths)
    several = "" if len(widths) == 1 else "s"
    unit = f"width{several}" if variable == "width" else f"value{several} of {variable}"
    return f"{len(widths)} {unit} ({listed}); at least {MIN_WIDTHS} are needed to fit an exponent"
