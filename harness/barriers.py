"""Passes barriers: by the phone's inbox, by the person who attends it, or not at all.

Nothing is bypassed, and no software solves what is meant for a person.
"""

from __future__ import annotations

import re

from harness.errors import StepFailed
from harness.model import Barrier
from harness.stage import Stage
from harness.waiting import wait


def pass_barrier(barrier: Barrier, stage: Stage, messages_before: int) -> str | None:
    """Returns when the barrier is passed, or with the code that passes it once it is written.

    Args:
        barrier: that is there now.
        stage: the attempt's.
        messages_before: how many text messages the phone had when the attempt began.

    Raises:
        StepFailed: nobody attends the phone, or it took too long.
    """
    if barrier.inbox is not None and barrier.into is not None:
        return _by_inbox(barrier, stage, messages_before)
    _by_person(barrier, stage)
    return None


def _by_inbox(barrier: Barrier, stage: Stage, messages_before: int) -> str:
    """The code of the newest message."""

    def code() -> str | None:
        inbox = stage.driver.inbox()
        new = inbox.total > messages_before
        return find_code(barrier.inbox or "", inbox.newest) if new else None

    waited = wait(code, stage.clock, barrier.within_s)
    if waited.result is None:
        raise StepFailed(
            "barrier",
            expected="a text message with a code",
            seen=f"a {barrier.kind} barrier, and no code within {barrier.within_s:g} s",
        )
    return waited.result


def find_code(pattern: str, message: str) -> str | None:
    """The pattern's first group in the message, or all that it matches when it has none."""
    found = re.search(pattern, message)
    return None if found is None else found[1 if found.re.groups else 0]


def _by_person(barrier: Barrier, stage: Stage) -> None:
    if not stage.task.attended:
        raise StepFailed(
            "barrier",
            expected="somebody at the phone",
            seen=f"a {barrier.kind} barrier, and nobody attends this device",
        )
    waited = wait(
        lambda: None if stage.driver.look(barrier.seen) else True, stage.clock, barrier.within_s
    )
    if waited.result is None:
        raise StepFailed(
            "barrier",
            expected=f"the {barrier.kind} barrier to be passed",
            seen=f"a {barrier.kind} barrier, and nobody passed it within {barrier.within_s:g} s",
        )
