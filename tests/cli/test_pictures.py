"""Pictures of a check: made once a run, kept with it, and images in the report that needs nothing but itself."""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib

import numpy as np
import pytest

from verifier.quantities.pictures import ImageRow, Pictures, pixels
from verifier.report.pictures import plain, source
from verifier.sampling.crew import Job, Task, WorkersLost
from verifier.sampling.run import _Work
from verifier.sampling.workers import Died
from verifier.verify.pictures import packed, unpacked

from .conftest import Toy

MAKER = """
from verifier.quantities.pictures import ImageRow, Pictures, pixels

def pictures(seed, effort):
    @FAULT
    rng = np.random.default_rng(seed)
    images = [pixels(rng.random((3, 2, channels))) for channels in (1, 3)]
    return [Pictures(f"Noise, {effort}", ("grey", "colour <b>"), (ImageRow("a & b", tuple(images)),), "Two of them.")]
"""


def with_pictures(toy: Toy, fault: str = "pass") -> Toy:
    path = toy.folder / "checks" / "toy.py"
    text = path.read_text().replace("X = Quantity", MAKER.replace("@FAULT", fault) + "\nX = Quantity")
    path.write_text(text.replace("largest=1 << 40)", "largest=1 << 40), pictures=pictures"))
    return toy


def decoded(address: str) -> tuple[tuple[int, int, int], np.ndarray]:
    """What a reader of PNG that knows nothing of the writer makes of an image: its header and its bytes."""
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        (size,), name = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + size
    width, height, depth, colour = struct.unpack(">2I2B", chunks[b"IHDR"][:10])
    channels = {0: 1, 2: 3}[colour]
    assert depth == 8
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, 1 + width * channels)
    assert not rows[:, 0].any()  # no filter
    return (height, width, channels), rows[:, 1:].reshape(height, width, channels)


def test_pictures_are_in_the_report_and_come_of_the_seed(toy: Toy) -> None:
    with_pictures(toy)
    toy.check("--quick", "--seed", "5")
    assert toy.run("report", "-o", "out.html", "-q").exit_code == 0
    page = (toy.folder / "out.html").read_text()
    found = re.findall(r'<img src="([^"]*)"', page)
    assert len(found) == 2
    rng = np.random.default_rng(5)
    for address, channels in zip(found, (1, 3), strict=True):
        shape, values = decoded(address)
        assert shape == (3, 2, channels)
        np.testing.assert_array_equal(values, pixels(rng.random((3, 2, channels))))
    assert "Noise, quick" in page
    assert "a &amp; b" in page
    assert "colour &lt;b&gt;" in page
    assert toy.run("report", "-o", "out.json", "-q").exit_code == 0
    (statement,) = json.loads((toy.folder / "out.json").read_text())["statements"]
    assert statement["pictures"][0]["rows"][0]["images"][1]["channels"] == 3


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("raise ValueError('no\\nimages')", "pictures of toy: ValueError: no images"),
     ("return [3]", "pictures of toy: TypeError: something else than Pictures")],
)  # fmt: skip
def test_pictures_that_fail_are_said_and_change_no_verdict(toy: Toy, fault: str, sentence: str) -> None:
    result = with_pictures(toy, fault).run("check", "--quick", "--json", "-q", "--jobs", "1")
    assert sentence in result.stderr
    (found,) = json.loads(result.stdout)["statements"]
    assert {claim["numeric"] for claim in found["claims"]} == {"consistent", "invalid"}  # as without pictures
    assert result.exit_code == 0


def test_pictures_whose_worker_dies_are_no_proof_that_could_not_be_re_checked(toy: Toy) -> None:
    """The run goes on without them, and the twin says of a proof what is said of a proof."""
    result = with_pictures(toy, "import os; os._exit(9)").run("check", "--quick", "-q", "--jobs", "2")
    assert "pictures of toy: its worker process ended unexpectedly, 3 times" in result.stderr
    assert "re-checked" not in result.stderr
    assert result.exit_code == 0
    with pytest.raises(WorkersLost, match="the proof of toy could not be re-checked: its worker process ended"):
        _Work([], [Job("toy", abs, (), "the proof of toy could not be re-checked")], None, None)._take(
            Task(abs, (), Job("toy", abs, (), "the proof of toy could not be re-checked")), Died(3)
        )


def test_pictures_are_kept_and_made_again_where_their_maker_changed(toy: Toy) -> None:
    counted = "open('made', 'a').write('.')"
    with_pictures(toy, counted)
    made = toy.folder / "made"
    for seed, words, count in ((5, (), 1), (5, (), 1), (6, (), 2), (5, ("--no-store",), 3)):
        toy.check("--quick", "--seed", str(seed), *words)
        assert made.read_text() == "." * count
    path = toy.folder / "checks" / "toy.py"
    path.write_text(path.read_text().replace("rng.random((3, 2, channels))", "rng.random((4, 2, channels))"))
    toy.check("--quick", "--seed", "5")
    assert made.read_text() == "...."
    assert toy.run("store", "export", "-o", "samples.npz").exit_code == 0  # they are no samples


def test_what_is_no_packed_table_is_made_again() -> None:
    images = tuple(pixels(np.random.default_rng(0).random((3, 2, k))) for k in (1, 3))
    given = (Pictures("t", ("a", "b"), (ImageRow("r", images),), "n"),)
    text, raw = packed(given)
    (found,) = unpacked(text, raw) or ()
    assert (found.title, found.columns, found.note, found.rows[0].label) == ("t", ("a", "b"), "n", "r")
    for one, two in zip(found.rows[0].images, images, strict=True):
        np.testing.assert_array_equal(one, two)
    for wrong in ((text, raw[:-1]), (text, raw + b"x"), (text.replace("[3,2,3]", "[3,2,4]"), raw), ("[]", b""),
                  (text.replace("[3,2,1]", "[-3,-2,1]"), raw), (text.replace("[3,2,1]", '"x"'), raw)):  # fmt: skip
        assert unpacked(*wrong) is None


def test_images_of_another_size_than_they_say_are_none() -> None:
    image = plain(Pictures("t", ("c",), (ImageRow("r", (pixels(np.ones((2, 2, 1))),)),)))["rows"][0]["images"][0]
    assert decoded(source(image))[1].tolist() == [[[255], [255]], [[255], [255]]]
    for change in ({"width": 3}, {"channels": 2}, {"pixels": "!!"}, {"pixels": "AAAA"}, {"height": 1 << 40}):
        assert source({**image, **change}) == ""


def test_what_is_no_picture_is_refused() -> None:
    for images, sentence in (((), "0 images for 1 columns"), ((np.ones((2, 2, 1)),), "type float64"),
                             ((pixels(np.ones((2, 2, 2))),), "shape \\(2, 2, 2\\)")):  # fmt: skip
        with pytest.raises(ValueError, match=sentence):
            Pictures("t", ("c",), (ImageRow("r", images),))
