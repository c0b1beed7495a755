"""Imported by the process that workers are forked from, and by no other: it ends with the one that started it.

It would not notice otherwise while a worker is stopped, which holds the pipe open that it listens to.  A worker ends
with it from the moment it is forked, not only once it has imported what it needs to listen.

What it imports stays, in the workers too, which search their own garbage alone.
"""

from __future__ import annotations

import gc
import os

from verifier.sampling.workers import end_with_parent

end_with_parent()
gc.disable()
_SERVER = os.getpid()
_worker = False


def _of_the_server() -> None:
    global _worker
    if _worker:
        return  # what a sampler splits off is its own
    _worker = True
    end_with_parent()
    if os.getppid() != _SERVER:  # it ended before the kernel was asked
        os._exit(1)
    gc.enable()


def _before() -> None:
    if not _worker:
        gc.freeze()


os.register_at_fork(before=_before, after_in_child=_of_the_server)
