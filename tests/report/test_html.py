"""The page as a browser and a validator see it, without a browser."""

from __future__ import annotations

import copy
import re
import time
from pathlib import Path
from typing import Any

import html5lib
import pytest

from verifier.report.derived import finished
from verifier.report.exact import SecondMoments
from verifier.report.excerpts import restricted
from verifier.report.html import conclusion, render


@pytest.fixture(scope="module")
def page(shipped: dict[str, Any]) -> str:
    return render(shipped, SecondMoments())


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_valid_html5(page: str, toy_document: dict[str, Any]) -> None:
    for text in (page, render(toy_document)):
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(text)
        assert parser.errors == []
        names = re.findall(r'\bid="([^"]+)"', text)
        assert len(names) == len(set(names))


def test_the_validator_sees_errors(toy_document: dict[str, Any]) -> None:
    with pytest.raises(html5lib.html5parser.ParseError):
        html5lib.HTMLParser(strict=True).parse(render(toy_document).replace("</main>", "</section>"))


def test_links_resolve(page: str) -> None:
    targets = set(re.findall(r'\bid="([^"]+)"', page))
    links = re.findall(r'href="#([^"]*)"', page)
    assert len(links) > 100
    assert set(links) <= targets


def test_nothing_is_fetched_and_no_script_runs(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r'\b(?:src|href)="(?!#|data:)', page)
    assert "url(http" not in page
    assert "@import" not in page


def test_a_policy_forbids_scripts_and_fetching(page: str) -> None:
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
    assert page.index(policy) < page.index("<style>")


def test_every_plot_has_words(page: str) -> None:
    drawings = re.findall(r"<svg[^>]*>.*?</svg>", page, flags=re.S)
    assert len(drawings) > 20
    for drawing in drawings:
        assert 'role="img"' in drawing
        assert re.search(r"<title [^>]*>[^<]+</title>", drawing)
        assert re.search(r"<desc [^>]*>[^<]+</desc>", drawing)


def test_formulas_are_mathml(page: str) -> None:
    assert page.count("<math") > 200
    assert "\\mathcal" not in re.sub(r"<code>.*?</code>", "", page)


def test_statuses_are_words_and_signs(page: str) -> None:
    marks = re.findall(r'<span class="mark [^"]+">.*?</span> ([a-z]+)</span>', page)
    assert {"refuted", "proved", "cited", "certified", "verified"} <= set(marks)


def test_a_reader_can_name_what_is_wrong(page: str) -> None:
    text = text_of(page[page.index('id="wrong"') : page.index('id="graph"')])
    for word in ("Theorem 1", "Lemma 3", "degree", "Refuted exactly", "Why it is wrong", "True instead"):
        assert word in text, word


def test_not_proved_is_open_proved_is_folded(page: str) -> None:
    steps = re.findall(r'<li id="t-[^"]+"><details( open)?>\s*<summary><span class="mark (\w+)"', page)
    assert {status for opened, status in steps if opened} >= {"cited", "certified", "refuted"}
    assert {status for opened, status in steps if not opened} == {"proved"}


def test_differences_are_marked(page: str) -> None:
    assert "<del>" in page
    assert "<ins>" in page


def test_text_is_escaped(toy_document: dict[str, Any]) -> None:
    page = render(toy_document)
    assert "A toy &lt;with&gt; &amp; signs" in page
    assert "<with>" not in page


def test_a_contradiction_is_seen(toy_document: dict[str, Any]) -> None:
    page = render(toy_document)
    assert 'class="claim other bad' in page
    assert "contradicted" in text_of(page[page.index('id="wrong"') : page.index('id="graph"')])
    agreed = copy.deepcopy(toy_document)
    for statement in agreed["statements"]:
        for claim in statement["claims"]:
            claim["numeric"] = "consistent"
        for measurement in statement["measurements"]:
            for answer in measurement["answers"]:
                answer["verdict"] = "consistent"
    assert " bad" not in re.sub(r"<style>.*?</style>", "", render(finished(agreed)), flags=re.S)
    assert 'id="wrong"' not in render(finished(agreed))


def test_incomplete_runs_say_so(toy_document: dict[str, Any]) -> None:
    stopped = copy.deepcopy(toy_document)
    stopped["run"]["stopped"] = "interrupted"
    assert "The run was interrupted" in render(finished(stopped))
    assert "The run was" not in render(toy_document)


def test_small_and_fast(shipped: dict[str, Any], page: str) -> None:
    assert len(page.encode()) < 5_000_000
    start = time.process_time()
    render(shipped, SecondMoments())
    assert time.process_time() - start < 10


def test_the_same_document_gives_the_same_page(toy_document: dict[str, Any]) -> None:
    assert render(toy_document) == render(toy_document)


def test_the_example_is_valid_and_has_every_kind_of_plot() -> None:
    text = (Path(__file__).parents[2] / "docs" / "example" / "report.html").read_text(encoding="utf-8")
    assert len(text.encode()) < 5_000_000
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(text)
    assert parser.errors == []
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(re.findall(r'\bid="([^"]+)"', text))
    for sign in ("running exponent", "exact</text>", "mean of X", "less claimed", "P[X = 0]", "P[X &gt; 0 | X ≠ 0]"):
        assert sign in text, sign
    assert not re.search(r"[{]'\w+': ", text)  # no raw data


