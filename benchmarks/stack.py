"""The harness beside a bare Appium client that does the same, on the same Appium server.

Both drive one simulated phone behind real adb, Appium and UiAutomator2. The bare
script is what a tester would write by hand for each task: the same elements found by
the same locators, the same touches at the same places, the same text, and a
screenshot saved of each screen of which the harness took one, once what is awaited
there has come: two and more where the harness waits for a screen to be still. It
awaits elements as eagerly as the harness does at its most eager; it times, checks
and records nothing. How many of its screenshots show what the harness's show is
counted, for only then have both done the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from appium.options.android import UiAutomator2Options
from appium.webdriver.webdriver import WebDriver
from rich.console import Console
from rich.progress import track
from rich.table import Table
from typing_extensions import override

from harness.appium_driver import CAPABILITIES, SETTINGS, AppiumDriver, strategy
from harness.clock import SystemClock
from harness.covering import NOTHING, Cover
from harness.evidence import Evidence, Hides, Keep, Picture, alike_but_for_system, encode
from harness.load import load_scenario
from harness.model import (
    AttemptRecord,
    Box,
    Clear,
    Drawn,
    HideKeyboard,
    Launch,
    Outcome,
    PlannedAttempt,
    PlannedStep,
    Scenario,
    SimulatedDevice,
    Step,
    StepRecord,
    Swipe,
    Tap,
    Type,
)
from harness.plan import plan
from harness.processes.android_stack import AndroidStack
from harness.project import Project, read_project, scenario_files
from harness.runner import DRAG_S, run_attempt, swipe_line
from harness.stage import Task
from harness.stations import Outfit, Reached, station
from harness.store import RunDirectory
from harness.waiting import PAUSE_FLOOR_S

PROJECT = Path(__file__).parents[1]
APP = "sample_city"
ROUNDS = 2
GIVES_UP_S = 30.0


@dataclass(frozen=True)
class Row:
    """One task, done by both: seconds."""

    task: str
    harness_s: float
    bare_s: float
    pictures: int
    """Pictures that the harness kept of it."""
    alike: int
    """Of these, how many show what the bare script's screenshot at that moment shows."""


def measure() -> None:
    """Does the tasks that need nobody by the harness and by the bare script, and prints both."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, clock = Path(scratch), SystemClock()
        stack = AndroidStack(folder / "logs", clock)
        device = SimulatedDevice(kind="simulated", stack="android", apps=(APP,))
        phone = station(device, stack, Outfit({}, PROJECT, clock, folder / "logs"))
        try:
            rows = _measure(phone.reach(), folder)
        finally:
            phone.close()
            stack.close()
    _show(rows)


def _measure(reached: Reached, folder: Path) -> list[Row]:
    """Both in one session, taking turns task by task: what slows the machine slows both."""
    project = read_project(PROJECT)
    options = UiAutomator2Options().load_capabilities({**CAPABILITIES, **reached.capabilities})
    session = WebDriver(reached.url, options=options)
    harness = _Harness(session, project, folder)
    script = _Script(session, folder, project.profiles[APP].value.android.package)
    rows = []
    try:
        for planned, scenario in track(list(_tasks(project)), "tasks", transient=True):
            # The first time warms up, and tells whether the task can be done without a person.
            record, _ = harness.run(planned, scenario)
            if record.verdict.outcome is not Outcome.COMPLETED:
                continue
            for _ in range(ROUNDS):
                record, harness_s = harness.run(planned, scenario)
                bare_s = script.run(record, planned)
                pairs = script.pairs
                rows.append(
                    Row(planned.scenario, harness_s, bare_s, len(pairs), harness.alike(pairs))
                )
    finally:
        harness.close()
        session.quit()
    return rows


def _tasks(project: Project) -> Iterator[tuple[PlannedAttempt, Scenario]]:
    documents = [load_scenario(path, root=project.root) for path in scenario_files(project.root)]
    by_id = {document.value.id: document.value for document in documents}
    # A web page is looked at by scripts of ours, which nobody would write by hand.
    planned = plan(
        documents,
        [project.profiles[APP]],
        project.shared,
        {"android": [APP]},
        without_web=("android",),
    )
    for attempt in planned.attempts:
        yield attempt, by_id[attempt.scenario]


Pair = tuple[str, Path]
"""The name of a picture that the harness kept, and the bare script's screenshot beside it."""


