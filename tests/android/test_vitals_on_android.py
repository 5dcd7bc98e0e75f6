"""The App's vital signs, over the real Appium and UiAutomator2 driver."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.calibration import bench


@pytest.mark.usefixtures("appium_installed")
def test_an_attempt_says_what_the_app_took_of_its_phone(tmp_path: Path) -> None:
    with bench("android", tmp_path) as on:
        # The second begins with an end of the App, as each does: that is no exit of its own.
        few, many = (on.attempt([0, 50] * times).vitals for times in (1, 3))
        driver = on.driver
        assert driver.memory_kb("com.example.calibration") == (many and many.memory_kb)
        assert driver.shell("echo said; exit 3") is None
        assert driver.shell("echo said") == "said\n"
    assert few is not None
    assert many is not None
    for one in (few, many):
        told = one.model_dump()
        assert [name for name, value in told.items() if value is None] == []
        assert one.exits == ()
        assert one.received_bytes
        assert one.cost_s > 0
    assert few.frames is not None
    assert many.frames is not None
    assert many.frames > few.frames
    # Each starts the App anew: what it loads it loads once more, and not twice.
    assert few.received_bytes == many.received_bytes
