"""What a user says of data and memory in the environment, so that worker processes and check files know it too.

``verifier check --data DIR --memory 2G`` sets both for its own run.
"""

from __future__ import annotations

import os
from pathlib import Path

from verifier.inputs.files import Unreadable
from verifier.inputs.numbers import fraction, shortened
from verifier.inputs.visible import is_visible, one_line

#: The environment variables that name the folder of data, and the bytes that a large matrix may take.
DATA, MEMORY = "VERIFIER_DATA", "VERIFIER_MEMORY"
#: The parameter of a cell that says which images it reads.
CELL = "data"
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def data_folder() -> Path | None:
    """The folder that ``--data`` or the environment names; None where neither does.

    Unreadable for a name with control characters, which every message and every line that is to be run again would
    repeat.
    """
    found = os.environ.get(DATA)
    if found and not is_visible(found):
        raise Unreadable(f"{shortened(one_line(found))}: no folder of data: its name has characters that are not shown")
    return Path(found) if found else None


def named_data() -> str | None:
    """The name of :func:`data_folder`, or what is shown of it where that refuses it."""
    found = os.environ.get(DATA)
    return one_line(found) if found else None


def memory_limit() -> int:
    """Bytes that ``--memory`` or the environment grants a matrix; 4 GB where neither does.  ValueError for no size."""
    return size_of(os.environ.get(MEMORY) or "4G")


def size_of(text: str) -> int:
    """Bytes, as in ``500M``, ``2G`` or ``1.5GB``, in powers of 1000.  ValueError for anything else.

    >>> size_of("1.5GB")
    1500000000
    """
    word = text.strip().upper().removesuffix("B")
    unit = word[-1:] if word[-1:] in _UNITS else ""
    number = fraction(word.removesuffix(unit)) * _UNITS[unit]
    if not 0 < number < 2**53:
        raise ValueError(f"{shortened(text)!r} is no size of a memory; write 500M or 2G")
    return int(number)
