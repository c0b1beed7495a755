"""What the hunt keeps between runs: outcomes by key, so that a longer run begins where a shorter one ended."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, Protocol

from verifier.sampling.store import Packed, Store


class Keep(Protocol):
    """Outcomes by key: plain data."""

    def get(self, key: str) -> Any | None:
        """What was put under ``key``; None where nothing was."""
        ...

    def put(self, key: str, outcome: Any) -> None:
        """Keep ``outcome``."""
        ...


class Remembered:
    """For one run."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def get(self, key: str) -> Any | None:
        return self._known.get(key)

    def put(self, key: str, outcome: Any) -> None:
        self._known[key] = outcome


class Stored:
    """In the project's store, as blocks without samples, on behalf of one run; ``fresh`` knows of no earlier ones."""

    def __init__(self, store: Store, run: int, fresh: bool = False) -> None:
        self.store, self.run, self.fresh = store, run, fresh

    def get(self, key: str) -> Any | None:
        found = None if self.fresh else self.store.get(bytes.fromhex(key))
        return None if found is None else json.loads(found[0])

    def put(self, key: str, outcome: Any) -> None:
        text = json.dumps(outcome)
        row = Packed(bytes.fromhex(key), "hunt", "outcome", "1", "", "", 0, 0, "", text, b"")
        self.store.put(row, self.run)


class JsonLines(Remembered):
    """A file of JSON lines that only grows; a line that cannot be read, as after a crash, is passed over."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        with contextlib.suppress(OSError):
            for line in path.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError, TypeError, KeyError):
                    entry = json.loads(line)
                    self._known[entry["key"]] = entry["outcome"]

    def put(self, key: str, outcome: Any) -> None:
        super().put(key, outcome)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "outcome": outcome}) + "\n")
