"""Pictures of a check: as plain data in the document, and as PNG in the page itself."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from verifier.quantities.pictures import Pictures, Pixels
from verifier.report.model import ImageData, PictureData

Data = dict[str, Any]
#: Types of PNG: grey, and red, green and blue.
_COLOUR = {1: 0, 3: 2}
_LARGEST = 1 << 24


def plain(pictures: Pictures) -> PictureData:
    """What the document holds of a table of images: sizes, and the bytes of pixels in base64."""
    return {
        "title": pictures.title,
        "note": pictures.note,
        "columns": list(pictures.columns),
        "rows": [{"label": row.label, "images": [_image(image) for image in row.images]} for row in pictures.rows],
    }


def _image(pixels: Pixels) -> ImageData:
    height, width, channels = pixels.shape
    data = base64.b64encode(pixels.tobytes()).decode("ascii")
    return {"width": width, "height": height, "channels": channels, "pixels": data}


def source(image: Mapping[str, Any]) -> str:
    """An image of the document as the address of a PNG; empty where its bytes are not those of its size."""
    width, height, channels = image["width"], image["height"], image["channels"]
    try:
        data = base64.b64decode(image["pixels"], validate=True)
    except (binascii.Error, ValueError):
        return ""
    if channels not in _COLOUR or not 0 < width * height * channels == len(data) <= _LARGEST:
        return ""
    return "data:image/png;base64," + base64.b64encode(png(data, width, height, channels)).decode("ascii")


def png(data: bytes, width: int, height: int, channels: int) -> bytes:
    """Pixels, one byte a channel and row by row, as a PNG file."""
    line = width * channels
    rows = b"".join(b"\0" + data[k : k + line] for k in range(0, len(data), line))
    header = struct.pack(">2I5B", width, height, 8, _COLOUR[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
