"""The core of the kernel: sorted terms, theorems, and the reader of proof documents.

Nothing here knows of networks or limits: those are rows of the table in :mod:`verifier.kernel.theory`.  Read in this
order: sorts, terms, normal, theorems, table, documents, check.
"""
