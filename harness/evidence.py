"""Pictures, hierarchies and logs of an attempt, on their way to the disk.

Encoding takes longer than taking a picture, so it is done on a thread of its
own while the next step runs. A picture whose pixels were kept before is not
encoded again: an unchanged screen costs a hash.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Self

from cachetools import FIFOCache
from PIL import Image, ImageChops

from harness.covering import NOTHING, Cover, covered
from harness.model import Box, Drawn

Keep = Callable[[bytes, str], str]
"""Stores bytes under a suffix and returns their name: `RunDirectory.keep`."""

Read = Callable[[Image.Image], Iterable[tuple[str, Box]]]
"""Reads a picture: each line of text, and where it is (`harness/ocr.py`)."""
Told = Callable[[Image.Image], Iterable[Box]]
Hides = Callable[[str], bool]
"""Whether something of a text must not be kept."""

JPEG_QUALITY = 85
"""Chosen by measured cost: see docs/decisions/0002-pictures-are-jpeg.md."""
ENCODING_NICENESS = 5
"""Not 19: the attempt's record waits for its pictures."""
SYSTEM_SHARE = 0.2
"""Of the screen's height, at its top: there the system shows its clock and notifications."""
REMEMBERED = 512
"""Pictures that are known again, of some ten attempts: a screen with a clock never comes back."""


@dataclass(frozen=True)
class Picture:
    """A picture that was taken.

    `digest` is of what the device sent, or of what was drawn instead, before anything was
    covered: equal means unchanged.
    """

    digest: str
    name: Future[str]
    drawn: Drawn | None = None
    """Why it is a drawing of the hierarchy; None for a screenshot."""
    blind: bool = False
    """Whether it is black, and its hierarchy had nothing to draw: what is there is not known."""


class Evidence:
    """Takes what the device sent and keeps it, in order, beside the run."""

    def __init__(self, keep: Keep, read: Read | None = None) -> None:
        self._keep = keep
        self._read = read
        self._pool = ThreadPoolExecutor(1, "evidence", initializer=_yield_to_the_phone)
        self._kept: FIFOCache[tuple[str, Cover], Picture] = FIFOCache(REMEMBERED)

    def picture(
        self,
        png: bytes,
        drawn: Drawn | None = None,
        cover: Cover = NOTHING,
        hides: Hides | None = None,
    ) -> Picture:
        """Keeps a picture as JPEG; the same bytes give the same picture at no cost.

        Args:
            png: what the device sent, or what was drawn.
            drawn: why it is a drawing.
            cover: what of it is covered.
            hides: what of its text must not be kept, where pictures are read as well.
        """
        digest = hashlib.sha256(png).hexdigest()
        key = (digest, cover)
        if key not in self._kept:
            told = partial(_told, self._read, hides) if self._read and hides else None
            name = self._pool.submit(lambda: self._keep(encode(png, cover, told), "jpg"))
            self._kept[key] = Picture(digest, name, drawn)
        return self._kept[key]

    def hierarchy(self, xml: str) -> Future[str]:
        """Keeps a view hierarchy, compressed."""
        # mtime=0: the same hierarchy has the same bytes, and so the same name.
        return self._pool.submit(
            lambda: self._keep(
                gzip.compress(xml.encode("utf-8", "replace"), compresslevel=6, mtime=0), "xml.gz"
            )
        )

    def log(self, lines: tuple[str, ...]) -> Future[str]:
        """Keeps lines of the device's log."""
        text = "\n".join(lines) + "\n"
        return self._pool.submit(lambda: self._keep(text.encode("utf-8", "replace"), "log"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True)


def _yield_to_the_phone() -> None:
    """Lets what drives and times the phone come before the encoding of pictures."""
    if sys.platform == "linux":  # elsewhere it would lower the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ENCODING_NICENESS)


def alike_but_for_system(one: bytes | None, other: bytes | None) -> bool:
    """Whether two screenshots differ at most where the system shows clock and notifications.

    Screens that give no picture (None) are not alike: nothing was seen of them.
    """
    if one is None or other is None:
        return False
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        if first.size != second.size:
            return False
        below = (0, round(SYSTEM_SHARE * first.height), first.width, first.height)
        pictures = (each.convert("RGB").crop(below) for each in (first, second))
        return ImageChops.difference(*pictures).getbbox() is None


def encode(png: bytes, cover: Cover = NOTHING, told: Told | None = None) -> bytes:
    """The picture as JPEG, as it is kept: covered.

    Args:
        png: the picture.
        cover: what of it is covered.
        told: finds what the covered picture still tells, to be covered as well.

    Raises:
        PIL.UnidentifiedImageError: the device did not send a picture.
    """
    with Image.open(io.BytesIO(png)) as image:
        kept = covered(image, cover) if cover else image.convert("RGB")
    more = Cover(tuple(told(kept))) if told is not None else NOTHING
    out = io.BytesIO()
    (covered(kept, more) if more else kept).save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue()


def _told(read: Read, hides: Hides, picture: Image.Image) -> Iterator[Box]:
    """Where a picture still shows what must not be kept: the second net, under the first."""
    return (box for text, box in read(picture) if hides(text))
