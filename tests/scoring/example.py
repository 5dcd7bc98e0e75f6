"""A run with something of everything, which the goldens show."""

from __future__ import annotations

from harness.model import AttemptRecord, Outcome, Words
from harness.store import Run
from tests.scoring import records

CONTRIBUTION = records.scenario(
    "find_contribution_query",
    title=Words(zh="查找社保缴费查询", en="Find the social-insurance contribution query"),
)
OPENING_HOURS = records.scenario(
    "find_opening_hours", title=Words(zh="查找政务服务中心的办公时间", en="Find opening hours")
)
RESIDENCE = records.scenario(
    "apply_residence_permit",
    kind="transaction",
    severity="critical",
    title=Words(zh="申请居住证", en="Apply for a residence permit"),
)
HOTLINE = records.scenario(
    "ask_hotline", kind="participation", title=Words(zh="向 12345 热线提交咨询")
)


def everything() -> Run:
    """Two Apps, one on a real phone; most outcomes; attempts that are missing; a damaged line."""
    done = (
        *_times("find_contribution_query", (9.6, 11.2, 10.4, 13.9), {Outcome.NOT_FOUND: 1}),
        *_times("find_opening_hours", (7.1, 6.8, 7.4, 7.0, 6.9), {}),
        *_times(
            "apply_residence_permit",
            (48.3,),
            {Outcome.COMPLETED_ASSISTED: 1, Outcome.TIMED_OUT: 2, Outcome.BLOCKED: 1},
        ),
        *records.attempts(
            {Outcome.APP_ERROR: 1, Outcome.CRASHED: 1, Outcome.HARNESS_ERROR: 1},
            scenario="ask_hotline",
        ),
    )
    on_a_real_phone = (
        *_times("find_contribution_query", (21.5, 30.2), {Outcome.WRONG_RESULT: 1}, "other_city"),
        *records.attempts({Outcome.ABSENT: 3}, scenario="ask_hotline", app="other_city"),
    )
    missing = tuple(
        records.attempt(scenario="find_opening_hours", app="other_city", repetition=number)
        for number in (1, 2, 3)
    )
    real = [_on_a_real_phone(each) for each in (*on_a_real_phone, *missing)]
    return records.run(
        *done,
        *real[:-3],
        missing=tuple(real[-3:]),
        scenarios=(CONTRIBUTION, OPENING_HOURS, RESIDENCE, HOTLINE),
        apps=(
            records.app("sample_city"),
            records.app("other_city", elements_verified="never"),
        ),
        problems=("attempts/gw0.jsonl:7: cut off before its end; the line is left out",),
    )


def _times(
    scenario: str,
    seconds: tuple[float, ...],
    others: dict[Outcome, int],
    app: str = "sample_city",
) -> list[AttemptRecord]:
    steps = (
        records.step("1", kind="launch", interruptions=(records.advert(),)),
        records.step("2"),
        records.step("3", kind="type", activity=".SearchActivity"),
        records.step("4", kind="expect", activity=".SearchActivity"),
        records.step("5", activity=".ServiceActivity"),
    )
    completed = [
        records.attempt(scenario=scenario, app=app, repetition=number, task_s=time, steps=steps)
        for number, time in enumerate(seconds, start=1)
    ]
    rest = [outcome for outcome, count in others.items() for _ in range(count)]
    return completed + [
        records.attempt(
            outcome, scenario=scenario, app=app, repetition=number, task_s=61.7, steps=steps
        )
        for number, outcome in enumerate(rest, start=len(completed) + 1)
    ]


def _on_a_real_phone(record: AttemptRecord) -> AttemptRecord:
    id = record.id.replace("[phone#", "[pixel#")
    return record.model_copy(update={"id": id, "device": "pixel", "simulated": False})
