"""Imported by the process that workers are forked from, and by no other, where a run takes minutes: the compiled loops
of :mod:`verifier.networks.fused` are there in each of them.

Else each would work for two seconds without, and load them for one.
"""

from __future__ import annotations

from verifier.networks import fused

fused.load()
