"""Random changes of one leaf in each proof document: none may alter what is accepted."""

from __future__ import annotations

import json
import random

import pytest
from moment_documents import STATEMENTS, bundle, leaves, put

from verifier.kernel.proof import ProofError, check_bundle

SEED = 20200614
WORDS = ("L", "H", "l", "n", "S", "K", "inv", "relu", "linear", "one_input", "equal", "+", "*", "order", "mean")


def _other(leaf, rng):
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, int):
        return rng.choice([leaf + 1, leaf - 1, -leaf or 2, 2 * leaf + 3])
    return rng.choice([word for word in WORDS if word != leaf])


def _accepted(data):
    return {(r.claim, r.form, r.status, r.digest) for r in check_bundle(data) if r.error is None}


@pytest.mark.parametrize("count", [12, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", STATEMENTS)
def test_no_changed_leaf_alters_what_is_accepted(name, count):
    rng = random.Random(f"{SEED}:{name}:{count}")
    data = bundle(name)
    last = len(data["documents"]) - 1
    # A leaf of the last document, a step or goal first: long lists of graphs would drown all else.
    document = data["documents"][last]
    parts = [("documents", last, kind, k) for kind in ("steps", "goals") for k in range(len(document[kind]))]
    original = _accepted(data)
    assert original
    rejected = 0
    for _ in range(count):
        part = rng.choice(parts)
        inside = data
        for key in part:
            inside = inside[key]
        path = (*part, *rng.choice(list(leaves(inside))))
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
    # Names of steps, notes and multipliers of which there are several may change without harm; most leaves may not.
    assert rejected >= 0.5 * count
