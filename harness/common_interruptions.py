"""The interruptions that any App may meet: as data, read from the file beside this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from harness.load import load_as
from harness.model import CommonInterruption, CommonInterruptions

FILE = Path(__file__).with_suffix(".yaml")


@cache
def common_interruptions() -> tuple[CommonInterruption, ...]:
    """All of them, in the order in which they are looked for; the file is part of the harness.

    Raises:
        InvalidFile: somebody has changed it, with a mistake.
    """
    return load_as(CommonInterruptions, FILE, root=FILE.parents[1]).value.interruptions
