"""How far the phone has booted: adb answers first, then one part after the other.

What boots is judged by what answers, so each part is missing until its moment as it
is on a phone that boots: Android says "booted" before a launcher is in front.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

SAID = ("sys.boot_completed", "dev.bootcomplete", "service.bootanim.exit")
"""The properties that are 1 once Android says that it has booted, and empty before."""
FALLBACK_HOME = ("com.android.settings", "com.android.settings.FallbackHome")
"""What is in front until the launcher can be."""


class Stage(Enum):
    """A moment of the boot, as a share of its whole length."""

    COMPLETED = 0.4
    """`sys.boot_completed` is 1, and something is in front: not yet the launcher."""
    SERVICES = 0.7
    """The services for packages and settings answer."""
    LAUNCHER = 1.0
    """The launcher is in front."""


class Boot:
    """A boot.

    Args:
        takes_s: seconds until the launcher is in front; 0 for a phone that has booted.
        monotonic: the phone's clock, in seconds.
    """

    def __init__(self, takes_s: float, monotonic: Callable[[], float]) -> None:
        self._takes_s = takes_s
        self._monotonic = monotonic
        self._began_at = monotonic()

    def reached(self, stage: Stage) -> bool:
        """Whether the boot has come so far."""
        return self._monotonic() - self._began_at >= stage.value * self._takes_s
