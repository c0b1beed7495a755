"""``python -m verifier.kernel proof.json…``: check proof documents with nothing but the kernel and its theory.

Prints, for every goal, its status, what it says and what it rests on.  A document may use goals of those named before
it; a bundle is several documents in one file, as ``verifier prove`` writes it; ``-`` is standard input.  ``--json``
prints the same as data, ``--theory`` the table of the theory (no files).

Exit code 0: every goal holds; 3: some goal is a gap; 2: a file cannot be read as a proof, or a step of it fails.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import verifier.kernel.theory  # noqa: F401  (its pages fill the table)
from verifier.kernel import report
from verifier.kernel.core import check, documents, table
from verifier.kernel.core.sorts import Refused, need
from verifier.kernel.core.theorems import Theorem

#: the format of several documents in one file; their requests to engines stand beside them, and are not read here
BUNDLE = "verifier bundle 2"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    names = list(sys.argv[1:] if arguments is None else arguments)
    if names == ["--theory"]:
        print(report.theory())
        return 0
    as_json = "--json" in names
    names = [name for name in names if name != "--json"]
    if not names or any(name.startswith("-") and name != "-" for name in names):
        print("usage: python -m verifier.kernel [--json] proof.json… | --theory", file=sys.stderr)
        return 2
    table.seal()
    gc.disable()  # terms have no cycles; looking for some would take two thirds of the time
    worst, goals, earlier = 0, list[check.GoalResult](), dict[str, Theorem]()
    for name in names:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            for data in bundled(raw):
                document = documents.read(data)
                result = check.check(document, earlier)
                earlier.update(check.proved(document, result))
                goals += result.goals
                if result.failed:
                    print(_plain(f"{name}: {result.failed}"), file=sys.stderr)
                code = 2 if result.failed else 0 if result.goals and not any(g.error for g in result.goals) else 3
                worst = max(worst, code, key=(0, 3, 2).index)
        except (OSError, Refused) as error:
            print(_plain(f"{name}: {' '.join(str(error).split())}"), file=sys.stderr)
            return 2
    if as_json:
        print(json.dumps([report.told(goal) for goal in goals], indent=1))
    else:
        for goal in goals:
            print("\n".join(map(_plain, report.lines(goal))))
    return worst


def bundled(raw: bytes) -> list[Any]:
    """The documents of a file: one, or those of a bundle.  Refused where it is neither."""
    data = documents.load(raw)
    if type(data) is not dict or data.get("format") != BUNDLE:
        return [data]
    need(set(data) == {"format", "documents", "requests"}, "a bundle has a format, documents and requests")
    need(type(data["documents"]) is list and data["documents"], "a bundle has a list of documents, one or more")
    need(type(data["requests"]) is dict, "the requests of a bundle are an object")
    return list(data["documents"])


def _plain(line: str) -> str:
    """One line of printable characters."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


if __name__ == "__main__":
    sys.exit(main())
