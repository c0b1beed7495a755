"""Files of images, as they are published: IDX (MNIST), plain or gzipped, and the binary version of CIFAR-10.

Every size is known before anything of it is read or unpacked: a file of more than 64 MB, or one that unpacks to more,
is refused, and a header that promises another size than the file has is an error.  A pickle is never opened.
"""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verifier.inputs.files import LARGEST, Unreadable, read_bytes

Bytes = npt.NDArray[np.uint8]
#: The first four bytes of IDX files of bytes: 8 is the type, the last one the number of dimensions.
_MAGIC = {1: 0x0801, 3: 0x0803}
#: A record of CIFAR-10: the label, and 32 x 32 pixels of red, then green, then blue.
_SIDE, _CHANNELS = 32, 3
_RECORD = 1 + _SIDE * _SIDE * _CHANNELS
CLASSES = 10


def unpacked(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a file, unpacked where its name ends in ``.gz``.  Raises Unreadable."""
    data = read_bytes(path, largest)
    if path.suffix != ".gz":
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            found = file.read(largest + 1)
    except EOFError:
        raise Unreadable(f"{path}: a gzip file that is cut off") from None
    except (OSError, zlib.error):
        raise Unreadable(f"{path}: not a gzip file, or a damaged one") from None
    if len(found) > largest:
        raise Unreadable(f"{path}: unpacks to more than {largest} bytes; at most so many are read")
    return found


def read_idx_images(data: bytes, where: Path, side: int = 28) -> Bytes:
    """Images of an IDX file, shape (N, side, side).  Unreadable, which names ``where``, for anything else.

    >>> read_idx_images(struct.pack(">4I", 0x0803, 1, 2, 2) + bytes([1, 2, 3, 4]), Path("two"), side=2).tolist()
    [[[1, 2], [3, 4]]]
    """
    count, rows, columns = _header(data, where, 3)
    if (rows, columns) != (side, side):
        raise Unreadable(f"{where}: images of {rows} x {columns} pixels; {side} x {side} are read")
    return _body(data, where, (count, rows, columns))


def read_idx_labels(data: bytes, where: Path) -> Bytes:
    """Labels of an IDX file, shape (N,), each from 0 to 9.  Unreadable for anything else."""
    labels = _body(data, where, _header(data, where, 1))
    _check_labels(labels, where)
    return labels


def read_cifar(data: bytes, where: Path) -> tuple[Bytes, Bytes]:
    """Images, shape (N, 32, 32, 3), and labels, shape (N,), of a file of CIFAR-10's binary version.  Unreadable."""
    if not data or len(data) % _RECORD:
        whole = f"{len(data)} bytes, not whole records of {_RECORD}"
        raise Unreadable(f"{where}: {whole}: cut off, or not CIFAR-10's binary version")
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, _RECORD)
    labels = records[:, 0]
    _check_labels(labels, where)
    planes = records[:, 1:].reshape(-1, _CHANNELS, _SIDE, _SIDE)
    return planes.transpose(0, 2, 3, 1), labels


def _header(data: bytes, where: Path, dimensions: int) -> tuple[int, ...]:
    size = 4 * (1 + dimensions)
    if len(data) < size:
        raise Unreadable(f"{where}: cut off: {len(data)} bytes, and the header of an IDX file has {size}")
    magic, *shape = struct.unpack(f">{1 + dimensions}I", data[:size])
    if magic != _MAGIC[dimensions]:
        what = "images" if dimensions == 3 else "labels"
        raise Unreadable(
            f"{where}: the magic number is {magic:#010x}; that of IDX {what} is {_MAGIC[dimensions]:#010x}"
        )
    return tuple(shape)


def _body(data: bytes, where: Path, shape: tuple[int, ...]) -> Bytes:
    start, needed = 4 * (1 + len(shape)), 1
    for size in shape:  # Python's integers: a header may promise 2^96 bytes
        needed *= size
    found = len(data) - start
    if not needed:
        raise Unreadable(f"{where}: the header promises no images")
    if found != needed:
        verb = "cut off" if found < needed else "bytes follow the last image"
        raise Unreadable(f"{where}: {verb}: the header promises {needed} bytes, and there are {found}")
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)


def _check_labels(labels: Bytes, where: Path) -> None:
    if labels.max() >= CLASSES:
        k = int(np.argmax(labels >= CLASSES))
        raise Unreadable(f"{where}: label {labels[k]} of image {k}: labels are from 0 to {CLASSES - 1}")
