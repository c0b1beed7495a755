"""The page in headless Chromium, as a person would open it: from disk, with no network."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from verifier.report.exact import SecondMoments
from verifier.report.excerpts import restricted
from verifier.report.html import render

from .conftest import NAMES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: apt-get install chromium)")

EXAMPLE = Path(__file__).parents[2] / "docs" / "example" / "report.html"

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--hide-scrollbars", "--allow-file-access-from-files",
)  # fmt: skip

#: Appended to a copy of the page: measures it, opens what is folded and measures again, and writes what it finds where
#: --dump-dom shows it.  An element is clipped where its contents are wider than itself, and wide where it reaches
#: beyond the window.
PROBE = """<script>addEventListener("load", async () => {
  await document.fonts.ready;
  const box = e => e.getBoundingClientRect(), all = [...document.body.querySelectorAll("*")];
  const shown = e => !e.closest("details:not([open])") && e.checkVisibility() && !e.closest(".quiet, .skip");
  const heights = [...document.querySelectorAll("math")].filter(shown).map(m => [box(m).height, m.outerHTML]);
  const plots = [...document.querySelectorAll("svg.plot")].filter(shown).map(s => box(s).height);
  const name = e => `${e.tagName}.${e.className} in ${e.closest("[id]")?.id}: ${e.textContent.slice(0, 40)}`;
  const wide = list => list.filter(e => box(e).right > innerWidth + 1 || box(e).left < -1).map(name);
  const clipped = list => list.filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map(name);
  const own = list => list.filter(e => shown(e) && !(e.namespaceURI || "").includes("MathML") && !e.closest("svg *"));
  const found = {formulas: heights.length, flat: heights.filter(h => !(h[0] > .5)).map(h => h[1]), plots: plots.length,
    flatPlots: plots.filter(h => !(h > 40)).length, scrolls: document.documentElement.scrollWidth - innerWidth,
    wide: wide(all.filter(shown)), clipped: clipped(own(all)), elements: own(all).length,
    fonts: [...document.fonts].filter(f => f.status === "loaded").map(f => f.family),
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    focusable: document.querySelectorAll("nav a[href]").length};
  document.querySelectorAll("details").forEach(d => d.open = true);
  found.opened = [...wide(all.filter(shown)), ...clipped(own(all))];
  const out = document.createElement("pre"); out.id = "probe"; out.textContent = JSON.stringify(found);
  document.body.append(out);
});</script>"""

#: Fonts of the machine without those made for mathematics.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><selectfont><rejectfont>
<glob>*Math*</glob><glob>*math*</glob><glob>*STIX*</glob><glob>*stix*</glob></rejectfont></selectfont></fontconfig>"""


def chromium(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    profile = tmp_path / "profile"
    profile.mkdir(exist_ok=True)
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(FONTS)
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *words]
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


