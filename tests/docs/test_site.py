"""The documentation site: it builds without a warning, its links lead somewhere, and it needs no network."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("sphinx", reason="the site needs Sphinx: pip install '.[docs]'")

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r'<(a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """What `make docs` runs."""
    words = ["-q", "-W", "--keep-going", "-c", source / "docs", "-b", "html", source, target]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *map(str, words)], capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    done = build(ROOT, target)
    assert done.returncode == 0, done.stderr
    return target


def pages(site: Path) -> Iterator[tuple[Path, str]]:
    for path in site.rglob("*.html"):
        if path.relative_to(site).parts[0] not in ("_static", "_downloads"):
            yield path, path.read_text(encoding="utf-8")


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    """Files and anchors, those that the theme writes among them."""
    texts = dict(pages(site))
    anchors = {path.resolve(): set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    broken = []
    for path, text in texts.items():
        for _, target in LINK.findall(text):
            at = urlsplit(unescape(target))
            if at.scheme:
                continue
            meant = (path.parent / unquote(at.path)).resolve() if at.path else path.resolve()
            if not meant.exists() or (at.fragment and meant in anchors and unquote(at.fragment) not in anchors[meant]):
                broken.append((path.name, target))
    assert not broken
    assert len(texts) > 20


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path, text in pages(site):
        assert not [target for tag, target in LINK.findall(text) if tag != "a" and urlsplit(target).netloc], path
    for path in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")), path


def test_a_page_that_no_page_lists_and_a_link_that_leads_nowhere_are_refused(tmp_path: Path) -> None:
    """The twin: of the same configuration, on two pages."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (tmp_path / "README.md").write_text("<!-- what it is -->\nIt is.\n<!-- /what it is -->\n")
    for name in ("conf.py", "_ext", "_static", "_root"):
        source = ROOT / "docs" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, docs / name)
    (docs / "index.md").write_text("# Index\n\n[a page](page.md#there)\n\n```{toctree}\npage\n```\n")
    (docs / "page.md").write_text("# Page\n\n## There\n\nWhere x is $n^{-1/2}$.\n")
    assert build(tmp_path, tmp_path / "good").stderr == ""
    assert "<msup>" in (tmp_path / "good" / "docs" / "page.html").read_text(encoding="utf-8")
    (docs / "index.md").write_text("# Index\n\n[a page](page.md#nowhere)\n\n```{toctree}\npage\n```\n")
    (docs / "other.md").write_text("# In no navigation\n")
    done = build(tmp_path, tmp_path / "bad")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "other.md: WARNING: document isn't included in any toctree" in done.stderr
