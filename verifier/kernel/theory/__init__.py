"""The theory: symbols, definitions and rows, one subject a page.  Data only: loading it proves nothing."""

from verifier.kernel.theory import (  # noqa: F401
    features,
    flow,
    gram,
    graphs,
    hyper,
    joint,
    kernels,
    layers,
    limit_sums,
    limits,
    logic,
    moments,
    reals,
    seqs,
    signs,
    sums,
    widths,
)
