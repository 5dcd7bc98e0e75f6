"""How what reviewers say counts. Pure; docs/review.md says it in words.

An attempt's outcome is the court's, unless every reviewer who is sure says that it was another,
and all of them name the same. Where they differ, the court's outcome stays and the attempt is
on the list of disagreements. A time is never made up: an attempt that comes to be completed has
none, and one that comes to be not completed loses its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from harness.model import AttemptRecord, Frozen, Outcome, Words
from harness.store import Run
from scoring.review.events import Judgement
from scoring.review.opinions import Opinions


class Change(Frozen):
    """An outcome that reviewers have changed."""

    attempt: str
    court: Outcome
    reviewers: tuple[str, ...]
    outcome: Outcome


class Reviewed(Frozen):
    """What reviews have done to a run's attempts."""

    run_id: str
    reviewers: tuple[str, ...]
    judged: int
    """Attempts that somebody was sure about."""
    changes: tuple[Change, ...]
    disagreements: tuple[str, ...]
    """Attempts about which reviewers differ; the court's outcome stands."""


@dataclass(frozen=True)
class Settled:
    """What is said of one attempt by those who are sure: the outcomes by reviewer."""

    record: AttemptRecord
    said: Mapping[str, Outcome]

    @property
    def outcomes(self) -> frozenset[Outcome]:
        """The different ones."""
        return frozenset(self.said.values())

    @property
    def change(self) -> Change | None:
        """What the rule makes of it; None where the court's outcome stands."""
        if len(self.outcomes) != 1:
            return None
        (outcome,) = self.outcomes
        court = self.record.verdict.outcome
        if outcome is court:
            return None
        return Change(
            attempt=self.record.id,
            court=court,
            reviewers=tuple(sorted(self.said)),
            outcome=outcome,
        )


def outcome_said(judgement: Judgement, court: Outcome) -> Outcome | None:
    """Which outcome a reviewer stands for; None: is not sure."""
    return {"agree": court, "disagree": judgement.outcome, "unsure": None}[judgement.says]


def settle(records: Iterable[AttemptRecord], opinions: Opinions) -> Iterator[Settled]:
    """What those who are sure say of each attempt that somebody is sure about."""
    for record in records:
        judged = opinions.judgements.get(record.id, {})
        said = {
            reviewer: outcome
            for reviewer, judgement in judged.items()
            if (outcome := outcome_said(judgement, record.verdict.outcome)) is not None
        }
        if said:
            yield Settled(record, said)


def apply(run: Run, opinions: Opinions) -> tuple[Run, Reviewed | None]:
    """A run as reviewers see it, and what they have changed; None: nobody has judged anything."""
    settled = list(settle(run.attempts, opinions))
    if not settled:
        return run, None
    changes = {each.record.id: change for each in settled if (change := each.change)}
    attempts = tuple(
        _changed(record, changes[record.id]) if record.id in changes else record
        for record in run.attempts
    )
    return replace(run, attempts=attempts), Reviewed(
        run_id=run.run.run_id,
        reviewers=tuple(sorted({name for each in settled for name in each.said})),
        judged=len(settled),
        changes=tuple(changes.values()),
        disagreements=tuple(each.record.id for each in settled if len(each.outcomes) > 1),
    )


def _changed(record: AttemptRecord, change: Change) -> AttemptRecord:
    verdict = record.verdict.model_copy(
        update={
            "outcome": change.outcome,
            "reasons": (*record.verdict.reasons, _say(change)),
            "rests_on": (*record.verdict.rests_on, ("reviews",)) if record.verdict.rests_on else (),
        }
    )
    keeps_time = change.outcome.completed
    return record.model_copy(
        update={
            "verdict": verdict,
            "task_s": record.task_s if keeps_time else None,
            "task_half_width_s": record.task_half_width_s if keeps_time else None,
        }
    )


def _say(change: Change) -> Words:
    now, before = change.outcome.words, change.court.words
    return Words(
        zh=f"{'、'.join(change.reviewers)} 改判为“{now.zh}”，原判“{before.zh}”",
        en=f"{', '.join(change.reviewers)} said {now.en}; the court had said {before.en}",
    )
