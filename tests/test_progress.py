from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from harness.model import AttemptRecord, Outcome, Verdict, Words
from harness.progress import Ended, RunProgress, sum_up


def record(outcome: Outcome, reason: str = "because") -> AttemptRecord:
    return AttemptRecord(
        id="task::app[phone#1]",
        scenario="task",
        app="app",
        device="phone",
        repetition=1,
        simulated=True,
        worker="main",
        started_at=datetime(2026, 1, 5, tzinfo=UTC),
        wall_s=9.0,
        task_s=4.25 if outcome.completed else None,
        task_half_width_s=0.125 if outcome.completed else None,
        verdict=Verdict(outcome=outcome, reasons=(Words.same(reason),)),
        steps=(),
    )


def shown(outcome: Outcome, reason: str = "because") -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(sum_up(Ended.of(record(outcome, reason))))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("outcome", Outcome)
def test_an_attempt_is_told_in_a_line_and_its_reason_in_another(outcome: Outcome) -> None:
    lines = shown(outcome).splitlines()
    made_again = outcome is Outcome.HARNESS_ERROR
    assert len(lines) == (1 if outcome.completed else 2 + made_again)
    assert outcome in lines[0]
    assert "task::app[phone#1]" in lines[0]


def test_a_time_is_told_with_its_error_bar_and_only_of_what_was_completed() -> None:
    assert "4.2 ± 0.1 s" in shown(Outcome.COMPLETED)
    assert "±" not in shown(Outcome.NOT_FOUND)


def test_three_kinds_of_ending_have_three_marks() -> None:
    marks = {shown(outcome)[0] for outcome in Outcome}
    assert marks == {"✓", "✗", "–"}


def test_markup_in_what_an_app_says_is_shown_as_it_is() -> None:
    assert "[bold red]急[/]" in shown(Outcome.WRONG_RESULT, "saw “[bold red]急[/]”")


def test_a_try_that_another_follows_says_so_and_the_next_says_which_it_is() -> None:
    assert "made again in a new session" in shown(Outcome.HARNESS_ERROR)
    again = record(Outcome.COMPLETED).model_copy(update={"try_number": 2})
    assert "try 2" in sum_up(Ended.of(again)).plain


@pytest.mark.parametrize(("outcome", "whole"), [("harness_error", "0/1"), ("completed", "1/1")])
def test_only_the_last_try_of_an_attempt_moves_the_bar(
    terminal: Console, outcome: str, whole: str
) -> None:
    progress = RunProgress(terminal, total=1)
    progress.attempt_ended(Ended.of(record(Outcome(outcome))))
    progress.begin()
    progress.end()
    assert whole in printed(terminal)


@pytest.fixture
def terminal() -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=True)


def printed(terminal: Console) -> str:
    assert isinstance(terminal.file, io.StringIO)
    return terminal.file.getvalue()


def test_the_live_lines_name_each_attempt_under_way_with_its_brackets(terminal: Console) -> None:
    progress = RunProgress(terminal, total=2)
    progress.attempt_begins("task::app[phone#1]")
    progress.attempt_begins("task::app[phone#2]")
    progress.begin()
    progress.attempt_ended(Ended.of(record(Outcome.COMPLETED)))
    progress.end()
    first = printed(terminal).partition("✓")[0]
    assert "task::app[phone#1]" in first
    assert "task::app[phone#2]" in first
    assert "0/2" in first


def test_an_attempt_that_could_not_be_made_is_named_no_longer(terminal: Console) -> None:
    progress = RunProgress(terminal, total=1)
    progress.attempt_begins("task::app[phone#1]")
    progress.attempt_dropped("task::app[phone#1]")
    progress.begin()
    progress.end()
    assert "task::app[phone#1]" not in printed(terminal)
    assert "0/1" in printed(terminal)
