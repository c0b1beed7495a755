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
from verifier.report.html import render


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
    for word in ("Theorem 1", "Lemma 3", "degree", "Refuted exactly", "Why it is wrong", "True"):
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
