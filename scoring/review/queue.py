"""What a reviewer should look at first. Pure, and the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.model import AttemptRecord, Outcome, Words
from scoring.review.opinions import Opinions

SAMPLED = 0.1
"""The share of all others that is looked at as well, so that a court that errs is found out."""
AT_LEAST = 5

UNSURE = (Outcome.OUTDATED, Outcome.HARNESS_ERROR)
"""Outcomes by which the court says that it cannot tell."""

WHY = {
    "unsure": Words(zh="测具自己无法判定", en="the court cannot tell"),
    "helped": Words(zh="关卡由人协助通过", en="a barrier was passed with help"),
    "first": Words(zh="该 App 首次出现这种结果", en="the first of its outcome on this App"),
    "finding": Words(zh="对 App 不利的结论", en="speaks against the App"),
    "sample": Words(zh="质量抽查", en="drawn at random, for quality"),
}


@dataclass(frozen=True)
class Waiting:
    """An attempt that waits for a reviewer, and why."""

    attempt: str
    why: str


def queue(records: Sequence[AttemptRecord], seed: int = 0) -> tuple[Waiting, ...]:
    """The attempts that need a person, the most urgent first, each once."""
    found: dict[str, str] = {}
    for why, picks in _reasons(seed).items():
        for record in picks(records):
            found.setdefault(record.id, why)
    return tuple(Waiting(attempt, why) for attempt, why in found.items())


def left(waiting: Sequence[Waiting], opinions: Opinions, reviewer: str) -> tuple[Waiting, ...]:
    """What this reviewer has not judged yet."""
    return tuple(each for each in waiting if opinions.of(reviewer, each.attempt) is None)


Picks = Callable[[Sequence[AttemptRecord]], Iterator[AttemptRecord]]


def _reasons(seed: int) -> dict[str, Picks]:
    return {
        "unsure": lambda records: (r for r in records if r.verdict.outcome in UNSURE),
        "helped": lambda records: (r for r in records if r.barriers),
        "first": _first_of_each,
        "finding": lambda records: (r for r in records if r.verdict.outcome.finding),
        "sample": lambda records: _sample(records, seed),
    }


def _first_of_each(records: Sequence[AttemptRecord]) -> Iterator[AttemptRecord]:
    seen: set[tuple[str, bool, Outcome]] = set()
    for record in records:
        key = (record.app, record.simulated, record.verdict.outcome)
        if key not in seen:
            seen.add(key)
            yield record


def _sample(records: Sequence[AttemptRecord], seed: int) -> Iterator[AttemptRecord]:
    ordered = sorted(records, key=lambda record: record.id)
    count = min(len(ordered), max(AT_LEAST, round(SAMPLED * len(ordered))))
    yield from random.Random(seed).sample(ordered, count)
