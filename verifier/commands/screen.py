"""A rich console for text from anybody: its colours are its own, and markup in the text is text."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from verifier.commands.terminal import laid
from verifier.inputs.visible import visible

#: Columns below which nothing can be laid out, and what is believed where the environment says how many there are.
_NARROWEST = 20
_SIZES, _SIZE = ("COLUMNS", "LINES"), re.compile(r"[1-9][0-9]{0,2}")


class Screen(Console):
    """The console of standard output, or of standard error.

    What a terminal would obey is shown as its number, whichever renderable it stands in.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        file: Any = laid(sys.stderr if stderr else sys.stdout)
        known = {name: value for name, value in os.environ.items() if name not in _SIZES or _SIZE.fullmatch(value)}
        super().__init__(file=file, stderr=stderr, highlight=False, markup=False, emoji=False, _environ=known)
        if self._width is not None:  # from COLUMNS
            self._width = max(self._width, _NARROWEST)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            shown = segment.text if segment.control else visible(segment.text)
            yield segment if shown is segment.text else Segment(shown, segment.style)
