"""Files of images: the formats as they are published, and every way in which they can be wrong, in one sentence."""

from __future__ import annotations

import gzip
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.datafiles.images import _CIFAR, available, load, stamp
from verifier.datafiles.pixels import read_cifar, unpacked
from verifier.inputs.data import DATA, data_folder
from verifier.inputs.files import Unreadable

TRAIN, TEST = 7, 3
RNG = np.random.default_rng(5)
PIXELS = RNG.integers(0, 256, (TRAIN + TEST, 28, 28), dtype=np.uint8)
LABELS = np.arange(TRAIN + TEST, dtype=np.uint8)
COLOURS = RNG.integers(0, 256, (6, 2, 32, 32, 3), dtype=np.uint8)


def idx(values: np.ndarray, magic: int | None = None) -> bytes:
    """An IDX file of bytes, written from the description of the format."""
    head = struct.pack(">BBBB", 0, 0, 8, values.ndim) if magic is None else struct.pack(">I", magic)
    return head + b"".join(struct.pack(">I", size) for size in values.shape) + values.tobytes()


def mnist(folder: Path, packed: bool = False) -> Path:
    parts = {
        "train-images-idx3-ubyte": PIXELS[:TRAIN], "train-labels-idx1-ubyte": LABELS[:TRAIN],
        "t10k-images-idx3-ubyte": PIXELS[TRAIN:], "t10k-labels-idx1-ubyte": LABELS[TRAIN:],
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in parts.items():
        data = idx(values)
        (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(data) if packed else data)
    return folder


def cifar(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for k, name in enumerate(_CIFAR):
        records = [bytes([j]) + image.transpose(2, 0, 1).tobytes() for j, image in enumerate(COLOURS[k])]
        (folder / name).write_bytes(b"".join(records))
    return folder


def test_mnist_is_read_plain_and_gzipped(tmp_path: Path) -> None:
    plain = load("mnist", mnist(tmp_path / "a"))
    assert plain.train_images.shape == (TRAIN, 28, 28, 1)
    np.testing.assert_array_equal(np.concatenate([plain.train_images, plain.test_images])[..., 0], PIXELS / 255)
    np.testing.assert_array_equal(np.concatenate([plain.train_labels, plain.test_labels]), LABELS)
    packed = load("mnist", mnist(tmp_path / "b" / "MNIST" / "raw", packed=True).parents[1])
    np.testing.assert_array_equal(packed.train_images, plain.train_images)
    assert packed.checksum == plain.checksum
    assert "checksum is unknown" in plain.origin
    assert "7 + 3 of 28 x 28 x 1" in repr(plain)


def test_published_checksums_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = mnist(tmp_path)
    import hashlib

    from verifier.datafiles import images

    sums = {name: hashlib.sha256(images._needed("mnist", name, folder).read_bytes()).hexdigest()
            for name in images._MNIST}  # fmt: skip
    monkeypatch.setattr(images, "_PUBLISHED", sums)
    assert load("mnist", folder).origin == "the published files"
    monkeypatch.setattr(images, "_PUBLISHED", {**sums, "t10k-labels": "0" * 64})
    assert "unknown" in load("mnist", folder).origin


def test_cifar_is_read_with_its_planes_of_colour(tmp_path: Path) -> None:
    found = load("cifar10", cifar(tmp_path / "cifar-10-batches-bin").parent)
    assert found.train_images.shape == (10, 32, 32, 3)
    np.testing.assert_array_equal(found.train_images, COLOURS[:5].reshape(10, 32, 32, 3) / 255)
    np.testing.assert_array_equal(found.test_images, COLOURS[5] / 255)
    assert list(found.test_labels) == [0, 1]
    assert available(tmp_path) == ("cifar10",)


def test_digits_are_bundled_and_their_parts_are_fixed() -> None:
    first, again = load("digits"), load("digits")
    assert first.train_images.shape == (1437, 8, 8, 1)
    assert len(first.test_labels) == 360
    np.testing.assert_array_equal(first.train_images, again.train_images)
    assert set(first.test_labels) == set(range(10))
    assert first.train_images.max() == 1.0
    assert first.checksum == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


Damage = Callable[[Path], object]
IMAGES, TAGS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def write(name: str, data: bytes) -> Damage:
    return lambda folder: (folder / name).write_bytes(data)


MNIST_FAULTS: dict[str, tuple[Damage, str]] = {
    "missing": (lambda f: (f / TAGS).unlink(), r"train-labels-idx1-ubyte\[\.gz\] of mnist is missing"),
    "a cut header": (write(IMAGES, idx(PIXELS[:TRAIN])[:10]), "cut off: 10 bytes, and the header"),
    "empty": (write(IMAGES, b""), "cut off: 0 bytes"),
    "truncated": (write(IMAGES, idx(PIXELS[:TRAIN])[:-1]), "cut off: the header promises 5488 .* are 5487"),
    "trailing": (write(IMAGES, idx(PIXELS[:TRAIN]) + b"x"), "bytes follow the last image: .* there are 5489"),
    "magic": (write(IMAGES, idx(PIXELS[:TRAIN], 0x0D03)), "is 0x00000d03; that of IDX images is 0x00000803"),
    "exchanged": (write(TAGS, idx(PIXELS[:TRAIN])), "that of IDX labels is 0x00000801"),
    "sizes": (write(IMAGES, idx(PIXELS[:TRAIN, :27])), "images of 27 x 28 pixels; 28 x 28 are read"),
    "a lie": (write(TAGS, struct.pack(">2I", 0x801, 2**32 - 1) + b"\0"), "promises 4294967295 bytes, and there are 1"),
    "none": (write(TAGS, struct.pack(">2I", 0x801, 0)), "promises no images"),
    "label": (write(TAGS, idx(np.full(TRAIN, 10, dtype=np.uint8))), "label 10 of image 0: labels are from 0 to 9"),
    "fewer labels": (write(TAGS, idx(LABELS[: TRAIN - 1])), "7 images and 6 labels of train; as many are needed"),
}  # fmt: skip


@pytest.mark.parametrize("fault", MNIST_FAULTS)
def test_a_fault_of_mnist_is_one_sentence(tmp_path: Path, fault: str) -> None:
    damage, sentence = MNIST_FAULTS[fault]
    damage(mnist(tmp_path))
    with pytest.raises(Unreadable, match=sentence) as caught:
        load("mnist", tmp_path)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (gzip.compress(idx(LABELS[:TRAIN]), mtime=0)[:-9], "a gzip file that is cut off"),
        (b"not gzip", "not a gzip file, or a damaged one"),
        (gzip.compress(idx(LABELS[:TRAIN]), mtime=0)[:-8] + bytes(8), "not a gzip file, or a damaged one"),
    ],
    ids=["cut", "text", "sum"],
)
def test_damaged_gzip(tmp_path: Path, data: bytes, sentence: str) -> None:
    mnist(tmp_path, packed=True)
    (tmp_path / f"{TAGS}.gz").write_bytes(data)
    with pytest.raises(Unreadable, match=sentence):
        load("mnist", tmp_path)


