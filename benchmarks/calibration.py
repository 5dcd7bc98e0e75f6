"""How true the measured response times are, and whether their error bars hold the truth.

The calibration App answers each tap after a planted, jittered delay, and the phone writes down
when it took the touch and when its screen changed, on the machine's monotonic clock: the
truth. The harness measures the same responses by its own path, `run_attempt`; beside it, on
the same session, plain selenium's `WebDriverWait` does at its default. Both stacks are
measured at once, each in a process of its own: of each chain one link works at a time.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import fmean, median, quantiles
from time import perf_counter
from typing import Any, Literal

from appium.options.android import UiAutomator2Options
from appium.webdriver.common.appiumby import AppiumBy
from appium.webdriver.webdriver import WebDriver
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from scipy import stats
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import POLL_FREQUENCY, WebDriverWait

from harness.appium_driver import CAPABILITIES, SETTINGS, AppiumDriver
from harness.clock import SystemClock
from harness.evidence import Evidence
from harness.model import (
    AppProfile,
    AttemptRecord,
    Expect,
    Launch,
    Outcome,
    PlannedAttempt,
    PlannedStep,
    Point,
    Scenario,
    SimulatedDevice,
    StepModel,
    Tap,
)
from harness.phone.calibration.app import DELAYS_MS, PACKAGE
from harness.processes.android_stack import AndroidStack, reached_by
from harness.processes.simulated_phone import SimulatedPhone
from harness.runner import run_attempt
from harness.stage import Task
from harness.store import RunDirectory

Stack = Literal["embedded", "android"]
STACKS: tuple[Stack, ...] = ("embedded", "android")
ROUNDS = 25
"""Each has every delay once."""
SELENIUM_ROUNDS = 3
"""Fewer: its error bar is its own interval between two looks, and does not vary."""
DRIFT_STEPS = 1000
GIVES_UP_S = 30
QUICKLY_S = 0.02
"""Between selenium's looks where nothing is measured: on the way back."""
SEED = 1
MISSES_SHOWN = 12
TOLD_EVERY = 10
"""Taps; whoever shows the progress is in another process."""

ANSWER, START = "answer", f"after_{DELAYS_MS[0]}"
PROFILE = AppProfile.model_validate({
    "id": "calibration",
    "name": {"zh": "计时校准"},
    "city": "样例市",
    "level": "prefecture",
    "android": {"package": PACKAGE},
    "verified": {"package": "never", "elements": "simulated"},
    "elements": {name: [{"id": name}] for name in (ANSWER, *(f"after_{ms}" for ms in DELAYS_MS))},
})  # fmt: skip
SCENARIO = Scenario.model_validate({
    "id": "calibration",
    "title": {"zh": "计时校准", "en": "Calibration"},
    "goal": START,
    "life_event": "test",
    "kind": "information",
    "severity": "minor",
    "time_limit_s": 3600,
    "patience_s": GIVES_UP_S,
    "reference": {"time_s": 10, "screens": 1},
    "steps": ["launch"],
})  # fmt: skip


@dataclass(frozen=True)
class Command:
    """When a tap's command was sent and answered, in seconds of the monotonic clock."""

    began_at: float
    ended_at: float


@dataclass(frozen=True)
class Truth:
    """When the phone took a touch and when its screen changed, on the same clock."""

    touched_at: float
    changed_at: float

    @property
    def seconds(self) -> float:
        """The response time."""
        return self.changed_at - self.touched_at


