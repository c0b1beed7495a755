"""A check's pictures, made in a worker process beside its samples; what prevents them is a sentence, and no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verifier.projects.loading import load_file
from verifier.quantities.check import Check
from verifier.quantities.pictures import Maker, Pictures
from verifier.sampling.plan import Options
from verifier.sampling.workers import one_thread

#: What a worker returns: pictures, or why there are none.
Shown = tuple[tuple[Pictures, ...], str]


def effort_of(options: Options) -> str:
    """The word that a maker of pictures is given."""
    return "quick" if options.quick else "paper" if options.paper else "default"


def made(source: Path | Maker, seed: int, effort: str) -> Shown:
    """Call the ``pictures`` of the check in a file, or the function itself."""
    try:
        if isinstance(source, Path):
            check = load_file(source).check
            maker = check.pictures if isinstance(check, Check) else None
        else:
            maker = source
        with one_thread():
            found: Sequence[Pictures] = [] if maker is None else maker(seed, effort)
        if not all(isinstance(one, Pictures) for one in found):
            raise TypeError("something else than Pictures was returned")
    except Exception as error:
        return (), f"{type(error).__name__}: {' '.join(str(error).split())}"
    return tuple(found), ""
