from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.model import AttemptRecord, Outcome, Words
from harness.store import Run
from scoring.scorecard import (
    FLAKY_NOTE,
    ROBOT_NOTE,
    SIMULATED_NOTE,
    Scorecard,
    TaskScore,
    score,
)
from tests.scoring import records
from tests.scoring.example import everything
from tests.scoring.records import attempt, attempts, run, step

outcome_counts = st.dictionaries(st.sampled_from(Outcome), st.integers(1, 6), max_size=5)
NEVER_ATTEMPTED = (Outcome.BLOCKED, Outcome.OUTDATED, Outcome.HARNESS_ERROR)


def only_task(card: Scorecard) -> TaskScore:
    (task,) = card.tasks
    return task


def score_counts(counts: dict[Outcome, int]) -> TaskScore:
    return only_task(score([run(*attempts(counts))]))


# --- what counts ----------------------------------------------------------------------------------


@settings(max_examples=30)
@given(outcome_counts.filter(bool))
def test_each_attempt_is_counted_once_where_it_belongs(counts: dict[Outcome, int]) -> None:
    task = score_counts(counts)
    assert dict(task.counts.outcomes) == counts
    assert task.counts.done == sum(counts.values())
    assert task.counts.attempted == sum(n for each, n in counts.items() if each.attempted)
    assert task.counts.completed == sum(n for each, n in counts.items() if each.completed)
    assert (
        task.counts.attempted
        + task.counts.blocked
        + task.counts.outdated
        + task.counts.harness_errors
        == task.counts.done
    )


def test_absent_counts_as_attempted_and_not_as_completed() -> None:
    task = score_counts({Outcome.COMPLETED: 3, Outcome.ABSENT: 2})
    assert (task.counts.attempted, task.counts.completed) == (5, 3)


@settings(max_examples=30)
@given(outcome_counts, st.sampled_from(NEVER_ATTEMPTED), st.integers(1, 5))
def test_what_is_no_attempt_leaves_the_rate(
    counts: dict[Outcome, int], left: Outcome, number: int
) -> None:
    counts = {each: n for each, n in counts.items() if each not in NEVER_ATTEMPTED}
    with_it = score_counts({**counts, left: number})
    without = score([run(*attempts(counts), missing=(attempt(repetition=99),))])
    assert with_it.rate == only_task(without).rate
    assert with_it.task_s == only_task(without).task_s
    assert with_it.interruptions == only_task(without).interruptions


def test_assisted_attempts_are_completed_and_flagged() -> None:
    task = score_counts({Outcome.COMPLETED: 3, Outcome.COMPLETED_ASSISTED: 2})
    assert (task.counts.completed, task.counts.assisted) == (5, 2)


@settings(max_examples=30)
@given(outcome_counts.filter(bool))
def test_an_attempt_that_completes_after_all_never_lowers_a_rate(
    counts: dict[Outcome, int],
) -> None:
    failed = attempt(Outcome.NOT_FOUND, repetition=1000)
    completed = attempt(Outcome.COMPLETED, repetition=1000)
    before, after = (
        only_task(score([run(*attempts(counts), last)])).rate for last in (failed, completed)
    )
    assert before is not None
    assert after is not None
    assert after.value > before.value


# --- missing is missing ---------------------------------------------------------------------------


def test_a_task_that_was_not_attempted_has_no_rate_and_is_in_the_card() -> None:
    task = only_task(score([run(missing=(attempt(),))]))
    assert (task.rate, task.task_s, task.steps, task.screens, task.path) == (None,) * 5
    assert task.interruptions is None
    assert (task.counts.planned, task.counts.done, task.counts.missing) == (1, 0, 1)


def test_a_task_that_was_only_blocked_has_no_rate() -> None:
    task = score_counts({Outcome.BLOCKED: 3})
    assert task.rate is None
    assert (task.counts.done, task.counts.attempted) == (3, 0)


