"""Computed facts, computed again: what a proof says that engines computed, against what they compute.

The requests of a proof stand beside its document, by the digest of the proposition: the kernel does not read them.

>>> from verifier.proving.tactics import Prover
>>> p = Prover("example")
>>> _ = p.by_engine("patterns", {"sizes": [1, 2]})
>>> from verifier.kernel.core.documents import load, read
>>> import json
>>> [found.gap for found in computed_again(read(load(json.dumps(p.document()))), p.requests())]
['']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.engines import ENGINES, compute, computed_by
from verifier.kernel.core.documents import Document
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.table import digest


@dataclass(frozen=True)
class ComputedStep:
    """One computed step: its number, the engine it names, its proposition's digest, and why it does not hold, or ""."""

    step: int
    engine: str
    digest: str
    gap: str = ""


def computed_again(document: Document, requests: Mapping[str, Any]) -> tuple[ComputedStep, ...]:
    """Every computed step of ``document``, its request run again.

    ``requests`` maps digests of propositions to ``{"engine": name, "request": data}``.  A gap: no request, an engine
    or a version that is not there, a request that is refused, and one that computes another proposition.
    """
    if not isinstance(requests, Mapping):
        raise Refused("requests are an object, by digests of propositions")
    found = []
    for number, (rule, args) in enumerate(document.steps):
        if rule == "computed":
            engine, prop = args
            mark = digest(prop)
            found.append(ComputedStep(number, engine, mark, _gap(engine, mark, requests.get(mark))))
    return tuple(found)


def _gap(engine: str, mark: str, entry: Any) -> str:
    if not isinstance(entry, Mapping) or set(entry) != {"engine", "request"}:
        return f"no request says how {engine[:60]} computes it"
    name = entry["engine"]
    if type(name) is not str or name not in ENGINES:
        return f"there is no engine {str(name)[:60]!r}; there are {', '.join(ENGINES)}"
    if engine != computed_by(name):
        return f"it is said to be computed by {engine[:60]}; here is {computed_by(name)}"
    try:
        made = digest(compute(name, entry["request"]))
    except Refused as error:
        return f"{engine}: {error}"
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError, AssertionError) as error:
        return f"{engine} fails on this request: {type(error).__name__} {str(error)[:120]}"
    return "" if made == mark else f"{engine} computes another proposition for this request"
