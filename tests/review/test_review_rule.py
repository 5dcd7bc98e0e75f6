"""How what reviewers say counts: from their lines to outcomes, and to the score that is printed."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from harness.model import Outcome, Words
from harness.store import read_run
from scoring.__main__ import app
from scoring.conclude import assess, explain_runs
from scoring.estimate import Estimate
from scoring.pack import pack
from scoring.review.agreement import agreement
from scoring.review.book import read_book, write_down
from scoring.review.events import EVENT, Event
from scoring.review.opinions import fold
from scoring.review.queue import left, queue
from scoring.review.rule import Settled, apply, settle
from tests.review.said import FOUND, agree, disagree, event, undo, unsure
from tests.scoring import records

CRASHED, COMPLETED = Outcome.CRASHED, Outcome.COMPLETED


def outcome(*events: Event, court: Outcome = COMPLETED) -> Outcome:
    run, _ = apply(records.run(records.attempt(court)), fold(events))
    return run.attempts[0].verdict.outcome


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ((), COMPLETED),
        ((agree(1),), COMPLETED),
        ((disagree(1, CRASHED),), CRASHED),
        ((unsure(1),), COMPLETED),
        ((disagree(1, CRASHED), agree(2)), COMPLETED),
        ((agree(1), disagree(2, CRASHED)), CRASHED),
        ((disagree(1, CRASHED), agree(2, "ben")), COMPLETED),
        ((disagree(1, CRASHED), unsure(2, "ben")), CRASHED),
        ((disagree(1, CRASHED), disagree(2, CRASHED, "ben")), CRASHED),
        ((disagree(1, CRASHED), disagree(2, Outcome.NOT_FOUND, "ben")), COMPLETED),
        ((disagree(1, CRASHED), undo(2, disagree(1, CRASHED))), COMPLETED),
        ((disagree(1, CRASHED), undo(2, disagree(1, CRASHED), "ben")), CRASHED),
    ],
)
def test_an_outcome_changes_only_where_all_who_are_sure_name_the_same(
    events: tuple[Event, ...], left: Outcome
) -> None:
    assert outcome(*events) is left


def test_who_differ_are_on_the_list_of_disagreements() -> None:
    run = records.run(records.attempt())
    _, reviewed = apply(run, fold([agree(1), disagree(2, CRASHED, "ben")]))
    assert reviewed is not None
    assert reviewed.disagreements == (FOUND,)
    assert reviewed.changes == ()


def test_a_changed_outcome_says_by_whom_in_both_languages() -> None:
    events = [disagree(1, CRASHED), disagree(2, CRASHED, "ben")]
    run, _ = apply(records.run(records.attempt()), fold(events))
    assert run.attempts[0].verdict.reasons[-1] == Words(
        zh="ann、ben 改判为“闪退”，原判“完成”",
        en="ann, ben said crashed; the court had said completed",
    )


def test_a_time_is_never_made_up() -> None:
    crashed, _ = apply(records.run(records.attempt()), fold([disagree(1, CRASHED)]))
    assert crashed.attempts[0].task_s is None
    found, _ = apply(
        records.run(records.attempt(Outcome.NOT_FOUND)), fold([disagree(1, COMPLETED)])
    )
    assert found.attempts[0].verdict.outcome.completed
    assert found.attempts[0].task_s is None


MINUTES = st.integers(0, 30)
SAID = st.one_of(
    st.builds(agree, MINUTES, st.sampled_from(["ann", "ben"])),
    st.builds(unsure, MINUTES, st.sampled_from(["ann", "ben"])),
    st.builds(
        disagree, MINUTES, st.sampled_from([CRASHED, COMPLETED]), st.sampled_from(["ann", "ben"])
    ),
)


@given(st.lists(SAID, unique_by=lambda one: one.id), st.randoms())
def test_neither_the_order_of_lines_nor_lines_that_come_twice_count(
    events: list[Event], random: Any
) -> None:
    mixed = [*events, *events[:3]]
    random.shuffle(mixed)
    assert fold(mixed) == fold(events)


PROBLEM: dict[str, Any] = {
    "kind": "problem", "attempt": FOUND, "step": "1", "x": 1, "y": 0, "heuristic": 1, "severity": 0
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "verdict", "attempt": FOUND, "says": "disagree"},
        {"kind": "verdict", "attempt": FOUND, "says": "agree", "outcome": "crashed"},
        {"kind": "verdict", "attempt": FOUND, "says": "agree", "comment": "\x1b[2J"},
        {"kind": "verdict", "attempt": FOUND, "says": "agree", "comment": "x" * 2001},
        {"kind": "verdict", "attempt": FOUND, "says": "agree", "more": 1},
        PROBLEM | {"x": 1.1},
        PROBLEM | {"step": "../1"},
        PROBLEM | {"heuristic": 11},
        PROBLEM | {"severity": 5},
        {"kind": "questionnaire", "attempt": FOUND, "ease": 8},
        {"kind": "other"},
    ],
)
def test_an_event_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        event(1, **wrong)


@pytest.mark.parametrize("name", ["../ann", "a/b", "", ".hidden", "x" * 61, "ann\n"])
def test_a_reviewer_whose_name_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        agree(1, name)


# --- on the disk ----------------------------------------------------------------------------------


def test_what_was_said_is_read_back_and_damaged_lines_are_reported(tmp_path: Path) -> None:
    run = records.write(tmp_path, records.attempt())
    write_down(run, disagree(1, CRASHED))
    with (run / "reviews" / "ann.jsonl").open("ab") as file:
        file.write(b'{"kind": "verdict"')
    write_down(run, agree(2))
    with (run / "reviews" / "ben.jsonl").open("ab") as file:
        file.write(agree(3, "eve").model_dump_json().encode() + b"\n")
    book = read_book(run)
    assert book.events == (disagree(1, CRASHED), agree(2))
    assert len(book.problems) == 2
    assert "reviews/ann.jsonl:2" in book.problems[0]
    assert "eve" in book.problems[1]


def _write_many(run: Path, first: int) -> None:
    for number in range(first, first + 50):
        write_down(run, agree(number))


def test_two_windows_of_one_reviewer_lose_nothing(tmp_path: Path) -> None:
    run = records.write(tmp_path, records.attempt())
    context = multiprocessing.get_context("spawn")
    windows = [context.Process(target=_write_many, args=(run, first)) for first in (0, 50)]
    for window in windows:
        window.start()
    for window in windows:
        window.join(60)
    book = read_book(run)
    assert len(book.events) == 100
    assert book.problems == ()


# --- the score that is printed --------------------------------------------------------------------


def scored(run: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["score", str(run), *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("packed", [False, True])
def test_a_verdict_changes_the_score_and_is_shown_and_can_be_left_out(
    tmp_path: Path, packed: bool
) -> None:
    run = records.write(tmp_path, *records.attempts({COMPLETED: 4}))
    if packed:
        pack(run)
    before = scored(run)
    index = assess([run]).card.index
    write_down(run, disagree(1, CRASHED))
    after = scored(run)
    assert "4/4" in before
    assert "3/4" in after
    assert "completed → crashed" in after
    assert assess([run]).card.index != index
    assert scored(run, "--without-reviews") == before
    card = json.loads(scored(run, "--json"))
    assert card["reviews"][0]["changes"][0]["outcome"] == "crashed"


def test_explain_goes_by_the_same_outcomes(tmp_path: Path) -> None:
    run = records.write(tmp_path, *records.attempts({COMPLETED: 4}))
    (before,) = explain_runs([run], "A1.1", None)
    write_down(run, disagree(1, CRASHED))
    (after,) = explain_runs([run], "A1.1", None)
    assert after != before


def test_a_questionnaire_is_the_indicator_of_reviewers(tmp_path: Path) -> None:
    run = records.write(tmp_path, *records.attempts({COMPLETED: 4}))
    assert rating(run) is None
    write_down(run, event(1, kind="questionnaire", attempt=FOUND, efficiency=5, ease=7))
    write_down(run, event(2, "ben", kind="questionnaire", attempt=FOUND, guidance=3, ease=4))
    found = rating(run)
    assert found is not None
    assert found.value == pytest.approx(75)  # the mean of 100 and 50
    assert found.n == 2
    assert rating(run, reviews=False) is None
    (explained,) = explain_runs([run], "E1.1", None)
    assert explained.node.score == found


def test_what_reviewers_alone_say_is_no_sample_and_has_no_interval(tmp_path: Path) -> None:
    run = records.write(tmp_path, *records.attempts({COMPLETED: 4}))
    write_down(run, event(1, kind="questionnaire", attempt=FOUND, efficiency=4))
    capability = rating(run, of="E")
    assert capability is not None
    assert capability.value == pytest.approx(75)
    assert (capability.low, capability.high, capability.n) == (None, None, 1)


def rating(run: Path, *, reviews: bool = True, of: str = "E1.1") -> Estimate | None:
    index = assess([run], reviews=reviews).card.index
    assert index is not None
    return next(node.score for node in index.apps[0].nodes if node.id == of)


# --- queue and agreement --------------------------------------------------------------------------


def test_the_queue_begins_with_what_the_court_cannot_tell() -> None:
    counts = {COMPLETED: 20, CRASHED: 2, Outcome.OUTDATED: 1}
    rows = records.attempts(counts)
    waiting = queue(rows)
    assert waiting[0].attempt == rows[-1].id
    assert waiting[0].why == "unsure"
    assert len({each.attempt for each in waiting}) == len(waiting)
    assert {"first", "finding", "sample"} <= {each.why for each in waiting}
    assert queue(rows) == waiting


def test_what_one_has_judged_has_left_the_queue_of_that_reviewer_alone() -> None:
    waiting = queue(records.attempts({COMPLETED: 3}))
    opinions = fold([agree(1)])
    assert FOUND not in {each.attempt for each in left(waiting, opinions, "ann")}
    assert FOUND in {each.attempt for each in left(waiting, opinions, "ben")}


def test_agreement_is_that_of_the_published_example() -> None:
    """Krippendorff (2011), "Computing Krippendorff's alpha-reliability", two observers, binary."""
    ann = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    ben = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    named = (COMPLETED, CRASHED)
    found = agreement(
        [
            Settled(records.attempt(repetition=n), {"ann": named[one], "ben": named[other]})
            for n, (one, other) in enumerate(zip(ann, ben, strict=True), 1)
        ]
    )
    assert found is not None
    assert found.value == pytest.approx(0.095, abs=5e-4)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert found.n == 10


def test_there_is_no_agreement_where_chance_cannot_be_told_from_it(tmp_path: Path) -> None:
    run = records.write(tmp_path, *records.attempts({COMPLETED: 3}))
    events = [
        agree(number, who, attempt.id)
        for who in ("ann", "ben")
        for number, attempt in enumerate(read_run(run).attempts)
    ]
    assert agreement(list(settle(read_run(run).attempts, fold(events)))) is None
    assert EVENT.validate_json(events[0].model_dump_json()) == events[0]
