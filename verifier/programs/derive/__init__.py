"""Exponents derived from a program's graph: limits by the master theorem of tensor programs, expectations in balls.

    derive(program).exponents              # {"h1": 0, "dh2": -1/2, …}, and for the rest why it is undecided

The pages, from the ground up: :mod:`numbers` (real constants), :mod:`expansion` (values as expansions in the width),
:mod:`functions`, :mod:`gaussian`, :mod:`integrals` and :mod:`boxes` (expectations), :mod:`limits` (what coordinates
tend to), :mod:`expectations`, :mod:`families` and :mod:`decisions` (what is not zero), :mod:`algebra` (rules),
:mod:`constants`, :mod:`arrays`, :mod:`types`, :mod:`operations`, :mod:`interpret` (the graph), :mod:`rows` (what is
found).
"""

from verifier.programs.derive.rows import Derived, DerivedRow, derive

__all__ = ["Derived", "DerivedRow", "derive"]
