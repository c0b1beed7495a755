"""Claims about wide neural networks: proved step by step, certified exactly, or measured with a stated error rate.

    import verifier as v

    thm = v.load("theorem1")                 # a statement of the project here, or of the paper that is shipped
    v.check(thm, quick=True)                 # its proof re-checked, its claims measured: a report
    v.fit({n: x[n] for n in widths}, v.order == -1).verdict
    v.exact("T(3)", depth=4, activation="relu", moment=2)

    @v.quantity("T")
    def second(n, rng, *, angle=60): ...     # one sample, or an array with a parameter `samples`
    v.measure(second, v.order == -1)

Functions return what they found and print nothing.  What they raise is in :mod:`verifier.errors`.  Nothing is imported
before it is asked for; JAX is needed by programs alone (extra ``[jax]``).
"""

from __future__ import annotations

import sys

from verifier.inputs.start import nothing_from_here

nothing_from_here()  # before anything else is imported

import importlib  # noqa: E402
from types import ModuleType  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

if TYPE_CHECKING:
    from sympy import Rational

    from verifier import errors
    from verifier.claims.author import Author
    from verifier.claims.kinds import Form, Kind
    from verifier.claims.proof import Proof
    from verifier.claims.statement import Claim, Erratum, Hypothesis, Source, Statement, Witness, amended, printed
    from verifier.door import check, exact, fit, load, measure, prove, quantity, recheck
    from verifier.fits.dataclaims import (
        DataClaim,
        atom,
        constant,
        limit,
        mean_zero,
        order,
        symmetric,
        to_zero,
        variance,
        zero,
    )
    from verifier.fits.fitting import Finding
    from verifier.hunt import Corner, Space, angles, choices, integers, listed, norms, numbers, pairs
    from verifier.programs.derive import derive
    from verifier.programs.program import width
    from verifier.programs.scan import scan
    from verifier.quantities.check import Agreement, Check, Measure, Quantity, cells
    from verifier.verdict import NumericStatus, ProofStatus, Summary

__version__ = "0.1.0"

#: where each name is defined
_HOMES = {
    **dict.fromkeys(("check", "exact", "fit", "load", "measure", "prove", "quantity", "recheck"), "verifier.door"),
    **dict.fromkeys(
        ("Claim", "Erratum", "Form", "Hypothesis", "Kind", "Source", "Statement", "Witness", "amended", "printed"),
        "verifier.claims.statement",
    ),
    **dict.fromkeys(("Agreement", "Check", "Measure", "Quantity", "cells"), "verifier.quantities.check"),
    **dict.fromkeys(
        ("DataClaim", "atom", "constant", "limit", "mean_zero", "order", "symmetric", "to_zero", "variance", "zero"),
        "verifier.fits.dataclaims",
    ),
    **dict.fromkeys(("NumericStatus", "ProofStatus", "Summary"), "verifier.verdict"),
    **dict.fromkeys(
        ("Corner", "Space", "angles", "choices", "integers", "listed", "norms", "numbers", "pairs"), "verifier.hunt"
    ),
    "Author": "verifier.claims.author",
    "Finding": "verifier.fits.fitting",
    "Proof": "verifier.claims.proof",
    "Rational": "sympy",
    "derive": "verifier.programs.derive",
    "errors": "verifier.errors",
    "scan": "verifier.programs.scan",
    "width": "verifier.programs.program",
}

__all__ = [
    "Agreement",
    "Author",
    "Check",
    "Claim",
    "Corner",
    "DataClaim",
    "Erratum",
    "Finding",
    "Form",
    "Hypothesis",
    "Kind",
    "Measure",
    "NumericStatus",
    "Proof",
    "ProofStatus",
    "Quantity",
    "Rational",
    "Source",
    "Space",
    "Statement",
    "Summary",
    "Witness",
    "__version__",
    "amended",
    "angles",
    "atom",
    "cells",
    "check",
    "choices",
    "constant",
    "derive",
    "errors",
    "exact",
    "fit",
    "integers",
    "limit",
    "listed",
    "load",
    "mean_zero",
    "measure",
    "norms",
    "numbers",
    "order",
    "pairs",
    "printed",
    "prove",
    "quantity",
    "recheck",
    "scan",
    "symmetric",
    "to_zero",
    "variance",
    "width",
    "zero",
]


class _Door(ModuleType):
    """This module.  ``exact`` is its function: the package of this name, which importing it would put in its place, is
    reached by ``from verifier.exact import …``."""

    def __getattr__(self, name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'verifier' has no attribute {name!r}")
        home = importlib.import_module(_HOMES[name])
        found = home if _HOMES[name] == f"verifier.{name}" and name == "errors" else getattr(home, name)
        self.__dict__[name] = found
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and name in _HOMES and name != "errors"):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*__all__, *self.__dict__})


sys.modules[__name__].__class__ = _Door
