"""`pytest scenarios/ -n N`: workers share the phones, and the run is one run all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path
from threading import Timer

import psutil
import pytest

from harness.clock import SystemClock
from harness.leases import Holder, Leases
from harness.model import AttemptRecord, Outcome, SimulatedDevice
from harness.processes.simulated_phone import SimulatedPhone
from harness.project import read_project
from harness.store import read_run
from tests.tester import Project

DEVICES = """\
default: both
devices:
  one: {kind: simulated, apps: [sample_city], attended: false}
  two: {kind: simulated, apps: [sample_city], attended: false}
  both: {kind: pool, apps: [sample_city], phones: [one, two]}
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(pytester, monkeypatch)
    (made.path / "devices.yaml").write_text(DEVICES)
    return made


def attempts(project: Project) -> tuple[AttemptRecord, ...]:
    run = read_run(project.path / "results" / "it")
    assert run.problems == ()
    return run.attempts


def describe(record: AttemptRecord) -> str:
    """Which attempt it is, who made it, where and when."""
    return f"{record.id} {record.worker} {record.phone} {record.started_at} {record.wall_s:.3f} s"


def overlaps(records: tuple[AttemptRecord, ...]) -> list[tuple[str, str]]:
    """Pairs of attempts that were made on one phone at the same time."""
    by_phone: dict[str, list[AttemptRecord]] = {}
    for record in records:
        by_phone.setdefault(record.phone or record.device, []).append(record)
    return [
        (describe(first), describe(second))
        for on_phone in by_phone.values()
        for first, second in pairwise(sorted(on_phone, key=lambda one: one.started_at))
        if (second.started_at - first.started_at).total_seconds() < first.wall_s
    ]


def test_workers_share_a_pool_and_the_run_is_one(project: Project) -> None:
    project.task("open_home")
    project.task("find_moon", goal="{visible: {text: 月球基地}, within_s: 1}")
    result = project.run("-n", "2", "--repeat", "3", "--junitxml", "junit.xml")
    result.assert_outcomes(passed=3, failed=3)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*both*simulated, its results say nothing of a real App*",
            "*picture: results/it/failures/find_moon.sample_city.both.*.jpg",
            "*Zhangce scorecard: it*",
            "*3 failed, 3 passed in *",
        ]
    )
    records = attempts(project)
    assert len(records) == 6
    assert {record.worker for record in records} == {"gw0", "gw1"}
    assert {record.phone for record in records} == {"one", "two"}
    shared = {record.session["workers_per_processor"] for record in records}
    assert shared == {2 / (os.cpu_count() or 1)}
    assert overlaps(records) == []
    shown = [line for line in result.outlines if line.startswith(("✓ completed", "✗ not_found"))]
    assert sorted(line.split()[2] for line in shown) == sorted(record.id for record in records)
    assert sum("scorecard" in line for line in result.outlines) == 1
    cases = ET.parse(project.path / "junit.xml").findall(".//testcase")
    outcomes = [case.find(".//property[@name='outcome']") for case in cases]
    assert Counter(one.get("value") for one in outcomes if one is not None) == Counter(
        record.verdict.outcome for record in records
    )


