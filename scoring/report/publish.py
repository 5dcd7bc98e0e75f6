"""Writes the report of runs: small pictures, hierarchies, pages. Rewrites what was there."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from harness.store import EVIDENCE, picture_path, write_whole, writing
from scoring.explain import Explanation
from scoring.report.behind import behind
from scoring.report.pages import STATIC, Site, render
from scoring.report.pictures import make_nodes, make_small
from scoring.report.shown import Shown
from scoring.report.view import AttemptView, Made, view_run
from scoring.scorecard import Scorecard

T = TypeVar("T")

FIRST_PAGE = "index.html"
FOLDERS = ("apps", "attempts", "data", "static", "tasks")
BESIDE = ("nodes", "pictures")
"""Folders of what is made of the evidence; other pages of the same run may share them."""
LONGEST_LOG = 20_000
"""Characters of a device's log on a page, its end; all of it is evidence."""

Told = Callable[[int, int], None]
"""Is told how many of how many pieces of work are done."""


def publish(
    runs: Sequence[Shown],
    card: Scorecard,
    explanations: Sequence[Explanation],
    to: Path,
    beside: Path | None = None,
    told: Told | None = None,
) -> Path:
    """Writes the report of some runs and returns its first page.

    Args:
        runs: what was observed, and what reviewers said.
        card: what they score.
        explanations: of the indicators of their Apps; empty: pages show no evidence of them.
        to: the report's folder.
        beside: the folder of small pictures and hierarchies, if not that of the report.
        told: is told of the progress.

    Raises:
        ResultsTrouble: it cannot be written.
    """
    with writing(to):
        for folder in (*(to / name for name in FOLDERS), *((beside or to) / n for n in BESIDE)):
            folder.mkdir(parents=True, exist_ok=True)
        for file in STATIC.iterdir():
            write_whole(to / "static" / file.name, file.read_bytes())
        attempts = tuple(
            attempt
            for shown in runs
            for attempt in view_run(
                shown, _make(shown, to, beside or to, told), several=len(runs) > 1
            )
        )
        places = {shown.run.run.run_id: shown.directory for shown in runs}
        site = Site(
            card=card,
            shown=tuple(runs),
            attempts=attempts,
            logs=_logs(attempts, places),
            behind=behind(explanations, attempts),
        )
        for name, text in render(site):
            write_whole(to / name, text.encode())
    return to / FIRST_PAGE


def _make(shown: Shown, to: Path, beside: Path, told: Told | None) -> Made:
    directory = shown.directory
    steps = [step for attempt in shown.run.attempts for step in attempt.steps]
    pictures = {name for step in steps for name in (step.before, step.after) if name}
    hierarchies = {step.hierarchy for step in steps if step.hierarchy}
    count = _Count(len(pictures) + len(hierarchies), told)
    small = dict(map(count, make_small(directory, pictures, beside / "pictures")))
    nodes = dict(map(count, make_nodes(directory, hierarchies, beside / "nodes")))
    return Made(
        evidence=_address(directory / EVIDENCE, to),
        beside="" if beside == to else f"{_address(beside, to)}/",
        pictures=small,
        nodes=nodes,
    )


def _address(path: Path, start: Path) -> str:
    return Path(os.path.relpath(path, start)).as_posix()


class _Count:
    """Tells of each piece that passes."""

    def __init__(self, total: int, told: Told | None) -> None:
        self._done, self._total, self._told = 0, total, told

    def __call__(self, piece: T) -> T:
        self._done += 1
        if self._told is not None:
            self._told(self._done, self._total)
        return piece


def _logs(attempts: Sequence[AttemptView], places: Mapping[str, Path]) -> dict[str, str]:
    """The logs of attempts that kept one."""
    kept = ((each.name, places[each.run_id], each.record.log) for each in attempts)
    return {name: _log(place, log) for name, place, log in kept if log is not None}


def _log(directory: Path, name: str) -> str:
    try:
        return picture_path(directory, name).read_text("utf-8", "replace")[-LONGEST_LOG:]
    except OSError:
        return ""
