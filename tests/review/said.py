"""Events of reviewers, in few words."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.model import Outcome
from scoring.review.events import EVENT, Event

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FOUND = "find_service::sample_city[phone#1]"


def event(number: int, reviewer: str = "ann", **fields: Any) -> Event:
    """The event of this number, which is also when it was: minutes after the start."""
    name = hashlib.md5(f"{reviewer} {number}".encode(), usedforsecurity=False).hexdigest()
    at = START + timedelta(minutes=number)
    return EVENT.validate_python({"id": name, "at": at, "reviewer": reviewer, **fields})


def agree(number: int, reviewer: str = "ann", attempt: str = FOUND) -> Event:
    return event(number, reviewer, kind="verdict", attempt=attempt, says="agree")


def unsure(number: int, reviewer: str = "ann", attempt: str = FOUND) -> Event:
    return event(number, reviewer, kind="verdict", attempt=attempt, says="unsure")


def disagree(number: int, outcome: Outcome, reviewer: str = "ann", attempt: str = FOUND) -> Event:
    return event(
        number, reviewer, kind="verdict", attempt=attempt, says="disagree", outcome=outcome
    )


def undo(number: int, of: Event, reviewer: str = "ann") -> Event:
    return event(number, reviewer, kind="undo", of=of.id)
