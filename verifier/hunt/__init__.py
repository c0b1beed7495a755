"""The hunt: a tool that looks for the smallest instance that breaks a claim, and for the hypothesis it lacks.

It is to asymptotic claims what property-based testing is to functions.  A check declares, once, the space of the
instances that its statement speaks of; the hunt tries corners, exact zeros, zeros of leading coefficients and
whatever an optimiser finds, shrinks what it finds, and has fresh samples decide.  See ``docs/hunt.md``.
"""

from verifier.hunt.axes import Corner, angles, choices, integers, listed, norms, numbers, pairs
from verifier.hunt.space import Space

__all__ = ["Corner", "Space", "angles", "choices", "integers", "listed", "norms", "numbers", "pairs"]
