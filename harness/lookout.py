"""Looks for several things, of which any may come next.

Fallbacks are for screens that have changed since the profile was written. They are asked
for at every other look only: what is asked in vain takes the phone's time from the App.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.clock import Clock
from harness.finder import FALLBACKS, FIRST, Sight
from harness.model import Condition


class Lookout:
    """The looks of one wait for any of these conditions.

    Args:
        conditions: what may come.
        sight: looks for one of them by these of its locators.
        has_fallbacks: whether one of them has more locators than the first.
        clock: of the wait.
    """

    def __init__(
        self,
        conditions: Sequence[Condition],
        sight: Callable[[Condition, slice], Sight],
        has_fallbacks: Callable[[Condition], bool],
        clock: Clock,
    ) -> None:
        self._conditions = conditions
        self._sight = sight
        self._clock = clock
        self._last_at: float | None = None
        self._fallbacks_at: float | None = None
        self._fallbacks_due = True
        self.cycle = 2 if any(map(has_fallbacks, conditions)) else 1
        """One look in so many asks for everything."""
        self.unseen_at: float | None = None
        """When the last look began that did not see what the last one saw, though it asked for
        it; the clock's monotonic seconds, None when there was none."""

    def look(self) -> Condition | None:
        """The first of the conditions that holds now, of those that it asks for."""
        began_at = self._clock.monotonic()
        self.unseen_at, self._last_at = self._last_at, began_at
        missing = []
        for one in self._conditions:
            sight = self._sight(one, FIRST)
            if sight.lacks is None:
                return one
            if sight.found is None:
                missing.append(one)
        asked, self._fallbacks_due = self._fallbacks_due, not self._fallbacks_due
        if not asked:
            return None
        self.unseen_at, self._fallbacks_at = self._fallbacks_at, began_at
        return next((one for one in missing if self._sight(one, FALLBACKS).lacks is None), None)
