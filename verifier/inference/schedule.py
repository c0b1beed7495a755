"""When to look: sample sizes that double, each look at an equal share of the error rate.

Doubling looks with Bonferroni are tighter here than a confidence sequence, and need no library: at
alpha = 0.05 the critical value is 2.73 for eight looks, against at least 3.04. The schedule is pure data; the
sampling layer draws, calls a gate with ``look`` and ``looks``, and asks for the next size.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.inference.decisions import LOOKS, Decision


@dataclass(frozen=True)
class Schedule:
    """Samples a width at each look: ``start``, 2 ``start``, …, at most ``looks`` times, never above ``cap``.

    The cap, if it is below the last doubling, is itself the last size. Raises ValueError for sizes below 1.
    """

    start: int = 256
    looks: int = LOOKS
    cap: int | None = None

    def __post_init__(self) -> None:
        if self.start < 1:
            raise ValueError(f"start is {self.start}; a schedule starts with at least 1 sample a width")
        if not 1 <= self.looks <= 60:
            raise ValueError(f"looks is {self.looks}; it must be from 1 to 60")
        if self.cap is not None and self.cap < 1:
            raise ValueError(f"cap is {self.cap}; it must be at least 1")

    @property
    def sizes(self) -> tuple[int, ...]:
        """The samples a width at looks 1, 2, …, increasing."""
        doubled = [self.start * 2**k for k in range(self.looks)]
        if self.cap is None or self.cap >= doubled[-1]:
            return tuple(doubled)
        return (*(s for s in doubled if s < self.cap), self.cap)

    def look_at(self, size: int) -> int:
        """Which look ``size`` samples are. Raises ValueError if the schedule does not look there."""
        if size not in self.sizes:
            raise ValueError(f"{size} samples are not a look of the schedule {list(self.sizes)}")
        return self.sizes.index(size) + 1

    def next_size(self, decision: Decision | None = None) -> int | None:
        """Samples a width at the next look; None when it is decided or the schedule is exhausted.

        Without a decision: the first size. A decision at fewer samples than planned does not stop it.
        """
        if decision is None:
            return self.sizes[0]
        if decision.decided:
            return None
        return next((s for s in self.sizes if s > decision.samples), None)