# --- by the harness -------------------------------------------------------------------------------


class _Evidence(Evidence):
    """Remembers what of each picture was covered."""

    def __init__(self, keep: Keep) -> None:
        super().__init__(keep)
        self._taken: list[tuple[Picture, Cover]] = []

    @override
    def picture(
        self,
        png: bytes,
        drawn: Drawn | None = None,
        cover: Cover = NOTHING,
        hides: Hides | None = None,
    ) -> Picture:
        picture = super().picture(png, drawn, cover, hides)
        self._taken.append((picture, cover))
        return picture

    def covers(self) -> Mapping[str, Cover]:
        """What is covered, by the picture's name."""
        return {picture.name.result(): cover for picture, cover in self._taken}


class _Harness:
    """Makes attempts as a run does, evidence and records on the disk."""

    def __init__(self, session: WebDriver, project: Project, folder: Path) -> None:
        self._session = session
        self._project = project
        for name in ("attempts", "evidence"):
            (folder / name).mkdir()
        self._directory = RunDirectory(folder)
        self._evidence = _Evidence(self._directory.keep)
        self._driver = AppiumDriver(session)

    def run(self, planned: PlannedAttempt, scenario: Scenario) -> tuple[AttemptRecord, float]:
        """The record, and the seconds from the first command to the record on the disk."""
        profile = self._project.profiles[APP].value
        task = Task(planned, scenario, profile, simulated=True, attended=True)
        self._session.update_settings(dict(SETTINGS))
        began = perf_counter()
        record = run_attempt(task, lambda: self._driver, self._evidence, SystemClock())
        self._directory.append(record)
        return record, perf_counter() - began

    def alike(self, pairs: Sequence[Pair]) -> int:
        """How many of the screenshots show what the harness kept at the same moment.

        What the harness has covered, for it is personal, is covered in both.
        """
        kept, covers = self._directory.picture_path, self._evidence.covers()
        return sum(
            alike_but_for_system(encode(shot.read_bytes(), covers[name]), kept(name).read_bytes())
            for name, shot in pairs
        )

    def close(self) -> None:
        self._evidence.__exit__()


# --- by the bare script ---------------------------------------------------------------------------


def _flat(steps: Sequence[PlannedStep]) -> Iterator[PlannedStep]:
    for step in steps:
        yield step
        yield from _flat(step.steps)


