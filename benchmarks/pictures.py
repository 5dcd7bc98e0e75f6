"""What it costs to keep a picture, by format: see docs/decisions/0002-pictures-are-jpeg.md."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from PIL import Image
from rich.console import Console
from rich.table import Table

from harness.clock import VirtualClock
from harness.phone.apps import APPS
from harness.phone.device import Phone

FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG q85": ("JPEG", {"quality": 85}),
    "JPEG q85, optimised": ("JPEG", {"quality": 85, "optimize": True}),
    "WebP q80": ("WEBP", {"quality": 80}),
    "WebP lossless": ("WEBP", {"lossless": True, "method": 0}),
    "PNG": ("PNG", {"compress_level": 6}),
}
TIMES = 9


def measure() -> None:
    """Encodes the sample App's first screens in each format."""
    screens = [_decode(png) for png in _screens()]
    table = Table(title=f"Pictures: {len(screens)} screens, 1080x2400", title_justify="left")
    for heading in ("format", "median ms", "median KB"):
        table.add_column(heading, justify="right" if "median" in heading else "left")
    table.add_row("decoding the device's PNG", f"{_decoding_ms():.1f}", "")
    for name, (kind, options) in FORMATS.items():
        encode = partial(_encode, kind=kind, options=options)
        sizes = [len(encode(screen)) / 1000 for screen in screens]
        cost = median(_ms(partial(encode, screen)) for screen in screens)
        table.add_row(name, f"{cost:.1f}", f"{median(sizes):.0f}")
    Console().print(table)


def _screens() -> list[bytes]:
    """The phone's launcher, the splash screen, and the consent dialog over it, as PNG."""
    clock = VirtualClock()
    phone = Phone([make() for make in APPS.values()], clock)
    pictures = [phone.picture_png()]
    phone.launch(APPS["sample_city"]().package)
    for seconds in (0.0, 1.0, 3.0):
        clock.sleep(seconds)
        pictures.append(phone.picture_png())
    return pictures


def _decode(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGB")


def _decoding_ms() -> float:
    return median(_ms(partial(_decode, png)) for png in _screens())


def _encode(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _ms(work: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        began = perf_counter()
        work()
        took.append((perf_counter() - began) * 1000)
    return median(took)
