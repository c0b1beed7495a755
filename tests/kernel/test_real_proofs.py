"""The exported proofs of Lemmas 3-5 and Theorem 1, as the kernel finds them."""

from __future__ import annotations

from kernel_documents import real_bundle

from verifier.kernel.proof import check_bundle

#: claim -> the status of each of its goals, however many there are
EXPECTED = {
    "lemma3.printed-identity": "proved", "lemma3.identity": "proved",
    "lemma3.joint.shallow": "proved", "lemma3.joint.deep": "cited",
    "lemma3.order.shallow": "proved", "lemma3.order.deep": "cited",
    "lemma3.elsewhere": "proved", "lemma3.printed-delta": "refuted",
    "lemma4.printed": "proved", "lemma4.identity": "proved", "lemma4.networks": "certified",
    "lemma5.printed": "proved", "lemma5.identity": "proved", "lemma5.networks": "certified",
    "theorem1.order.shallow": "proved", "theorem1.order.deep": "cited",
    "theorem1.output.shallow": "proved", "theorem1.output.deep": "cited",
    "theorem1.zero": "proved", "theorem1.printed": "refuted",
}  # fmt: skip


def test_every_goal_has_the_status_it_is_known_to_have():
    found: dict[str, set[str]] = {}
    for result in check_bundle(real_bundle()):
        assert result.error is None, f"{result.claim}: {result.error}"
        found.setdefault(result.claim, set()).add(result.status)
    assert {claim: found.get(claim) for claim in EXPECTED} == {claim: {status} for claim, status in EXPECTED.items()}
