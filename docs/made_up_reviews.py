"""What two reviewers who do not exist say of a run of the sample App's three editions.

For the pictures of the READMEs: each problem that they pin is one that was planted.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from harness.model import AttemptRecord
from harness.store import Run, read_run
from scoring.review.book import has_reviews, write_down
from scoring.review.events import EVENT, Event

REVIEWERS = ("ann", "ben")
TROUBLED, CLUTTERED = "sample_city_troubled", "sample_city_cluttered"

JUDGED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("find_contribution_query", TROUBLED): ("not_found", "not_found"),
    ("follow_progress", TROUBLED): ("not_responding", "agree"),
    ("file_request", TROUBLED): ("agree", "agree"),
    ("change_mobile_number", TROUBLED): ("agree", "agree"),
    ("show_social_security_card", TROUBLED): ("agree", "agree"),
    ("log_in_by_code", CLUTTERED): ("agree", "agree"),
    ("find_allowance_in_elder_mode", "sample_city"): ("agree", "unsure"),
}
"""By task and App: what each of them says, or which outcome it was instead."""

PROBLEMS: tuple[tuple[str, str, float, float, int, int, str], ...] = (
    ("file_request", TROUBLED, 0.5, 0.94, 1, 4, "点了下一步没有任何反应"),
    ("change_mobile_number", TROUBLED, 0.3, 0.25, 9, 3, "发送验证码后，填好的手机号被清空"),
    ("read_withdrawal_guide", CLUTTERED, 0.4, 0.42, 8, 3, "正文颜色太浅，看不清"),
    ("find_allowance_in_elder_mode", CLUTTERED, 0.4, 0.5, 4, 2, "进了指南页，字又变回小号"),
)
"""Task, App, where on the last picture, Nielsen's heuristic, severity, what is said."""

ITEMS = ("efficiency", "guidance", "convenience", "operability", "ease")
RATED: Mapping[str, tuple[int, int, int, int, int]] = {
    "sample_city": (5, 4, 4, 4, 6),
    CLUTTERED: (3, 4, 2, 4, 4),
    TROUBLED: (2, 3, 2, 3, 2),
}
"""By App, item by item: ease is of 7, all others of 5."""


def make_up_reviews(directory: Path) -> None:
    """Writes their lines into a run in which nobody has said anything."""
    if not has_reviews(directory):
        for event in _events(read_run(directory)):
            write_down(directory, event)


def _events(run: Run) -> Iterator[Event]:
    for number, (record, said) in enumerate(_said(run)):
        at = run.run.started_at + timedelta(hours=1, minutes=number)
        yield EVENT.validate_python(
            {"id": uuid.uuid4().hex, "at": at, "attempt": record.id, **said}
        )


def _said(run: Run) -> Iterator[tuple[AttemptRecord, dict[str, Any]]]:
    made = {(each.scenario, each.app): each for each in run.attempts}
    for key, words in JUDGED.items():
        for reviewer, word in zip(REVIEWERS, words, strict=True):
            plain = word in ("agree", "unsure")
            judged = {"says": word} if plain else {"says": "disagree", "outcome": word}
            yield made[key], {"kind": "verdict", "reviewer": reviewer, **judged}
    for scenario, app, x, y, heuristic, severity, comment in PROBLEMS:
        record = made[scenario, app]
        seen = {"heuristic": heuristic, "severity": severity, "comment": comment}
        spot = {"step": record.steps[-1].path, "x": x, "y": y}
        yield record, {"kind": "problem", "reviewer": "ann", **spot, **seen}
    for app, marks in RATED.items():
        items = dict(zip(ITEMS, marks, strict=True))
        yield made["log_in_by_code", app], {
            "kind": "questionnaire", "reviewer": "ben", **items,
        }  # fmt: skip