def test_a_task_that_never_completed_has_a_rate_and_no_time() -> None:
    task = score_counts({Outcome.NOT_FOUND: 3})
    assert task.rate is not None
    assert (task.task_s, task.steps, task.screens, task.path) == (None,) * 4


def test_an_app_has_every_kind_of_task_and_none_where_none_was_attempted() -> None:
    (app,) = score([run(attempt())]).apps
    assert set(app.rate_by_kind) == {"information", "transaction", "participation"}
    assert app.rate_by_kind["information"] is not None
    assert app.rate_by_kind["transaction"] is None


def test_an_app_whose_activities_are_unknown_has_no_screens() -> None:
    task = only_task(score([run(attempt(steps=(step(activity=""),)))]))
    assert (task.screens, task.path) == (None, None)
    assert task.steps is not None


def test_a_run_that_planned_nothing_has_an_empty_card() -> None:
    card = score([run()])
    assert (card.apps, card.tasks, card.notes) == ((), (), ())


# --- what belongs together ------------------------------------------------------------------------


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_attempts_changes_nothing(generator: random.Random) -> None:
    whole = everything()
    shuffled = list(whole.attempts)
    generator.shuffle(shuffled)
    assert score([Run(whole.run, tuple(shuffled), whole.problems)]) == score([whole])


def _rename(whole: Run, names: dict[str, str]) -> Run:
    def rename(record: AttemptRecord) -> AttemptRecord:
        return record.model_copy(
            update={
                "app": names[record.app],
                "id": record.id.replace(f"::{record.app}[", f"::{names[record.app]}["),
            }
        )

    request = whole.run.model_copy(
        update={
            "apps": tuple(app.model_copy(update={"id": names[app.id]}) for app in whole.run.apps),
            "plan": tuple(
                each.model_copy(update={"app": names[each.app]}) for each in whole.run.plan
            ),
        }
    )
    return Run(request, tuple(map(rename, whole.attempts)), whole.problems)


def test_renaming_apps_only_renames() -> None:
    names = {"sample_city": "zz_last", "other_city": "aa_first"}
    before, after = score([everything()]), score([_rename(everything(), names)])
    renamed = before.model_copy(
        update={
            "apps": tuple(a.model_copy(update={"app": names[a.app]}) for a in before.apps),
            "tasks": tuple(_renamed(task, names) for task in before.tasks),
        }
    )
    assert after == renamed


def _renamed(task: TaskScore, names: dict[str, str]) -> TaskScore:
    new = names[task.app]
    ids = (id.replace(f"::{task.app}[", f"::{new}[") for id in task.attempts)
    return task.model_copy(update={"app": new, "attempts": tuple(ids)})


def test_simulated_and_real_phones_are_never_pooled() -> None:
    card = score([run(attempt(), attempt(Outcome.CRASHED, device="pixel", simulated=False))])
    assert [(app.app, app.simulated, app.counts.attempted) for app in card.apps] == [
        ("sample_city", False, 1),
        ("sample_city", True, 1),
    ]
    assert [task.counts.completed for task in card.tasks] == [0, 1]
    assert card.runs[0].simulated_devices == ("phone",)
    assert card.runs[0].real_devices == ("pixel",)


def test_two_phones_of_one_sort_are_pooled_and_named() -> None:
    task = only_task(score([run(attempt(), attempt(device="second"))]))
    assert task.devices == ("phone", "second")
    assert task.counts.attempted == 2


def test_tasks_stand_in_the_order_of_their_kinds_and_then_of_the_plan() -> None:
    kinds = [task.kind for task in score([everything()]).tasks if task.app == "sample_city"]
    assert kinds == ["information", "information", "transaction", "participation"]


def test_runs_are_pooled() -> None:
    one = run(*attempts({Outcome.COMPLETED: 2}), run_id="one")
    two = run(*attempts({Outcome.CRASHED: 1}), run_id="two", problems=("line 3",))
    card = score([one, two])
    assert only_task(card).counts.attempted == 3
    assert [each.run_id for each in card.runs] == ["one", "two"]
    assert card.problems == ("two: line 3",)


