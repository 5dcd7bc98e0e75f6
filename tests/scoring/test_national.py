"""The benchmark of a national sample, at a size that takes a second."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks.national import SQL, make, record, score
from harness.store import scores_path
from scoring.pack import ATTEMPTS_FILE, STEPS_FILE, values_by_app


def test_every_city_of_a_small_sample_has_an_index(tmp_path: Path) -> None:
    score(make(tmp_path, 2))


def test_sql_over_the_same_files_finds_the_same_means(tmp_path: Path) -> None:
    directory = make(tmp_path, 2)
    places = {"attempts": ATTEMPTS_FILE, "steps": STEPS_FILE}
    query = SQL.format(**{key: scores_path(directory, file) for key, file in places.items()})
    said = {row[0]: row[1:] for row in duckdb.connect().execute(query).fetchall()}
    assert len(said) == 2
    columns = ("completed", "depth", "reachable", "without_app_error", "without_crash", "path",
               "wayfinding")  # fmt: skip
    for (app, _), values in values_by_app([directory]):
        tasks = values.groupby("scenario")[list(columns)].mean().mean()
        assert list(said[app][: len(columns)]) == pytest.approx(tasks.tolist())
        responses = values.groupby("scenario")["response"].mean().mean()
        assert said[app][9] == pytest.approx(responses)


def test_a_sample_of_records_can_be_made_of_the_same_cities(tmp_path: Path) -> None:
    recorded = values_by_app([record(tmp_path / "records")])
    packed = dict(values_by_app([make(tmp_path / "packed", 1)]))
    (app, first), *_ = recorded
    assert sorted(first["completed"]) == sorted(packed[app]["completed"])
