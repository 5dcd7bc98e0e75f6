"""A national assessment on one machine: seconds and memory of its index, at one size and ten.

337 cities x 40 tasks x 10 attempts x 12 steps = 1.6 million rows of steps, packed, with 2,000
draws; beside DuckDB for the same means without any draw, and beside plain pandas, row by row.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.synthetic import (
    ATTEMPTS,
    STEPS,
    TASKS,
    Observed,
    observe,
    panel,
    plant,
    write_packed,
    write_records,
)
from harness.store import scores_path
from scoring.bootstrap import DRAWS
from scoring.index import index_each
from scoring.leaves import Audited
from scoring.pack import ATTEMPTS_FILE, STEPS_FILE, open_packed, pack, values_by_app
from scoring.tree import load_tree
from scoring.values import lostness, response_score

CITIES = 337
SIZES = (CITIES, 10 * CITIES)
RECORDED = 4
"""Cities of which records are written and packed: as many as a minute holds."""
PART_DRAWS = 20
"""Draws of the row-by-row version, of one city; the rest is scaled up."""
SHARE = 0.8
"""What audits and reviewers are taken to have found everywhere."""

SQL = """
with cells as (
  select a.app, a.scenario, avg(completed::int) as completed, avg(least(1, depth / 4)) as depth,
    avg((outcome not in ('absent', 'not_found'))::int) as reachable,
    avg((outcome <> 'app_error')::int) as without_app_error,
    avg((outcome not in ('crashed', 'not_responding'))::int) as without_crash,
    avg(case when completed then least(1, reference_screens / screens_passed) end) as path,
    avg(case when completed then 1 - least(1, sqrt(power(screens / screens_passed - 1, 2)
      + power(least(reference_screens, screens) / screens - 1, 2))) end) as wayfinding,
    exp(avg(case when completed then ln(task_s) end)) as task_s,
    avg(interruptions) as interruptions,
    avg(s.response) as response, median(s.cold) as cold
  from read_parquet('{attempts}') a join (
    select attempt, avg(greatest(0, least(1, (10 - response_s) / 9))) as response,
      max(case when step_kind = 'launch' then coalesce(displayed_s, response_s) end) as cold
    from read_parquet('{steps}') group by attempt) s using (attempt)
  where attempted group by a.app, a.scenario)
select app, avg(completed), avg(depth), avg(reachable), avg(without_app_error),
  avg(without_crash), avg(path), avg(wayfinding), avg(task_s), avg(interruptions), avg(response),
  median(cold) from cells group by app
"""
"""The means of each city, by task first, as the tree's leaves have them."""


@dataclass(frozen=True)
class Cost:
    """What something took, in a process of its own.

    Attributes:
        seconds: without the start of the process.
        megabytes: at the peak, with Python and all libraries, of all its processes together.
    """

    seconds: float
    megabytes: float


