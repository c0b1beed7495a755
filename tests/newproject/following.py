"""The generated project as a reader changes it."""

from __future__ import annotations

import re
from pathlib import Path

LEMMA = "lemmas/one_hidden_layer.py"


def edit(path: Path, old: str, new: str) -> None:
    """Replace what occurs once."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def follow_readme(project: Path) -> None:
    """Write the files that the README shows: the block after the sentence that ends with a file's name."""
    text = (project / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"`((?:lemmas|checks)/\w+\.py)`[^`]*?```python\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in shown] == ["lemmas/mean.py", "checks/mean.py", "checks/_noise.py"]
    for name, code in shown:
        (project / name).write_text(code, encoding="utf-8")
