"""Builds records by hand, as a run would have written them: few words where a run has hundreds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from harness.model import (
    AndroidApp,
    AppProfile,
    AttemptRecord,
    ById,
    Condition,
    Device,
    Launch,
    Match,
    Met,
    Outcome,
    PlannedAttempt,
    PlannedStep,
    Reference,
    RemoteDevice,
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
from harness.model import Box as Rectangle
from harness.store import Run, RunDirectory

START = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
NAMES = {
    "sample_city": Words(zh="示例市民云", en="Sample City"),
    "other_city": Words(zh="他市通", en="Other City"),
}


def scenario(
    id: str = "find_service",
    *,
    kind: Literal["information", "transaction", "participation"] = "information",
    severity: Literal["critical", "major", "minor"] = "major",
    title: Words | None = None,
) -> Scenario:
    return Scenario(
        id=id,
        title=title or Words(zh="查找服务", en="Find a service"),
        goal=Condition(visible="service.title"),
        life_event="social_security",
        kind=kind,
        severity=severity,
        time_limit_s=120,
        reference=Reference(time_s=20, screens=3),
        steps=(Launch(), Tap(tap="home.search")),
    )


def app(id: str = "sample_city", *, elements_verified: str = "simulated") -> AppProfile:
    return AppProfile(
        id=id,
        name=NAMES.get(id, Words(zh=id)),
        city="示例市",
        level="municipality",
        android=AndroidApp(package="cn.zhangce.sample"),
        verified=Verified(package="never", elements=elements_verified),
        elements={"home.search": (ById(id="home_search"),), "service.title": (ById(id="title"),)},
    )


def step(
    path: str = "1",
    *,
    kind: str = "tap",
    status: Literal["done", "failed", "not_taken"] = "done",
    activity: str = ".HomeActivity",
    **others: Any,
) -> StepRecord:
    return StepRecord(
        path=path,
        kind=kind,
        sentence=Words(zh="点按 home.search", en="Tap home.search"),
        file="scenarios/find_service.yaml",
        line=int(path.split(".", maxsplit=1)[0]) + 10,
        status=status,
        started_s=float(path.split(".", maxsplit=1)[0]),
        times=StepTimes(
            wall_s=1.0, app_s=0.6, tool_s=0.3, barrier_s=0.0, evidence_s=0.1, action_s=0.1
        ),
        response=Response(last_unseen_s=0.5, first_seen_s=0.6, looks=3),
        match=Match(
            target="home.search",
            locator=ById(id="home_search"),
            position=1,
            candidates=1,
            box=Rectangle(left=0, top=0, right=100, bottom=50),
        ),
        activity=activity,
        **others,
    )


def advert() -> Met:
    return Met(name="advert", seconds=0.8, picture=None)


def attempt(
    outcome: Outcome = Outcome.COMPLETED,
    *,
    scenario: str = "find_service",
    app: str = "sample_city",
    device: str = "phone",
    repetition: int = 1,
    simulated: bool = True,
    worker: str = "main",
    task_s: float | None = 10.0,
    steps: tuple[StepRecord, ...] | None = None,
    **others: Any,
) -> AttemptRecord:
    return AttemptRecord(
        id=f"{scenario}::{app}[{device}#{repetition}]",
        scenario=scenario,
        app=app,
        device=device,
        repetition=repetition,
        simulated=simulated,
        worker=worker,
        started_at=START + timedelta(minutes=repetition),
        wall_s=12.5,
        task_s=task_s if outcome.completed else None,
        task_half_width_s=0.1 if outcome.completed else None,
        verdict=Verdict(outcome=outcome, reasons=(Words(zh="因为", en="because"),)),
        steps=steps if steps is not None else (step("1", kind="launch"), step("2")),
        **others,
    )


def attempts(counts: dict[Outcome, int], **others: Any) -> tuple[AttemptRecord, ...]:
    """So many attempts of each outcome, numbered through."""
    outcomes = [outcome for outcome, count in counts.items() for _ in range(count)]
    return tuple(
        attempt(outcome, repetition=number, **others)
        for number, outcome in enumerate(outcomes, start=1)
    )


def planned(record: AttemptRecord) -> PlannedAttempt:
    place = f"scenarios/{record.scenario}.yaml"
    return PlannedAttempt(
        scenario=record.scenario,
        app=record.app,
        device=record.device,
        repetition=record.repetition,
        file=place,
        steps=(PlannedStep(path="1", step=Launch(), file=place, line=11),),
    )


def request(
    *records: AttemptRecord,
    run_id: str = "20261123-094100-test",
    scenarios: tuple[Scenario, ...] | None = None,
    apps: tuple[AppProfile, ...] | None = None,
    missing: tuple[AttemptRecord, ...] = (),
) -> RunRecord:
    """The run.json of a run that planned these attempts and those that are `missing`."""
    all_records = (*records, *missing)
    apps = apps or tuple(app(id) for id in dict.fromkeys(r.app for r in all_records))
    devices: dict[str, Device] = {
        record.device: SimulatedDevice(kind="simulated", apps=("sample_city",))
        if record.simulated
        else RemoteDevice(kind="remote", apps=("sample_city",), url="http://127.0.0.1:4723")
        for record in all_records
    }
    return RunRecord(
        run_id=run_id,
        started_at=START,
        versions={"zhangce": "0.1.0"},
        commit="0123456",
        options={},
        devices=devices,
        apps=apps,
        scenarios=scenarios
        or tuple(scenario(id) for id in dict.fromkeys(r.scenario for r in all_records)),
        plan=tuple(planned(record) for record in all_records),
    )


def run(*records: AttemptRecord, problems: tuple[str, ...] = (), **others: Any) -> Run:
    return Run(request(*records, **others), records, problems)


def write(results: Path, *records: AttemptRecord, **others: Any) -> Path:
    """Puts a run on the disk as the harness would; returns its directory."""
    with RunDirectory.create(results, request(*records, **others)) as directory:
        for record in records:
            directory.append(record)
    return directory.path
