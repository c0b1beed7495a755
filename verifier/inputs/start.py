"""How ``python -m verifier`` begins: nothing is imported from the folder that it is called in.

``python -m`` looks for every module in the current folder first, so that a user's ``random.py`` would take the place of
Python's own.  A file in its own module, since it has to run before anything else is imported.
"""

from __future__ import annotations

import sys


def nothing_from_here() -> None:
    """Where this package is what ``-m`` names: take the current folder from the front of the path.

    It stays, at the end, where this package itself is there.
    """
    words = list(sys.orig_argv)
    named = words[words.index("-m") + 1 :][:1] if "-m" in words else []
    if sys.flags.safe_path or sys.argv[:1] != ["-m"] or [w.partition(".")[0] for w in named] != ["verifier"]:
        return
    first = sys.path.pop(0)
    package = __file__.replace("\\", "/").rsplit("/", 3)[0]
    if first.replace("\\", "/").rstrip("/") in (package, ""):
        sys.path.append(package)
