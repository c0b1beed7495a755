"""Which words of a claim differ from its counterpart in the other form: the one that takes its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.report import mathtext

#: Two claims are compared word by word if at least this much of them is the same.
ALIKE = 0.3

Data = Mapping[str, Any]


def compared(claims: Sequence[Data]) -> dict[str, list[mathtext.Token]]:
    """The words of each claim by its name, marked where they differ from the claim it is compared with.

    A printed claim is compared with the one of those it names in its place whose words are nearest, and an amended
    one with the nearest of the printed claims that name it.
    """
    by_id = {c["id"]: c for c in claims}
    found: dict[str, list[mathtext.Token]] = {}
    for claim in claims:
        printed = claim["form"] == "printed"
        others = [by_id[name] for name in claim["instead"] if name in by_id] if printed else [
            c for c in claims if c["form"] == "printed" and claim["id"] in c["instead"]
        ]  # fmt: skip
        best = max(others, key=lambda o: mathtext.similarity(claim["text"], o["text"]), default=None)
        if best is None or mathtext.similarity(claim["text"], best["text"]) < ALIKE:
            found[claim["id"]] = mathtext.tokens(claim["text"])
            continue
        pair = (claim["text"], best["text"]) if printed else (best["text"], claim["text"])
        found[claim["id"]] = mathtext.compared(*pair)[0 if printed else 1]
    return found
