"""Random changes of one leaf in each proof document, 100 or, slowly, 300: none may alter what is accepted."""

from __future__ import annotations

import json
import random

import pytest
from layer_documents import STATEMENTS, bundle, leaves, put

from verifier.kernel.proof import ProofError, check_bundle

SEED = 20200613
WORDS = ("L", "H", "l", "v", "S", "Sigma", "FGram", "GGram", "Gx", "Gz", "n", "relu", "proved", "+", "*", "entry")


def _other(leaf, rng):
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, int):
        return rng.choice([leaf + 1, leaf - 1, -leaf or 2, 2 * leaf + 3])
    return rng.choice([word for word in WORDS if word != leaf])


def _accepted(data):
    """What is accepted: claim, form, status and digest of each goal without an error.

    The document's own name is no part of it: claims carry theirs.
    """
    return {(r.claim, r.form, r.status, r.digest) for r in check_bundle(data) if r.error is None}


@pytest.mark.parametrize("count", [100, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", STATEMENTS)
def test_no_changed_leaf_alters_what_is_accepted(name, count):
    rng = random.Random(f"{SEED}:{name}:{count}")
    data = bundle(name)
    last = len(data["documents"]) - 1
    paths = [path for path in leaves(data) if path[:2] == ("documents", last)]
    original = _accepted(data)
    assert original
    rejected = 0
    for _ in range(count):
        path = rng.choice(paths)
        before = put(data, path, None)
        put(data, path, _other(before, rng))
        try:
            found = _accepted(data)
        except ProofError:
            found = set()
        # A goal may fall; none may rise or change its content.
        assert found <= original, f"{path}: {json.dumps(before)} changed, and {found - original} is accepted"
        rejected += found < original
        put(data, path, before)
    assert _accepted(data) == original
    # Names of steps, notes and unused data may change without harm; most leaves may not.
    assert rejected > 0.6 * count
