"""Synthetic runs: the same from records and straight as frames; what is planted is found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from benchmarks.synthetic import (
    Observed,
    Task,
    attempt_rows,
    observe,
    panel,
    plant,
    step_rows,
    write_packed,
    write_records,
)
from harness.store import read_run
from scoring.frame import attempt_frame, step_frame
from scoring.pack import pack, values_by_app

TASKS = panel()


def seen(app: str, tasks: Sequence[Task], attempts: int) -> Observed:
    generator = np.random.default_rng([7, ord(app[-1])])
    return observe(app, plant(len(tasks), generator), generator, attempts)


def test_frames_are_those_of_the_same_records(tmp_path: Path) -> None:
    tasks = TASKS[::5]
    made = seen("a", tasks, 2)
    run = read_run(write_records(tmp_path, tasks, [made]))
    assert run.problems == ()
    keys = ["scenario", "repetition"]
    read = attempt_frame([run]).sort_values(keys, ignore_index=True)
    assert_frame_equal(read, attempt_rows(tasks, made))
    steps = step_frame([run]).sort_values(keys, kind="stable", ignore_index=True)
    same = [name for name in steps if name not in ("locator_position", "candidates")]
    assert_frame_equal(steps[same], step_rows(tasks, made)[same])


def test_a_run_that_was_never_records_scores_as_one_that_was(tmp_path: Path) -> None:
    tasks, apps = TASKS[::8], ("a", "b")
    packed = write_packed(tmp_path / "one", tasks, apps, lambda app: seen(app, tasks, 2))
    written = write_records(tmp_path / "two", tasks, [seen(app, tasks, 2) for app in apps])
    pack(written)
    one, two = (dict(values_by_app([each])) for each in (packed, written))
    assert list(one) == list(two)
    for app, values in one.items():
        other = two[app].sort_values("attempt", ignore_index=True)
        assert_frame_equal(values.sort_values("attempt", ignore_index=True), other)


def test_the_panel_feeds_every_kind_of_task() -> None:
    assert len(TASKS) == 40
    assert {task.kind for task in TASKS} == {"information", "transaction", "participation"}
    assert len({task.tag for task in TASKS}) == 8


@pytest.mark.parametrize("ability", [-1.0, 1.5])
def test_what_is_planted_is_found(ability: float) -> None:
    generator = np.random.default_rng(3)
    truth = plant(len(TASKS), generator, ability)
    found = attempt_rows(TASKS, observe("a", truth, generator, attempts=400))
    rates = found.groupby("scenario")["completed"].mean().to_numpy()
    assert np.allclose(rates, truth.completion, atol=0.1)
    medians = found.groupby("scenario")["task_s"].median().to_numpy()
    assert np.allclose(np.log(medians), truth.log_s, atol=0.25)
    failed = found[~found["completed"]]
    assert (failed["outcome"] == "crashed").mean() == pytest.approx(truth.crash, abs=0.03)
