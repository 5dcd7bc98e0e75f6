from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clock import VirtualClock
from harness.waiting import PAUSE_CEILING_S, PAUSE_FLOOR_S, Waited, pause_after, wait


class LookingTakesTime:
    """Something that comes at a moment, and a look at it that takes so long."""

    def __init__(self, clock: VirtualClock, comes_at: float, look_s: float) -> None:
        self.clock = clock
        self.comes_at = comes_at
        self.look_s = look_s

    def __call__(self) -> str | None:
        self.clock.sleep(self.look_s / 2)
        there = self.clock.monotonic() >= self.comes_at
        self.clock.sleep(self.look_s / 2)
        return "there" if there else None


@given(
    comes_at=st.floats(0, 60),
    look_s=st.floats(0, 0.5),
    action_s=st.floats(0.001, 1),
    touched_share=st.floats(0, 1),
)
def test_the_truth_lies_within_the_interval_wherever_in_the_action_the_touch_landed(
    comes_at: float, look_s: float, action_s: float, touched_share: float
) -> None:
    clock = VirtualClock()
    began = clock.monotonic()
    clock.sleep(action_s)
    ended = clock.monotonic()
    touched_at = began + touched_share * action_s
    waited = wait(LookingTakesTime(clock, ended + comes_at, look_s), clock, 120)
    response = waited.response(began, ended)
    truth = ended + comes_at - touched_at
    assert response.first_seen_s is not None
    assert response.last_unseen_s - 1e-9 <= truth <= response.first_seen_s + 1e-9


def test_the_first_look_comes_at_once_and_a_limit_of_nought_is_a_single_look() -> None:
    clock = VirtualClock()
    waited: Waited[str] = wait(lambda: None, clock, 0)
    assert (waited.looks, waited.result, clock.monotonic()) == (1, None, 0)


def test_what_never_comes_is_waited_for_to_the_limit_and_no_longer() -> None:
    clock = VirtualClock()
    waited: Waited[str] = wait(lambda: None, clock, 10)
    assert clock.monotonic() == pytest.approx(10)
    assert waited.response(0, 0).first_seen_s is None
    assert waited.app_s == pytest.approx(10)


def test_a_clock_too_coarse_for_what_is_left_of_the_limit_does_not_hold_the_wait_up() -> None:
    clock = VirtualClock()
    clock.sleep(1e9)
    waited: Waited[str] = wait(lambda: None, clock, 0.3)
    assert waited.looks < 0.3 / PAUSE_FLOOR_S + 5


def test_a_miss_can_end_the_waiting() -> None:
    clock = VirtualClock()
    wait(lambda: None, clock, 10, on_miss=lambda waited_s: waited_s > 1)
    assert 1 < clock.monotonic() < 1.1


def test_pauses_grow_with_the_wait_between_floor_and_ceiling() -> None:
    assert pause_after(0, look_s=0) == PAUSE_FLOOR_S
    assert pause_after(5, look_s=0) == pytest.approx(0.05)
    assert pause_after(1000, look_s=0) == PAUSE_CEILING_S


@pytest.mark.parametrize(
    ("look_s", "workers_per_processor", "pause_s"),
    [(0.02, 0.25, 0.02), (0.02, 0.5, 0.02), (0.02, 1, 0.02), (0.02, 2, 0.06), (0.2, 2, 0.25)],
)
def test_workers_that_share_a_processor_look_less_often(
    look_s: float, workers_per_processor: float, pause_s: float
) -> None:
    assert pause_after(0, look_s, workers_per_processor) == pytest.approx(pause_s)


def test_where_some_looks_ask_for_less_pauses_are_by_those_that_ask_for_all() -> None:
    clock = VirtualClock()
    began: list[float] = []

    def look() -> None:
        began.append(clock.monotonic())
        clock.sleep(0.016 if len(began) % 2 else 0.008)

    wait(look, clock, 0.2, cycle=2)
    apart = [later - earlier for earlier, later in pairwise(began)]
    assert apart[:4] == pytest.approx([0.032, 0.024, 0.032, 0.024])


def test_what_is_done_on_a_miss_is_part_of_the_pause() -> None:
    clock = VirtualClock()

    def on_miss(_: float) -> bool:
        clock.sleep(0.01)
        return False

    waited = wait(LookingTakesTime(clock, 0.5, 0.01), clock, 60, on_miss)
    assert waited.looks == pytest.approx(0.5 / 0.02, abs=2)


@pytest.mark.parametrize("comes_at", [0.05, 0.5, 1, 2, 5])
def test_the_error_bar_stays_under_six_milliseconds_and_a_half_per_cent(
    comes_at: float,
) -> None:
    clock = VirtualClock()
    waited = wait(LookingTakesTime(clock, comes_at, 0.003), clock, 60)
    half_width = waited.response(0, 0).half_width_s
    assert half_width is not None
    assert half_width <= 0.006 + 0.005 * comes_at
