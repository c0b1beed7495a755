"""The theory: symbols, definitions and rows, one subject a page.  Data only: loading it proves nothing."""

from verifier.kernel.theory import features, gram, hyper, kernels, layers, limits, logic, reals, seqs, sums  # noqa: F401
