"""The scorecard as files: JSON for programs, CSV and a workbook for people.

The texts are made here; the store knows where they go and writes them whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from harness.model import Outcome
from harness.store import write_scores, writing
from scoring.estimate import Estimate
from scoring.index import AppIndex, NodeScore, name_of
from scoring.scorecard import KINDS, AppScore, Counts, Repeats, Scorecard, TaskScore
from scoring.workbook import to_xlsx

Cell = str | int | float | bool | None

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet takes for a formula."""


def write(card: Scorecard, directory: Path) -> tuple[Path, ...]:
    """Writes the card as files under scores/ of a run, over earlier ones.

    Raises:
        ResultsTrouble: they cannot be written.
    """
    return write_scores(directory, to_files(card))


def write_to(card: Scorecard, folder: Path) -> tuple[Path, ...]:
    """Writes the card as files into a folder, which is made if it is not there.

    Raises:
        ResultsTrouble: they cannot be written.
    """
    written = []
    with writing(folder, "--to"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in to_files(card).items():
            (folder / name).write_bytes(data)
            written.append(folder / name)
    return tuple(written)


def to_files(card: Scorecard) -> dict[str, bytes]:
    """The card as JSON, as CSVs and as a workbook, by the name of the file."""
    indexes = () if card.index is None else card.index.apps
    of_app = {(each.app, each.simulated): each for each in indexes}
    return {
        "scorecard.json": to_json(card).encode(),
        "tasks.csv": to_csv([_task_row(task) for task in card.tasks]),
        "apps.csv": to_csv(
            [
                _app_row(app) | _index_cells(of_app.get((app.app, app.simulated)), card)
                for app in card.apps
            ]
        ),
        "indicators.csv": to_csv([_node_row(app, node) for app in indexes for node in app.nodes]),
        "indicators.xlsx": to_xlsx(card),
    }


def to_json(card: Scorecard) -> str:
    """The card with all that it knows, keys in the order of the models, unrounded."""
    return card.model_dump_json(indent=2) + "\n"


def to_csv(rows: Sequence[dict[str, Cell]]) -> bytes:
    """Rows of one shape as CSV in UTF-8, with the byte-order mark by which Excel knows it.

    Numbers are unrounded; None is an empty cell. No rows are no header either. A text
    that a spreadsheet would calculate gets an apostrophe in front.
    """
    text = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({key: _inert(cell) for key, cell in row.items()} for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _inert(cell: Cell) -> Cell:
    """A cell that nothing calculates: a profile from elsewhere may name an App `=cmd()`."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _task_row(task: TaskScore) -> dict[str, Cell]:
    return {
        "app": task.app,
        "simulated": task.simulated,
        "task": task.scenario,
        "title_zh": task.title.zh,
        "title_en": task.title.en,
        "kind": task.kind,
        "severity": task.severity,
        "devices": " ".join(task.devices),
        **_count_cells(task.counts),
        **_estimate_cells("rate", task.rate),
        "stability": task.stability,
        "flaky": "; ".join(map(_say_repeats, task.flaky)) or None,
        **_estimate_cells("task_s", task.task_s),
        "task_half_width_s": task.task_half_width_s,
        **_estimate_cells("steps", task.steps),
        **_estimate_cells("screens", task.screens),
        **_estimate_cells("path", task.path),
        **_estimate_cells("interruptions", task.interruptions),
        "reference_time_s": task.reference_time_s,
        "reference_screens": task.reference_screens,
    }


def _app_row(app: AppScore) -> dict[str, Cell]:
    row: dict[str, Cell] = {
        "app": app.app,
        "simulated": app.simulated,
        "name_zh": app.name.zh,
        "name_en": app.name.en,
        "city": app.city,
        "level": app.level,
        "devices": " ".join(app.devices),
        **_count_cells(app.counts),
        **_estimate_cells("rate", app.rate),
    }
    for kind in KINDS:
        row |= _estimate_cells(f"rate_{kind}", app.rate_by_kind[kind])
    return {
        **row,
        "flaky_tasks": app.flaky_tasks,
        "repeated_tasks": app.repeated_tasks,
        **_estimate_cells("interruptions", app.interruptions),
        "package_verified": app.verified.package,
        "elements_verified": app.verified.elements,
        "elements_never_verified": len(app.never_verified),
    }


def _index_cells(app: AppIndex | None, card: Scorecard) -> dict[str, Cell]:
    ranks = {} if card.index is None else card.index.ranks
    key = "" if app is None else name_of((app.app, app.simulated))
    best, worst = ranks.get(key, (None, None))
    return {
        **_estimate_cells("index", None if app is None else app.index),
        "index_geometric": None if app is None else app.geometric,
        "index_covered": None if app is None else app.covered,
        "band_zh": None if app is None or app.band is None else app.band.zh,
        "band_en": None if app is None or app.band is None else app.band.en,
        "place_best": best,
        "place_worst": worst,
    }


def _node_row(app: AppIndex, node: NodeScore) -> dict[str, Cell]:
    return {
        "app": app.app,
        "simulated": app.simulated,
        "id": node.id,
        "level": node.level,
        "title_zh": node.title.zh,
        "title_en": node.title.en,
        "weight": node.weight,
        "share": node.share,
        "mark": node.mark,
        "measure": node.measure,
        **_estimate_cells("score", node.score),
        "covered": node.covered,
        "attempts": len(node.attempts),
    }


def _say_repeats(repeats: Repeats) -> str:
    """`pixel 3/5: completed completed not_found completed timed_out`."""
    return f"{repeats.device} {repeats.completed}/{repeats.attempted}: {' '.join(repeats.outcomes)}"


def _count_cells(counts: Counts) -> dict[str, Cell]:
    """Counts, and one column for each outcome there is: here nobody having it is a counted 0."""
    return {
        "planned": counts.planned,
        "done": counts.done,
        "attempted": counts.attempted,
        "completed": counts.completed,
        **{f"outcome_{outcome}": counts.outcomes.get(outcome, 0) for outcome in Outcome},
    }


def _estimate_cells(name: str, estimate: Estimate | None) -> dict[str, Cell]:
    columns = (name, f"{name}_low", f"{name}_high", f"{name}_n")
    if estimate is None:
        return dict.fromkeys(columns)
    return dict(
        zip(columns, (estimate.value, estimate.low, estimate.high, estimate.n), strict=True)
    )
