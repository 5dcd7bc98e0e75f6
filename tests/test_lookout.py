"""Looks for several things: how often each is asked for, and since when it was not seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clock import VirtualClock
from harness.driver import Seen
from harness.finder import FALLBACKS, FIRST, Found, Sight
from harness.lookout import Lookout
from harness.model import Box, ById, Condition, Match
from harness.waiting import wait
from tests.phone.small_app import COLD_START_S, SMALL_APP
from tests.rig import rig, step

A, B = (Condition(visible=ById(id=name)) for name in ("a", "b"))
SEEN = Seen(
    handle="1", box=Box(left=0, top=0, right=9, bottom=9), text="x", enabled=True, checked=False
)
FOUND = Found(SEEN, Match(target="a", locator=ById(id="a"), position=1, candidates=1, box=SEEN.box))


def all_have_fallbacks(_: Condition) -> bool:
    return True


class Screen:
    """A screen on which each thing comes at its moment, by its first locator or by a fallback."""

    def __init__(self, clock: VirtualClock, **comes: tuple[float, slice]) -> None:
        self.clock = clock
        self.comes = comes
        self.find_s = 0.01
        self.asked: list[tuple[str, slice]] = []

    def sight(self, condition: Condition, among: slice) -> Sight:
        assert isinstance(condition.visible, ById)
        name = condition.visible.id
        self.asked.append((name, among))
        self.clock.sleep(self.find_s / 2)
        comes_at, by = self.comes.get(name, (float("inf"), FIRST))
        there = self.clock.monotonic() >= comes_at and by == among
        self.clock.sleep(self.find_s / 2)
        return Sight(FOUND, None) if there else Sight(None, "not_seen")


def test_fallbacks_are_asked_for_at_every_other_look() -> None:
    clock = VirtualClock()
    screen = Screen(clock)
    lookout = Lookout((A, B), screen.sight, all_have_fallbacks, clock)
    assert [lookout.look() for _ in range(4)] == [None] * 4
    firsts, fallbacks = [("a", FIRST), ("b", FIRST)], [("a", FALLBACKS), ("b", FALLBACKS)]
    assert screen.asked == [*firsts, *fallbacks, *firsts] * 2


def test_where_nothing_has_fallbacks_all_looks_are_alike() -> None:
    clock = VirtualClock()
    assert Lookout((A, B), Screen(clock).sight, lambda _: False, clock).cycle == 1
    assert Lookout((A, B), Screen(clock).sight, lambda one: one == B, clock).cycle == 2


def test_what_is_there_otherwise_than_wanted_is_not_looked_for_by_its_fallbacks() -> None:
    asked = []

    def sight(condition: Condition, among: slice) -> Sight:
        asked.append(among)
        return Sight(FOUND, "other_text")

    assert Lookout((A,), sight, all_have_fallbacks, VirtualClock()).look() is None
    assert asked == [FIRST]


@given(
    comes_at=st.floats(0, 20),
    by=st.sampled_from([FIRST, FALLBACKS]),
    find_s=st.floats(0.001, 0.2),
    others=st.integers(0, 3),
)
def test_the_truth_lies_within_the_interval_whatever_it_was_found_by(
    comes_at: float, by: slice, find_s: float, others: int
) -> None:
    clock = VirtualClock()
    screen = Screen(clock, b=(comes_at, by))
    screen.find_s = find_s
    lookout = Lookout((*[A] * others, B), screen.sight, all_have_fallbacks, clock)
    waited = wait(lookout.look, clock, 60, cycle=lookout.cycle)
    assert waited.result == B
    assert (lookout.unseen_at or 0) <= comes_at <= waited.ended_at
    assert lookout.unseen_at is not None or waited.looks == 1
    if by == FIRST:
        assert lookout.unseen_at == waited.unseen_at


@pytest.mark.parametrize("later_s", [0.0, 0.002, 0.004, 0.006])
def test_the_response_of_a_screen_known_by_a_fallback_holds_the_truth(later_s: float) -> None:
    takes_s = COLD_START_S + later_s
    profile = {"elements": {"home": [{"id": "of_an_older_version"}, {"text": "空闲"}]}}
    with rig(replace(SMALL_APP, cold_start_s=takes_s)) as phone:
        launched = step(phone.attempt(["launch"], goal="home", profile=profile), "1")
    assert launched.response is not None
    assert launched.response.first_seen_s is not None
    assert launched.response.last_unseen_s <= takes_s <= launched.response.first_seen_s
