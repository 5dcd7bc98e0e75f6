"""The doctor over the real Android stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import doctor
from harness.clock import SystemClock
from harness.doctor_visit import look_at_phone
from harness.model import SimulatedDevice
from harness.project import read_project

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("appium_installed")
def test_it_reaches_the_phone_and_finds_the_launcher_and_the_clock() -> None:
    phone = SimulatedDevice(kind="simulated", apps=("sample_city",), stack="android")
    profiles = {"sample_city": read_project(ROOT).profiles["sample_city"].value}
    seen = look_at_phone(phone, profiles, {}, ROOT, SystemClock())
    assert seen.trouble == ""
    assert seen.reached.startswith("127.0.0.1:")
    (app,) = doctor.apps(seen)
    assert (app.level, app.seen) == ("fine", "com.example.samplecity/.SplashActivity")
    (clock,) = doctor.clock(seen)
    assert "ms ±" in clock.seen
