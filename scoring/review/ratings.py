"""What reviewers' questionnaires say of an App: the indicator E1.1. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import mean

from harness.store import Run
from scoring.index import AppKey
from scoring.leaves import Audited
from scoring.review.events import Questionnaire
from scoring.review.opinions import Opinions

ITEM = "rating"
"""What the tree of indicators calls it."""
RATINGS = ("efficiency", "guidance", "convenience", "operability")


def rate(runs: Iterable[tuple[Run, Opinions]]) -> dict[AppKey, Audited]:
    """The mean of all questionnaires of each App, each the mean of what was answered in it.

    Of 1 to 5 points of 好差评 a share is (points - 1)/4, of the 1 to 7 of SEQ (points - 1)/6.
    """
    found: dict[AppKey, list[float]] = {}
    for run, opinions in runs:
        for record in run.attempts:
            for questionnaire in opinions.questionnaires.get(record.id, {}).values():
                shares = list(_shares(questionnaire))
                if shares:
                    found.setdefault((record.app, record.simulated), []).append(mean(shares))
    return {app: Audited(mean(shares), len(shares)) for app, shares in found.items()}


def _shares(questionnaire: Questionnaire) -> Iterator[float]:
    for name in RATINGS:
        points = getattr(questionnaire, name)
        if points is not None:
            yield (points - 1) / 4
    if questionnaire.ease is not None:
        yield (questionnaire.ease - 1) / 6
