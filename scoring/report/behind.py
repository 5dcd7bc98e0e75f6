"""The pictures behind a number of the index: what cost most, and what was wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.model import Box, Words
from scoring.explain import AttemptBehind, Explanation, Finding
from scoring.index import NodeScore
from scoring.report.view import AttemptView, StepView, app_key
from scoring.report.words import OUTCOMES

EXAMPLES = 3
"""Attempts that are shown where none cost more than another."""
MOST_CLUES = 8
"""Pictures behind one number; the others are in the list of attempts."""
WAITING = ("cold_start", "response", "time")
"""Measures that the step decides at which the App made people wait longest."""


@dataclass(frozen=True)
class Clue:
    """One picture behind a number."""

    attempt: AttemptView
    step: StepView | None
    says: Words
    box: Box | None = None
    """Of what was wrong, in pixels of the picture at the end of the step."""


@dataclass(frozen=True)
class Behind:
    """What an indicator of an App rests on."""

    node: NodeScore
    formula: Words
    source: str
    clues: tuple[Clue, ...]
    of: int
    """How many there are in all."""


def behind(
    explanations: Iterable[Explanation], attempts: Sequence[AttemptView]
) -> Mapping[str, tuple[Behind, ...]]:
    """What each App's indicators rest on, by the App's key; those without a picture left out."""
    by_name = {attempt.name: attempt for attempt in attempts}
    found: dict[str, list[Behind]] = {}
    for each in explanations:
        clues = [*_attempts(each, by_name), *_findings(each.findings, by_name)]
        if clues:
            found.setdefault(app_key(each.app, each.simulated), []).append(
                Behind(each.node, each.formula, each.source, tuple(clues[:MOST_CLUES]), len(clues))
            )
    return {app: tuple(indicators) for app, indicators in found.items()}


def _attempts(found: Explanation, by_name: Mapping[str, AttemptView]) -> Iterator[Clue]:
    """The attempts that cost something, the dearest first; where all are alike, examples."""
    said = [each for task in found.tasks for each in task.attempts if each.value is not None]
    best = max((_worth(each, found) for each in said), default=0.0)
    cost = [each for each in said if _worth(each, found) < best]
    for each in sorted(cost, key=lambda each: _worth(each, found)) or said[:EXAMPLES]:
        attempt = by_name.get(each.id)
        if attempt is not None:
            slow = found.node.measure in WAITING
            step = attempt.slowest if slow else attempt.last_seen
            yield Clue(attempt, step, OUTCOMES[each.outcome])


def _worth(each: AttemptBehind, found: Explanation) -> float:
    """What lowers the indicator comes first: seconds and interruptions do by being many."""
    value = each.value or 0
    return -value if found.node.measure in ("cold_start", "time", "interruptions") else value


def _findings(findings: Iterable[Finding], by_name: Mapping[str, AttemptView]) -> Iterator[Clue]:
    """What an audit found wrong."""
    for finding in findings:
        at = finding.judgement.at
        attempt = by_name.get(f"{at.run}/{at.attempt}")
        if finding.judgement.right is False and attempt is not None:
            step = next((each for each in attempt.steps if each.record.path == at.step), None)
            yield Clue(attempt, step, finding.judgement.says, finding.judgement.box)
