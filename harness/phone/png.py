"""Writing a picture of the screen as PNG."""

from __future__ import annotations

import io
import zlib

from PIL import Image

LEVEL = 1


def encode(picture: Image.Image) -> bytes:
    """The picture as a PNG without transparency."""
    out = io.BytesIO()
    # Screens are even areas: run lengths find nearly all that repeats, and are as fast as it gets.
    picture.convert("RGB").save(out, "PNG", compress_level=LEVEL, compress_type=zlib.Z_RLE)
    return out.getvalue()