def test_a_device_that_is_one_phone_has_one_worker_and_the_order_of_the_plan(
    project: Project,
) -> None:
    project.task("open_home")
    project.task("another_task")
    options = ("--device", "one", "--device", "two", "--repeat", "2", "-n", "auto")
    result = project.run(*options)
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["2 workers *8 items*"])
    records = attempts(project)
    workers = {record.device: record.worker for record in records}
    assert sorted(workers.values()) == ["gw0", "gw1"]
    assert {(record.device, record.worker) for record in records} == set(workers.items())
    plan = read_run(project.path / "results" / "it").run.plan
    for device in workers:
        assert [one.id for one in records if one.device == device] == [
            one.id for one in plan if one.device == device
        ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-n", "3"), "*-n 3: the devices asked for are 2 phones; use -n 2*"),
        (("-n", "2", "--device", "one"), "*-n 2: the device asked for is 1 phone; use -n 1*"),
        (("-n", "auto", "--device", "three"), "*--device three: no such device*"),
    ],
)
def test_more_workers_than_phones_are_told_before_anything_starts(
    project: Project, options: tuple[str, ...], message: str
) -> None:
    project.task("open_home")
    result = project.run(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    assert not (project.path / "results").exists()


def test_with_workers_too_a_run_is_never_overwritten(project: Project) -> None:
    project.task("open_home")
    (project.path / "results" / "it").mkdir(parents=True)
    result = project.run("-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "never overwritten" in result.stderr.str()
    assert "Zhangce scorecard" not in result.stdout.str()


def test_what_cannot_run_is_told_once_beside_what_can(project: Project) -> None:
    project.task("open_home")
    project.task("show_licence", goal="licence.code")
    broken = project.path / "scenarios" / "test" / "broken.yaml"
    broken.write_text("id: broken\n", encoding="utf-8")
    result = project.run("-n", "2", "--app", "sample_city", "--app", "suishenban")
    result.stdout.fnmatch_lines(["SKIPPED*the profile suishenban does not name *licence.code*"])
    assert result.stdout.str().count("scenarios/test/broken.yaml:1:1: title: ") == 1
    assert "open_home::sample_city[both#1]" in {record.id for record in attempts(project)}


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def test_a_worker_that_is_killed_costs_one_try_and_the_run_goes_on(project: Project) -> None:
    project.task("open_home")
    process = project.start("-n", "2", "--repeat", "8")
    started = descendants(process)
    workers = psutil.Process(process.pid).children()
    assert len(workers) == 2
    workers[0].kill()
    output, _ = process.communicate(timeout=100)
    records = attempts(project)
    assert len(records) == 8
    assert {record.verdict.outcome for record in records} == {Outcome.COMPLETED}
    again = read_run(project.path / "results" / "it").superseded
    if again:
        assert [one.try_number for one in records if one.id == again[0].id] == [2]
        assert "made again in a new session" in output
        assert process.returncode == pytest.ExitCode.OK
    else:  # it was killed with its record just kept, and nobody was told
        assert process.returncode == pytest.ExitCode.TESTS_FAILED
    assert "replacing crashed worker gw0" in output
    assert {record.phone for record in records} >= {"one", "two"}
    assert overlaps(records) == []
    assert psutil.wait_procs(started, timeout=30)[1] == []


@pytest.mark.parametrize("whole_group", [True, False], ids=["ctrl-c", "controller alone"])
def test_an_interrupted_run_ends_its_workers_and_shows_what_was_done(
    project: Project, whole_group: bool
) -> None:
    project.task("open_home")
    process = project.start("-n", "2", "--repeat", "40")
    started = descendants(process)
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.terminate()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "Zhangce scorecard: it" in output
    assert "/40, " in output
    assert attempts(project)
    assert psutil.wait_procs(started, timeout=30)[1] == []


def test_a_dead_phone_of_a_pool_costs_no_attempt(project: Project) -> None:
    project.task("open_home")
    device = SimulatedDevice(kind="simulated", apps=("sample_city",))
    phone = SimulatedPhone.start(device)
    (project.path / "devices.yaml").write_text(
        "default: pool\n"
        "devices:\n"
        '  dead: {kind: remote, apps: [sample_city], url: "http://127.0.0.1:9"}\n'
        f'  alive: {{kind: remote, apps: [sample_city], url: "{phone.url}"}}\n'
        "  pool: {kind: pool, apps: [sample_city], phones: [dead, alive]}\n"
    )
    try:
        result = project.run("--repeat", "2")
    finally:
        phone.stop()
    result.assert_outcomes(passed=2)
    assert {record.phone for record in attempts(project)} == {"alive"}


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "with workers"])
def test_a_run_waits_for_a_phone_that_another_run_is_on_and_says_so(
    project: Project, options: tuple[str, ...]
) -> None:
    project.task("open_home")
    phone = SimulatedPhone.start(SimulatedDevice(kind="simulated", apps=("sample_city",)))
    (project.path / "devices.yaml").write_text(
        "default: cable\n"
        "devices:\n"
        f'  cable: {{kind: remote, apps: [sample_city], url: "{phone.url}",\n'
        f'          capabilities: {{"appium:udid": "{project.path.name}"}}}}\n'
    )
    devices = read_project(project.path).devices.devices
    holder = Holder(run="another", worker="main", process=os.getpid())
    command = (sys.executable, "-m", "pytest", "scenarios/", "--run-id", "it", *options)
    try:
        with (
            Leases(devices, holder, SystemClock(), leave=print, tell=print) as other,
            subprocess.Popen(
                command,
                cwd=project.path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as process,
        ):
            other.phone("cable")
            assert process.stdout is not None
            limit = Timer(60, process.kill)
            limit.start()
            assert any(f"cable is taken by {holder}" in line for line in process.stdout)
            limit.cancel()
            other.let_go()
            process.communicate(timeout=60)
    finally:
        phone.stop()
    assert process.returncode == pytest.ExitCode.OK
    assert [record.verdict.outcome for record in attempts(project)] == [Outcome.COMPLETED]


def test_tests_that_are_no_tasks_are_shared_out_as_ever(project: Project) -> None:
    project.pytester.makepyfile(test_plain="def test_a(): pass\ndef test_b(): pass\n")
    path = Path("test_plain.py")
    result = project.pytester.runpytest_subprocess(str(path), "-n", "3", timeout=100)
    result.assert_outcomes(passed=2)
