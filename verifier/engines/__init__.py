"""Engines: what is computed exactly, by programs that the kernel does not trust.

An engine takes a request (JSON data) and computes a closed proposition of the kernel.  A proof records that
proposition as *computed* by the engine and its version, and what rests on it is *certified*, not proved.  Whoever reads
a proof runs every request again (:mod:`verifier.engines.again`).

>>> from verifier.engines import ENGINES, computed_by
>>> sorted(ENGINES)
['balls', 'fields', 'graphs', 'moments', 'patterns', 'tensors']
>>> computed_by("moments")
'moments 1'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from verifier.engines import balls, fields, graphs, moments, patterns, tensors
from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import Term


class Engine(Protocol):
    """A module with a name, a version, and the function from requests to propositions."""

    NAME: str
    VERSION: str

    @staticmethod
    def compute(request: Mapping[str, Any]) -> Term:
        """The closed proposition that ``request`` asks for; Refused where there is none, or it does not hold."""


ENGINES: dict[str, Any] = {engine.NAME: engine for engine in (balls, fields, graphs, moments, patterns, tensors)}


def computed_by(name: str) -> str:
    """The engine's name with its version, as it stands in a proof."""
    need(name in ENGINES, f"there is no engine {name!r}; there are {', '.join(ENGINES)}")
    return f"{name} {ENGINES[name].VERSION}"


def compute(name: str, request: Mapping[str, Any]) -> Term:
    """What the engine ``name`` computes for ``request``; raises Refused with the reason where it computes nothing."""
    computed_by(name)
    found: Term = ENGINES[name].compute(request)
    return found
