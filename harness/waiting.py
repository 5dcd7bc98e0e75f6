"""Looks again and again until something is there, and says how sure the moment is.

A response time is interval-censored: it ended after the start of the last look
that saw nothing, and before the end of the first look that saw it. Pauses are as long
as the phone's answers make them, then grow with the time waited: so the error stays a
small share of it, and the phone and its machine are left to the App for most of the time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from harness.clock import Clock
from harness.model import Response

PAUSE_FLOOR_S = 0.004
"""The shortest pause between two looks, in seconds: a quarter of a frame of a 60 Hz screen.
Where a look takes longer than that, the pause is as long: the phone has half of its time for
the App."""
PAUSE_SHARE = 0.01
"""A pause is this share of the time waited so far: an error of half a per cent."""
PAUSE_CEILING_S = 0.25
SHORTEST_PAUSE_S = 0.001
"""Before the last look; what is left may be too little for a clock to move by."""

T = TypeVar("T")


@dataclass(frozen=True)
class Waited(Generic[T]):
    """How a wait went; the moments are the clock's monotonic seconds.

    `result` is what the look found, None when it never came. `unseen_at` is when
    the last look that saw nothing began, None when the first look saw it. `look_s`
    is how long the last look took, in seconds.
    """

    result: T | None
    started_at: float
    unseen_at: float | None
    ended_at: float
    looks: int
    look_s: float

    def response(self, action_began_at: float, action_ended_at: float) -> Response:
        """The response to an action that reached the App somewhere within its command.

        Seconds; the ends are set so that the truth lies between them whenever
        within its command the touch landed.
        """
        return Response(
            last_unseen_s=0.0
            if self.unseen_at is None
            else max(0.0, self.unseen_at - action_ended_at),
            first_seen_s=None if self.result is None else self.ended_at - action_began_at,
            looks=self.looks,
        )

    @property
    def app_s(self) -> float:
        """What of the wait was the App's: up to the middle of the interval, or all of it."""
        if self.result is None:
            return self.ended_at - self.started_at
        unseen_at = self.started_at if self.unseen_at is None else self.unseen_at
        return (unseen_at + self.ended_at) / 2 - self.started_at


def wait(
    look: Callable[[], T | None],
    clock: Clock,
    limit_s: float,
    on_miss: Callable[[float], bool] = lambda _: False,
    cycle: int = 1,
    workers_per_processor: float = 0.0,
) -> Waited[T]:
    """Looks at least once, and until it is there or `limit_s` seconds have passed.

    Args:
        look: answers at once; None is a miss.
        clock: what the pauses and moments are of.
        limit_s: may be 0 for a single look.
        on_miss: told the seconds waited after each miss; true ends the waiting.
        cycle: one look in so many asks for everything; pauses are by the longest of so many.
        workers_per_processor: how many waits may go on at once on a processor of this machine.
    """
    started_at = clock.monotonic()
    unseen_at: float | None = None
    looks = 0
    took_s: deque[float] = deque(maxlen=cycle)
    while True:
        look_began_at = clock.monotonic()
        result = look()
        ended_at = clock.monotonic()
        looks += 1
        look_s = ended_at - look_began_at
        took_s.append(look_s)
        waited_s = ended_at - started_at
        if result is not None:
            return Waited(result, started_at, unseen_at, ended_at, looks, look_s)
        unseen_at = look_began_at
        if waited_s >= limit_s or on_miss(waited_s):
            return Waited(None, started_at, unseen_at, clock.monotonic(), looks, look_s)
        # What was done on the miss has taken its time: it is part of the pause.
        pause_s = pause_after(waited_s, max(took_s), workers_per_processor)
        pause_s -= clock.monotonic() - ended_at
        if pause_s > 0:
            clock.sleep(min(pause_s, max(limit_s - waited_s, SHORTEST_PAUSE_S)))


def pause_after(waited_s: float, look_s: float, workers_per_processor: float = 0.0) -> float:
    """The pause before the next look, after a wait and a look of so long; all in seconds.

    A look keeps about one processor busy, be it in the harness, the server or a phone that runs
    here. Where several workers share one, all their looks take half of it at the most, as far
    as the ceiling lets pauses grow: the other half is for the Apps, and for pictures.
    """
    own_s = look_s * max(1.0, 2 * workers_per_processor - 1)
    return min(max(PAUSE_FLOOR_S, own_s, PAUSE_SHARE * waited_s), PAUSE_CEILING_S)
