"""Where a step's wall time goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from harness.clock import Clock
from harness.model import StepTimes


@dataclass
class Ledger:
    """Charges the time of one step to who spent it; what nobody else spent was the tool's.

    The parts add up to the wall time because the tool's is what is left over.
    """

    clock: Clock
    started_at: float = field(init=False)
    _ended_at: float | None = field(init=False, default=None)
    app_s: float = 0.0
    barrier_s: float = 0.0
    evidence_s: float = 0.0
    action_s: float = 0.0

    def __post_init__(self) -> None:
        self.started_at = self.clock.monotonic()

    @contextmanager
    def evidence(self) -> Iterator[None]:
        """Time in here was spent on evidence, after the clock had stopped."""
        began = self.clock.monotonic()
        try:
            yield
        finally:
            self.evidence_s += self.clock.monotonic() - began

    @contextmanager
    def barrier(self) -> Iterator[None]:
        """Time in here was a person's, or a message's, at a barrier."""
        began, before = self.clock.monotonic(), self.evidence_s
        try:
            yield
        finally:
            # Evidence that was taken meanwhile is already charged.
            spent = self.clock.monotonic() - began
            self.barrier_s += spent - (self.evidence_s - before)

    @contextmanager
    def action(self) -> Iterator[None]:
        """Time in here went into commands that touch the screen."""
        began = self.clock.monotonic()
        try:
            yield
        finally:
            self.action_s += self.clock.monotonic() - began

    def close(self) -> None:
        """The step ends now."""
        self._ended_at = self.clock.monotonic()

    @property
    def times(self) -> StepTimes:
        """The times of the step; of one that goes on, up to now."""
        ended_at = self.clock.monotonic() if self._ended_at is None else self._ended_at
        wall_s = ended_at - self.started_at
        return StepTimes(
            wall_s=wall_s,
            app_s=self.app_s,
            barrier_s=self.barrier_s,
            evidence_s=self.evidence_s,
            action_s=self.action_s,
            tool_s=wall_s - self.app_s - self.barrier_s - self.evidence_s,
        )
