"""Synthetic runs with planted truths: what the scoring should find is known beforehand.

One App at a time and seeded; as records in the store's own format, or straight as the frames
that would be read from those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.model import (
    AndroidApp,
    AppProfile,
    AttemptRecord,
    ById,
    Launch,
    Met,
    Outcome,
    PlannedAttempt,
    Reference,
    Response,
    RunRecord,
    Scenario,
    SimulatedDevice,
    StepRecord,
    StepTimes,
    Tap,
    Verdict,
    Verified,
    Words,
)
from harness.store import RunDirectory, write_scores
from scoring.frame import ATTEMPT_TYPES, STEP_TYPES
from scoring.pack import ATTEMPTS_FILE, STEPS_FILE, stamp_of, to_parquet
from scoring.values import Floats

START = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
RUN_ID = "synthetic"
PHONE = "phone"
TASKS, ATTEMPTS, STEPS = 40, 10, 12
REFERENCE_S, LIMIT_S, REFERENCE_SCREENS = 30.0, 120.0, 3
HALF_WIDTH_S = 0.05
OUTCOMES = (
    Outcome.COMPLETED, Outcome.CRASHED, Outcome.APP_ERROR, Outcome.NOT_FOUND, Outcome.TIMED_OUT,
)  # fmt: skip
WORDS = Words(zh="点按下一步", en="Tap next")

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """One task of the panel: the same for every App."""

    id: str
    kind: str
    severity: str
    tag: str


KINDS = (("information", 13, ("search", "progress")), ("transaction", 19, ("form", "wrong_input",
    "elder_mode", "accessibility")), ("participation", 8, ("hotline", "rating")))  # fmt: skip
"""Of a panel of 40: so many tasks of each kind, their tags in turn."""
SEVERITIES = ("critical", "major", "minor")


def panel(times: int = 1) -> tuple[Task, ...]:
    """40 tasks that feed all indicators of attempts, or so many times 40."""
    kinds = [(kind, tags) for kind, count, tags in KINDS for _ in range(count * times)]
    return tuple(
        Task(f"task_{n:05d}", kind, SEVERITIES[n % 3], tags[n % len(tags)])
        for n, (kind, tags) in enumerate(kinds)
    )


@dataclass(frozen=True)
class Truth:
    """How an App truly is, by task of the panel.

    Attributes:
        completion: probability that an attempt completes the task.
        log_s: mean of the logarithm of its seconds, with `spread` about it.
        crash: probability that an attempt that does not complete crashes.
        cold_start_s: median of its cold starts.
        response_s: mean of its steps' responses.
    """

    completion: Floats
    log_s: Floats
    spread: float = 0.35
    crash: float = 0.2
    cold_start_s: float = 2.8
    response_s: float = 2.0


def plant(tasks: int, generator: np.random.Generator, ability: float = 1.4) -> Truth:
    """An App of this ability; how hard it makes each task is drawn from one population."""
    hard = generator.normal(0, 0.8, tasks)
    return Truth(
        completion=1 / (1 + np.exp(hard - ability)),
        log_s=np.log(50) + 0.25 * hard + generator.normal(0, 0.1, tasks),
    )


@dataclass(frozen=True)
class Observed:
    """What attempts on one App showed: tasks x attempts, and x steps."""

    app: str
    outcome: Integers
    task_s: Floats
    cold_start_s: Floats
    screens: Integers
    interruptions: Integers
    response_s: Floats


def observe(
    app: str, truth: Truth, generator: np.random.Generator, attempts: int = ATTEMPTS
) -> Observed:
    """Makes attempts on an App that is truly so."""
    size = (len(truth.completion), attempts)
    completed = generator.random(size) < truth.completion[:, None]
    crashed = generator.random(size) < truth.crash
    trouble = np.where(crashed, 1, generator.integers(2, len(OUTCOMES), size))
    return Observed(
        app=app,
        outcome=np.where(completed, 0, trouble),
        task_s=np.exp(generator.normal(truth.log_s[:, None], truth.spread, size)),
        cold_start_s=truth.cold_start_s * np.exp(generator.normal(0, 0.2, size)),
        screens=REFERENCE_SCREENS + generator.integers(0, 3, size),
        interruptions=generator.poisson(0.4, size),
        response_s=generator.gamma(4, truth.response_s / 4, (*size, STEPS)) + HALF_WIDTH_S,
    )


# --- as frames -----------------------------------------------------------------------------------


def attempt_rows(tasks: Sequence[Task], seen: Observed) -> pd.DataFrame:
    """The attempt frame of one App, as `attempt_frame` would have it."""
    size = seen.outcome.shape
    task, number = (each.ravel() for each in np.indices(size))
    outcome = seen.outcome.ravel()
    completed = outcome == 0
    screens = seen.screens.ravel()
    columns: dict[str, object] = {
        **dict.fromkeys(ATTEMPT_TYPES), "credit": np.full(len(task), np.nan),
        "run": RUN_ID, "app": seen.app, "device": PHONE, "simulated": True, "worker": "main",
        "attempt": [_id(tasks[t], seen.app, n) for t, n in np.ndindex(size)],
        "scenario": np.array([each.id for each in tasks], dtype=object)[task],
        "kind": np.array([each.kind for each in tasks], dtype=object)[task],
        "severity": np.array([each.severity for each in tasks], dtype=object)[task],
        "tags": np.array([f" {each.tag} " for each in tasks], dtype=object)[task],
        "life_event": "social_security", "repetition": number + 1,
        "started_at": pd.Timestamp(START) + pd.to_timedelta(number + 1, unit="min"),
        "outcome": np.array([each.value for each in OUTCOMES], dtype=object)[outcome],
        "attempted": True, "completed": completed, "assisted": False, "wall_s": 60.0,
        "task_s": np.where(completed, seen.task_s.ravel(), np.nan),
        "task_half_width_s": np.where(completed, 0.1, np.nan),
        "actions": STEPS, "screens": screens, "screens_passed": screens,
        "interruptions": seen.interruptions.ravel(), "depth": np.where(completed, 2.0, 0.0),
        "reference_time_s": REFERENCE_S, "time_limit_s": LIMIT_S,
        "reference_screens": REFERENCE_SCREENS,
    }  # fmt: skip
    rows = pd.DataFrame(columns, index=range(len(task)))
    return rows.astype(dict(ATTEMPT_TYPES))


def step_rows(tasks: Sequence[Task], seen: Observed) -> pd.DataFrame:
    """The step frame of one App, as `step_frame` would have it."""
    rows = attempt_rows(tasks, seen)
    step = np.tile(np.arange(STEPS), len(rows))
    repeated = rows.loc[np.repeat(np.arange(len(rows)), STEPS)].reset_index(drop=True)
    cold = np.repeat(seen.cold_start_s.ravel(), STEPS)
    screen = np.minimum(step, np.repeat(seen.screens.ravel(), STEPS) - 1)
    columns: dict[str, object] = {
        "step": (step + 1).astype(str), "step_status": "done", "step_sentence": str(WORDS),
        "step_kind": np.where(step == 0, "launch", "tap"), "step_started_s": step.astype(float),
        "step_wall_s": 1.0, "step_app_s": 0.6, "step_tool_s": 0.3, "step_barrier_s": 0.0,
        "step_evidence_s": 0.1, "response_s": seen.response_s.ravel(),
        "response_half_width_s": HALF_WIDTH_S, "settled_s": np.nan,
        "displayed_s": np.where(step == 0, cold, np.nan),
        "locator_position": pd.NA, "candidates": pd.NA,
        "activity": np.char.add(".Screen", screen.astype(str)),
        "step_interruptions": np.where(step == 0, np.repeat(seen.interruptions.ravel(), STEPS), 0),
    }  # fmt: skip
    own = pd.DataFrame(columns, index=repeated.index)
    return pd.concat([repeated, own], axis=1).astype(dict(STEP_TYPES))


def _id(task: Task, app: str, number: int) -> str:
    return f"{task.id}::{app}[{PHONE}#{number + 1}]"


def write_packed(
    results: Path, tasks: Sequence[Task], apps: Sequence[str], make: Callable[[str], Observed]
) -> Path:
    """A run of which there are the packed frames only; its run.json plans nothing.

    Args:
        results: where the run's directory is made.
        tasks: the panel.
        apps: in order of their ids.
        make: what attempts on an App showed; asked twice, and answers the same.
    """
    with RunDirectory.create(results, request(tasks, apps[:1])) as made:
        directory = made.path
    stamp, keys = stamp_of(directory), [(app, True) for app in apps]
    for name, rows in ((ATTEMPTS_FILE, attempt_rows), (STEPS_FILE, step_rows)):
        each = (rows(tasks, make(app)) for app in apps)
        empty = rows(tasks, make(apps[0])).iloc[:0]
        write_scores(directory, {name: to_parquet(each, empty, keys, stamp)})
    return directory


# --- as records ----------------------------------------------------------------------------------


def write_records(results: Path, tasks: Sequence[Task], seen: Sequence[Observed]) -> Path:
    """A run as the harness would have written it, attempt by attempt."""
    records = [record for each in seen for record in attempt_records(tasks, each)]
    asked = request(tasks, [each.app for each in seen], records)
    with RunDirectory.create(results, asked) as directory:
        for record in records:
            directory.append(record)
    return directory.path


def attempt_records(tasks: Sequence[Task], seen: Observed) -> Iterator[AttemptRecord]:
    """The records of one App's attempts, task by task."""
    for t, n in np.ndindex(seen.outcome.shape):
        outcome = OUTCOMES[seen.outcome[t, n]]
        yield AttemptRecord(
            id=_id(tasks[t], seen.app, n),
            scenario=tasks[t].id,
            app=seen.app,
            device=PHONE,
            repetition=n + 1,
            simulated=True,
            worker="main",
            started_at=START + timedelta(minutes=n + 1),
            wall_s=60.0,
            task_s=float(seen.task_s[t, n]) if outcome.completed else None,
            task_half_width_s=0.1 if outcome.completed else None,
            verdict=Verdict(outcome=outcome, reasons=(Words(zh="预设", en="planted"),)),
            steps=tuple(_step(seen, (t, n), place) for place in range(STEPS)),
        )


