"""What is still going to happen on the phone, in the order of time.

A lazy discrete-event simulation: nothing runs in the background. Whoever looks
at the phone or touches it first lets happen what is due by then, each event at
exactly its own time, however late the look.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_AT_ONCE = 100_000
"""An App that sets itself off again and again without time passing is stopped here."""


@dataclass(order=True)
class Event:
    """Something that happens at `due`, in seconds of the phone's monotonic clock."""

    due: float
    order: int
    """Of two events due at the same time, the one that was planned first happens first."""
    happen: Callable[[], None] = field(compare=False)
    called_off: bool = field(default=False, compare=False)

    def call_off(self) -> None:
        """Lets it not happen after all."""
        self.called_off = True


class Events:
    """The queue, and the time up to which everything has happened."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._queue: list[Event] = []
        self._planned = 0
        self._happening = False

    def after(self, seconds: float, happen: Callable[[], None]) -> Event:
        """Plans an event so many seconds from `now`; during an event, from the time it was due."""
        self._planned += 1
        event = Event(self.now + max(0.0, seconds), self._planned, happen)
        heapq.heappush(self._queue, event)
        return event

    def until(self, now: float) -> None:
        """Lets everything happen that is due by `now`, and makes it the current time.

        An event that touches the phone does so at its own moment: time stands still for it.

        Raises:
            RuntimeError: More events than any App means were due. They are given up.
        """
        if self._happening:
            return
        for _ in range(MOST_AT_ONCE):
            if not self._queue or self._queue[0].due > now:
                self.now = max(self.now, now)
                return
            self._happen(heapq.heappop(self._queue))
        self._queue.clear()
        raise RuntimeError(f"an App set off more than {MOST_AT_ONCE} events; they were dropped")

    def _happen(self, event: Event) -> None:
        self.now = event.due
        if event.called_off:
            return
        self._happening = True
        try:
            event.happen()
        finally:
            self._happening = False
