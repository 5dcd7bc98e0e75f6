"""`python -m harness plan`: what a run would do, before it is made."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import __main__ as command_line
from harness.errors import UsageError
from harness.forecast import (
    Forecast,
    Kind,
    plan_ahead,
    read_earlier,
    read_tasks,
    say_duration,
)
from harness.model import Outcome
from harness.plan import Shard
from harness.project import Asked, read_project
from tests.scoring import records
from tests.tester import ROOT, TASK, TO_HOME

DEVICES = """\
default: one
devices:
  one: {kind: simulated, apps: [sample_city]}
  two: {kind: simulated, apps: [sample_city]}
  pool: {kind: pool, apps: [sample_city, sample_city_cluttered], phones: [one, two]}
"""
REFERENCE_S = 5.0
"""Of the tasks below."""

Ahead = Callable[..., Forecast]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("shared", "apps"):
        shutil.copytree(ROOT / "scenarios" / folder, tmp_path / "scenarios" / folder)
    (tmp_path / "devices.yaml").write_text(DEVICES)
    (tmp_path / "scenarios" / "test").mkdir()
    for name in ("first", "second", "third"):
        add_task(tmp_path, name)
    return tmp_path


def add_task(root: Path, name: str, goal: str = "home.services") -> None:
    text = TASK.format(id=name, goal=goal, steps=TO_HOME)
    (root / "scenarios" / "test" / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def ahead(root: Path) -> Ahead:
    def forecast(
        *devices: str,
        apps: tuple[str, ...] = (),
        repeat: int = 1,
        earlier: dict[Kind, tuple[float, ...]] | None = None,
        shard: str = "",
        workers: int = 1,
    ) -> Forecast:
        project = read_project(root)
        tasks, problems = read_tasks(project)
        assert problems == ()
        asked = Asked(devices, apps, repeat)
        part = Shard.parse(shard) if shard else None
        return plan_ahead(project, tasks, asked, earlier or {}, shard=part, workers=workers)

    return forecast


def kind(scenario: str, app: str = "sample_city", *, simulated: bool = True) -> Kind:
    return Kind(scenario=scenario, app=app, simulated=simulated)


def test_every_task_on_every_app_of_every_device_is_in_the_matrix(ahead: Ahead) -> None:
    found = ahead("one", "pool", repeat=2)
    cells = {(one.scenario, one.app, one.device): one.attempts for one in found.tasks}
    assert len(cells) == 3 * (1 + 2)
    assert set(cells.values()) == {2}
    assert [(share.device, share.attempts) for share in found.devices] == [("one", 6), ("pool", 12)]
    assert found.attempts == 18


def test_a_time_is_the_median_of_earlier_attempts_and_else_the_reference(ahead: Ahead) -> None:
    earlier = {
        kind("first"): (9.0, 2.0, 3.0),
        kind("second", "another_app"): (99.0,),
        kind("third", simulated=False): (99.0,),
    }
    times = {one.scenario: (one.each_s, one.earlier) for one in ahead(earlier=earlier).tasks}
    assert times == {"first": (3.0, 3), "second": (REFERENCE_S, 0), "third": (REFERENCE_S, 0)}


def test_earlier_attempts_are_read_from_the_runs_but_for_our_own_trouble(tmp_path: Path) -> None:
    of = records.attempt
    records.write(
        tmp_path,
        of(Outcome.COMPLETED),
        of(Outcome.NOT_FOUND, repetition=2),
        of(Outcome.HARNESS_ERROR, repetition=3),
        run_id="one",
    )
    (tmp_path / "unreadable").mkdir()
    (tmp_path / "unreadable" / "run.json").write_text("{")
    assert read_earlier(tmp_path) == {kind("find_service"): (12.5, 12.5)}


def test_workers_divide_the_time_of_a_pool(ahead: Ahead) -> None:
    alone, shared = ahead("pool", repeat=2), ahead("pool", repeat=2, workers=2)
    assert alone.expected_s == 12 * REFERENCE_S
    assert shared.expected_s == alone.expected_s / 2
    assert [(one.phones, one.workers) for one in shared.devices] == [(2, 2)]


def test_a_device_that_is_one_phone_takes_its_time_however_many_workers_there_are(
    ahead: Ahead,
) -> None:
    earlier = {kind("first"): (100.0,)}
    found = ahead("one", "two", workers=2, earlier=earlier)
    assert [one.expected_s for one in found.devices] == [110.0, 110.0]
    assert found.expected_s == 110.0
    assert ahead("one", "two", earlier=earlier).expected_s == 220.0


def test_more_workers_than_phones_are_refused(ahead: Ahead) -> None:
    with pytest.raises(UsageError, match="-n 3: the devices asked for are 2 phones; use -n 2"):
        ahead("pool", "one", workers=3)


def test_the_shards_of_a_plan_add_up_to_it(ahead: Ahead) -> None:
    parts = [ahead("pool", repeat=3, shard=f"{number}/4") for number in range(1, 5)]
    assert sum(part.attempts for part in parts) == ahead("pool", repeat=3).attempts
    assert [part.shard for part in parts] == ["1/4", "2/4", "3/4", "4/4"]


def test_what_an_app_cannot_be_asked_is_told_with_the_reason(root: Path, ahead: Ahead) -> None:
    add_task(root, "show_licence", goal="licence.code")
    found = ahead(apps=("sample_city", "suishenban"))
    (left_out,) = [one for one in found.left_out if one.scenario == "show_licence"]
    assert left_out.app == "suishenban"
    assert "does not name" in left_out.reason
    assert "licence.code" in left_out.reason
    assert ("show_licence", "suishenban") not in {(one.scenario, one.app) for one in found.tasks}


def run(root: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """Runs the command; returns its exit code."""
    monkeypatch.setattr(command_line, "PROJECT", root)
    results = ("--results", str(root / "results"))
    monkeypatch.setattr(sys, "argv", ["python -m harness", "plan", *results, *arguments])
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return end.value.code


def test_the_command_prints_the_matrix_and_how_long_it_takes(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--device", "pool", "--repeat", "2", "-n", "2", "--shard", "1/2")
    assert run(root, monkeypatch, *options) == 0
    printed = capsys.readouterr().out
    assert "part 1/2" in printed
    assert "1 × ~5 s" in printed
    assert "共 6 次尝试 attempts, 2 个并行 workers: 约 15 s expected" in printed


def test_the_command_prints_json_for_programs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, monkeypatch, "--json") == 0
    found = Forecast.model_validate(json.loads(capsys.readouterr().out))
    assert (found.attempts, found.expected_s) == (3, 3 * REFERENCE_S)


def test_mistakes_in_files_are_told_beside_what_can_run(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_task(root, "wrong", goal="home.servicse")
    with (root / "scenarios/apps/suishenban.yaml").open("a") as profile:
        profile.write("colour: red\n")
    assert run(root, monkeypatch, "--app", "sample_city", "--app", "suishenban") == 2
    printed = capsys.readouterr()
    assert "共 3 次尝试" in printed.out
    assert "cannot run: suishenban" in printed.out
    assert "scenarios/test/wrong.yaml:4:" in printed.err
    assert "scenarios/apps/suishenban.yaml:" in printed.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--device", "pixel"), "--device pixel: no such device; there are: one, pool, two"),
        (("--shard", "5/4"), "write I/N"),
        (("-n", "2"), "-n 2: the device asked for is 1 phone; use -n 1"),
    ],
)
def test_what_was_mistyped_ends_with_code_2(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    message: str,
) -> None:
    assert run(root, monkeypatch, *options) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (3900, "1 h 05 min")],
)
def test_a_duration_is_said_in_the_units_of_its_size(seconds: float, words: str) -> None:
    assert say_duration(seconds) == words


def test_an_app_that_may_be_tried_only_so_often_holds_the_run_back(root: Path) -> None:
    profile = root / "scenarios" / "apps" / "sample_city.yaml"
    text = profile.read_text(encoding="utf-8") + "attempts_per_hour: 2\n"
    profile.write_text(text, encoding="utf-8")
    devices = DEVICES + '  real: {kind: usb, apps: [sample_city], udid: "1"}\n'
    (root / "devices.yaml").write_text(devices)
    project = read_project(root)
    tasks, _ = read_tasks(project)
    begun = {"com.example.samplecity": (600.0,)}
    real = plan_ahead(project, tasks, Asked(("real",)), {}, begun=begun)
    [held] = real.held_back
    assert (held.app, held.per_hour, held.attempts, held.begun) == ("sample_city", 2, 3, 1)
    assert held.last_begins_s == 3600
    assert real.expected_s == 3600 + REFERENCE_S
    assert plan_ahead(project, tasks, Asked(("one",)), {}, begun=begun).held_back == ()