@dataclass(frozen=True)
class Reading:
    """One response as it was measured, beside what it was; all in seconds."""

    delay_ms: int
    """As planted, before the jitter."""
    low_s: float
    high_s: float
    reported_s: float
    """What would be reported: the middle of the interval or, of plain selenium, its reading."""
    truth: Truth
    command: Command

    @property
    def half_width_s(self) -> float:
        """The error bar."""
        return (self.high_s - self.low_s) / 2

    @property
    def error_s(self) -> float:
        """Reported minus true."""
        return self.reported_s - self.truth.seconds

    @property
    def missed_by_s(self) -> float:
        """How far the truth lies outside the interval: below 0 too early, 0 inside it."""
        return min(0.0, self.truth.seconds - self.low_s) + max(
            0.0, self.truth.seconds - self.high_s
        )

    @property
    def touched_within_command(self) -> bool:
        """Whether the phone took the touch while its command was under way: one clock for both."""
        return self.command.began_at <= self.truth.touched_at <= self.command.ended_at

    @property
    def moment_inside(self) -> bool:
        """Whether the change lies where the command's own moments and the interval put it."""
        # A low end of 0 says only that the change did not come before the touch.
        first = self.command.ended_at + self.low_s if self.low_s else self.command.began_at
        return first <= self.truth.changed_at <= self.command.ended_at + self.high_s


@dataclass
class Series:
    """All readings on one stack."""

    harness: list[Reading] = field(default_factory=list)
    selenium: list[Reading] = field(default_factory=list)
    drift: list[Reading] = field(default_factory=list)
    vitals_cost_s: list[float] = field(default_factory=list)
    """What reading the App's vital signs took, of each attempt."""


# --- measuring ------------------------------------------------------------------------------------


def measure() -> None:
    """Measures both stacks, and prints what the readings are worth."""
    console = Console()
    spawning = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        spawning.Manager() as manager,
        ProcessPoolExecutor(len(STACKS), mp_context=spawning) as pool,
        Progress(console=console) as progress,
    ):
        done: MutableMapping[str, int] = manager.dict()
        running = {stack: pool.submit(measure_stack, stack, Path(folder), done) for stack in STACKS}
        bars = {stack: progress.add_task(stack, total=taps_on(stack)) for stack in STACKS}
        left = set(running)
        while left:
            ended = wait((running[stack] for stack in left), timeout=1).done
            for stack, bar in bars.items():
                progress.update(bar, completed=done.get(stack, 0))
            for stack in sorted(each for each in left if running[each] in ended):
                left.remove(stack)
                show(progress.console, stack, running[stack].result())


def taps_on(stack: Stack) -> int:
    """How many taps there are on a stack, there and back; the drift on the embedded phone only."""
    there = (ROUNDS + SELENIUM_ROUNDS) * len(DELAYS_MS)
    return 2 * there + (DRIFT_STEPS if stack == "embedded" else 0)


