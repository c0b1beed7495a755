"""docs/trust.md lists the kernel as it is."""

from __future__ import annotations

from kernel_documents import real_bundle
from kernel_files import BEGIN, END, PAGE, table

from verifier.kernel import definitions
from verifier.kernel.proof import check_bundle
from verifier.kernel.rules import RULES

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_line_counts_are_those_of_the_files():
    listed = TEXT.split(BEGIN)[1].split(END)[0].strip()
    assert listed == table(), "run python tests/kernel/kernel_files.py"


def test_every_rule_used_by_the_first_theorem_is_listed():
    used = {step["rule"] for document in real_bundle()["documents"] for step in document["steps"]}
    families = {name.split(".")[0] + ".*" for name in RULES if f"`{name.split('.')[0]}.*`" in TEXT}
    missing = {name for name in used if f"`{name}`" not in TEXT and name.split(".")[0] + ".*" not in families}
    assert not missing


def test_what_goals_rest_on_is_on_a_list():
    for result in check_bundle(real_bundle()):
        for mark in result.rests_on:
            kind, _, name = mark.partition(" ")
            known = {"theorem": definitions.ALLOWED, "cited": definitions.CITED}.get(kind)
            assert known is None or name in known, mark
