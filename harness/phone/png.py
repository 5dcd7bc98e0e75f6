"""Writing a picture of the screen as PNG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from PIL import Image, ImageChops

LEVEL = 1
SIGNATURE = b"\x89PNG\r\n\x1a\n"
UP = b"\x02"
"""The filter of a line that tells how it differs from the one above."""
EIGHT_BIT_RGB = (8, 2, 0, 0, 0)


def encode(picture: Image.Image) -> bytes:
    """The picture as a PNG without transparency.

    Written here because Pillow tries five filters on each line, which takes as long as all the
    rest, and phones that share a machine write some picture nearly all the time. A real phone
    does this on its own processor.
    """
    packer = zlib.compressobj(LEVEL, strategy=zlib.Z_RLE)
    packed = [packer.compress(part) for part in _filtered(picture.convert("RGB"))]
    header = struct.pack(">II5B", *picture.size, *EIGHT_BIT_RGB)
    content = b"".join((*packed, packer.flush()))
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _filtered(picture: Image.Image) -> Iterator[bytes | memoryview]:
    """The lines, each as its filter and what is new in it beside the line above.

    Screens are even areas: that is little, and run lengths find nearly all that repeats.
    """
    above = Image.new("RGB", picture.size)
    above.paste(picture, (0, 1))
    new = memoryview(ImageChops.subtract_modulo(picture, above).tobytes())
    length = 3 * picture.width
    for start in range(0, len(new), length):
        yield UP
        yield new[start : start + length]


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
