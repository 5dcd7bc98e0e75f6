"""The error bars of response times contain the truth, which the phone has written down itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.calibration import Command, Reading, Truth, bench, drift_per_thousand, worth


def test_every_interval_on_the_embedded_phone_contains_the_truth(tmp_path: Path) -> None:
    with bench("embedded", tmp_path) as on:
        readings = on.by_harness([0, 50, 100, 250, 0, 50, 100, 0, 50, 0], ways_back=True)
    assert len(readings) == 20
    assert [each for each in readings if each.missed_by_s or not each.moment_inside] == []
    # The phone's moments are of the very clock that the harness reads.
    assert all(each.touched_within_command for each in readings)


def test_plain_selenium_on_the_same_session_is_held_to_the_same_truth(tmp_path: Path) -> None:
    with bench("embedded", tmp_path) as on:
        (by_harness,) = on.by_harness([100])
        (by_selenium,) = on.by_selenium([100])
    assert not by_selenium.missed_by_s
    assert by_selenium.half_width_s > by_harness.half_width_s


def reading(true_s: float, low_s: float, high_s: float) -> Reading:
    """Of a tap whose command was under way from 10 s to 10.01 s, and reached the phone at once."""
    return Reading(
        delay_ms=0,
        low_s=low_s,
        high_s=high_s,
        reported_s=(low_s + high_s) / 2,
        truth=Truth(10.0, 10.0 + true_s),
        command=Command(10.0, 10.01),
    )


def test_a_truth_outside_its_interval_is_a_miss_by_its_distance() -> None:
    early, inside, late = (reading(true_s, 0.2, 0.3) for true_s in (0.15, 0.25, 0.36))
    assert early.missed_by_s == pytest.approx(-0.05)
    assert inside.missed_by_s == 0
    assert late.missed_by_s == pytest.approx(0.06)
    figures = worth([early, inside, late])
    assert (figures.n, figures.inside) == (3, 1)
    assert figures.median_half_width_s == pytest.approx(0.05)


def test_an_error_that_grows_from_reading_to_reading_is_a_drift() -> None:
    level = [reading(0.2, 0.15 + 0.01 * (n % 2), 0.25) for n in range(100)]
    growing = [reading(0.2, 0.15 + n / 5000, 0.25 + n / 5000) for n in range(100)]
    slope_s, spread_s = drift_per_thousand(level)
    assert abs(slope_s) < spread_s
    slope_s, spread_s = drift_per_thousand(growing)
    assert slope_s == pytest.approx(0.2, abs=0.01)
    assert spread_s < 0.01
