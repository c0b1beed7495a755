"""The page in headless Chromium, as a person would open it: from disk, with no network."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from verifier.report.exact import SecondMoments
from verifier.report.html import render

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: apt-get install chromium)")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--hide-scrollbars", "--allow-file-access-from-files",
)  # fmt: skip

#: Appended to a copy of the page: measures it and writes what it finds where --dump-dom shows it.
PROBE = """<script>addEventListener("load", () => {
  const heights = [...document.querySelectorAll("math")].filter(m => !m.closest("details:not([open])"))
    .map(m => m.getBoundingClientRect().height);
  const open = [...document.querySelectorAll("svg.plot")].map(s => s.getBoundingClientRect().height);
  const found = {formulas: heights.length, flat: heights.filter(h => !(h > 4)).length, plots: open.length,
    flatPlots: open.filter(h => !(h > 40)).length, wide: document.documentElement.scrollWidth - innerWidth,
    focusable: document.querySelectorAll("nav a[href]").length};
  const out = document.createElement("pre"); out.id = "probe"; out.textContent = JSON.stringify(found);
  document.body.append(out);
});</script>"""


def chromium(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None
    profile = tmp_path / "profile"
    profile.mkdir(exist_ok=True)
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def page(shipped: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(shipped, SecondMoments()), encoding="utf-8")
    return path


def probed(page: Path, tmp_path: Path, width: int) -> dict[str, int]:
    """What the page measures in a window (an inner frame, for phones) of this width."""
    copy = tmp_path / "probed.html"
    own = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
    copy.write_text(own.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(
        "<!DOCTYPE html><title>frame</title>"
        f'<iframe id="f" src="probed.html" style="width:{width}px;height:2000px"></iframe>'
        '<script>addEventListener("load", () => { const page = document.getElementById("f").contentDocument; '
        'const out = document.createElement("pre"); '
        'out.textContent = "PROBE" + page.getElementById("probe").textContent + "END"; '
        "document.body.append(out); });</script>"
    )
    done = chromium(tmp_path, "--window-size=1400,2200", "--virtual-time-budget=20000", "--dump-dom", frame.as_uri())
    found = re.search(r"PROBE(\{.*?\})END", done.stdout)
    assert found, done.stderr[-2000:]
    result: dict[str, int] = json.loads(found.group(1))
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


@pytest.mark.parametrize("width", [1280, 390])
def test_formulas_and_plots_have_a_height_and_fit(page: Path, tmp_path: Path, width: int) -> None:
    found = probed(page, tmp_path, width)
    assert found["formulas"] > 100
    assert found["flat"] == 0
    assert found["plots"] > 20
    assert found["flatPlots"] == 0
    assert found["wide"] <= 1  # nothing makes the page scroll sideways
    assert found["focusable"] > 5
