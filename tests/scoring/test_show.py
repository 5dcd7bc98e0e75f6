from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from harness.model import Outcome, Words
from harness.store import Run
from scoring.estimate import Estimate
from scoring.measures import completion_rate, geometric_mean
from scoring.saying import say_rate, say_seconds
from scoring.scorecard import SIMULATED_NOTE, Repeats, score
from scoring.show import KIND_WORDS, mark, say_flaky, show
from tests.scoring import golden, records
from tests.scoring.example import everything
from tests.scoring.records import attempt, attempts, run

PROBLEMS = tuple(f"attempts/gw0.jsonl:{n}: damaged" for n in range(1, 9))
ON_TWO_PHONES = (
    *attempts({Outcome.COMPLETED: 3, Outcome.TIMED_OUT: 2, Outcome.HARNESS_ERROR: 1}),
    *attempts({Outcome.CRASHED: 1, Outcome.COMPLETED: 11}, device="pixel_of_the_lab"),
    *attempts({Outcome.COMPLETED: 2}, scenario="pay"),
    attempt(scenario="once"),
)


def printed(*runs: Run, width: int = 80, colour: bool = False) -> str:
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else "auto",
    )
    show(score(runs), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("everything", everything()),
        ("one_task", run(*attempts({Outcome.COMPLETED: 1}))),
        ("nothing_done", run(missing=(attempt(),))),
        ("nothing_planned", run()),
        ("real_phone", run(*attempts({Outcome.COMPLETED: 12}, simulated=False, device="pixel"))),
        ("problems", run(attempt(), problems=PROBLEMS)),
        ("flaky", run(*ON_TWO_PHONES)),
    ],
)
def test_the_card_looks_as_it_was_last_read_by_a_person(name: str, of: Run, width: int) -> None:
    golden.check(f"{name}.{width}.txt", printed(of, width=width))


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = printed(everything(), width=width).splitlines()
    assert max(Text(line).cell_len for line in lines) <= width


def test_plain_output_has_no_escape_codes_and_a_terminal_has_colours() -> None:
    assert "\x1b" not in printed(everything())
    assert "\x1b" in printed(everything(), colour=True)


def test_a_simulated_phone_is_named_where_its_numbers_are() -> None:
    simulated = printed(run(attempt()), width=100)
    real = printed(run(attempt(simulated=False, device="pixel")), width=100)
    assert str(SIMULATED_NOTE) in simulated
    assert "模拟手机 simulated" in simulated
    assert "模拟" not in real
    assert "安卓设备 Android device" in real


def test_words_from_a_file_are_no_markup() -> None:
    title = Words(zh="[red]查找[/red]", en="[link=x] [/] Find")
    text = printed(run(attempt(), scenarios=(records.scenario(title=title),)), width=100)
    assert str(title) in text


def test_every_kind_has_its_words_and_every_outcome_its_mark() -> None:
    assert set(KIND_WORDS) == {"information", "transaction", "participation"}
    assert {mark(outcome) for outcome in Outcome} == {"✓", "✗", "–", "!"}
    assert mark(Outcome.ABSENT) == "✗"


def test_a_flaky_task_is_said_with_what_came_attempt_by_attempt_while_they_are_few() -> None:
    outcomes = (Outcome.COMPLETED, Outcome.NOT_FOUND, Outcome.COMPLETED)
    few = Repeats(device="pixel", completed=2, attempted=3, outcomes=outcomes)
    many = Repeats(device="pixel", completed=8, attempted=12, outcomes=outcomes * 4)
    assert say_flaky(few) == "≈ 时好时坏 flaky 2/3 ✓✗✓"
    assert say_flaky(few, device=True) == "≈ 时好时坏 flaky 2/3 ✓✗✓ pixel"
    assert say_flaky(many) == "≈ 时好时坏 flaky 8/12"


def test_a_number_is_said_with_its_interval_and_its_n() -> None:
    assert say_rate(completion_rate(4, 5), 4) == "4/5  80 % [36–98]"
    assert say_rate(None, 0) == "—"
    assert say_seconds(geometric_mean([40, 36, 53, 56, 110, 48, 34, 44, 30, 40, 80])) == (
        "48.2 s [37.2–62.4], n=11"
    )
    assert say_seconds(geometric_mean([0.1234])) == "0.12 s, n=1"
    assert say_seconds(Estimate(value=123.4, low=101.5, high=99999, n=2, method="")) == (
        "123 s [102–99999], n=2"
    )
