"""Untrusted help with proofs: a recorder of inferences, matching, linear arithmetic, tactics.

Everything here only calls the primitives of :mod:`verifier.kernel.core.theorems`, and what it writes down is checked
again from the document; a fault here can lose a proof, never make one.
"""