def _step(seen: Observed, attempt: tuple[int, int], place: int) -> StepRecord:
    middle = float(seen.response_s[(*attempt, place)])
    last = min(place, int(seen.screens[attempt]) - 1)
    return StepRecord(
        path=str(place + 1),
        kind="launch" if place == 0 else "tap",
        sentence=WORDS,
        file="scenarios/synthetic.yaml",
        line=place + 1,
        status="done",
        started_s=float(place),
        times=StepTimes(
            wall_s=1.0, app_s=0.6, tool_s=0.3, barrier_s=0.0, evidence_s=0.1, action_s=0.1
        ),
        response=Response(
            last_unseen_s=middle - HALF_WIDTH_S, first_seen_s=middle + HALF_WIDTH_S, looks=3
        ),
        displayed_s=float(seen.cold_start_s[attempt]) if place == 0 else None,
        activity=f".Screen{last}",
        interruptions=tuple(
            Met(name="advert", seconds=0.8, picture=None)
            for _ in range(int(seen.interruptions[attempt]) if place == 0 else 0)
        ),
    )


def request(
    tasks: Sequence[Task], apps: Sequence[str], records: Sequence[AttemptRecord] = ()
) -> RunRecord:
    """The run.json of a synthetic run."""
    return RunRecord(
        run_id=RUN_ID,
        started_at=START,
        versions={"zhangce": "synthetic"},
        commit="0000000",
        options={},
        devices={PHONE: SimulatedDevice(kind="simulated", apps=tuple(apps))},
        apps=tuple(_profile(app) for app in apps),
        scenarios=tuple(_scenario(task) for task in tasks),
        plan=tuple(
            PlannedAttempt(
                scenario=record.scenario,
                app=record.app,
                device=record.device,
                repetition=record.repetition,
                file="scenarios/synthetic.yaml",
                steps=(),
            )
            for record in records
        ),
    )


def _scenario(task: Task) -> Scenario:
    return Scenario.model_validate(
        {
            "id": task.id,
            "title": {"zh": "合成任务", "en": "A synthetic task"},
            "goal": {"visible": "service.title"},
            "life_event": "social_security",
            "kind": task.kind,
            "severity": task.severity,
            "tags": (task.tag,),
            "time_limit_s": LIMIT_S,
            "reference": Reference(time_s=REFERENCE_S, screens=REFERENCE_SCREENS),
            "steps": (Launch(), Tap(tap="home.next")),
        }
    )


def _profile(app: str) -> AppProfile:
    return AppProfile(
        id=app,
        name=Words(zh="合成", en="Synthetic"),
        city="合成市",
        level="municipality",
        android=AndroidApp(package="cn.zhangce.synthetic"),
        verified=Verified(package="never", elements="simulated"),
        elements={
            "home.next": (ById(id="next"),),
            "service.title": (ById(id="title"),),
        },
    )
