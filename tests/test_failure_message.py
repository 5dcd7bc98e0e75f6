from __future__ import annotations

from harness.court import say_missed
from harness.failure_message import explain
from harness.model import Outcome, Verdict, Words
from tests.scoring import records


def test_what_was_expected_and_seen_is_told_once_and_all_in_both_languages() -> None:
    expected = Words(zh="home.search 消失", en="home.search to be gone")
    seen = Words(zh="它还在", en="it is still there")
    front = Words(zh="App 在前台，且有响应", en="the App was in front and answered")
    verdict = Verdict(outcome=Outcome.WRONG_RESULT, reasons=(say_missed(expected, seen), front))
    failed = records.step(status="failed", expected=expected, seen=seen)
    record = records.attempt(Outcome.WRONG_RESULT, steps=(failed,))
    told = explain(record.model_copy(update={"verdict": verdict}), records.scenario(), None)
    assert told.splitlines()[3:] == [
        "  应看到 expected: home.search 消失 / home.search to be gone",
        "  实际看到 seen: 它还在 / it is still there",
        "  理由 because: App 在前台，且有响应 / the App was in front and answered",
    ]