def measure_stack(stack: Stack, folder: Path, done: MutableMapping[str, int]) -> Series:
    """All readings on one stack; `done` is told of each stack's taps so far."""
    series, order = Series(), Random(SEED)

    def told(taps: int) -> None:
        if not taps % TOLD_EVERY:
            done[stack] = taps

    with bench(stack, folder / stack, told) as on:
        for number in range(ROUNDS):
            delays = order.sample(DELAYS_MS, len(DELAYS_MS))
            series.harness += on.by_harness(delays)
            if number < SELENIUM_ROUNDS:
                series.selenium += on.by_selenium(delays)
        if stack == "embedded":
            series.drift += on.by_harness([DELAYS_MS[0]] * (DRIFT_STEPS // 2), ways_back=True)
        series.vitals_cost_s += on.vitals_cost_s
    done[stack] = taps_on(stack)
    return series


@contextmanager
def bench(
    stack: Stack, folder: Path, told: Callable[[int], None] = lambda _: None
) -> Iterator[Bench]:
    """A phone on a stack, with an open session; all ends with the block.

    `told` is called before each tap with the number of taps so far.
    """
    clock = SystemClock()
    with ExitStack() as ending:
        phone = SimulatedPhone.start(
            SimulatedDevice(kind="simulated", stack=stack, apps=("calibration",))
        )
        ending.callback(phone.stop)
        url, capabilities = phone.url, {}
        if stack == "android":
            servers = AndroidStack(folder / "logs", clock)
            ending.callback(servers.close)
            adb = servers.own_adb()
            adb.connect(phone.serial)
            url, capabilities = servers.url(), reached_by(phone.serial, adb)
        options = UiAutomator2Options().load_capabilities({**CAPABILITIES, **capabilities})
        session = WebDriver(url, options=options)
        ending.callback(session.quit)
        for name in ("attempts", "evidence"):
            (folder / name).mkdir(parents=True)
        evidence = ending.enter_context(Evidence(RunDirectory(folder).keep))
        yield Bench(phone, NotingDriver(session, told), evidence, clock)


class Bench:
    """One phone with a session, measured by the harness and by plain selenium in turns.

    Attributes:
        driver: the harness's, over the same session.
        vitals_cost_s: what reading the vital signs took, attempt by attempt.
    """

    def __init__(
        self, phone: SimulatedPhone, driver: NotingDriver, evidence: Evidence, clock: SystemClock
    ) -> None:
        self._phone = phone
        self.driver = driver
        self._session = driver.session
        self._evidence = evidence
        self._clock = clock
        self._told = 0
        self.vitals_cost_s: list[float] = []

    def by_harness(self, delays: Sequence[int], *, ways_back: bool = False) -> list[Reading]:
        """One attempt that taps these delays and back; with `ways_back`, those taps as well."""
        self._session.update_settings(dict(SETTINGS))
        self._begin()
        record = self.attempt(delays)
        responses = [step.response for step in record.steps if step.kind == "tap"]
        taps = [each for delay_ms in delays for each in (delay_ms, None)]
        readings = []
        for planned, response, truth, command in zip(
            taps, responses, self._truths(), self.driver.taps, strict=True
        ):
            if planned is None and not ways_back:
                continue
            if response is None or response.first_seen_s is None or response.middle_s is None:
                raise RuntimeError(f"a tap has no response: {response}")
            readings.append(
                Reading(
                    delay_ms=planned or 0,
                    low_s=response.last_unseen_s,
                    high_s=response.first_seen_s,
                    reported_s=response.middle_s,
                    truth=truth,
                    command=command,
                )
            )
        return readings

    def attempt(self, delays: Sequence[int]) -> AttemptRecord:
        """An attempt as a run makes it: taps each of the delays, and back."""
        task = Task(planned_attempt(delays), SCENARIO, PROFILE, simulated=True)
        record = run_attempt(task, lambda: self.driver, self._evidence, self._clock)
        if record.verdict.outcome is not Outcome.COMPLETED:
            raise RuntimeError(f"{record.verdict}; {record.trouble}")
        if record.vitals is not None:
            self.vitals_cost_s.append(record.vitals.cost_s)
        return record

    def by_selenium(self, delays: Sequence[int]) -> list[Reading]:
        """The same taps, each awaited by a `WebDriverWait` as it comes."""
        self._begin()
        measured = []
        for delay_ms in delays:
            measured.append((delay_ms, *self._await(f"after_{delay_ms}", ANSWER)))
            self._await(ANSWER, START, every_s=QUICKLY_S)
        return [
            Reading(delay_ms, low_s, high_s, reported_s, truth, command)
            for (delay_ms, low_s, high_s, reported_s, command), truth in zip(
                measured, self._truths()[::2], strict=True
            )
        ]

    def _await(
        self, button: str, comes: str, every_s: float = POLL_FREQUENCY
    ) -> tuple[float, float, float, Command]:
        """Taps; the interval of what comes, what a script would note down, and the tap."""
        rect = self._session.find_element(AppiumBy.ID, button).rect
        middle = Point(x=rect["x"] + rect["width"] // 2, y=rect["y"] + rect["height"] // 2)
        self.driver.tap(middle)
        noted_at = perf_counter()
        command = self.driver.taps[-1]
        looks = Looks(expected_conditions.presence_of_element_located((AppiumBy.ID, comes)))
        WebDriverWait(self._session, GIVES_UP_S, every_s).until(looks)
        reported_s = perf_counter() - noted_at
        unseen_at = looks.began_at[-2] if len(looks.began_at) > 1 else command.ended_at
        low_s = max(0.0, unseen_at - command.ended_at)
        return low_s, looks.ended_at - command.began_at, reported_s, command

    def _begin(self) -> None:
        self._told = len(self._changes())
        self.driver.taps.clear()

    def _truths(self) -> list[Truth]:
        """What the phone has written down of the taps since the beginning, in their order."""
        marks = {f"values {PACKAGE} taps": "touched", f"values {PACKAGE} answered": "changed"}
        noted = [(at, marks[what]) for at, what in self._changes()[self._told :] if what in marks]
        if [kind for _, kind in noted] != ["touched", "changed"] * (len(noted) // 2):
            raise RuntimeError(f"touches and answers do not take turns: {noted}")
        pairs = list(pairwise(at for at, _ in noted))[::2]
        return [Truth(touched_at, changed_at) for touched_at, changed_at in pairs]

    def _changes(self) -> list[tuple[float, str]]:
        with urllib.request.urlopen(f"{self._phone.url}/zhangce/changes", timeout=30) as answer:
            return [(at, what) for at, what in json.load(answer)["value"]]


class NotingDriver(AppiumDriver):
    """The harness's driver, with a note of when each tap was sent and answered."""

    def __init__(self, session: WebDriver, told: Callable[[int], None]) -> None:
        super().__init__(session)
        self.session = session
        self.taps: list[Command] = []
        self._told_of = told
        self._count = 0

    def tap(self, point: Point) -> None:
        """A short press, as of a finger."""
        # Before the touch: what it costs is nobody's response.
        self._told_of(self._count)
        self._count += 1
        began_at = perf_counter()
        super().tap(point)
        self.taps.append(Command(began_at, perf_counter()))


class Looks:
    """A condition of selenium's, with a note of when each look at it began, and the last ended."""

    def __init__(self, condition: Callable[[Any], Any]) -> None:
        self._condition = condition
        self.began_at: list[float] = []
        self.ended_at = 0.0

    def __call__(self, session: Any) -> Any:
        """One look."""
        self.began_at.append(perf_counter())
        seen = self._condition(session)
        self.ended_at = perf_counter()
        return seen


def planned_attempt(delays: Sequence[int]) -> PlannedAttempt:
    """Launches the App, taps each delay and, once it is answered, back."""
    taps = [name for delay_ms in delays for name in (f"after_{delay_ms}", ANSWER)]
    steps: list[StepModel] = [
        Launch(),
        *(Tap(tap=name) for name in taps),
        Expect.model_validate({"expect": START}),
    ]
    return PlannedAttempt.model_validate({
        "scenario": SCENARIO.id,
        "app": PROFILE.id,
        "device": "phone",
        "repetition": 1,
        "file": __file__,
        "steps": [
            PlannedStep.model_validate({"path": str(n), "step": step, "file": __file__, "line": n})
            for n, step in enumerate(steps, start=1)
        ],
    })  # fmt: skip


# --- what the readings are worth ------------------------------------------------------------------


@dataclass(frozen=True)
class Worth:
    """What readings are worth; seconds, and `n` readings behind each figure."""

    n: int
    inside: int
    moments_inside: int
    one_clock: int
    bias_s: float
    median_half_width_s: float
    p95_half_width_s: float


def worth(readings: Sequence[Reading]) -> Worth:
    """What readings are worth; there must be two at least."""
    widths = [each.half_width_s for each in readings]
    return Worth(
        n=len(readings),
        inside=sum(not each.missed_by_s for each in readings),
        moments_inside=sum(each.moment_inside for each in readings),
        one_clock=sum(each.touched_within_command for each in readings),
        bias_s=fmean(each.error_s for each in readings),
        median_half_width_s=median(widths),
        p95_half_width_s=quantiles(widths, n=20, method="inclusive")[-1],
    )


def drift_per_thousand(readings: Sequence[Reading]) -> tuple[float, float]:
    """By how many seconds the error grows over 1,000 readings, and half its 95 % interval."""
    line = stats.linregress(range(len(readings)), [each.error_s for each in readings])
    spread = stats.t.ppf(0.975, len(readings) - 2) * line.stderr
    return 1000 * float(line.slope), 1000 * float(spread)


def show(console: Console, stack: Stack, series: Series) -> None:
    """Prints the figures of one stack, delay by delay as well, and every miss."""
    harness, selenium = worth(series.harness), worth(series.selenium)
    table = Table(title=f"Calibration, {stack} stack", title_justify="left")
    table.add_column("figure")
    for heading in (f"harness, n={harness.n}", f"WebDriverWait, n={selenium.n}"):
        table.add_column(heading, justify="right")
    for figure, tell in FIGURES.items():
        table.add_row(figure, tell(harness), tell(selenium))
    ratio = selenium.median_half_width_s / harness.median_half_width_s
    table.add_row("harness tighter by", f"{ratio:.1f} times", "")
    table.add_row("drift over 1,000 readings, ms", _drift(series.harness), "")
    console.print(table)
    _show_delays(console, stack, series.harness)
    if series.drift:
        _show_drift(console, series.drift)
    costs = series.vitals_cost_s
    console.print(
        f"vital signs, read at both ends of {len(costs)} attempts: median {_ms(median(costs))} ms, "
        f"most {_ms(max(costs))} ms"
    )
    for name, readings in (("harness", series.harness), ("harness, drift", series.drift)):
        _show_misses(console, f"{stack}, {name}", readings)


FIGURES: dict[str, Callable[[Worth], str]] = {
    "intervals that hold the truth": lambda it: _share(it.inside, it.n),
    "  the same as moments": lambda it: _share(it.moments_inside, it.n),
    "touches within their command": lambda it: _share(it.one_clock, it.n),
    "bias (reported - true), ms": lambda it: _ms(it.bias_s, "+"),
    "half-width, median, ms": lambda it: _ms(it.median_half_width_s),
    "half-width, p95, ms": lambda it: _ms(it.p95_half_width_s),
}


def _show_delays(console: Console, stack: Stack, readings: Sequence[Reading]) -> None:
    table = Table(title=f"By planted delay, harness, {stack} stack", title_justify="left")
    table.caption = "In ms; ± is the half-width."
    headings = ("planted", "n", "true, from", "to", "inside", "bias", "± median", "± p95")
    for heading in headings:
        table.add_column(heading, justify="right")
    for delay_ms in DELAYS_MS:
        of_delay = [each for each in readings if each.delay_ms == delay_ms]
        it, true = worth(of_delay), [each.truth.seconds for each in of_delay]
        table.add_row(
            *(str(delay_ms), str(it.n), _ms(min(true)), _ms(max(true)), str(it.inside)),
            *(_ms(it.bias_s, "+"), _ms(it.median_half_width_s), _ms(it.p95_half_width_s)),
        )
    console.print(table)


def _show_drift(console: Console, readings: Sequence[Reading]) -> None:
    it = worth(readings)
    console.print(
        f"{it.n} steps of one attempt: drift over 1,000 {_drift(readings)} ms, "
        f"inside {_share(it.inside, it.n)}, half-width {_ms(it.median_half_width_s)} ms"
    )


def _show_misses(console: Console, title: str, readings: Sequence[Reading]) -> None:
    missed = [(place, each) for place, each in enumerate(readings) if each.missed_by_s]
    for place, each in missed[:MISSES_SHOWN]:
        command = each.command
        console.print(
            f"missed ({title}, reading {place}, {each.delay_ms} ms): by "
            f"{_ms(each.missed_by_s, '+')} ms: true {_ms(each.truth.seconds)}, measured "
            f"{_ms(each.low_s)} to {_ms(each.high_s)}; the tap took "
            f"{_ms(command.ended_at - command.began_at)}, the touch came "
            f"{_ms(each.truth.touched_at - command.began_at, '+')} into it"
        )
    if len(missed) > MISSES_SHOWN:
        console.print(f"and {len(missed) - MISSES_SHOWN} more")


def _drift(readings: Sequence[Reading]) -> str:
    slope_s, spread_s = drift_per_thousand(readings)
    return f"{_ms(slope_s, '+')} ± {1000 * spread_s:.2f}"


def _share(count: int, n: int) -> str:
    return f"{count} of {n} ({count / n:.1%})"


def _ms(seconds: float, sign: Literal["", "+"] = "") -> str:
    return f"{1000 * seconds:{sign}.2f}"
