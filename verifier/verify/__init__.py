"""One room for the verdict: proofs and samples are joined here, and every command reads the answer here.

:mod:`~verifier.verify.proof` says what is known of each claim's proof, whichever kernel re-checked it;
:mod:`~verifier.verify.coverage` which cells ask something of a claim and what keeps them from being sampled;
:mod:`~verifier.verify.word` the one word of a form; :mod:`~verifier.claims.severity` how wrong a printed claim is;
:mod:`~verifier.verify.join` puts them together, and :mod:`~verifier.verify.run` does a whole run.
"""
