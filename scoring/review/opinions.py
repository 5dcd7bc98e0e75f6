"""From the lines of all reviewers to what each of them thinks now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scoring.review.events import Event, Judgement, Questionnaire, Undo, UsabilityProblem, order


@dataclass(frozen=True)
class Opinions:
    """What reviewers think.

    Attributes:
        judgements: by attempt, then by reviewer.
        problems: those that were not taken back, in their order.
        questionnaires: by attempt, then by reviewer.
    """

    judgements: Mapping[str, Mapping[str, Judgement]] = field(default_factory=dict)
    problems: tuple[UsabilityProblem, ...] = ()
    questionnaires: Mapping[str, Mapping[str, Questionnaire]] = field(default_factory=dict)

    def of(self, reviewer: str, attempt: str) -> Judgement | None:
        """What a reviewer says of an attempt."""
        return self.judgements.get(attempt, {}).get(reviewer)


def fold(events: Iterable[Event]) -> Opinions:
    """What is left when the last word counts and what was undone does not.

    The order of the lines is that of their times, so that files merged by git or in any
    order come to the same. An undo takes back its own reviewer's events only.
    """
    once = {event.id: event for event in sorted(events, key=order)}
    undone = {
        event.of
        for event in once.values()
        if isinstance(event, Undo)
        and event.of in once
        and once[event.of].reviewer == event.reviewer
    }
    judgements: dict[str, dict[str, Judgement]] = {}
    questionnaires: dict[str, dict[str, Questionnaire]] = {}
    problems: list[UsabilityProblem] = []
    for event in once.values():
        if event.id in undone:
            continue
        match event:
            case Judgement():
                judgements.setdefault(event.attempt, {})[event.reviewer] = event
            case Questionnaire():
                questionnaires.setdefault(event.attempt, {})[event.reviewer] = event
            case UsabilityProblem():
                problems.append(event)
            case Undo():
                pass
    return Opinions(judgements, tuple(problems), questionnaires)
