"""How often attempts begin on an App, over runs and workers of one machine."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from harness.clock import VirtualClock
from harness.errors import UsageError
from harness.model import ASSUMED_PER_HOUR, AppProfile
from harness.pace import Pace, begun_before, last_begins_s, waits_s
from tests.rig import PROFILE

PACKAGE = "cn.gov.example"


def begin(pace: Pace, limit: int, left: list[bool] | None = None) -> None:
    pace.wait_for_turn(
        PACKAGE, limit, "app.yaml", leave=lambda: None if left is None else left.append(True)
    )


def test_no_hour_has_more_attempts_than_the_profile_allows(tmp_path: Path) -> None:
    clock = VirtualClock()
    pace = Pace(clock, lambda _: None, tmp_path)
    moments = []
    for _ in range(25):
        begin(pace, 4)
        moments.append(clock.monotonic())
        clock.sleep(100)
    assert all(
        later - earlier >= 3600 for earlier, later in zip(moments, moments[4:], strict=False)
    )
    assert all(later - earlier <= 3600 for earlier, later in pairwise(moments))


def test_what_another_run_began_counts(tmp_path: Path) -> None:
    clock, told = VirtualClock(), list[str]()
    for _ in range(2):
        begin(Pace(clock, told.append, tmp_path), 2)
    clock.sleep(600)
    left: list[bool] = []
    begin(Pace(clock, told.append, tmp_path), 2, left)
    assert clock.monotonic() == pytest.approx(3600)
    assert len(told) == 1
    assert "waiting 50 min" in told[0]
    assert "2 attempts have begun on cn.gov.example" in told[0]
    assert "app.yaml" in told[0]
    assert left == [True]


def test_a_short_wait_keeps_the_phone(tmp_path: Path) -> None:
    clock = VirtualClock()
    pace = Pace(clock, lambda _: None, tmp_path)
    begin(pace, 1)
    clock.sleep(3500)
    left: list[bool] = []
    begin(pace, 1, left)
    assert left == []


def test_an_attempt_that_never_reached_the_app_is_taken_back(tmp_path: Path) -> None:
    clock = VirtualClock()
    pace = Pace(clock, lambda _: None, tmp_path)
    turn = pace.wait_for_turn(PACKAGE, 1, "app.yaml", leave=lambda: None)
    pace.give_back(PACKAGE, turn)
    assert begun_before(PACKAGE, clock.now(), tmp_path) == ()
    begin(pace, 1)
    assert clock.monotonic() == 0


def test_a_damaged_file_says_nothing_and_is_written_anew(tmp_path: Path) -> None:
    clock = VirtualClock()
    (tmp_path / f"{PACKAGE}.json").write_text("{")
    begin(Pace(clock, lambda _: None, tmp_path), 1)
    assert begun_before(PACKAGE, clock.now(), tmp_path) == (0,)


def test_a_place_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="XDG_CACHE_HOME"):
        begin(Pace(VirtualClock(), lambda _: None, tmp_path / "file" / "below"), 1)


def test_the_last_of_many_attempts_begins_when_the_hours_allow() -> None:
    assert last_begins_s((), 20, 20) == 0
    assert last_begins_s((), 20, 60) == 7200
    assert last_begins_s((600.0,) * 20, 20, 1) == 3000
    assert waits_s((3599.0, 10.0), 2) == 1


def test_a_real_app_has_a_limit_unless_it_says_otherwise() -> None:
    def limit(**said: object) -> int | None:
        return AppProfile.model_validate({**PROFILE, **said}).hourly_limit

    assert limit(sandbox=False) == ASSUMED_PER_HOUR
    assert limit(sandbox=True) is None
    assert limit(sandbox=False, attempts_per_hour=5) == 5
    assert limit(sandbox=True, attempts_per_hour=5) == 5
