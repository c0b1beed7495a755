"""How objects show themselves: one line in a terminal, a small table in a notebook.  Plain strings, no dependencies."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

#: Characters of a ``repr``.
LONGEST = 200


def line(text: str, longest: int = LONGEST) -> str:
    """``text`` in one line of at most ``longest`` characters.

    >>> line("a  statement that is long", 12)
    'a statement…'
    """
    joined = " ".join(text.split())
    return joined if len(joined) <= longest else f"{joined[: longest - 1].rstrip()}…"


def formula(latex: str) -> str:
    """LaTeX for a notebook's typesetter, inside HTML."""
    return f"${html.escape(latex, quote=False)}$"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table; its cells are HTML, the caption and the head are plain text."""
    cells = "".join(f"<th>{html.escape(word)}</th>" for word in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"
    )
