"""``python -m verifier.kernel proof.json``: re-check a proof file with nothing but the kernel.

Prints, for every goal, what it says, its status, what it rests on and its digest.
Exit code 0: every goal was accepted; 3: some goal is a gap; 2: the file cannot be read as a proof.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from verifier.kernel.proof import ProofError, check_bundle


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    names = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in names
    names = [name for name in names if name != "--json"]
    if len(names) != 1:
        print("usage: python -m verifier.kernel [--json] proof.json", file=sys.stderr)
        return 2
    try:
        results = check_bundle(json.loads(Path(names[0]).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError, ProofError) as error:
        print(f"{names[0]}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    if as_json:
        fields = ("statement", "claim", "form", "status", "rests_on", "range", "digest", "error", "sizes")
        print(json.dumps([{name: getattr(result, name) for name in fields} for result in results], indent=1))
    else:
        for result in results:
            where = f", {result.range}" if result.range else ""
            print(f"{result.claim} ({result.form}): {result.status}{where}")
            if result.rests_on:
                print(f"  rests on {'; '.join(result.rests_on)}")
            if result.sizes:
                print(f"  at {len(result.sizes)} sizes, each over prime fields of 61 bits")
            if result.error:
                print(f"  {result.error}")
            print(f"  digest {result.digest}")
    return 0 if results and all(result.error is None for result in results) else 3


if __name__ == "__main__":
    sys.exit(main())
