"""Selenium Grid, the real one, in front of two Appium servers and four simulated phones."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from harness.appium_driver import AppiumDriver, open_session
from harness.errors import NoAnswer, SessionNotStarted
from harness.grid import requests_waiting
from harness.model import AttemptRecord, Outcome
from harness.store import read_run
from tests.android.grid import JAR, Grid, kill
from tests.android.patience import comes_true
from tests.tester import Project

SHA256 = "c3119218bcd07b221622ffd57874519891718029358c85a2dccf506e17815cd7"


@pytest.fixture(scope="module")
def grid_installed(appium_installed: None) -> None:
    """Java and the Grid's jar are there: in CI they have to be. The jar is the one we know."""
    reason = "" if JAR.is_file() else "the Grid's jar is not installed: run `make android` first"
    reason = reason if shutil.which("java") else "Java is not installed: a Grid needs 11 or newer"
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    assert hashlib.sha256(JAR.read_bytes()).hexdigest() == SHA256


@pytest.fixture(scope="module")
def only_grid(grid_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        grid = Grid(tmp_path_factory.mktemp("grid"))
        yield grid
        grid.close()


@pytest.fixture
def grid(only_grid: Grid) -> Grid:
    """The Grid with all its phones free, whatever an earlier test has killed."""
    only_grid.mend()
    return only_grid


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, grid: Grid) -> Project:
    made = Project(pytester, monkeypatch)
    (made.path / "devices.yaml").write_text(grid.devices())
    made.task("open_home")
    return made


@pytest.fixture
def drivers(grid: Grid) -> Iterator[list[AppiumDriver]]:
    """Sessions that a test has opened: ended with it."""
    opened: list[AppiumDriver] = []
    yield opened
    for driver in opened:
        driver.close()


def attempts(project: Project) -> tuple[AttemptRecord, ...]:
    run = read_run(project.path / "results" / "it")
    assert run.problems == ()
    return run.attempts


def udid(record: AttemptRecord) -> str:
    return str(record.session["deviceUDID"])


def overlaps(records: tuple[AttemptRecord, ...]) -> list[tuple[str, str]]:
    """Pairs of attempts that were made on one phone at the same time."""
    ordered = sorted(records, key=lambda one: (udid(one), one.started_at))
    return [
        (first.id, second.id)
        for first, second in pairwise(ordered)
        if udid(first) == udid(second)
        and (second.started_at - first.started_at).total_seconds() < first.wall_s
    ]


def test_four_workers_are_on_four_phones_and_each_record_says_on_which(
    grid: Grid, project: Project
) -> None:
    result = project.run("-n", "4", "--repeat", "8")
    result.assert_outcomes(passed=8)
    records = attempts(project)
    assert {udid(record) for record in records} == grid.serials
    assert {record.phone for record in records} == {"grid_1", "grid_2", "grid_3", "grid_4"}
    assert overlaps(records) == []
    assert all(record.simulated for record in records)
    assert {record.session["deviceModel"] for record in records} == {"Simulated phone"}


def test_a_node_that_dies_costs_one_try_and_four_workers_share_the_other_phones(
    grid: Grid, project: Project
) -> None:
    process = project.start("-n", "4", "--repeat", "10")
    place = grid.places[0]
    assert comes_true(lambda: place.url in grid.busy())
    kill(place.node)
    process.communicate(timeout=200)
    made = attempts(project)
    assert Counter(record.verdict.outcome for record in made) == {Outcome.COMPLETED: 10}
    [lost] = read_run(project.path / "results" / "it").superseded
    assert f"the Grid's node at {place.url} no longer answers" in lost.trouble
    assert udid(lost) == place.phone.serial
    after = {udid(one) for one in made if one.started_at > lost.started_at}
    assert after
    assert place.phone.serial not in after
    assert overlaps((*made, lost)) == []


def test_an_appium_that_dies_costs_at_most_an_attempt_for_each_of_its_phones(
    grid: Grid, project: Project
) -> None:
    process = project.start("-n", "4", "--repeat", "8")
    assert comes_true(lambda: len(grid.busy()) == 4)
    kill(grid.appiums[0]._program)
    process.communicate(timeout=200)
    records = attempts(project)
    assert len(records) == 8
    # Each is made again in a new session, and the later try counts.
    lost = read_run(project.path / "results" / "it").superseded
    said = f"the Appium server at {grid.appiums[0].url} behind the Grid's node no longer answers"
    assert all(said in record.trouble for record in lost)
    # One of its two sessions may just have been between two attempts: that one costs nothing.
    phones = [udid(one) for one in lost]
    assert phones
    assert len(phones) == len(set(phones))
    assert set(phones) <= {place.phone.serial for place in grid.places[:2]}
    assert all(record.verdict.outcome is Outcome.COMPLETED for record in records)


def test_a_phone_that_no_node_has_is_told_at_once_with_what_was_asked(
    grid: Grid, project: Project
) -> None:
    (project.path / "devices.yaml").write_text(
        "default: missing\n"
        "devices:\n"
        f'  missing: {{kind: remote, apps: [sample_city], url: "{grid.url}",\n'
        '            capabilities: {"appium:udid": "NOT-THERE"}}\n'
        f'  any: {{kind: remote, apps: [sample_city], url: "{grid.url}"}}\n'
    )
    result = project.run("--device", "missing", "--device", "any")
    result.assert_outcomes(errors=1, passed=1)
    records = {record.device: record for record in attempts(project)}
    assert records["any"].verdict.outcome == Outcome.COMPLETED
    assert records["missing"].verdict.outcome == Outcome.HARNESS_ERROR
    assert records["missing"].trouble.endswith(
        f"the Grid at {grid.url} has no such phone: asked for platformName=Android, "
        "appium:automationName=UiAutomator2, appium:udid=NOT-THERE; compare capabilities: in "
        "devices.yaml with the stereotypes of its nodes that are up"
    )


def test_a_session_waits_in_the_queue_until_a_phone_is_free(
    grid: Grid, drivers: list[AppiumDriver]
) -> None:
    assert requests_waiting(grid.url) == 0
    drivers += [open_session(grid.url, {}) for _ in grid.places]
    with ThreadPoolExecutor() as another:
        waiting = another.submit(open_session, grid.url, {})
        try:
            assert comes_true(lambda: requests_waiting(grid.url) == 1)
            assert not waiting.done()
        finally:
            drivers.pop().close()
            drivers.append(waiting.result())
    assert requests_waiting(grid.url) == 0


def test_a_session_waits_as_long_as_the_device_says_and_is_not_opened_for_nobody(
    grid: Grid, drivers: list[AppiumDriver]
) -> None:
    drivers += [open_session(grid.url, {}) for _ in grid.places]
    with pytest.raises(SessionNotStarted, match="no answer within 1 s; all phones may be taken"):
        open_session(grid.url, {}, waits_s=1)
    assert comes_true(lambda: requests_waiting(grid.url) == 0)
    drivers.pop().close()
    drivers.append(open_session(grid.url, {}))


def test_a_grid_that_dies_is_told_as_such(grid: Grid, drivers: list[AppiumDriver]) -> None:
    drivers.append(open_session(grid.url, {}))
    kill(grid.hub)
    gone = "the server is not there: Connection re(set by peer|fused)"
    assert comes_true(lambda: not grid.hub.alive)
    with pytest.raises(NoAnswer, match=f"taking a picture: {gone}"):
        drivers[0].picture()
    with pytest.raises(SessionNotStarted, match=f"no session at {grid.url}: {gone}"):
        open_session(grid.url, {})
