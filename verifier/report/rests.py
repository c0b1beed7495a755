"""What a claim rests on, in words for every renderer."""

from __future__ import annotations

#: What is said where a derivation and samples exclude each other.
AT_ODDS = "SAMPLES CONTRADICT WHAT IS DERIVED: one of the two columns is wrong, whichever agrees with the claim"
_PLURAL = {"hypothesis": "hypotheses", "definition": "definitions", "theorem": "theorems"}


def called(kind: str, count: int) -> str:
    """What so many names of a kind are called.

    >>> called("theorem", 2), called("theorem", 1), called("cited", 2)
    ('theorems', 'theorem', 'cited')
    """
    return kind if count == 1 else _PLURAL.get(kind, kind)
