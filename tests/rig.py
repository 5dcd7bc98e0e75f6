"""A phone driven in virtual time: the real Appium client, over HTTP, against the small App."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness.appium_driver import AppiumDriver, open_session
from harness.clock import Clock, VirtualClock
from harness.common_interruptions import common_interruptions
from harness.evidence import Evidence
from harness.helpdesk import HelpDesk
from harness.load import Document
from harness.model import (
    AppProfile,
    AttemptRecord,
    PlannedAttempt,
    PlannedStep,
    Scenario,
    SharedSteps,
    StepRecord,
)
from harness.phone.app import App
from harness.phone.device import Phone
from harness.phone.scene import Metrics
from harness.phone.server import serving
from harness.plan import expand
from harness.runner import run_attempt
from harness.stage import Task
from tests.phone.small_app import OTHER_APP, PACKAGE, SMALL_APP

PROFILE: Mapping[str, Any] = {
    "id": "small",
    "name": {"zh": "小市民云"},
    "city": "样例市",
    "level": "prefecture",
    "android": {"package": PACKAGE},
    "verified": {"package": "never", "elements": "simulated"},
    "sandbox": True,
    "elements": {
        "home.status": [{"id": "status"}],
        "home.form": [{"id": "nowhere"}, {"id": "form"}],
        "list.row": [{"id": "row"}],
        "form.name": [{"id": "name"}],
        "done.result": [{"id": "result"}],
    },
}
SCENARIO: Mapping[str, Any] = {
    "id": "task",
    "title": {"zh": "任务", "en": "Task"},
    "life_event": "test",
    "kind": "information",
    "severity": "minor",
    "time_limit_s": 120,
    "reference": {"time_s": 10, "screens": 1},
}


@dataclass
class Rig:
    """A phone with a session, and all that was kept of its attempts."""

    phone: Phone
    clock: Clock
    driver: AppiumDriver
    kept: dict[str, bytes] = field(default_factory=dict)

    def keep(self, data: bytes, suffix: str) -> str:
        name = f"{len(self.kept)}.{suffix}"
        self.kept[name] = data
        return name

    def attempt(
        self,
        steps: Sequence[Any],
        goal: Any = None,
        *,
        profile: Mapping[str, Any] | None = None,
        scenario: Mapping[str, Any] | None = None,
        shared: Mapping[str, Document[SharedSteps]] | None = None,
        watch: Callable[[PlannedStep], None] = lambda _: None,
        desk: HelpDesk | None = None,
        **task: Any,
    ) -> AttemptRecord:
        """Makes an attempt of these steps; the goal is the first screen's unless given."""
        asked = {**SCENARIO, "goal": goal or "home.status", "steps": steps, **(scenario or {})}
        document = Document(Scenario.model_validate(asked), "scenarios/test/task.yaml")
        planned = PlannedAttempt(
            scenario="task",
            app="small",
            device="phone",
            repetition=1,
            file=document.path,
            steps=expand(document, shared or {}),
        )
        made = Task(
            planned=planned,
            scenario=document.value,
            profile=AppProfile.model_validate({**PROFILE, **(profile or {})}),
            simulated=True,
            **{"common": common_interruptions(), **task},
        )
        with Evidence(self.keep) as evidence:
            return run_attempt(made, lambda: self.driver, evidence, self.clock, watch, desk=desk)


@contextmanager
def rig(*apps: App, attended: bool = False, metrics: Metrics | None = None) -> Iterator[Rig]:
    """A phone with these Apps, or with the small App and another."""
    clock = VirtualClock()
    phone = Phone(apps or (SMALL_APP, OTHER_APP), clock, attended=attended, metrics=metrics)
    with serving(phone, pause=clock.sleep) as url:
        driver = open_session(url, {})
        try:
            yield Rig(phone, clock, driver)
        finally:
            driver.close()


def step(record: AttemptRecord, path: str) -> StepRecord:
    """The step at a path of the record."""
    return next(step for step in record.steps if step.path == path)
