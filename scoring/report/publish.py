"""Writes the report of runs: small pictures, hierarchies, pages. Rewrites what was there."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from harness.store import EVIDENCE, Run, picture_path, write_whole, writing
from scoring.report.pages import STATIC, Site, render
from scoring.report.pictures import make_nodes, make_small
from scoring.report.view import AttemptView, Made, view_run
from scoring.scorecard import Scorecard

T = TypeVar("T")

FIRST_PAGE = "index.html"
FOLDERS = ("apps", "attempts", "data", "nodes", "pictures", "static", "tasks")
LONGEST_LOG = 20_000
"""Characters of a device's log on a page, its end; all of it is evidence."""

Told = Callable[[int, int], None]
"""Is told how many of how many pieces of work are done."""


def publish(
    runs: Sequence[tuple[Run, Path]], card: Scorecard, to: Path, told: Told | None = None
) -> Path:
    """Writes the report of some runs and returns its first page.

    Args:
        runs: each with its directory.
        card: what they score.
        to: the report's folder.
        told: is told of the progress.

    Raises:
        ResultsTrouble: it cannot be written.
    """
    with writing(to):
        for folder in FOLDERS:
            (to / folder).mkdir(parents=True, exist_ok=True)
        for file in STATIC.iterdir():
            write_whole(to / "static" / file.name, file.read_bytes())
        attempts = tuple(
            attempt
            for run, directory in runs
            for attempt in view_run(run, _make(run, directory, to, told), several=len(runs) > 1)
        )
        places = {run.run.run_id: directory for run, directory in runs}
        for name, text in render(Site(card, attempts, _logs(attempts, places))):
            write_whole(to / name, text.encode())
    return to / FIRST_PAGE


def _make(run: Run, directory: Path, to: Path, told: Told | None) -> Made:
    steps = [step for attempt in run.attempts for step in attempt.steps]
    pictures = {name for step in steps for name in (step.before, step.after) if name}
    hierarchies = {step.hierarchy for step in steps if step.hierarchy}
    count = _Count(len(pictures) + len(hierarchies), told)
    small = dict(map(count, make_small(directory, pictures, to / "pictures")))
    nodes = dict(map(count, make_nodes(directory, hierarchies, to / "nodes")))
    evidence = os.path.relpath(directory / EVIDENCE, to)
    return Made(Path(evidence).as_posix(), small, nodes)


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
