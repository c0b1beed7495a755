"""What is claimed, in one language: from a claim there is one way to its proposition, its text and its LaTeX."""

import verifier.claims.symbols  # noqa: F401  (how the theory's symbols are printed, before anybody else may say it)
