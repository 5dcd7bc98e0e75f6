"""A number with its error bar."""

from __future__ import annotations

from harness.model import Frozen


class Estimate(Frozen):
    """What a sample says of a quantity. Rounded only where it is shown."""

    value: float
    low: float | None
    """The lower end of the interval; None when the sample is too small to have one."""
    high: float | None
    n: int
    """How many observations it rests on."""
    method: str
    """How value and interval were computed."""