@pytest.fixture(scope="module")
def page(shipped: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(shipped, SecondMoments()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def part(shipped: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two statements, on which a fault is seen sooner."""
    path = tmp_path_factory.mktemp("part") / "report.html"
    path.write_text(render(restricted(shipped, NAMES[:2]), SecondMoments()), encoding="utf-8")
    return path


def probed(page: Path, tmp_path: Path, width: int, *, dark: bool = False, style: str = "") -> dict[str, Any]:
    """What the page measures in a window (an inner frame, for phones) of this width; ``style`` is added to its own."""
    copy = tmp_path / "probed.html"
    own = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
    own = own.replace("</style>", f"{style}</style>", 1)
    copy.write_text(own.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(
        "<!DOCTYPE html><title>frame</title>"
        f'<iframe id="f" src="probed.html" style="width:{width}px;height:2000px;border:0"></iframe>'
        '<script>addEventListener("load", () => { const wait = setInterval(() => { '
        'const found = document.getElementById("f").contentDocument.getElementById("probe"); if (!found) return; '
        'clearInterval(wait); const out = document.createElement("pre"); '
        'out.textContent = "PROBE" + found.textContent + "END"; document.body.append(out); }, 50); });</script>'
    )
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    words = ["--window-size=1400,2200", "--virtual-time-budget=60000", *scheme, "--dump-dom", frame.as_uri()]
    done = chromium(tmp_path, *words)
    found = re.search(r"PROBE(\{.*?\})END", html.unescape(done.stdout), flags=re.S)
    assert found, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(found.group(1))
    return result


def test_opens_without_complaint_and_asks_nobody(page: Path, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    picture = tmp_path / "page.png"
    done = chromium(
        tmp_path, "--window-size=1280,1600", "--enable-logging=stderr", "--v=0", f"--log-net-log={log}",
        f"--screenshot={picture}", page.as_uri(),
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr
    requested = re.findall(r'"url":"([^"]+)"', log.read_text(errors="replace"))
    outside = [url for url in requested if url.startswith(("http:", "https:", "ws:", "wss:"))]
    # The browser itself may look for its own updates; nothing of the page leads anywhere.
    own = page.read_text(encoding="utf-8")
    assert [url for url in outside if url in own] == []
    head = picture.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24])[0] == 1280


def test_a_complaint_would_be_seen(page: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(page.read_text(encoding="utf-8").replace("</body>", "<script>nothing.at.all</script></body>"))
    done = chromium(
        tmp_path, "--enable-logging=stderr", "--v=0", f"--screenshot={tmp_path / 'broken.png'}", broken.as_uri()
    )
    assert "CONSOLE" in done.stderr


#: Of two widths and two schemes, those that the fast tests leave out.
OTHERS = [(1280, True), (390, False)]


def faults(found: dict[str, Any]) -> dict[str, Any]:
    """What of a page's measures is not as it should be: nothing may scroll, be cut off or have no height."""
    return {key: found[key] for key in ("flat", "flatPlots", "wide", "clipped", "opened") if found[key]} | (
        {"scrolls": found["scrolls"]} if found["scrolls"] > 1 else {}
    )


def test_a_page_without_faults_has_none_in_part(part: Path, tmp_path: Path) -> None:
    assert faults(probed(part, tmp_path, 390)) == {}


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (390, True), *(pytest.param(*p, marks=pytest.mark.slow) for p in OTHERS)]
)
def test_nothing_is_wider_than_the_page(page: Path, tmp_path: Path, width: int, dark: bool) -> None:
    found = probed(page, tmp_path, width, dark=dark)
    assert found["dark"] is dark
    assert found["formulas"] > 100
    assert found["plots"] > 20
    assert found["elements"] > 1000
    assert found["focusable"] > 5
    assert found["fonts"] == ["Verifier Math"]  # the machine has no other for mathematics
    assert faults(found) == {}


@pytest.mark.parametrize(
    ("style", "fault"),
    [
        ("math[style] { font-size: 1.2em !important }", "wide"),
        (".claim-box { overflow-x: auto } math[style] { font-size: 1.2em !important }", "clipped"),
        ("math { display: inline-block; height: 0; overflow: hidden }", "flat"),
        ("main { min-width: 500px }", "scrolls"),
    ],
)
def test_a_wider_or_flatter_page_would_be_seen(part: Path, tmp_path: Path, style: str, fault: str) -> None:
    assert fault in faults(probed(part, tmp_path, 390, style=style))


def on_paper(page: Path, tmp_path: Path) -> Path:
    """A copy of the page that looks on the screen as it does on paper."""
    text = page.read_text(encoding="utf-8")
    assert "@media print {" in text
    copy = tmp_path / "paper.html"
    changed = text.replace("@media print {", "@media all {").replace("@media screen and", "@media not all and")
    copy.write_text(changed, encoding="utf-8")
    return copy


#: The width of A4 without the margins that the style sheet gives it, in CSS pixels.
PAPER = round((210 - 2 * 14) / 25.4 * 96)


def test_nothing_is_clipped_on_paper(page: Path, part: Path, tmp_path: Path) -> None:
    found = probed(on_paper(page, tmp_path), tmp_path, PAPER)
    assert found["formulas"] > 100
    assert found["plots"] > 5
    assert {key: value for key, value in faults(found).items() if key != "opened"} == {}
    cut = probed(on_paper(part, tmp_path), tmp_path, PAPER, style=".claim-box .display { width: 900px }")
    assert "wide" in faults(cut)


def pages(source: Path, tmp_path: Path) -> int:
    """How many pages a page has in print."""
    target = tmp_path / "page.pdf"
    done = chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri())
    assert target.exists(), done.stderr[-2000:]
    return len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))


@pytest.mark.slow
def test_the_whole_supplement_has_forty_pages_at_most(tmp_path: Path) -> None:
    assert 20 < pages(EXAMPLE, tmp_path) <= 40
    screen = tmp_path / "screen.html"  # as it would be without a style for paper
    screen.write_text(EXAMPLE.read_text(encoding="utf-8").replace("@media print {", "@media not all {"))
    assert pages(screen, tmp_path) > 40


@pytest.mark.slow
def test_statements_begin_pages(part: Path, tmp_path: Path) -> None:
    whole = pages(part, tmp_path)
    joined = tmp_path / "joined.html"
    text = part.read_text(encoding="utf-8")
    assert text.count("break-before: page") == 1
    joined.write_text(text.replace("break-before: page", "break-before: auto"), encoding="utf-8")
    assert whole >= 4  # the front, what is wrong, two statements
    assert pages(joined, tmp_path) < whole
