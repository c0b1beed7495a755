"""Proof files of the first kernel, until every statement has moved: what ``python -m verifier.kernel`` prints."""

from __future__ import annotations

import json
import sys

from verifier.kernel.proof import ProofError, check_bundle


def run(name: str, raw: bytes, as_json: bool) -> int:
    """Check one file of the first format; returns the exit code."""
    try:
        bundle = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # what is no text, no JSON, or a number of 5000 digits
        return _refused(name, error)
    try:
        results = check_bundle(bundle)
    except (ProofError, RecursionError) as error:
        return _refused(name, error)
    if as_json:
        fields = ("statement", "claim", "form", "status", "says", "rests_on", "range", "digest", "error", "sizes")
        print(json.dumps([{name: getattr(result, name) for name in fields} for result in results], indent=1))
    else:
        for result in results:
            where = f", {result.range}" if result.range else ""
            lines = [f"{result.claim} ({result.form}): {result.status}{where}"]
            if result.says:
                lines.append(f"  says {result.says}")
            if result.rests_on:
                lines.append(f"  rests on {'; '.join(result.rests_on)}")
            if result.sizes:
                lines.append(f"  at {len(result.sizes)} sizes, each over prime fields of 61 bits")
            if result.error:
                lines.append(f"  {result.error}")
            lines.append(f"  digest {result.digest}")
            print("\n".join(_plain(line) for line in lines))
    return 0 if results and all(result.error is None for result in results) else 3



def _refused(name: str, error: BaseException) -> int:
    print(_plain(f"{name}: {' '.join(str(error).split())}"), file=sys.stderr)
    return 2


def _plain(line: str) -> str:
    """One line of printable characters: names come from the file, and must not look like the kernel's own words."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