def measure() -> None:
    """Makes the samples, scores them, and prints what it took."""
    table = Table(title="An index of every city, 2,000 draws", title_justify="left")
    for heading in ("rows of steps", "what", "seconds", "peak memory, MB"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    with tempfile.TemporaryDirectory() as folder:
        for cities in SIZES:
            directory = make(Path(folder) / str(cities), cities)
            rows = f"{cities * TASKS * ATTEMPTS * STEPS:,}"
            for what, task in TASKS_OF.items():
                _row(table, rows, what, apart(task, directory))
        rows = f"{RECORDED * TASKS * ATTEMPTS * STEPS:,}"
        recorded = record(Path(folder) / "records")
        _row(table, rows, "reading the records and packing them", apart(pack_again, recorded))
        cost = apart(row_by_row, Path(folder) / str(CITIES) / "synthetic")
        scaled = cost.seconds * CITIES
        whole = f"plain pandas, row by row: {PART_DRAWS} draws of one city, scaled up"
        _row(table, f"{CITIES * TASKS * ATTEMPTS * STEPS:,}", whole, Cost(scaled, cost.megabytes))
    Console().print(table)


def _row(table: Table, rows: str, what: str, cost: Cost) -> None:
    table.add_row(rows, what, f"{cost.seconds:,.1f}", f"{cost.megabytes:,.0f}")


def city(number: int) -> str:
    """The id of a synthetic city's App."""
    return f"city_{number:05d}"


def _observed(app: str) -> Observed:
    generator = np.random.default_rng([2026, int(app.rpartition("_")[2])])
    ability = generator.normal(1.4, 0.6)
    return observe(app, plant(TASKS, generator, ability), generator)


def make(results: Path, cities: int) -> Path:
    """A packed run of so many cities."""
    return write_packed(results, panel(), [city(n) for n in range(cities)], _observed)


def record(results: Path) -> Path:
    """A run of a few cities as records."""
    return write_records(results, panel(), [_observed(city(n)) for n in range(RECORDED)])


# --- what is measured ----------------------------------------------------------------------------


def score(directory: Path) -> None:
    """The index of every city, with its intervals and places."""
    tree = load_tree()
    packed = open_packed(directory)
    if packed is None:
        raise ValueError(f"{directory} is not packed")
    items = {leaf.item: Audited(SHARE, 100) for leaf in tree.leaves.values() if leaf.item}
    found = index_each(tree, values_by_app([directory]), dict.fromkeys(packed.apps, items))
    if any(app.index is None for app in found.apps):
        raise ValueError("a city has no index")


def by_sql(directory: Path) -> None:
    """The means behind the leaves, without index, intervals or places."""
    places = {
        "attempts": scores_path(directory, ATTEMPTS_FILE),
        "steps": scores_path(directory, STEPS_FILE),
    }
    duckdb.connect().execute(SQL.format(**places)).fetchall()


def pack_again(directory: Path) -> None:
    """Reads the records of a run and packs them."""
    pack(directory)


def row_by_row(directory: Path) -> float:
    """As one would first write it: the seconds of all draws of one city, reckoned from a part."""
    packed = open_packed(directory)
    if packed is None:
        raise ValueError(f"{directory} is not packed")
    app = packed.apps[0]
    attempts, steps = packed.attempts([app]), packed.steps([app])
    began = perf_counter()
    rows = attempts.apply(lambda row: _values_of(row, steps), axis=1)
    prepared = perf_counter() - began
    began = perf_counter()
    for draw in range(PART_DRAWS):
        _resampled(rows, np.random.default_rng(draw))
    drawing = (perf_counter() - began) / PART_DRAWS * DRAWS
    return prepared + drawing


def _values_of(row: pd.Series, steps: pd.DataFrame) -> pd.Series:
    own = steps[steps["attempt"] == row["attempt"]]
    done = row["completed"]
    lost = lostness(
        *(
            np.array([float(row[name])])
            for name in ("screens_passed", "screens", "reference_screens")
        )
    )[0]
    return pd.Series({
        "scenario": row["scenario"], "completed": float(done),
        "crashed": float(row["outcome"] == "crashed"),
        "wayfinding": 1 - min(lost, 1) if done else np.nan,
        "path": min(1, row["reference_screens"] / row["screens_passed"]) if done else np.nan,
        "log_time": np.log(row["task_s"]) if done else np.nan,
        "interruptions": float(row["interruptions"]),
        "cold_start_s": own.loc[own["step_kind"] == "launch", "displayed_s"].iloc[0],
        "response": response_score(own["response_s"].to_numpy()).mean(),
    })  # fmt: skip


def _resampled(rows: pd.DataFrame, generator: np.random.Generator) -> pd.Series:
    tasks = [own for _, own in rows.groupby("scenario")]
    chosen = generator.integers(0, len(tasks), len(tasks))
    cells = [tasks[one].sample(frac=1, replace=True, random_state=generator) for one in chosen]
    return pd.DataFrame([cell.mean(numeric_only=True) for cell in cells]).mean()


Measured = Callable[[Path], float | None]
"""Something done with a run; returns its seconds where those are not simply what it took."""

TASKS_OF: Mapping[str, Measured] = {
    "index, intervals, places": score,
    "DuckDB SQL: the same means, no draws": by_sql,
}


# --- how it is measured --------------------------------------------------------------------------


def apart(task: Measured, directory: Path) -> Cost:
    """Does it in a new process, so that nobody else's memory counts."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_cost, task, directory).result()


def _cost(task: Measured, directory: Path) -> Cost:
    began = perf_counter()
    reckoned = task(directory)
    seconds = perf_counter() - began if reckoned is None else reckoned
    own, largest_child = (
        resource.getrusage(whose).ru_maxrss
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    peak = own + (os.cpu_count() or 1) * largest_child  # no less than all together had
    return Cost(seconds, peak / (1e6 if sys.platform == "darwin" else 1e3))
