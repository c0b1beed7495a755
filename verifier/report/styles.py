"""Status words in their colours, for a terminal."""

from __future__ import annotations

from rich.text import Text

STYLES = {
    "proved": "green", "certified": "green", "verified": "bold green", "consistent": "green",
    "cited": "cyan", "gap": "yellow", "inconclusive": "yellow", "invalid": "yellow", "untested": "dim",
    "refuted": "red", "contradicted": "bold red", "proof alone": "bold green",
    "measured": "bold cyan",
    "misprint": "yellow", "incomplete": "red", "false": "bold red",
}  # fmt: skip


def styled(word: object) -> Text:
    """A status word in its colour."""
    return Text(str(word), style=STYLES.get(str(word), ""))
