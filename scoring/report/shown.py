"""A run as its pages show it: what was observed, and what reviewers said of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from harness.model import AttemptRecord, Outcome
from harness.store import Run
from scoring.estimate import Estimate
from scoring.review.agreement import agreement
from scoring.review.events import Judgement, Questionnaire, UsabilityProblem
from scoring.review.opinions import Opinions
from scoring.review.rule import Reviewed, Settled, apply, settle

E = TypeVar("E", Judgement, Questionnaire)


@dataclass(frozen=True)
class Said:
    """What reviewers said of one attempt.

    Attributes:
        judgements, problems, questionnaires: those that stand.
        court: the outcome that they have changed; None: it stands.
        disputed: whether reviewers who are sure differ.
    """

    judgements: tuple[Judgement, ...] = ()
    problems: tuple[UsabilityProblem, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    court: Outcome | None = None
    disputed: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is something to show."""
        return bool(self.judgements or self.problems or self.questionnaires)


@dataclass(frozen=True)
class Shown:
    """A run, where it lies, and what reviewers think: nothing where pages are to tell nothing."""

    court: Run
    directory: Path
    opinions: Opinions = field(default_factory=Opinions)

    @property
    def run(self) -> Run:
        """The run as reviewers see it."""
        return self._applied[0]

    @property
    def reviewed(self) -> Reviewed | None:
        """What reviewers have changed; None: nobody was sure of anything."""
        return self._applied[1]

    @cached_property
    def settled(self) -> tuple[Settled, ...]:
        """What those who are sure say of each attempt."""
        return tuple(settle(self.court.attempts, self.opinions))

    @cached_property
    def _applied(self) -> tuple[Run, Reviewed | None]:
        return apply(self.court, self.opinions)

    @cached_property
    def _problems(self) -> dict[str, list[UsabilityProblem]]:
        found: dict[str, list[UsabilityProblem]] = {}
        for problem in self.opinions.problems:
            found.setdefault(problem.attempt, []).append(problem)
        return found

    @cached_property
    def _courts(self) -> dict[str, Outcome]:
        changes = () if self.reviewed is None else self.reviewed.changes
        return {change.attempt: change.court for change in changes}

    def said(self, record: AttemptRecord) -> Said:
        """What reviewers said of one of its attempts."""
        disputes = () if self.reviewed is None else self.reviewed.disagreements
        return Said(
            judgements=_by_name(self.opinions.judgements.get(record.id, {}).values()),
            problems=tuple(self._problems.get(record.id, ())),
            questionnaires=_by_name(self.opinions.questionnaires.get(record.id, {}).values()),
            court=self._courts.get(record.id),
            disputed=record.id in disputes,
        )


def agreement_of(shown: Sequence[Shown]) -> Estimate | None:
    """How far the reviewers of some runs agree."""
    return agreement([each for one in shown for each in one.settled])


def _by_name(events: Iterable[E]) -> tuple[E, ...]:
    return tuple(sorted(events, key=lambda event: event.reviewer))
