"""Claims about samples alone, as they are written: ``order == -1`` is X ~ n^-1, ``order <= -1`` is X = O(n^-1).

>>> order == -1
<X ~ n^-1>
>>> limit == 0.5
<E X → 0.5>
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from verifier.fits.groups import claim_text
from verifier.fits.kinds import KINDS


@dataclass(frozen=True, repr=False)
class DataClaim:
    """A claim of a ``kind`` that ``verifier fit`` knows, with what it expects: an exponent, a value, or nothing.

    Raises ValueError for a kind that there is not, and for one with an expectation too many or too few.
    """

    kind: str
    expect: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no kind {self.kind!r} of claims; there are {', '.join(KINDS)}")
        wanted = KINDS[self.kind].expects
        if (wanted is None) != (self.expect is None):
            needs = f"needs {wanted}" if wanted else f"takes no value, which is {self.expect}"
            raise ValueError(f"a claim of kind {self.kind!r} {needs}")

    def __repr__(self) -> str:
        return f"<{claim_text(self.kind, self.expect)}>"


class Maker:
    """What a claim is about: ``order == p`` makes a :class:`DataClaim`, and so does ``order <= p``."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, kind: str, bound: str = "") -> None:
        self._kind, self._bound = kind, bound

    def __repr__(self) -> str:
        return f"<{self._kind} == … makes a claim>"

    def __eq__(self, other: object) -> DataClaim:  # type: ignore[override]
        return DataClaim(self._kind, _target(self._kind, other))

    def __le__(self, other: object) -> DataClaim:
        if not self._bound:
            raise TypeError(f"{self._kind} <= {other!r}: a claim about {self._kind} is an equation")
        return DataClaim(self._bound, _target(self._kind, other))

    def __bool__(self) -> bool:
        raise TypeError(f"{self._kind} is no claim yet; write {self._kind} == …")


def _target(kind: str, value: Any) -> str:
    """A number as ``verifier fit`` takes it: -1, -1/2, 0.25.  Raises TypeError for what is none."""
    try:
        if not isinstance(value, bool | str | complex) and isfinite(float(value)):
            return str(value)
    except (TypeError, ValueError):  # what has no float
        pass
    raise TypeError(f"{kind} == {value!r}: a real number is needed, such as -1 or Rational(-1, 2)")


#: X ~ n^p, and with ``<=`` X = O(n^p).
order = Maker("order", "upper")
#: Var X ~ n^p, on the scale of the law.
variance = Maker("variance")
#: E X tends to a number.
limit = Maker("limit")
#: P(X = 0) is a number.
atom = Maker("atom")
#: X = 0.
zero = DataClaim("zero")
#: X → 0 in probability.
to_zero = DataClaim("to-zero")
#: X tends to a constant in probability.
constant = DataClaim("constant")
#: E X = 0 at every width.
mean_zero = DataClaim("mean-zero")
#: X and -X have the same law.
symmetric = DataClaim("symmetric")
