"""Two Apps, and two versions of one: what is said, and what is not."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner, Result

from harness.errors import UsageError
from harness.model import AttemptRecord, Outcome, Words
from harness.store import Run
from scoring.__main__ import app
from scoring.compare import SideBySide, choose_sides, compare
from scoring.show_compare import show
from scoring.tree import load_tree
from tests.scoring import golden, records
from tests.scoring.records import attempt, attempts, run

TREE = load_tree()


def timed(seconds: list[float], *, failed: int = 0, **others: str) -> list[AttemptRecord]:
    done = [
        attempt(repetition=number, task_s=time, **others)  # type: ignore[arg-type]  # names only
        for number, time in enumerate(seconds, 1)
    ]
    return done + [
        attempt(Outcome.NOT_FOUND, repetition=number, **others)  # type: ignore[arg-type]
        for number in range(len(done) + 1, len(done) + failed + 1)
    ]


def of(run_id: str, *attempts: AttemptRecord) -> Run:
    return run(*attempts, run_id=run_id)


def beside(first: Run, second: Run | None = None, *apps: str, paired: bool = False) -> SideBySide:
    runs = [first] if second is None else [first, second]
    return compare(*choose_sides(runs, apps), TREE, paired=paired)


OLD = of(
    "old",
    *timed([20.0 + n for n in range(11)], failed=1),
    *timed([9.0 + n / 7 for n in range(5)], failed=7, scenario="pay"),
    attempt(scenario="only_before"),
)
NEW = of(
    "new",
    *timed([10.0 + n / 2 for n in range(5)], failed=7),
    *timed([9.1 + n / 7 for n in range(6)], failed=6, scenario="pay"),
    attempt(scenario="only_after"),
)


def test_a_task_that_got_worse_is_told_with_the_attempts_behind_it() -> None:
    worse, same = beside(OLD, NEW).tasks
    assert worse.rate is not None
    assert worse.rate.difference.statistic == pytest.approx(-2.5434, abs=5e-5)
    assert worse.rate.difference.p == pytest.approx(0.0110, abs=5e-5)
    assert worse.rate.p_holm == pytest.approx(0.0220, abs=1e-4)
    assert worse.rate.change == "worse"
    assert len(worse.second.failed_attempts) == 7
    assert worse.second.failed_attempts[0] == "new/find_service::sample_city[phone#6]"
    assert same.rate is not None
    assert same.rate.change == "cannot_tell"


def test_faster_is_better_and_less_than_one() -> None:
    task = beside(OLD, NEW).tasks[0]
    assert task.time is not None
    assert task.time.difference.value < 0.5
    assert task.time.change == "better"
    assert task.time.difference.n == (11, 5)


def test_exchanging_the_sides_exchanges_better_and_worse() -> None:
    there, back = beside(OLD, NEW), beside(NEW, OLD)
    turned = {"better": "worse", "worse": "better", "cannot_tell": "cannot_tell"}
    for one, other in zip(there.tasks, back.tasks, strict=True):
        assert one.rate is not None
        assert other.rate is not None
        assert turned[one.rate.change] == other.rate.change


def test_tasks_of_one_side_only_are_named_and_not_compared() -> None:
    found = beside(OLD, NEW)
    assert found.only_first == ("only_before",)
    assert found.only_second == ("only_after",)
    assert [task.scenario for task in found.tasks] == ["find_service", "pay"]


def test_what_differs_by_chance_over_many_tasks_is_not_called_a_change() -> None:
    """0.0223 alone is below 0.05; among five tasks one such is to be expected too often."""
    ids = ["a", "b", "c", "d", "e"]
    before = {id: {Outcome.COMPLETED: 9, Outcome.TIMED_OUT: 1} for id in ids}
    after = before | {"a": {Outcome.COMPLETED: 4, Outcome.TIMED_OUT: 6}}
    found = beside(
        of("old", *(each for id in ids for each in attempts(before[id], scenario=id))),
        of("new", *(each for id in ids for each in attempts(after[id], scenario=id))),
    )
    rate = found.tasks[0].rate
    assert rate is not None
    assert rate.difference.p == pytest.approx(0.0223, abs=5e-5)
    assert rate.p_holm == pytest.approx(5 * 0.0223, abs=5e-4)
    assert rate.change == "cannot_tell"


def test_blocked_attempts_and_our_own_trouble_are_no_attempts() -> None:
    trouble = attempts({Outcome.COMPLETED: 3, Outcome.BLOCKED: 2, Outcome.HARNESS_ERROR: 4})
    task = beside(of("old", *trouble), of("new", *attempts({Outcome.COMPLETED: 3}))).tasks[0]
    assert (task.first.completed, task.first.attempted) == (3, 3)


def test_pairs_are_those_of_one_device_and_repetition() -> None:
    outcomes = [(Outcome.TIMED_OUT, Outcome.COMPLETED)] * 7 + [
        (Outcome.COMPLETED, Outcome.TIMED_OUT)
    ]
    first = [attempt(one, repetition=n) for n, (one, _) in enumerate(outcomes, start=1)]
    turned = outcomes[::-1]
    second = [attempt(other, repetition=n) for n, (_, other) in enumerate(turned, start=1)]
    third = [attempt(other, repetition=n) for n, (_, other) in enumerate(outcomes, start=1)]
    alone = attempt(repetition=99)
    rate = beside(of("old", *first, alone), of("new", *third), paired=True).tasks[0].rate
    shuffled = beside(of("old", *first), of("new", *second), paired=True).tasks[0].rate
    assert rate is not None
    assert shuffled is not None
    assert rate.difference.test == "mcnemar"
    assert rate.difference.p == pytest.approx(2 * (1 + 8) / 2**8)
    assert rate.difference.n == (8, 8)
    assert shuffled.difference.p != pytest.approx(rate.difference.p)


def test_two_apps_of_one_run_are_compared_in_the_order_of_the_plan_or_as_named() -> None:
    both = of("one", *timed([1.0, 2.0]), *timed([3.0, 4.5], app="other_city"))
    assert beside(both).first.app == "sample_city"
    turned = beside(both, None, "other_city", "sample_city")
    assert (turned.first.app, turned.second.app) == ("other_city", "sample_city")
    assert turned.tasks[0].second.task_s is not None
    assert turned.tasks[0].second.task_s.value == pytest.approx(2**0.5)


def test_a_version_beside_itself_is_neither_better_nor_worse() -> None:
    again = of("again", *OLD.attempts)
    found = beside(OLD, again)
    assert {task.rate.change for task in found.tasks if task.rate} == {"cannot_tell"}
    assert {task.time.change for task in found.tasks if task.time} == {"cannot_tell"}
    assert found.overall.completion_p == pytest.approx(1)


def test_a_task_that_was_changed_in_between_is_said() -> None:
    changed = records.scenario(title=Words(zh="改过的任务"))
    found = beside(of("old", attempt()), run(attempt(), run_id="new", scenarios=(changed,)))
    assert any("find_service: the task itself was changed" in each for each in found.problems)


SIMULATED = of("old", attempt())
REAL = of("new", attempt(simulated=False, device="pixel"))
TWO_APPS = of("two", attempt(), attempt(app="other_city"))


@pytest.mark.parametrize(
    ("runs", "apps", "says"),
    [
        ([SIMULATED, REAL], [], "one side was tried on a simulated phone"),
        ([SIMULATED], [], "which Apps are to be compared?"),
        ([TWO_APPS, of("more", *TWO_APPS.attempts)], [], "sample_city, other_city"),
        ([TWO_APPS], ["sample_city"], "name two Apps"),
        ([TWO_APPS], ["sample_city", "sample_city"], "with itself"),
        ([TWO_APPS], ["sample_city", "elsewhere"], "no attempt of elsewhere"),
        ([TWO_APPS], ["a", "b", "c"], "two Apps are compared at a time"),
        ([SIMULATED, of("old", attempt())], [], "the same run is given twice"),
        ([SIMULATED] * 3, [], "one run or two, not 3"),
        ([SIMULATED, of("new", attempt(Outcome.BLOCKED))], [], "no attempt of sample_city counts"),
        ([of("empty"), SIMULATED], [], "which Apps"),
        (
            [of("mixed", attempt(), attempt(simulated=False, device="pixel")), SIMULATED],
            [],
            "never taken together",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_with_what_to_do(
    runs: list[Run], apps: list[str], says: str
) -> None:
    with pytest.raises(UsageError, match=says.replace("?", r"\?")):
        compare(*choose_sides(runs, apps), TREE)


# --- in the terminal ------------------------------------------------------------------------------


def printed(found: SideBySide, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(found, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100])
def test_the_comparison_looks_as_it_was_last_read_by_a_person(width: int) -> None:
    golden.check(f"compare.{width}.txt", printed(beside(OLD, NEW), width))


def test_no_line_is_wider_than_the_terminal() -> None:
    lines = printed(beside(OLD, NEW), 80).splitlines()
    assert max(Text(line).cell_len for line in lines) <= 80


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["compare", *map(str, arguments)], env={"COLUMNS": "100"})


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for each in (OLD, NEW):
        records.write(tmp_path, *each.attempts, run_id=each.run.run_id)
    return tmp_path


def test_json_is_the_comparison_and_nothing_else(results: Path) -> None:
    result = call("old", "new", "--results", results, "--json")
    assert result.exit_code == 0, result.output
    found = SideBySide.model_validate_json(result.stdout)
    assert [task.scenario for task in found.tasks] == ["find_service", "pay"]
    assert json.loads(result.stdout)["performed_by"] == "robot"


def test_a_gate_that_nobody_can_look_at_is_closed_with_code_1(results: Path) -> None:
    """These attempts are of information tasks: too little of the tree for an index."""
    result = call("old", "new", "--results", results, "--max-drop", 5)
    assert result.exit_code == 1
    assert "was not measured" in result.stderr
    assert call("old", "new", "--results", results, "--min-index", 1).exit_code == 1
    assert call("old", "new", "--results", results).exit_code == 0


def test_what_the_user_can_mend_is_told_with_code_2(results: Path) -> None:
    result = call("old", "old", "--results", results)
    assert result.exit_code == 2
    assert result.stderr.startswith("scoring: ")
