"""The picture of ``verifier fit --plot``: what is drawn is what was decided; errors come before any work.

No test here is statistical: the data are fixed.
"""

from __future__ import annotations

import math
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.report.fit_plot import DRAWN, PANELS, png

DATA = Path(__file__).with_name("data")
SVG = "{http://www.w3.org/2000/svg}"


def _run(*words: object) -> Any:
    return CliRunner().invoke(cli, ["fit", *(str(word) for word in words)])


def _drawn(path: Path, *words: object) -> ElementTree.Element:
    result = _run(*words, "--plot", path)
    assert result.exit_code in (0, 1, 3), result.output
    return ElementTree.fromstring(path.read_text(encoding="utf-8"))


def _texts(root: ElementTree.Element) -> list[str]:
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def test_each_group_has_a_panel_with_its_verdict(tmp_path: Path) -> None:
    root = _drawn(tmp_path / "x.svg", DATA / "coord_long.csv", "--expect", 0)
    texts = _texts(root)
    for module in ("readout", "layers.0.mlp", "layers.3.attn"):
        assert [t for t in texts if t.startswith(module)] == [f"{module}, t={t}" for t in (1, 2, 3)]
    assert sum("contradicted" in text for text in texts) == 3
    assert sum("consistent" in text or "inconclusive" in text for text in texts) == 6
    frames = [node for node in root.iter(f"{SVG}rect") if node.get("class") == "frame"]
    assert len(frames) == 9
    assert "128" in texts
    assert "2048" in texts
    assert "l1 ~ n^0,  n = width" in texts


def test_marks_lie_on_the_line_of_the_claim_where_it_is_exact(tmp_path: Path) -> None:
    """X = n^{-1/2} exactly: the marks, the fitted line and the dashed claim are one line; for n^0 they are not."""
    path = tmp_path / "x.csv"
    path.write_text("width,value\n" + "".join(f"{n},{n**-0.5!r}\n" * 200 for n in (64, 256, 1024, 4096)))

    def ends(root: ElementTree.Element) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        marks = next(node for node in root.iter(f"{SVG}path") if node.get("class") == "mean")
        circles = re.findall(r"M([\d.]+) ([\d.]+)a([\d.]+)", marks.get("d") or "")
        claim = next(node for node in root.iter(f"{SVG}polyline") if node.get("class") == "claim")
        line = [tuple(map(float, pair.split(","))) for pair in (claim.get("points") or "").split()]
        return [(float(x) + float(r), float(y)) for x, y, r in circles], line  # type: ignore[return-value]

    def distance(expect: str) -> float:
        marks, ((x0, y0), (x1, y1)) = ends(_drawn(tmp_path / "x.svg", path, "--expect", expect))
        assert len(marks) == 4
        return max(abs(y - y0 - (y1 - y0) * (x - x0) / (x1 - x0)) for x, y in marks)

    assert distance("-1/2") < 0.05  # coordinates have two digits
    assert distance("0") > 10


def test_the_band_of_a_steep_claim_is_steep(tmp_path: Path) -> None:
    """X = 1 and the claim n^1: where the band leaves the panel it ends at the frame, and is not bent to the data."""
    path = tmp_path / "x.csv"
    path.write_text("width,value\n" + "".join(f"{n},1\n" * 200 for n in (64, 256, 1024, 4096)))
    root = _drawn(tmp_path / "x.svg", path, "--expect", 1)
    band = next(node for node in root.iter(f"{SVG}polygon") if node.get("class") == "band")
    corners = [tuple(map(float, pair.split(","))) for pair in (band.get("points") or "").split()]
    frame = next(node for node in root.iter(f"{SVG}rect") if node.get("class") == "frame")
    left, top, width, height = (float(frame.get(key) or 0) for key in ("x", "y", "width", "height"))
    # Orders 7/8 and 9/8 over 1.8 decades leave a panel of half a decade well before a quarter of its width.
    for x, y in corners:
        if x < left + width / 4:
            assert y == pytest.approx(top + height, abs=0.02)
        if x > left + 3 * width / 4:
            assert y == pytest.approx(top, abs=0.02)