def test_a_run_that_is_given_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="given twice"):
        score([run(attempt()), run(attempt())])


def test_a_scenario_that_changed_between_the_runs_is_told() -> None:
    changed = records.scenario(title=Words(zh="另一个"))
    one = run(attempt(), run_id="one")
    two = run(attempt(), run_id="two", scenarios=(changed,))
    (problem,) = score([one, two]).problems
    assert "two: the scenario find_service is not the one of one" in problem


def part(shard: str, *repetitions: int, of_run: str = "") -> Run:
    made = run(*(attempt(repetition=each) for each in repetitions), run_id=f"{of_run}{shard}")
    return replace(made, run=made.run.model_copy(update={"options": {"shard": shard}}))


def missing_parts(*runs: Run) -> list[str]:
    return [str(note.en) for note in score(runs).notes if "parts" in str(note.en)]


def test_the_parts_of_a_plan_are_scored_as_the_whole() -> None:
    merged = score([part("1/2", 1, 3), part("2/2", 2, 4)])
    whole = score([run(*(attempt(repetition=each) for each in (1, 2, 3, 4)))])
    assert (merged.apps, merged.notes) == (whole.apps, whole.notes)
    assert _without_runs(merged) == _without_runs(whole)


def _without_runs(card: Scorecard) -> list[TaskScore]:
    """The tasks, with the ids of attempts as each run knows them."""
    ids = (sorted(id.rpartition("/")[2] for id in task.attempts) for task in card.tasks)
    return [
        task.model_copy(update={"attempts": tuple(each)})
        for task, each in zip(card.tasks, ids, strict=True)
    ]


def test_parts_of_a_plan_that_are_not_there_are_told() -> None:
    (told,) = missing_parts(part("1/3", 1), part("3/3", 3))
    assert told == "The plan was split into 3 parts, and these are missing: 2/3"
    assert missing_parts(part("1/1", 1)) == []


def test_a_plan_that_was_made_twice_needs_each_part_twice() -> None:
    first, second = part("1/2", 1), part("2/2", 2)
    again, rest = part("1/2", 1, of_run="b"), part("2/2", 2, of_run="b")
    assert missing_parts(first, second, again)[0].endswith("missing: 2/2")
    assert missing_parts(first, second, again, rest) == []


def test_a_run_without_its_profile_is_told() -> None:
    broken = run(attempt(), apps=(records.app("other_city"),))
    with pytest.raises(UsageError, match="plans the App sample_city but does not hold"):
        score([broken])


# --- what must be said ----------------------------------------------------------------------------


def test_a_card_says_that_it_is_of_a_robot_and_whether_of_a_simulated_phone() -> None:
    simulated, real = (score([run(attempt(simulated=each))]) for each in (True, False))
    assert SIMULATED_NOTE in simulated.notes
    assert SIMULATED_NOTE not in real.notes
    for card in (simulated, real):
        assert ROBOT_NOTE in card.notes
        assert card.performed_by == "robot"


@pytest.mark.parametrize(
    ("checked", "simulated", "number"),
    [
        ("never", True, 2),
        ("never", False, 2),
        ("simulated", True, 0),
        ("simulated", False, 2),
        ("2026-10", False, 0),
        ("2026-10", True, 0),
    ],
)
def test_elements_that_nobody_verified_are_named(
    checked: str, simulated: bool, number: int
) -> None:
    profile = records.app(elements_verified=checked)
    (app,) = score([run(attempt(simulated=simulated), apps=(profile,))]).apps
    assert len(app.never_verified) == number


def test_interruptions_are_counted_an_attempt() -> None:
    disturbed = attempt(steps=(step(interruptions=(records.advert(), records.advert())),))
    task = only_task(score([run(disturbed, attempt(Outcome.CRASHED, repetition=2))]))
    assert task.interruptions is not None
    assert (task.interruptions.value, task.interruptions.n) == (1.0, 2)


