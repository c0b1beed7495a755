"""Quantities that are programs: any JAX function of random weights, sampled exactly in law at any width.

    from verifier.programs import quantity, width, measure, scan

    n = width("n")

    @quantity(weights={"W1": (n, 2), "W2": (n, n), "V": (n,)}, expect={"change": 0})
    def change(w): ...                 # plain JAX, training steps included; returns numbers

    measure(change)                    # what it returns: an exponent with an interval and a verdict
    scan(change)                       # every intermediate: name, shape, line, exponent
    derive(change)                     # the same exponents by theory, with leading constants

A Gaussian matrix is met through products only and a gradient step adds low rank to it, so that nothing of size n × n
is ever formed.  JAX is an extra: ``pip install 'wide-verifier[jax]'``.  ``quantity(module=make)`` declares a function
``(f, w)`` of the parameters of a PyTorch module, ``f(w, x)`` its forward pass.  ``scan`` also takes a factory
``make(width) -> (model, batch, loss, optimizer)`` of PyTorch modules, which are built and trained as they stand.
"""

from verifier.programs.derive import Derived, DerivedRow, derive
from verifier.programs.evaluate import NotFinite
from verifier.programs.graph import NotLazy, ProgramError
from verifier.programs.jaxfront import NoJax, NotTraceable
from verifier.programs.measure import Measured, measure
from verifier.programs.modules import Factory, NoTorch
from verifier.programs.program import Program, Width, ones, quantity, width, zeros
from verifier.programs.scan import Scan, ScanRow, scan

__all__ = [
    "Derived",
    "DerivedRow",
    "Factory",
    "Measured",
    "NoJax",
    "NoTorch",
    "NotFinite",
    "NotLazy",
    "NotTraceable",
    "Program",
    "ProgramError",
    "Scan",
    "ScanRow",
    "Width",
    "derive",
    "measure",
    "ones",
    "quantity",
    "scan",
    "width",
    "zeros",
]
