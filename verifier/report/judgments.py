"""What a step of a proof concludes, in words and LaTeX, for readers; the kernel itself never sees this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Conclusions longer than this in LaTeX are told in words.
LONGEST = 700


def readable(data: Mapping[str, Any]) -> tuple[str, str]:
    """A conclusion in (words, LaTeX), one of which may be empty: a proposition, or the claim that is cited."""
    if data.get("is") == "cites":
        return f"{data['claim']} of {data['statement']}", ""
    text, latex = str(data.get("text", "")), str(data.get("latex", ""))
    return ("", latex) if latex and len(latex) <= LONGEST else (text, "")
