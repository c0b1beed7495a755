"""Labelled images: scikit-learn's bundled digits (8 x 8), and MNIST and CIFAR-10 from files that the user has.

    images = load("digits")                  # extra [experiments]
    images = load("mnist", Path("data"))     # train-images-idx3-ubyte[.gz] and the three others
    images = load("cifar10", Path("data"))   # data_batch_1.bin … data_batch_5.bin, test_batch.bin

Nothing is downloaded, and a pickle is never opened.  Where a user's files are ``verifier.inputs.data`` says.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verifier.datafiles.pixels import Bytes, read_cifar, read_idx_images, read_idx_labels, unpacked
from verifier.inputs.data import DATA
from verifier.inputs.files import Unreadable
from verifier.inputs.numbers import shortened

NAMES = ("digits", "mnist", "cifar10")
#: The largest part of the images for tests that may be among those for training.
MOST_SEEN = 0.1
#: The largest part of a set of images that may be repetitions of others in it.
MOST_REPEATED = 0.1
#: Images of the bundled digits that are for training; the others are for tests.
DIGITS_TRAINING, _DIGITS_SEED = 1437, 8
_MNIST = ("train-images", "train-labels", "t10k-images", "t10k-labels")
_CIFAR = (*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin")
#: Folders in which the files of a set may stand, beside the one that is named.
_PLACES = {
    "mnist": (".", "mnist", "MNIST", "MNIST/raw"),
    "cifar10": (".", "cifar10", "cifar-10-batches-bin", "cifar-10-binary/cifar-10-batches-bin"),
}
#: SHA-256 of the published files of MNIST, unpacked.
_PUBLISHED = {
    "train-images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@dataclass(frozen=True)
class Images:
    """Labelled images, those for training and those for tests.

    Images have shape (N, height, width, channels) and values from 0 to 1, labels shape (N,) and values from 0 to 9.
    ``checksum``: SHA-256 of the unpacked contents of the files, in order; ``origin`` says in words whether it is known.
    """

    name: str
    train_images: npt.NDArray[np.float64]
    train_labels: npt.NDArray[np.int64]
    test_images: npt.NDArray[np.float64]
    test_labels: npt.NDArray[np.int64]
    checksum: str
    origin: str

    def __repr__(self) -> str:
        shape = " x ".join(str(size) for size in self.train_images.shape[1:])
        return f"Images({self.name}: {len(self.train_labels)} + {len(self.test_labels)} of {shape}, {self.origin})"


def load(name: str, folder: Path | None = None) -> Images:
    """The images called ``name``: "digits", or "mnist" or "cifar10" from ``folder`` (or a usual folder in it).

    Raises ValueError for another name or without a folder, ``Unreadable`` (a ValueError) with one sentence for files
    that are missing, cut off, too large or of another kind, and ModuleNotFoundError where the digits are asked for and
    scikit-learn is not installed.
    """
    if name not in NAMES:
        raise ValueError(f"{shortened(repr(name))} names no images; {', '.join(NAMES)} do")
    if name == "digits":
        return _digits()
    found = _contents(name, folder)
    (a, b), (c, d) = found.training, found.test
    wide = np.int64
    return Images(name, a / 255.0, b.astype(wide), c / 255.0, d.astype(wide), found.checksum, found.origin)


def available(folder: Path | None) -> tuple[str, ...]:
    """The sets that there are: the bundled digits without a folder, otherwise what the folder has the first file of.

    Raises Unreadable for a folder that has neither.
    """
    if folder is None:
        return ("digits",)
    found = tuple(name for name, first in (("mnist", _MNIST[0]), ("cifar10", _CIFAR[0])) if _find(name, first, folder))
    if not found:
        _refuse_pickle(folder)
        raise Unreadable(
            f"{folder}: no images: neither {_MNIST[0]}-idx3-ubyte[.gz] of MNIST nor {_CIFAR[0]} of CIFAR-10"
        )
    return found


def stamp(name: str, folder: Path | None) -> str:
    """What tells one set of images from another: its name, and SHA-256 of what its files hold, which are read whole.

    Raises as :func:`load`.  Where the same contents stand, packed or not, and when they were written, is all one.
    """
    if name == "digits" or name not in NAMES:
        return load(name).name
    found = _contents(name, folder)
    return f"{name} {found.checksum}"


def _digits() -> Images:
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "the digits come with scikit-learn, which is not installed; pip install 'wide-verifier[experiments]'"
        ) from None
    pixels, labels = load_digits(return_X_y=True)
    # The file lists its images by writer: the parts are drawn, once and for all.
    order = np.random.default_rng(_DIGITS_SEED).permutation(len(labels))
    images = pixels[order].reshape(-1, 8, 8, 1) / 16.0
    digest = hashlib.sha256(pixels.astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes()).hexdigest()
    k = DIGITS_TRAINING
    wide = labels[order].astype(np.int64)
    return Images("digits", images[:k], wide[:k], images[k:], wide[k:], digest, "bundled with scikit-learn")


@dataclass(frozen=True)
class _Contents:
    """What the files of a set hold, as bytes: images and labels for training and for tests."""

    training: tuple[Bytes, Bytes]
    test: tuple[Bytes, Bytes]
    checksum: str
    origin: str


def _contents(name: str, folder: Path | None) -> _Contents:
    if folder is None:
        raise ValueError(f"{name} is read from files: say where they are, with --data DIR or the variable {DATA}")
    found = _mnist(folder) if name == "mnist" else _cifar(folder)
    seen = {image.tobytes() for image in found.training[0]}
    tests = {image.tobytes() for image in found.test[0]}
    for part, images, different in (("training", found.training[0], seen), ("tests", found.test[0], tests)):
        if len(different) < (1 - MOST_REPEATED) * len(images):
            raise Unreadable(
                f"{folder}: of the {len(images)} images for {part} of {name} only {len(different)} are different: what "
                "is said of as many images would be said of fewer"
            )
    known = sum(image.tobytes() in seen for image in found.test[0])
    if known > MOST_SEEN * len(found.test[0]):
        raise Unreadable(
            f"{folder}: {known} of the {len(found.test[0])} images for tests of {name} are among those for training: "
            "what is measured on them says nothing of others"
        )
    return found


def _mnist(folder: Path) -> _Contents:
    parts, digest, known = [], hashlib.sha256(), True
    for first in _MNIST:
        path = _needed("mnist", first, folder)
        data = unpacked(path)
        parts.append(read_idx_images(data, path) if first.endswith("images") else read_idx_labels(data, path))
        digest.update(data)
        known = known and hashlib.sha256(data).hexdigest() == _PUBLISHED[first]
    for images, labels, which in ((parts[0], parts[1], "train"), (parts[2], parts[3], "t10k")):
        if len(images) != len(labels):
            raise Unreadable(f"{folder}: {len(images)} images and {len(labels)} labels of {which}; as many are needed")
    origin = "the published files" if known else "not the published files: their checksum is unknown"
    pairs = (parts[0][..., None], parts[1]), (parts[2][..., None], parts[3])
    return _Contents(*pairs, digest.hexdigest(), origin)


def _cifar(folder: Path) -> _Contents:
    _refuse_pickle(folder)
    found, digest = [], hashlib.sha256()
    for name in _CIFAR:
        path = _needed("cifar10", name, folder)
        data = unpacked(path)
        digest.update(data)
        found.append(read_cifar(data, path))
    train, tags = (np.concatenate([pair[k] for pair in found[:-1]]) for k in (0, 1))
    # No checksums of the unpacked binary files are published, only one of the archive.
    return _Contents((train, tags), found[-1], digest.hexdigest(), "its checksum is unknown")


def _find(name: str, file: str, folder: Path) -> Path | None:
    """The file of a set, plain before gzipped; None where there is none."""
    kind = "3" if file.endswith("images") else "1"
    plain = [file] if name == "cifar10" else [f"{file}-idx{kind}-ubyte", f"{file}.idx{kind}-ubyte"]
    names = [*plain, *(f"{one}.gz" for one in plain)]
    paths = (folder / place / one for one in names for place in _PLACES[name])
    return next((path for path in paths if os.path.lexists(path)), None)


def _needed(name: str, file: str, folder: Path) -> Path:
    path = _find(name, file, folder)
    if path is None:
        full = file if name == "cifar10" else f"{file}-idx{3 if file.endswith('images') else 1}-ubyte[.gz]"
        raise Unreadable(f"{folder}: {full} of {name} is missing")
    return path


def _refuse_pickle(folder: Path) -> None:
    """The Python version of CIFAR-10 is named, so that its reader knows what to fetch instead."""
    for place in (*_PLACES["cifar10"], "cifar-10-batches-py"):
        if (folder / place / "data_batch_1").exists() and not (folder / place / _CIFAR[0]).exists():
            raise Unreadable(
                f"{folder / place / 'data_batch_1'}: a pickle, which can run code and is never read; the binary "
                f"version of CIFAR-10, {_CIFAR[0]}, is needed"
            )
