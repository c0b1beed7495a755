"""Text from outside, made visible: what a terminal, a log or a page would obey is written as its number.

Control characters, escape sequences, marks that turn the direction of writing, letters without width and halves of
characters are shown as ``\\x1b`` or ``\\u202e``; letters of every script stay.
"""

from __future__ import annotations

import re
import unicodedata

_PLAIN = re.compile(r"[ -~\n\t]*")


def visible(text: str) -> str:
    r"""``text`` with everything that is not printed as itself written as its number; newlines and tabs stay.

    >>> visible("proved\x1b[8m \u202edevorp")
    'proved\\x1b[8m \\u202edevorp'
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(c if c.isprintable() or c in "\n\t" or unicodedata.category(c) == "Zs" else _number(c) for c in text)


def one_line(text: str) -> str:
    r"""The same in one line: a newline in a name cannot begin a line of its own.

    >>> one_line("lemma1\nproved theorem1")
    'lemma1\\nproved theorem1'
    """
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def is_visible(text: str) -> bool:
    """Whether ``text`` is one line that :func:`one_line` leaves as it is."""
    return one_line(text) == text


def _number(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode() if character > "\x7f" else f"\\x{ord(character):02x}"
