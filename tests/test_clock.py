from __future__ import annotations

import pytest

from harness.clock import Clock, SystemClock, VirtualClock


@pytest.mark.parametrize("clock", [SystemClock(), VirtualClock()], ids=["system", "virtual"])
def test_a_wait_for_a_moment_that_has_passed_is_none(clock: Clock) -> None:
    before = clock.monotonic()
    clock.sleep(-3600)
    assert before <= clock.monotonic() < before + 3600
