"""`--shard I/N`: one plan over several machines, and one score of all their runs."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.model import PlannedAttempt
from harness.plan import Shard, part_of
from harness.store import Run, read_run
from scoring.scorecard import Scorecard, score
from tests.tester import Project

Attempts = list[PlannedAttempt]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)


@st.composite
def plans(draw: st.DrawFn) -> Attempts:
    """Plans in which some tasks are left out on some Apps, in any order."""
    whole = [
        PlannedAttempt(
            scenario=f"task_{scenario}",
            app=f"app_{app}",
            device=f"phone_{device}",
            repetition=repetition,
            file=f"scenarios/task_{scenario}.yaml",
            steps=(),
        )
        for device in range(draw(st.integers(1, 2)))
        for repetition in range(1, 1 + draw(st.integers(1, 3)))
        for scenario in range(draw(st.integers(1, 4)))
        for app in range(draw(st.integers(1, 3)))
    ]
    unique = {attempt.id: attempt for attempt in whole}
    left_out = draw(st.sets(st.sampled_from(sorted({(one.scenario, one.app) for one in whole}))))
    planned = [one for one in unique.values() if (one.scenario, one.app) not in left_out]
    return draw(st.permutations(planned))


def split(attempts: Attempts, of: int) -> list[tuple[PlannedAttempt, ...]]:
    return [part_of(attempts, Shard(number=number + 1, of=of)) for number in range(of)]


def differ_by_one_at_most(counts: list[int]) -> bool:
    return max(counts) - min(counts) <= 1


@given(plans(), st.integers(1, 7))
def test_each_attempt_falls_to_one_shard_and_shards_are_alike_in_size(
    attempts: Attempts, of: int
) -> None:
    parts = split(attempts, of)
    assert Counter(one.id for part in parts for one in part) == Counter(one.id for one in attempts)
    assert differ_by_one_at_most([len(part) for part in parts])


@given(plans(), st.integers(1, 7))
def test_no_shard_has_more_of_an_app_or_of_a_tasks_repetitions_than_another(
    attempts: Attempts, of: int
) -> None:
    parts = split(attempts, of)
    for kind in (
        lambda one: (one.device, one.app),
        lambda one: (one.device, one.app, one.scenario),
    ):
        for key in {kind(one) for one in attempts}:
            counts = [sum(kind(one) == key for one in part) for part in parts]
            assert differ_by_one_at_most(counts)


@given(plans(), st.integers(1, 7), st.randoms(use_true_random=False))
def test_a_shard_is_the_same_on_a_machine_that_finds_the_files_in_another_order(
    attempts: Attempts, of: int, generator: random.Random
) -> None:
    shuffled = list(attempts)
    generator.shuffle(shuffled)
    for here, there in zip(split(attempts, of), split(shuffled, of), strict=True):
        assert {one.id for one in here} == {one.id for one in there}


@given(plans(), st.integers(1, 7))
def test_within_a_shard_the_order_is_the_plans(attempts: Attempts, of: int) -> None:
    places = {one.id: place for place, one in enumerate(attempts)}
    for part in split(attempts, of):
        assert [places[one.id] for one in part] == sorted(places[one.id] for one in part)


def test_a_shard_is_written_as_it_is_read() -> None:
    assert str(Shard.parse("2/4")) == "2/4"


@pytest.mark.parametrize("text", ["5/4", "0/4", "4", "1/0", "-1/4", "a/b", "1/2/3", "", "1 / 2"])
def test_what_is_no_part_of_a_whole_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write I/N, the Ith of N parts"):
        Shard.parse(text)


def test_a_bad_shard_is_told_before_anything_starts(project: Project) -> None:
    project.task("open_home")
    result = project.run("--shard", "5/4")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--shard: 请写 I/N*write I/N, the Ith of N parts*not '5/4'*"])


def counted(card: Scorecard) -> dict[tuple[str, str], object]:
    """What a card counts: all that does not hang on how long something took."""
    return {
        (task.app, task.scenario): (task.counts, task.rate, task.steps, task.screens, task.path)
        for task in card.tasks
    } | {(app.app, ""): (app.counts, app.rate, app.rate_by_kind) for app in card.apps}


def made(project: Project, run_id: str, *options: str) -> Run:
    apps = ("--app", "sample_city", "--app", "sample_city_cluttered")
    result = project.run("--run-id", run_id, "--findings", "report", *apps, *options)
    assert result.ret == 0
    return read_run(project.path / "results" / run_id)


def test_the_score_of_two_shards_is_the_score_of_the_whole_run(project: Project) -> None:
    project.task("open_home")
    project.task("find_moon", goal="{visible: {text: 月球基地}, within_s: 1}")
    whole = made(project, "whole")
    first = made(project, "first", "--shard", "1/2")
    second = made(project, "second", "--shard", "2/2")
    assert first.run.options["shard"] == "1/2"
    assert abs(len(first.run.plan) - len(second.run.plan)) <= 1
    for part in (first, second):
        assert {one.id for one in part.attempts} == {one.id for one in part.run.plan}
    assert {one.id for one in (*first.run.plan, *second.run.plan)} == {
        one.id for one in whole.run.plan
    }
    merged = score([first, second])
    assert counted(merged) == counted(score([whole]))
    assert merged.problems == ()
    assert all(app.counts.missing == 0 for app in merged.apps)
