"""Which words of a claim differ from its nearest counterpart in the other form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.report import mathtext

#: Two claims are compared word by word if at least this much of them is the same.
ALIKE = 0.3

Data = Mapping[str, Any]


def compared(claims: Sequence[Data]) -> dict[str, list[mathtext.Token]]:
    """The words of each claim by its name, marked where they differ from the counterpart in the other form."""
    printed = [c for c in claims if c["form"] == "printed"]
    amended = [c for c in claims if c["form"] == "amended"]
    found: dict[str, list[mathtext.Token]] = {}
    for own, others, side in ((printed, amended, 0), (amended, printed, 1)):
        for claim in own:
            best = max(others, key=lambda o: _alike(claim, o), default=None)
            if best is None or _alike(claim, best) < ALIKE:
                found[claim["id"]] = mathtext.tokens(claim["text"])
                continue
            pair = (claim["text"], best["text"]) if side == 0 else (best["text"], claim["text"])
            found[claim["id"]] = mathtext.compared(*pair)[side]
    return found


def _alike(first: Data, second: Data) -> float:
    return mathtext.similarity(first["text"], second["text"]) + 0.1 * (first["kind"] == second["kind"])