def test_a_gzip_bomb_is_refused_before_it_is_large(tmp_path: Path) -> None:
    import tracemalloc

    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(20_000_000)))
    assert (tmp_path / "bomb.gz").stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(Unreadable, match="unpacks to more than 100000 bytes"):
        unpacked(tmp_path / "bomb.gz", 100_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_faults_of_cifar(tmp_path: Path) -> None:
    folder = cifar(tmp_path)
    good = (folder / _CIFAR[2]).read_bytes()
    for data, sentence in ((good[:-1], "cut off, or not CIFAR-10's"), (good + b"0", "not whole records of 3073"),
                           (b"", "0 bytes"), (b"\x0a" + good[1:], "label 10 of image 0")):  # fmt: skip
        with pytest.raises(Unreadable, match=sentence):
            read_cifar(data, folder)
    (folder / _CIFAR[2]).unlink()
    with pytest.raises(Unreadable, match=r"data_batch_3\.bin of cifar10 is missing"):
        load("cifar10", folder)


class Trap:
    """Whoever opens the file that holds it as a pickle makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_a_pickle_is_named_and_never_opened(tmp_path: Path) -> None:
    trap = pickle.dumps(Trap(tmp_path / "opened"))
    (tmp_path / "data_batch_1").write_bytes(trap)
    for reading in (lambda: load("cifar10", tmp_path), lambda: available(tmp_path)):
        with pytest.raises(Unreadable, match="a pickle, which can run code and is never read"):
            reading()
    assert not (tmp_path / "opened").exists()
    pickle.loads(trap)  # the trap does spring
    assert (tmp_path / "opened").exists()


def test_what_is_there_and_what_is_asked_for(tmp_path: Path) -> None:
    assert available(None) == ("digits",)
    with pytest.raises(Unreadable, match="no images: neither"):
        available(tmp_path)
    with pytest.raises(ValueError, match="'fashion' names no images; digits, mnist, cifar10 do"):
        load("fashion", tmp_path)
    with pytest.raises(ValueError, match="say where they are, with --data DIR"):
        load("mnist")


def test_other_images_of_the_same_size_and_time_are_not_taken_for_those_that_were_there(tmp_path: Path) -> None:
    """Stored samples are found by this; what is packed, or written again, holds the same."""
    before = stamp("mnist", mnist(tmp_path / "a"))
    assert stamp("mnist", mnist(tmp_path / "b", packed=True)) == before
    path = tmp_path / "a" / IMAGES
    there, data = path.stat(), bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(there.st_atime_ns, there.st_mtime_ns))
    assert path.stat().st_mtime_ns == there.st_mtime_ns
    assert stamp("mnist", tmp_path / "a") != before
    assert stamp("digits", None) == "digits"
    assert stamp("cifar10", cifar(tmp_path / "c")).startswith("cifar10 ")
    path.write_bytes(data[:-1])
    with pytest.raises(Unreadable, match="cut off"):
        stamp("mnist", tmp_path / "a")


def test_images_that_were_trained_on_are_no_test(tmp_path: Path) -> None:
    """A network that has learned them by heart passed every claim of a small error on test images."""
    folder = mnist(tmp_path)
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(PIXELS[:TRAIN]))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(LABELS[:TRAIN]))
    for reading in (load, stamp):
        with pytest.raises(Unreadable, match="7 of the 7 images for tests of mnist are among those for training"):
            reading("mnist", folder)
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(np.concatenate([255 - PIXELS, PIXELS[:1]])))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(np.zeros(TRAIN + TEST + 1, dtype=np.uint8)))
    assert len(load("mnist", folder).test_labels) == TRAIN + TEST + 1  # one of eleven is granted


def test_a_batch_that_is_copied_is_not_counted_as_other_images(tmp_path: Path) -> None:
    """Five copies of one file were 50,000 images; a test of one image told of as many as it was repeated."""
    folder = cifar(tmp_path / "cifar")
    for name in _CIFAR[1:5]:
        (folder / name).write_bytes((folder / _CIFAR[0]).read_bytes())
    for reading in (load, stamp):
        with pytest.raises(Unreadable, match="of the 10 images for training of cifar10 only 2 are different"):
            reading("cifar10", folder)
    folder = mnist(tmp_path / "mnist")
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(np.repeat(PIXELS[TRAIN:][:1], TEST, axis=0)))
    with pytest.raises(Unreadable, match="of the 3 images for tests of mnist only 1 are different"):
        load("mnist", folder)


@pytest.mark.parametrize("kind", ["pipe", "folder", "no target", "itself", "device", "too large"])
def test_what_stands_in_the_place_of_a_file_is_neither_waited_for_nor_read(tmp_path: Path, kind: str) -> None:
    path = mnist(tmp_path) / IMAGES
    path.unlink()
    make = {"pipe": lambda: os.mkfifo(path), "folder": path.mkdir, "no target": lambda: path.symlink_to("nowhere"),
            "itself": lambda: path.symlink_to(IMAGES), "device": lambda: path.symlink_to("/dev/zero"),
            "too large": lambda: path.touch() or os.truncate(path, 10**10)}  # fmt: skip
    make[kind]()
    with pytest.raises(Unreadable, match=f"{IMAGES}: (cannot be read|more than 64000000 bytes)"):
        load("mnist", tmp_path)


@pytest.mark.parametrize("name", ["two\nproved theorem1", "\x1b[8mhidden", "turned \u202e round"])
def test_a_folder_whose_name_writes_lines_of_its_own_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).mkdir()
    result = CliRunner().invoke(cli, ["check", "--data", str(tmp_path / name), "image_completion"])
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "characters that are not shown" in line
    assert name not in line
    monkeypatch.setenv(DATA, str(tmp_path / name))
    with pytest.raises(Unreadable, match="characters that are not shown") as caught:
        data_folder()
    assert name not in str(caught.value)


def test_the_option_sets_the_folder_for_its_run_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA, raising=False)
    assert data_folder() is None
    runner = CliRunner()
    missing = runner.invoke(cli, ["check", "--data", str(tmp_path / "none")])
    assert missing.exit_code == 2
    assert "there is no such folder" in missing.output
    seen: list[Path | None] = []
    monkeypatch.setattr("verifier.commands.check.located", lambda **_: seen.append(data_folder()) or 1 / 0)
    runner.invoke(cli, ["check", "--data", str(tmp_path), "theorem1"])
    assert seen == [tmp_path.absolute()]
    assert data_folder() is None