class _Script:
    """Does by hand what a record says was done."""

    def __init__(self, session: WebDriver, folder: Path, package: str) -> None:
        self._session = session
        self._folder = folder
        self._package = package
        self._shots = 0
        self.pairs: list[Pair] = []
        """Of the last run."""

    def run(self, record: AttemptRecord, planned: PlannedAttempt) -> float:
        """The seconds from the first command to the last screenshot on the disk."""
        steps = {step.path: step.step for step in _flat(planned.steps)}
        last: str | None = None
        self.pairs = []
        self._session.update_settings({"shouldUseCompactResponses": True})
        began = perf_counter()
        self._session.terminate_app(self._package)
        self._session.execute_script("mobile: clearApp", {"appId": self._package})
        for position, done in enumerate(record.steps):
            # Before a touch the harness takes a picture only where it has had to wait.
            if done.before not in (None, last):
                self._shoot(done.before)
            if done.status == "done":
                self._do(done, steps[done.path])
            if done.after is not None:
                last = done.after
                if done.settled is not None:
                    self._await_next(record.steps[position + 1 :])
                    for _ in range(done.settled.looks - 1):
                        self._shoot()
                self._shoot(done.after)
        return perf_counter() - began

    def _await_next(self, following: Sequence[StepRecord]) -> None:
        """The element that the harness has waited for: the next one that a step needs."""
        for step in following:
            if step.match is not None and step.status == "done":
                self._found(step, lambda: sleep(PAUSE_FLOOR_S))
                return

    def _do(self, done: StepRecord, step: Step) -> None:
        element = self._await(done)
        match step:
            case Launch():
                self._session.activate_app(self._package)
            case Type() if element is not None:
                element.clear()
                element.send_keys(step.type.text)
            case Clear() if element is not None:
                element.clear()
            case HideKeyboard():
                if self._session.is_keyboard_shown():
                    self._session.hide_keyboard()
            case Tap() if done.touched is not None:
                self._session.tap([(done.touched.x, done.touched.y)], 50)
            case Swipe():
                self._swipe(done, step)
            case _ if done.kind == "back":
                self._session.back()
            case _ if done.kind == "scroll_to":
                self._scroll(done)
            case _:
                pass  # only looked at, or a step that holds others

    def _await(self, done: StepRecord) -> Any:
        """The element of a step, once it is there; a scroll looks for it by itself."""
        if done.match is None or done.kind == "scroll_to":
            return None
        return self._found(done, lambda: sleep(PAUSE_FLOOR_S))

    def _swipe(self, done: StepRecord, step: Swipe) -> None:
        size = self._session.get_window_size()
        screen = Box(left=0, top=0, right=size["width"], bottom=size["height"])
        area = screen if done.match is None else done.match.box
        start, end = swipe_line(area, step.swipe.direction, step.swipe.share)
        self._session.swipe(start.x, start.y, end.x, end.y, round(1000 * DRAG_S))

    def _scroll(self, done: StepRecord) -> None:
        size = self._session.get_window_size()
        middle, high = size["width"] // 2, size["height"]

        def drag() -> None:
            self._session.swipe(middle, high * 3 // 4, middle, high // 4, round(1000 * DRAG_S))

        self._found(done, drag)

    def _found(self, done: StepRecord, meanwhile: Callable[[], None]) -> Any:
        if done.match is None:
            raise ValueError(f"{done.sentence}: nothing is recorded to look for")
        deadline = perf_counter() + GIVES_UP_S
        while perf_counter() < deadline:
            found = self._session.find_elements(*strategy(done.match.locator))
            if found:
                return found[0]
            meanwhile()
        raise TimeoutError(f"{done.sentence} was not found")

    def _shoot(self, beside: str | None = None) -> None:
        self._shots += 1
        path = self._folder / f"{self._shots}.png"
        self._session.get_screenshot_as_file(str(path))
        if beside is not None:
            self.pairs.append((beside, path))


# --- what was measured ----------------------------------------------------------------------------


def _show(rows: Sequence[Row]) -> None:
    table = Table(
        title="Harness and bare script, simulated phone, one Appium", title_justify="left"
    )
    table.add_column("task")
    for heading in ("n", "harness s", "bare script s", "ratio", "same pictures"):
        table.add_column(heading, justify="right")
    for task in dict.fromkeys(row.task for row in rows):
        _add(table, task, [row for row in rows if row.task == task])
    table.add_section()
    _add(table, "in all", rows)
    Console().print(table)


def _add(table: Table, name: str, rows: Sequence[Row]) -> None:
    harness_s, bare_s = sum(row.harness_s for row in rows), sum(row.bare_s for row in rows)
    pictures, alike = sum(row.pictures for row in rows), sum(row.alike for row in rows)
    figures = (f"{harness_s:.2f}", f"{bare_s:.2f}", f"{harness_s / bare_s:.3f}")
    table.add_row(name, str(len(rows)), *figures, f"{alike} of {pictures}")
