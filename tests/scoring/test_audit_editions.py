"""The audit on screens of the sample App: what is planted in it is found, and nothing else is."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import numpy as np
from PIL import Image

from harness.phone.device import Phone
from harness.phone.sample_city.app import APPS
from scoring.audit.findings import Sighting
from scoring.audit.judge import judge_contrast, judge_labels, judge_targets
from scoring.audit.rules import load_rules
from scoring.audit.screen import Scale, read_screen

RULES = load_rules()
LOGIN, GUIDE = ".LoginActivity", ".GuideActivity"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class StillClock:
    """Moves only when it is told to."""

    seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


def wrong(edition: str, activity: str) -> set[tuple[str, str]]:
    """Item and element of all that the audit finds wrong on one screen."""
    app = APPS[edition]()
    clock = StillClock()
    phone = Phone([app], clock)
    phone.start_activity(app.package, activity)
    clock.seconds = 20
    phone.catch_up()
    assert phone.foreground() == (app.package, activity)
    with Image.open(io.BytesIO(phone.picture_png())) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    at = Sighting(
        run="r", app=edition, simulated=True, attempt="a", scenario="s", step="1",
        activity=activity, package=app.package, hierarchy="h", picture="p",
    )  # fmt: skip
    screen, scale = read_screen(phone.source()), Scale(phone.metrics.density)
    found = [
        *judge_targets(screen, at, scale, RULES),
        *judge_labels(screen, at, RULES),
        *judge_contrast(screen, at, pixels, scale, RULES),
    ]
    return {(each.item, each.element) for each in found if each.right is False}


def test_the_small_checkbox_is_found_where_it_is_planted_and_nowhere_else() -> None:
    planted = wrong("sample_city_cluttered", LOGIN) - wrong("sample_city", LOGIN)
    assert planted == {("touch_targets", "login_agreed")}


def test_the_pale_hints_of_fields_are_found_in_each_edition() -> None:
    pale = {("contrast", "login_mobile"), ("contrast", "login_code")}
    for edition in APPS:
        assert pale <= wrong(edition, LOGIN)


def test_the_pale_words_of_a_guide_are_found_where_they_are_planted_and_nowhere_else() -> None:
    planted = ("conditions", "materials", "time_limit", "process", "fee")
    assert wrong("sample_city_cluttered", GUIDE) == {("contrast", f"guide_{it}") for it in planted}
    assert wrong("sample_city", GUIDE) == set()