def test_a_power_of_the_logarithm_is_drawn_and_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = "".join(f"{n},{math.log(n)!r}\n" * 200 for n in (64, 256, 1024, 4096))
    path.write_text("width,value\n" + rows)
    root = _drawn(tmp_path / "x.svg", path, "--expect", 0, "--log-power", 1)
    assert "value ~ n^0 (log n)^1,  n = width" in _texts(root)
    marks = next(node for node in root.iter(f"{SVG}path") if node.get("class") == "mean")
    claim = next(node for node in root.iter(f"{SVG}polyline") if node.get("class") == "claim")
    line = [tuple(map(float, pair.split(","))) for pair in (claim.get("points") or "").split()]
    assert len(line) > 20
    for x, y, r in re.findall(r"M([\d.]+) ([\d.]+)a([\d.]+)", marks.get("d") or ""):
        assert min(math.hypot(float(x) + float(r) - a, float(y) - b) for a, b in line) < 2.5


def test_the_claimed_limit_is_inside_its_panel(tmp_path: Path) -> None:
    root = _drawn(tmp_path / "x.svg", DATA / "loss_with_floor.csv", "--kind", "limit", "--expect", 2)
    claim = next(node for node in root.iter(f"{SVG}polyline") if node.get("class") == "claim")
    frame = next(node for node in root.iter(f"{SVG}rect") if node.get("class") == "frame")
    y = float((claim.get("points") or "").split()[0].split(",")[1])
    top, height = float(frame.get("y") or 0), float(frame.get("height") or 0)
    assert top + 2 < y < top + height - 2


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_every_kind_that_has_a_picture_is_drawn(tmp_path: Path, kind: str) -> None:
    words = [] if kind in ("to-zero", "constant") else ["--expect", "2" if kind == "limit" else "0"]
    root = _drawn(tmp_path / "x.svg", DATA / "loss_with_floor.csv", "--kind", kind, *words)
    assert [node for node in root.iter(f"{SVG}path") if node.get("class") == "mean"]


def test_names_are_text_and_no_markup(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    name = '<script>alert("1")</script> & more'
    rows = "".join(f'{n},"{name.replace(chr(34), chr(34) * 2)}",1\n{n},b,1\n' for n in (8, 16, 32, 64))
    path.write_text("width,module,value\n" + rows)
    root = _drawn(tmp_path / "x.svg", path, "--by", "module", "--expect", 0)
    assert not list(root.iter(f"{SVG}script"))
    assert any("script" in text for text in _texts(root))


def test_many_groups_are_counted_where_they_are_not_drawn(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = "".join(f"{n},{k},1\n" for k in range(PANELS + 5) for n in (8, 16, 32, 64))
    path.write_text("width,step,value\n" + rows)
    root = _drawn(tmp_path / "x.svg", path, "--by", "step", "--expect", 0)
    assert "5 more groups are not drawn" in _texts(root)


def test_png(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    path = tmp_path / "x.png"
    assert _run(DATA / "five_mu.csv", "--expect", 0, "--plot", path).exit_code in (0, 3)
    assert path.read_bytes().startswith(b"\x89PNG")
    plain = tmp_path / "x.svg"
    _run(DATA / "five_mu.csv", "--expect", 0, "--plot", plain)
    assert png(plain.read_text()) == path.read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--expect", 0, "--plot", "x.pdf"], "the suffix '.pdf' is not .svg or .png"),
        (["--expect", 0, "--plot", "no/x.svg"], "there is no directory no"),
        (["--kind", "zero", "--plot", "x.svg"], "--kind zero has no picture"),
    ],
)
def test_a_picture_that_cannot_be_made_is_refused_before_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[object], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = _run("none.csv", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_png_without_its_library_is_a_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    result = _run(DATA / "five_mu.csv", "--expect", 0, "--plot", tmp_path / "x.png")
    assert result.exit_code == 2
    assert "pip install 'wide-verifier[png]' (or use .svg)" in result.stderr


def test_png_without_a_font_is_refused_and_not_written_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoFonts:
        @staticmethod
        def svg_to_bytes(**_: object) -> bytes:
            return b"the same whatever is written"

    monkeypatch.setattr("verifier.report.fit_plot._resvg", lambda: NoFonts)
    with pytest.raises(ValueError, match="a font is needed"):
        png("<svg/>")
