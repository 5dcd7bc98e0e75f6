"""Waiting in tests."""

from __future__ import annotations

from collections.abc import Callable

from harness.clock import SystemClock
from harness.waiting import wait

GENEROUS_S = 60


def comes_true(look: Callable[[], bool]) -> bool:
    return wait(lambda: look() or None, SystemClock(), GENEROUS_S).result is not None
