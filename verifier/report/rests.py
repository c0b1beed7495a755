"""What a claim rests on, by kind: structure for every renderer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: What is said where a derivation and samples exclude each other.
AT_ODDS = "SAMPLES CONTRADICT WHAT IS DERIVED: one of the two columns is wrong, whichever agrees with the claim"
#: Kinds in the order they are told: what is not proved here first.
ORDER = ("cited", "argued", "computed", "hypothesis", "definition", "theorem")
_PLURAL = {"hypothesis": "hypotheses", "definition": "definitions", "theorem": "theorems"}


@dataclass(frozen=True)
class RestingOn:
    """Names of one kind (``hypothesis``); ``word`` is what the kind is called for so many."""

    kind: str
    names: tuple[str, ...]

    @property
    def word(self) -> str:
        return self.kind if len(self.names) == 1 else _PLURAL.get(self.kind, self.kind)


def grouped(rests_on: Sequence[str]) -> list[RestingOn]:
    """Entries such as ``hypothesis relu`` by their first word; an entry of one word is of no kind.

    >>> [(group.word, group.names) for group in grouped(["theorem b", "cited joint.deep", "theorem a"])]
    [('cited', ('joint.deep',)), ('theorems', ('b', 'a'))]
    """
    kinds: dict[str, list[str]] = {}
    for entry in rests_on:
        kind, _, name = entry.partition(" ")
        kinds.setdefault(kind if name else "", []).append(name or entry)
    listed = [*[kind for kind in ORDER if kind in kinds], *[kind for kind in kinds if kind not in ORDER]]
    return [RestingOn(kind, tuple(kinds[kind])) for kind in listed]
