"""All tasks over real adb, Appium and UiAutomator2 end as they do on the embedded phone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.model import AttemptRecord, StepRecord
from harness.processes.android_stack import UNKNOWN
from harness.store import Run, read_run

ROOT = Path(__file__).parents[2]
MADE = "ZHANGCE_RUN_ON_BOTH"
"""Names the directory of a run on both phones that was made just now: CI has made one."""
TAKES_AT_MOST_S = 900
EMBEDDED, ANDROID = "phone", "two_androids"
IN_WEB_PAGES = {"query_transit_card_h5"}
"""Tasks that need a web context, which the embedded phone has not."""


@pytest.fixture(scope="module")
def directory(appium_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a run of every task on both phones, side by side: the one that is named, or a new one."""
    if MADE in os.environ:
        return Path(os.environ[MADE])
    results = tmp_path_factory.mktemp("results")
    command = (sys.executable, "-m", "pytest", "scenarios/", "-p", "no:cacheprovider", "-n", "3")
    devices = ("--device", EMBEDDED, "--device", ANDROID)
    kept = ("--results", str(results), "--run-id", "both")
    done = subprocess.run(
        (*command, *devices, *kept), cwd=ROOT, capture_output=True, text=True,
        timeout=TAKES_AT_MOST_S, check=False, env={**os.environ, "XDG_CACHE_HOME": str(results)},
    )  # fmt: skip
    assert (results / "both" / "run.json").is_file(), done.stdout + done.stderr
    return results / "both"


@pytest.fixture(scope="module")
def run(directory: Path) -> Run:
    return read_run(directory)


def on(run: Run, device: str) -> dict[str, AttemptRecord]:
    return {each.scenario: each for each in run.attempts if each.device == device}


def shape(record: AttemptRecord) -> Iterable[tuple[object, ...]]:
    """What must be the same: the steps, how each went, by what it found its element, where."""
    for step in record.steps:
        locator = step.match and (step.match.locator, step.match.position, step.match.box)
        yield step.path, step.kind, step.status, locator, step.activity, step.expected, seen(step)


def seen(step: StepRecord) -> str:
    """What the step saw; a countdown's number tells the moment of the look, not the screen."""
    return re.sub(r"\d+ ?s", "some seconds", str(step.seen))


def test_every_task_that_both_can_do_was_done_on_both(run: Run) -> None:
    assert on(run, EMBEDDED).keys() == on(run, ANDROID).keys() - IN_WEB_PAGES
    assert len(on(run, EMBEDDED)) >= 15


def test_the_outcomes_are_the_same(run: Run) -> None:
    embedded, android = on(run, EMBEDDED), on(run, ANDROID)
    for task, record in embedded.items():
        assert android[task].verdict == record.verdict, task
        assert android[task].barriers == record.barriers
        assert android[task].checkpoints_reached == record.checkpoints_reached


def test_the_steps_are_the_same(run: Run) -> None:
    embedded, android = on(run, EMBEDDED), on(run, ANDROID)
    for task, record in embedded.items():
        assert list(shape(android[task])) == list(shape(record)), task


def test_tasks_in_web_pages_are_completed_on_the_android_stack(run: Run) -> None:
    android = on(run, ANDROID)
    assert all(android[task].verdict.outcome.completed for task in IN_WEB_PAGES)


def test_the_records_say_that_the_phone_was_simulated_and_what_the_driver_was_told(
    run: Run,
) -> None:
    for record in on(run, ANDROID).values():
        assert record.simulated
        assert record.session["waitForIdleTimeout"] == 0
        assert record.session["appium:disableWindowAnimation"] is True


def test_the_phone_knew_every_command_that_it_was_asked(directory: Path) -> None:
    logs = list(directory.glob("logs/*/*.log"))
    assert any(log.name == "appium.log" for log in logs)
    assert [log.read_text() for log in logs if log.name == UNKNOWN] == []
