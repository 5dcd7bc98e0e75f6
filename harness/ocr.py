"""Reads the text of a picture, where the optional extra is installed; the one place that knows OCR.

`make ocr` brings RapidOCR, whose models are in its wheel. It reads
Chinese, Latin letters and digits on the processor, a phone's screen in a few seconds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from PIL import Image

from harness.errors import UsageError
from harness.model import Box, Words

MODULE = "rapidocr"
INSTALL = "make ocr"
LEAST_SCORE = 0.5
"""Of 1: what is read less surely is noise of a drawing."""
MARGIN = 2
"""Pixels around what was read: letters end where the box does."""

Read = Callable[[Image.Image], Iterator[tuple[str, Box]]]


def is_installed() -> bool:
    """Whether pictures can be read here."""
    return find_spec(MODULE) is not None and find_spec("onnxruntime") is not None


def reader() -> Read:
    """What reads pictures.

    Raises:
        UsageError: the extra is not installed.
    """
    if not is_installed():
        zh = f"读不了图片里的文字：没有安装 {MODULE}。请运行 {INSTALL}"
        en = f"pictures cannot be read: {MODULE} is not installed. Run: {INSTALL}"
        raise UsageError(Words(zh=zh, en=en))
    return read


def read(picture: Image.Image) -> Iterator[tuple[str, Box]]:
    """Each line of text on a picture, and where it is."""
    answer = _engine()(np.asarray(picture.convert("RGB"))[:, :, ::-1])
    if answer.txts is None:
        return
    for text, corners, score in zip(answer.txts, answer.boxes, answer.scores, strict=True):
        if score >= LEAST_SCORE:
            yield text, _around(corners)


def _around(corners: Any) -> Box:
    """The upright box around four corners."""
    left, top = (int(value) - MARGIN for value in corners.min(axis=0))
    right, bottom = (int(value) + MARGIN for value in corners.max(axis=0))
    return Box(left=left, top=top, right=right, bottom=bottom)


@cache
def _engine() -> Any:
    """The engine with its models, loaded once; it tells of each file that it opens, unless hushed.

    A screen is upright: nothing is turned around.
    """
    engine = import_module(MODULE).RapidOCR(
        params={"Global.log_level": "error", "Global.use_cls": False, "Global.max_side_len": 2600}
    )
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return engine
