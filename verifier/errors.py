"""Everything that the functions of :mod:`verifier` raise on purpose, in one place.  Each says in a sentence what is
wrong and what is allowed; anything else that they raise is a bug.

* ``UnknownStatement`` (ValueError): no file states it; the message names the nearest
* ``LoadError`` (Exception): a file of a project cannot be loaded: ``path``, ``line``, ``message``
* ``NothingSelected`` (ValueError): an expression that selects no cell
* ``SamplerError`` (ValueError): a sampler cannot be called, or returned what is no sample
* ``NotAProof`` (ValueError): there is no proof, or what is to be re-checked is none
* ``CorrelationError`` (ValueError): a correlation function that cannot be read or is too large
* ``ProgramError`` (ValueError): a program that cannot be traced, or would form a matrix (extra [jax])
* ``NoJax`` (Exception): a program is used and JAX is not installed
* ``NoTorch`` (Exception): a factory of modules is scanned and PyTorch is not installed
* ``ScalingError`` (AssertionError): an assertion of :mod:`verifier.gating.assertions` that the data do not bear out

Arguments out of range raise ValueError, and TypeError where they are of the wrong type.
"""

from __future__ import annotations

from verifier.exact.correlation import CorrelationError
from verifier.gating.assertions import ScalingError
from verifier.networks.training import NoJax
from verifier.programs.graph import ProgramError
from verifier.programs.modules import NoTorch
from verifier.projects.loading import LoadError
from verifier.projects.project import UnknownStatement
from verifier.quantities.samplers import SamplerError
from verifier.verify.bundles import NotAProof
from verifier.verify.run import NothingSelected

__all__ = [
    "CorrelationError",
    "LoadError",
    "NoJax",
    "NoTorch",
    "NotAProof",
    "NothingSelected",
    "ProgramError",
    "SamplerError",
    "ScalingError",
    "UnknownStatement",
]
