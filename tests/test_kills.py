"""Nothing is lost by a kill, a full disk, a read-only one; more: `python -m tests.kills`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.store import read_run
from scoring.verify import verify
from tests.kills import disturb, kills, small_disk
from tests.tester import Project

READ_ONLY = "*read-only: choose another place with --results*"
NOT_ALLOWED = "*not allowed: choose another place with --results*"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)


@pytest.mark.parametrize("seed", [1, 2])
def test_runs_that_are_killed_are_resumed_to_what_they_would_have_been(
    tmp_path: Path, seed: int
) -> None:
    assert [one.wrong for one in disturb(tmp_path, times=2, disk_full=0, seed=seed)] == [""] * 2


def test_runs_on_a_disk_that_fills_up_stop_tidily_and_are_resumed(tmp_path: Path) -> None:
    assert [one.wrong for one in disturb(tmp_path, times=0, disk_full=2, seed=1)] == [""] * 2


def test_kills_are_spread_over_a_run_and_the_same_for_a_seed() -> None:
    many = kills(50, seed=1)
    assert many == kills(50, seed=1) != kills(50, seed=2)
    assert {how.aim for how in many} == {"time", "evidence", "line", "scores"}
    assert {how.workers for how in many} == {0, 2}
    assert {how.whole_group for how in many} == {True, False}
    for low in (0, 0.2, 0.4, 0.6, 0.8):
        assert any(how.aim == "time" and low <= how.share < low + 0.2 for how in many)


@contextmanager
def lockable(place: Path) -> Iterator[Callable[[bool], None]]:
    """A folder, and what makes it read-only and writable again."""
    with small_disk(place) as resize:
        if resize is None and os.getuid() == 0:
            pytest.skip("root writes everywhere, and nothing can be mounted here")

        def lock(is_locked: bool) -> None:
            if resize is None:
                for folder in (place, *(path for path in place.rglob("*") if path.is_dir())):
                    folder.chmod(0o500 if is_locked else 0o700)
                return
            how = f"remount,{'ro' if is_locked else 'rw'}"
            subprocess.run(("mount", "-o", how, str(place)), check=True)

        try:
            yield lock
        finally:
            lock(False)


def test_a_disk_that_becomes_read_only_is_told_and_costs_what_was_under_way(
    project: Project, tmp_path: Path
) -> None:
    project.task("open_home")
    place = tmp_path / "disk"
    results = ("--results", str(place / "results"))
    told = READ_ONLY if os.getuid() == 0 else NOT_ALLOWED
    with lockable(place) as lock:
        lock(True)
        refused = project.run(*results)
        assert refused.ret == pytest.ExitCode.USAGE_ERROR
        refused.stderr.fnmatch_lines([told])
        lock(False)
        process = project.start("--repeat", "3", *results)
        lock(True)
        output, _ = process.communicate(timeout=100)
        assert process.returncode == pytest.ExitCode.INTERRUPTED
        assert told.strip("*") in output
        assert "Traceback" not in output
        resume = ("scenarios/", "--resume", "it", *results)
        again = project.pytester.runpytest_subprocess(*resume, timeout=100)
        assert again.ret == pytest.ExitCode.USAGE_ERROR
        again.stderr.fnmatch_lines([told])
        lock(False)
        whole = project.pytester.runpytest_subprocess(*resume, timeout=100)
        assert whole.ret == pytest.ExitCode.OK
        assert len(read_run(place / "results" / "it").attempts) == 3
        assert verify(place / "results" / "it").fine
