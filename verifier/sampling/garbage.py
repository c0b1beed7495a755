"""When Python looks for cyclic garbage: not while much is made that stays.

What is imported, and the terms of a proof, are many objects that stay, with hardly a cycle among them.  To go through
them again and again took a fifteenth of a check.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_loaded = False


@contextmanager
def unsearched(*, stays: bool = False) -> Iterator[None]:
    """No search for cyclic garbage in the block; nor of it later, with what little garbage it leaves, where what is
    made there ``stays``.  What was garbage before is not kept.

    Only a process that ``loading`` was told of is ours: in another, a notebook say, whatever is there would stay too.
    """
    before = gc.isenabled()
    stays = stays and before and _loaded
    if stays:
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if stays:
            gc.freeze()
        if before:
            gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """No search in a block that loads what a process works with, nor of that later: once, as its garbage stays too."""
    global _loaded
    with unsearched():
        yield
        if not _loaded:
            gc.freeze()
        _loaded = True
