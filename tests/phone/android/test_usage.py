"""What Apps use of the phone follows what they do, and is told as Android tells it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness import vitals
from tests.phone.android.handling import Device, device
from tests.phone.small_app import COLD_START_S, PACKAGE

APPIUM_TOTAL_COLUMNS = 9
"""Of the row TOTAL, by which appium-android-driver knows it as of Android 11."""


@pytest.fixture
def phone() -> Device:
    made = device()
    made.phone.launch(PACKAGE)
    made.clock.sleep(COLD_START_S + 0.1)
    return made


def memory(phone: Device) -> int:
    found = vitals.read_memory(phone.says(f"dumpsys meminfo {PACKAGE}"))
    assert found is not None
    return found


def frames(phone: Device) -> vitals.Frames:
    found = vitals.read_frames(phone.says(f"dumpsys gfxinfo {PACKAGE}"))
    assert found is not None
    return found


def traffic(phone: Device) -> vitals.Traffic:
    uid = vitals.read_uid(phone.says(f"pm list packages -U {PACKAGE}"), PACKAGE)
    assert uid is not None
    found = vitals.read_traffic(phone.says("dumpsys netstats --uid"), uid)
    assert found is not None
    return found


def processor_s(phone: Device) -> float:
    found = vitals.read_processor(phone.says("ps -A -o TIME+,NAME"), PACKAGE)
    assert found is not None
    return found


def exits(phone: Device) -> list[str]:
    found = vitals.read_exits(phone.says(f"dumpsys activity exit-info {PACKAGE}"))
    assert found is not None
    return [each.reason for each in found]


def test_a_screen_that_opens_takes_memory_frames_processor_and_bytes(phone: Device) -> None:
    before = (memory(phone), frames(phone).drawn, processor_s(phone), traffic(phone))
    phone.phone.start_activity(PACKAGE, ".ListActivity")
    after = (memory(phone), frames(phone).drawn, processor_s(phone), traffic(phone))
    assert all(now > then for now, then in zip(after[:3], before[:3], strict=True))
    assert (after[3].received, after[3].sent) > (before[3].received, before[3].sent)


def test_nothing_is_used_by_looking(phone: Device) -> None:
    before = (memory(phone), frames(phone), processor_s(phone), traffic(phone))
    phone.phone.picture_png()
    phone.clock.sleep(60)
    assert (memory(phone), frames(phone), processor_s(phone), traffic(phone)) == before


def test_a_new_process_begins_anew_but_the_network_counts_on(phone: Device) -> None:
    fresh, received = frames(phone), traffic(phone).received
    phone.phone.start_activity(PACKAGE, ".ListActivity")
    phone.says(f"am force-stop {PACKAGE}")
    assert vitals.read_frames(phone.says(f"dumpsys gfxinfo {PACKAGE}")) is None
    phone.phone.launch(PACKAGE)
    phone.clock.sleep(COLD_START_S + 0.1)
    assert frames(phone) == fresh
    assert traffic(phone).received == 3 * received


def test_the_end_of_a_process_is_told_with_its_reason_the_newest_first(phone: Device) -> None:
    assert exits(phone) == []
    pid = phone.says(f"pidof {PACKAGE}").strip()
    phone.phone.crash(PACKAGE, "java.lang.IllegalStateException")
    assert exits(phone) == ["APP CRASH(EXCEPTION)"]
    assert f"pid={pid} " in phone.says(f"dumpsys activity exit-info {PACKAGE}")
    phone.phone.launch(PACKAGE)
    phone.clock.sleep(COLD_START_S + 0.1)
    phone.says(f"am force-stop {PACKAGE}")
    assert exits(phone) == ["USER REQUESTED", "APP CRASH(EXCEPTION)"]


def test_the_end_of_a_process_stays_when_it_was_though_the_clock_is_set(
    phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.says(f"am force-stop {PACKAGE}")
    before = phone.says(f"dumpsys activity exit-info {PACKAGE}")
    later = phone.clock.now() + timedelta(minutes=3)
    monkeypatch.setattr(phone.clock, "now", lambda: later)
    assert phone.says(f"dumpsys activity exit-info {PACKAGE}") == before


def test_the_row_of_all_memory_is_one_that_appium_reads(phone: Device) -> None:
    said = phone.says(f"dumpsys meminfo '{PACKAGE}' | grep -E 'Native|Dalvik|EGL|GL|TOTAL'")
    rows = [line.split() for line in said.splitlines()]
    totals = [row for row in rows if row[0] == "TOTAL" and len(row) == APPIUM_TOTAL_COLUMNS]
    assert [int(row[1]) for row in totals] == [memory(phone)]
