"""The tasks and profiles of this checkout: they load, fit together, and keep their promises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.load import (
    Document,
    load_devices,
    load_profile,
    load_scenario,
    load_shared,
)
from harness.model import AppProfile, ById, Commit, PlannedStep, Scenario, SharedSteps
from harness.plan import plan
from harness.references import check_files

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
APPS = SCENARIOS / "apps"
SHARED = SCENARIOS / "shared"
SAMPLES = ("sample_city", "sample_city_cluttered", "sample_city_troubled")
TASK_FILES = sorted(path for path in SCENARIOS.rglob("*.yaml") if path.parent not in (APPS, SHARED))


def _load_all(load: Callable[..., Any], paths: Iterable[Path]) -> tuple[Any, ...]:
    return tuple(load(path, root=ROOT) for path in sorted(paths))


@pytest.fixture(scope="module")
def scenarios() -> tuple[Document[Scenario], ...]:
    return _load_all(load_scenario, TASK_FILES)


@pytest.fixture(scope="module")
def profiles() -> tuple[Document[AppProfile], ...]:
    return _load_all(load_profile, APPS.glob("*.yaml"))


@pytest.fixture(scope="module")
def shared() -> tuple[Document[SharedSteps], ...]:
    return _load_all(load_shared, SHARED.glob("*.yaml"))


def _profile(profiles: tuple[Document[AppProfile], ...], app: str) -> AppProfile:
    return next(each.value for each in profiles if each.value.id == app)


def test_all_files_load_and_fit_together(
    scenarios: tuple[Document[Scenario], ...],
    profiles: tuple[Document[AppProfile], ...],
    shared: tuple[Document[SharedSteps], ...],
) -> None:
    devices = load_devices(ROOT / "devices.yaml", root=ROOT)
    assert check_files(scenarios, profiles, shared, devices) == ()


def test_there_are_tasks_for_many_life_events_and_of_every_kind(
    scenarios: tuple[Document[Scenario], ...],
) -> None:
    assert len(scenarios) >= 12
    assert len({each.value.life_event for each in scenarios}) >= 5
    kinds = {each.value.kind for each in scenarios}
    assert kinds == {"information", "transaction", "participation"}
    assert {each.value.severity for each in scenarios} == {"critical", "major", "minor"}


def test_a_task_lies_in_the_folder_of_its_life_event(
    scenarios: tuple[Document[Scenario], ...],
) -> None:
    assert [each.value.life_event for each in scenarios] == [
        path.parent.name for path in TASK_FILES
    ]


def test_titles_are_in_both_languages_and_partial_credit_is_given(
    scenarios: tuple[Document[Scenario], ...],
) -> None:
    for each in scenarios:
        assert each.value.title.en, each.path
        assert each.value.checkpoints, each.path


def test_the_sample_profiles_name_the_same_elements_and_barriers(
    profiles: tuple[Document[AppProfile], ...],
) -> None:
    samples = [_profile(profiles, app) for app in SAMPLES]
    assert len({frozenset(each.elements) for each in samples}) == 1
    assert len({frozenset(each.barriers) for each in samples}) == 1


def test_a_sample_profile_differs_only_where_its_edition_does(
    profiles: tuple[Document[AppProfile], ...],
) -> None:
    kept, cluttered, troubled = (_profile(profiles, app) for app in SAMPLES)
    assert dict(troubled.elements) == dict(kept.elements)
    assert troubled.interruptions == kept.interruptions == ()
    assert [name for name in kept.elements if cluttered.elements[name] != kept.elements[name]] == [
        "home.elder"
    ]
    assert {each.name for each in cluttered.interruptions} == {
        "advert_at_start",
        "update_dialog",
        "floating_advert",
    }


def test_every_task_is_planned_for_every_sample_app(
    scenarios: tuple[Document[Scenario], ...],
    profiles: tuple[Document[AppProfile], ...],
    shared: tuple[Document[SharedSteps], ...],
) -> None:
    by_id = {each.value.id: each for each in shared}
    planned = plan(scenarios, profiles, by_id, {"phone": SAMPLES})
    assert planned.left_out == ()
    assert len(planned.attempts) == len(scenarios) * len(SAMPLES)


def test_every_shared_file_is_used(
    scenarios: tuple[Document[Scenario], ...],
    profiles: tuple[Document[AppProfile], ...],
    shared: tuple[Document[SharedSteps], ...],
) -> None:
    by_id = {each.value.id: each for each in shared}
    planned = plan(scenarios, profiles, by_id, {"phone": SAMPLES[:1]})
    files = {step.file for attempt in planned.attempts for step in _flat(attempt.steps)}
    assert {each.path for each in shared} <= files


def test_the_goal_stands_before_the_commit_point(
    scenarios: tuple[Document[Scenario], ...],
    profiles: tuple[Document[AppProfile], ...],
    shared: tuple[Document[SharedSteps], ...],
) -> None:
    by_id = {each.value.id: each for each in shared}
    planned = plan(scenarios, profiles, by_id, {"phone": SAMPLES[:1]})
    committing = []
    for attempt in planned.attempts:
        steps = list(_flat(attempt.steps))
        places = [place for place, each in enumerate(steps) if isinstance(each.step, Commit)]
        if places:
            committing.append(attempt.scenario)
            assert steps[places[0] - 1].path == "goal", attempt.scenario
    assert len(committing) >= 3


def test_an_app_that_nobody_looked_at_says_so(
    profiles: tuple[Document[AppProfile], ...],
) -> None:
    real = [each.value for each in profiles if each.value.id not in SAMPLES]
    assert {each.id for each in real} == {
        "aishandong",
        "ehuiban",
        "i_shenzhen",
        "minzhengtong",
        "suishenban",
        "tianfu_citizen",
        "wanshitong",
        "yueshengshi",
        "zheliban",
    }
    for each in real:
        assert each.verified.elements == "never"
        assert not each.sandbox
        # A button that merely has the same text is no interruption.
        assert all(len(one.signs) > 1 or one.window == "dialog" for one in each.interruptions)
        # Guessed by words: an id would have been made up.
        assert not any(isinstance(one, ById) for found in each.elements.values() for one in found)


def test_only_the_sample_apps_are_sandboxes(profiles: tuple[Document[AppProfile], ...]) -> None:
    for app in SAMPLES:
        sample = _profile(profiles, app)
        assert sample.sandbox
        assert sample.verified.elements == "simulated"


def test_no_valid_id_number_is_written_anywhere() -> None:
    for path in SCENARIOS.rglob("*"):
        if path.is_file():
            for number in re.findall(r"\d{17}[\dXx]", path.read_text(encoding="utf-8")):
                assert not _is_valid_identity(number), f"{path.name}: {number}"


def test_the_readme_lists_every_task() -> None:
    readme = (SCENARIOS / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| (\w+/\w+) \|", readme, re.MULTILINE))
    assert listed == {f"{path.parent.name}/{path.stem}" for path in TASK_FILES}


def _flat(steps: Iterable[PlannedStep]) -> Iterable[PlannedStep]:
    for step in steps:
        yield step
        yield from _flat(step.steps)


def _is_valid_identity(number: str) -> bool:
    """Whether the last character is the check digit of GB 11643."""
    weights = [2**place % 11 for place in range(17, 0, -1)]
    total = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))
    return number[17].upper() == "10X98765432"[total % 11]
