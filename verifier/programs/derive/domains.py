"""Where functions may be taken: not near 0 for a quotient, not faster than the master theorem allows."""

from __future__ import annotations

from verifier.programs.derive.decisions import Decisions
from verifier.programs.derive.expansion import EMPTY, Atom, Part, Underived
from verifier.programs.derive.functions import ScalarFunction, function


def outside(f: ScalarFunction, base: Part, decisions: Decisions) -> str:
    """Why f cannot be taken there, or nothing."""
    alone = not any(vectors for vectors, _ in base)
    if f.domain:
        if alone:
            found = decisions.scalar(base)
            if not found.nonzero:
                return f"its argument: {found.reason}"
            below = found.number is not None and found.number.sign < 0
            if f.domain == "positive" and (below or not (found.number is not None or decisions.never_negative(base))):
                return "its argument is not known to be positive"
            return ""
        return "" if _bounded_below(base) else "a vector that may come near 0"
    if f.growth is None and not alone and f.name == "exp":
        try:
            z = decisions.coordinates.of(base)
            if any(sum(e for _, e in v) > 1 or any(a.kind == "zfun" and not _flat(a) for a, _ in v) for v, _ in z):
                return "it grows faster than the master theorem allows"
        except Underived as error:
            return str(error)
    return ""


def _bounded_below(base: Part) -> bool:
    """A positive number plus what is never negative."""
    constant_ = base.get(EMPTY)
    return constant_ is not None and constant_.sign > 0 and all(
        c.sign > 0 and not s and all(e % 2 == 0 or (a.kind == "fun" and (a.data[0] in ("square", "exp", "step"))
                                                    ) for a, e in v)
        for (v, s), c in base.items() if (v, s) != EMPTY
    )  # fmt: skip


def _flat(atom: Atom) -> bool:
    return function(atom.data[0]).growth == (1, 0)
