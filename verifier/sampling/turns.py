"""Short turns of threads while there are workers.

To take a result and to give the next call a thread of the pool needs several turns, as each read and write ends one;
while the main thread decides something, each begins after as long as Python lets a thread go on, by default 5 ms.  A
block takes as long, so that workers had nothing to do meanwhile.
"""

from __future__ import annotations

import sys
import threading
from weakref import WeakSet

#: Seconds.
SHORT = 5e-4

_lock = threading.Lock()
_wanted: WeakSet[object] = WeakSet()
_usual = SHORT


def short_turns(pool: object) -> None:
    """Short turns until ``pool``, and all others that asked for them, need them no more."""
    global _usual
    with _lock:
        if not _wanted:
            _usual = sys.getswitchinterval()
            sys.setswitchinterval(min(SHORT, _usual))
        _wanted.add(pool)


def usual_turns(pool: object) -> None:
    """``pool`` needs short turns no more, if it ever did."""
    with _lock:
        if pool in _wanted:
            _wanted.discard(pool)
            if not _wanted:
                sys.setswitchinterval(_usual)
