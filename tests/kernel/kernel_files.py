"""The kernel's files with their line counts, as docs/trust.md lists them: ``python tests/kernel/kernel_files.py``."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- counts: generated -->", "<!-- /counts -->"


def table() -> str:
    """The table as it must stand in the page."""
    files = sorted((ROOT / "verifier" / "kernel").glob("*.py"))
    counts = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    counts = {name: count for name, count in counts.items() if count}
    rows = [f"| `{name}` | {count} |" for name, count in counts.items()]
    total = f"| **{len(counts)} files** | **{sum(counts.values())}** |"
    return "\n".join(["| file | lines |", "| --- | ---: |", *rows, total])


def rewrite() -> None:
    """Put the present counts into the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    rewrite()
