"""Frames as Parquet: the same rows, App by App, and never those of other records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from harness.errors import UsageError
from harness.model import Outcome
from harness.store import read_run, scores_path
from scoring.__main__ import app as command_line
from scoring.frame import attempt_frame, step_frame
from scoring.pack import ATTEMPTS_FILE, open_packed, pack, values_by_app
from scoring.values import STEP_COLUMNS, attempt_values
from tests.scoring.records import attempt, attempts, step, write

ONE, OTHER = ("other_city", False), ("sample_city", True)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        *attempts({Outcome.COMPLETED: 2, Outcome.TIMED_OUT: 1}),
        attempt(Outcome.BLOCKED, app="other_city", simulated=False, device="real", steps=()),
        attempt(app="other_city", simulated=False, device="real", repetition=2),
        attempt(Outcome.HARNESS_ERROR, scenario="other_task", steps=(step("1", kind="launch"),)),
    )


def of(frame: pd.DataFrame, app: tuple[str, bool]) -> pd.DataFrame:
    rows = frame[(frame["app"] == app[0]) & (frame["simulated"] == app[1])]
    return rows.reset_index(drop=True)


def test_each_app_comes_back_as_it_went_in(directory: Path) -> None:
    pack(directory)
    packed = open_packed(directory)
    run = read_run(directory)
    assert packed is not None
    assert packed.apps == (ONE, OTHER)
    for app in packed.apps:
        assert_frame_equal(packed.attempts([app]), of(attempt_frame([run]), app))
        assert_frame_equal(packed.steps([app]), of(step_frame([run]), app))
        assert tuple(packed.steps([app], STEP_COLUMNS).columns) == STEP_COLUMNS


def test_what_is_not_packed_is_said_to_be_so(directory: Path) -> None:
    assert open_packed(directory) is None


def test_a_pack_of_records_that_have_changed_since_is_not_used(directory: Path) -> None:
    pack(directory)
    shard = directory / "attempts" / "main.jsonl"
    lines = shard.read_bytes().splitlines(keepends=True)
    shard.write_bytes(b"".join(lines[:-1]))
    assert open_packed(directory) is None
    pack(directory)
    assert open_packed(directory) is not None


def test_a_pack_that_is_damaged_is_as_if_it_were_not_there(directory: Path) -> None:
    pack(directory)
    path = scores_path(directory, ATTEMPTS_FILE)
    path.write_bytes(path.read_bytes()[:100])
    assert open_packed(directory) is None


def test_values_are_the_same_from_a_pack_and_from_the_records(directory: Path) -> None:
    run = read_run(directory)
    whole = attempt_values(attempt_frame([run]), step_frame([run]))
    recorded = dict(values_by_app([directory]))
    pack(directory)
    packed = dict(values_by_app([directory]))
    assert list(packed) == [ONE, OTHER]
    for app, values in packed.items():
        assert_frame_equal(values, recorded[app])
        assert_frame_equal(values, of(whole, app))


def test_an_app_of_two_runs_has_the_attempts_of_both(tmp_path: Path) -> None:
    first = write(tmp_path, attempt(), run_id="first")
    second = write(tmp_path, attempt(), attempt(app="other_city"), run_id="second")
    pack(first)
    found = {app: set(values["run"]) for app, values in values_by_app([first, second])}
    assert found == {("other_city", True): {"second"}, ("sample_city", True): {"first", "second"}}


def test_an_app_of_which_nothing_was_attempted_has_no_values(tmp_path: Path) -> None:
    directory = write(tmp_path, attempt(Outcome.BLOCKED))
    assert dict(values_by_app([directory])) == {}


def test_a_run_without_attempts_can_be_packed(tmp_path: Path) -> None:
    directory = write(tmp_path, missing=(attempt(),))
    pack(directory)
    packed = open_packed(directory)
    assert packed is not None
    assert packed.apps == ()


def test_only_runs_can_be_packed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run here"):
        pack(tmp_path)


def test_the_command_packs_and_says_what_and_how_large(directory: Path) -> None:
    said = CliRunner().invoke(command_line, ["pack", str(directory)])
    assert said.exit_code == 0, said.output
    assert "attempts.parquet" in said.output
    assert "steps.parquet" in said.output
    assert open_packed(directory) is not None


def test_the_command_refuses_what_is_no_run(tmp_path: Path) -> None:
    said = CliRunner().invoke(command_line, ["pack", str(tmp_path)])
    assert said.exit_code == 2
