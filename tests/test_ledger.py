from __future__ import annotations

import pytest

from harness.clock import VirtualClock
from harness.ledger import Ledger


def test_the_parts_of_a_step_add_up_to_its_wall_time() -> None:
    clock = VirtualClock()
    ledger = Ledger(clock)
    clock.sleep(0.25)
    with ledger.action():
        clock.sleep(0.5)
    clock.sleep(3)
    ledger.app_s += 3
    with ledger.evidence():
        clock.sleep(0.125)
    ledger.close()
    times = ledger.times
    assert times.wall_s == pytest.approx(3.875)
    assert times.app_s + times.tool_s + times.barrier_s + times.evidence_s == pytest.approx(
        times.wall_s, abs=1e-9
    )
    assert times.tool_s == pytest.approx(0.75)
    assert times.action_s == pytest.approx(0.5)


def test_evidence_taken_at_a_barrier_is_charged_once() -> None:
    clock = VirtualClock()
    ledger = Ledger(clock)
    with ledger.barrier():
        clock.sleep(4)
        with ledger.evidence():
            clock.sleep(1)
    ledger.close()
    times = ledger.times
    assert (times.barrier_s, times.evidence_s, times.tool_s) == pytest.approx((4, 1, 0))


def test_time_is_charged_also_when_the_action_fails() -> None:
    clock = VirtualClock()
    ledger = Ledger(clock)
    with pytest.raises(ValueError, match="gone"), ledger.action():
        clock.sleep(2)
        raise ValueError("gone")
    assert ledger.times.action_s == pytest.approx(2)
