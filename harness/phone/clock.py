"""The phone's clock.

The phone never waits of itself and has no timers: whenever it is touched or looked at, it
first does what has fallen due. So any clock will do, also one that only moves
when a test says so.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """When it is, and how long it takes."""

    def now(self) -> datetime:
        """The wall-clock moment, with its time zone."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...


class RealClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The wall-clock moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """`time.perf_counter`: the finest monotonic clock there is."""
        return time.perf_counter()


def pause(seconds: float) -> None:
    """`time.sleep`: for a phone that is told to answer late; else it never waits."""
    time.sleep(seconds)