def cards(text: str) -> list[dict[str, str]]:
    """The findings of a page: claim, place, severity, reason and what is true instead, as text."""
    found = []
    for article in re.findall(r'<article class="finding">(.*?)</article>', text, flags=re.S):
        parts = dict(re.findall(r"<dt>([^<]*)</dt>\s*<dd[^>]*>(.*?)</dd>", article, flags=re.S))
        (claim,) = re.findall(r'<h3>.*?<a class="id" href="[^"]*">([^<]*)</a>', article, flags=re.S)
        place = re.findall(r'<span class="place">([^<]*)</span>', article)
        label = text_of(re.findall(r"<h3>(.*?)</a>", article, flags=re.S)[0])
        (severity,) = re.findall(r'<b class="severity">([^<]*)</b>', article)
        reason = text_of(re.findall(r"<p>(.*?)</p>", parts["Why it is wrong"], flags=re.S)[0])
        true = text_of(parts["True instead"])
        found.append(
            {"claim": claim, "place": f"{label} {' '.join(place)}".strip(), "severity": severity, "reason": reason,
             "true": true}
        )  # fmt: skip
    return found


def alike(found: list[dict[str, str]]) -> list[str]:
    """Claims whose reason is a fragment or another claim's too, or that have no place or severity."""
    reasons = [card["reason"].strip() for card in found]
    return [
        card["claim"] for card, reason in zip(found, reasons, strict=True)
        if reasons.count(reason) > 1 or len(reason) < 40 or not re.search(r"\d", card["place"])
        or card["severity"].split()[-1] not in ("misprint", "incomplete", "false")
    ]  # fmt: skip


def test_each_finding_has_its_place_its_reason_and_what_is_true() -> None:
    found = cards((Path(__file__).parents[2] / "docs" / "example" / "report.html").read_text(encoding="utf-8"))
    assert len(found) > 25
    assert alike(found) == []
    assert len({card["claim"] for card in found}) == len(found)
    equations = [card["claim"] for card in found if re.search(r"Eqs?\. \(", card["place"])]
    assert len(equations) >= 20  # the others are of figures, sections and lemmas without a number
    assert all(re.search(r"(proved|cited|certified)|No claim takes its place", card["true"]) for card in found)


def test_a_shared_reason_would_be_seen(page: str) -> None:
    found = cards(page)
    assert alike(found) == []
    twice = [dict(card, reason=found[0]["reason"]) for card in found[:2]]
    assert len(alike(twice)) == 2
    assert alike([dict(found[0], reason="2 E.")]) == [found[0]["claim"]]


def test_severities_have_shapes() -> None:
    from verifier.report.html import SEVERITY, SIGNS

    assert len(set(SEVERITY.values())) == len(SEVERITY)
    shapes = [SIGNS[word] for word in ("proved", "certified", "cited", "gap", "refuted")]
    assert len(set(shapes)) == len(shapes)


def test_nothing_scrolls_inside_of_the_page(page: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.S)
    style = re.sub(r'url\("data:[^"]*"\)', "", style)  # the font's
    scrolling = re.findall(r"([^{}]*)\{[^{}]*overflow(?:-[xy])?: (?:auto|scroll)", style)
    assert [rule.strip() for rule in scrolling] == ["nav"]  # its own contents, beside the page


def test_a_conclusion_of_hundreds_of_cases_is_folded_and_whole_within() -> None:
    """One such filled twenty screens."""
    long = " and ".join(f"C({k}) is of exact order n^{{-{k}}}" for k in range(200))
    shown = str(conclusion({"text": long, "latex": ""}))
    beginning, _, whole = shown.partition("</summary>")
    assert beginning.startswith('<details class="more"><summary>C(0) is of exact order')
    assert len(beginning) < 600
    assert f"({len(long)} letters)" in beginning
    assert long in whole
    assert "<details" not in str(conclusion({"text": long[:900], "latex": ""}))


def test_figures_along_a_parameter_are_folded_where_a_proof_is_offered(shipped: dict[str, Any]) -> None:
    """They add nothing to the cells' own plots there, and filled fourteen of fifty printed pages."""
    proved = copy.deepcopy(restricted(shipped, ["lemma3"]))
    (statement,) = proved["statements"]
    cell = next(m for m in statement["measurements"] if m["evidence"] and any(m["evidence"]["mean"]))
    rows = [{**cell, "parameters": {**cell["parameters"], "angle": 20.0 * k}} for k in range(4)]
    statement["measurements"] = rows
    folded = (
        r'<details class="more"><summary>Along a parameter of the cells: 1 figure</summary>\s*<figure class="profile'
    )
    assert re.search(folded, render(proved))
    for claim in statement["claims"]:
        claim["empirical"] = True
    found = render(proved)
    assert "Along a parameter" not in found
    assert '<figure class="profile' in found


def test_no_heading_stands_alone_on_paper(page: str) -> None:
    """What is folded is left out there; the heading of identities was followed by nothing."""
    after = page.split("Identities, evaluated on small networks</h4>")[1:]
    assert after
    assert all(re.match(r'\s*<p class="note paper">\d+ cells, \d+ consistent;', rest) for rest in after)
