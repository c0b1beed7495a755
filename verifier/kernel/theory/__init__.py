"""The theory: symbols, definitions and rows, one subject a page.  Data only: loading it proves nothing.

When all pages are read the table is sealed: a statement, a check or a project's own file adds no row.
"""

from verifier.kernel.core import table
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
    programs,
    reals,
    seqs,
    signs,
    sums,
    widths,
)

table.seal()
