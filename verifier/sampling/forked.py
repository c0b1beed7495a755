"""Imported by the process that workers are forked from, and by no other: it ends with the one that started it.

It would not notice otherwise while a worker is stopped, which holds the pipe open that it listens to.
"""

from __future__ import annotations

from verifier.sampling.workers import end_with_parent

end_with_parent()