def test_a_card_is_read_back_as_it_was_written() -> None:
    card = score([everything()])
    assert Scorecard.model_validate_json(card.model_dump_json()) == card


# --- attempts that disagree -----------------------------------------------------------------------


def test_a_task_that_completes_at_times_only_is_flaky_and_tells_what_came_in_order() -> None:
    wanted = (Outcome.COMPLETED, Outcome.TIMED_OUT, Outcome.COMPLETED_ASSISTED, Outcome.CRASHED)
    made = [attempt(outcome, repetition=n) for n, outcome in enumerate(wanted, start=1)]
    task = only_task(score([run(*reversed(made))]))
    assert task.stability == "flaky"
    (repeats,) = task.flaky
    assert (repeats.device, repeats.completed, repeats.attempted) == ("phone", 2, 4)
    assert repeats.outcomes == wanted


@pytest.mark.parametrize(
    "counts",
    [
        {Outcome.COMPLETED: 3},
        {Outcome.COMPLETED: 2, Outcome.COMPLETED_ASSISTED: 1},
        {Outcome.NOT_FOUND: 2, Outcome.TIMED_OUT: 1},
    ],
)
def test_attempts_that_all_complete_or_all_fail_are_steady(counts: dict[Outcome, int]) -> None:
    task = score_counts(counts)
    assert (task.stability, task.flaky) == ("steady", ())


@pytest.mark.parametrize("trouble", NEVER_ATTEMPTED)
def test_what_is_no_attempt_makes_no_task_flaky(trouble: Outcome) -> None:
    assert score_counts({Outcome.COMPLETED: 1, trouble: 2}).stability == "not_repeated"
    assert score_counts({Outcome.COMPLETED: 2, trouble: 2}).stability == "steady"
    (repeats,) = score_counts({Outcome.COMPLETED: 2, Outcome.CRASHED: 1, trouble: 2}).flaky
    assert (repeats.completed, repeats.attempted) == (2, 3)
    assert trouble not in repeats.outcomes


def test_a_task_that_always_works_on_one_phone_and_never_on_another_is_not_flaky() -> None:
    made = [
        attempt(outcome, device=device, repetition=n)
        for device, outcome in (("old", Outcome.CRASHED), ("new", Outcome.COMPLETED))
        for n in (1, 2)
    ]
    task = only_task(score([run(*made)]))
    assert task.stability == "steady"
    assert task.rate is not None
    flaky = only_task(score([run(*made, attempt(device="old", repetition=3))]))
    assert [each.device for each in flaky.flaky] == ["old"]


def test_a_split_plan_shows_what_one_machine_alone_would_not() -> None:
    parts = [
        run(attempt(outcome, repetition=n), run_id=f"part-{n}")
        for n, outcome in enumerate((Outcome.COMPLETED, Outcome.NOT_FOUND), start=1)
    ]
    assert [only_task(score([part])).stability for part in parts] == ["not_repeated"] * 2
    assert only_task(score(parts)).stability == "flaky"


def test_an_app_counts_its_flaky_tasks_among_those_that_were_repeated() -> None:
    made = (
        *attempts({Outcome.COMPLETED: 1, Outcome.NOT_FOUND: 1}, scenario="a"),
        *attempts({Outcome.COMPLETED: 2}, scenario="b"),
        *attempts({Outcome.COMPLETED: 1}, scenario="c"),
    )
    card = score([run(*made)])
    (app,) = card.apps
    assert (app.flaky_tasks, app.repeated_tasks) == (1, 2)
    assert FLAKY_NOTE in card.notes
    assert FLAKY_NOTE not in score([run(attempt())]).notes


def test_attempts_that_were_made_again_are_counted_and_said() -> None:
    first = attempt(Outcome.HARNESS_ERROR)
    again = attempt().model_copy(update={"try_number": 2})
    card = score([replace(run(again), superseded=(first,))])
    assert card.runs[0].made_again == 1
    assert card.tasks[0].counts.harness_errors == 0
    assert any("1 attempt was made again after trouble of ours" in note.en for note in card.notes)
