"""Where a user's data are: the environment says it, so that worker processes and check files know it too.

``verifier check --data DIR`` sets it for its own run.
"""

from __future__ import annotations

import os
from pathlib import Path

#: The environment variable that names the folder.
DATA = "VERIFIER_DATA"


def data_folder() -> Path | None:
    """The folder that ``--data`` or the environment names; None where neither does."""
    found = os.environ.get(DATA)
    return Path(found) if found else None
