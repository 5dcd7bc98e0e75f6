"""The one place that reads the time.

The wall clock says when, the monotonic clock says how long. Models never read
either; whoever measures is given a `Clock`.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """When it is, how long it takes, and how to wait."""

    def now(self) -> datetime:
        """The wall-clock moment, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Waits at least so long. Never called inside an action, only between two looks."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The wall-clock moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """`time.perf_counter`: the finest monotonic clock there is."""
        return time.perf_counter()

    def sleep(self, seconds: float) -> None:
        """`time.sleep`; what should have ended already is not waited for."""
        time.sleep(max(0.0, seconds))


class VirtualClock:
    """A clock that moves only when somebody sleeps.

    Shared by the harness and an in-process simulated phone, it makes an hour of
    waiting cost no time, and every measured duration exact.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, 41, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        """The start plus all that was slept."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Seconds slept so far."""
        return self._elapsed_s

    def sleep(self, seconds: float) -> None:
        """Moves the clock forward at once."""
        self._elapsed_s += max(0.0, seconds)
