"""What an App says goes through the harness and out again, whatever it is."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from harness.driver import Seen
from harness.failure_message import explain
from harness.finder import Found, Sight
from harness.model import AttemptRecord, Box, ById, Match, Outcome, Scenario
from harness.phone.app import Action, App, Crash, Do, Screen, Sms, Toast
from harness.phone.widgets import Button, Label, Page
from harness.progress import Ended, sum_up
from harness.quoting import LONGEST_LINE, quote, quote_line
from harness.symptoms import crashes
from tests.phone.small_app import PACKAGE
from tests.rig import SCENARIO, rig

TEXTS = {
    "nul": "a\0b",
    "controls": "a\x01\x07\x08\x1f\x7f\x85b",
    "half a surrogate pair": "a\ud800b",
    "escape sequences": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J",
    "endless": "长" * 100_000,
    "right to left": "\u202eabc\u202c שלום",
    "markup": "[bold red]x[/] [link=http://x]y[/link] [/nothing]",
    "xml": '<a b="c">&amp;]]></a><!-- --><script>alert(1)</script>',
    "lines": "a\nb\r\nc\u2028d",
    "placeholder": "${secret:HOME} ${name}",
    "emoji": "👨‍👩‍👧‍👦🇨🇳🏳️‍🌈",
    "formula": "=cmd()|' /C calc'!A0",
    "no characters": "\uffff\ufffe",
    "nothing": "",
}
GOAL = {"visible": {"id": "status"}, "text": "never", "within_s": 1}
ACTIONS = ("say", "crash")


def _app(text: str, action: str) -> App:
    """An App that says the text in its label, its hint, and in what a tap leads to."""
    does: dict[str, Action] = {
        "say": Do(Toast(text), Sms(text, text)),
        "crash": Crash(text),
    }
    page = Page(
        children=(
            Button(id="go", text="go", height=40, on_tap=does[action]),
            Label(id="status", text=text, description=text),
        )
    )
    screen = Screen("home", lambda _: page)
    return App(
        package=PACKAGE, label=text, icon="bank", color="#1677FF", screens=(screen,), start="home"
    )


def _shown(record: AttemptRecord) -> str:
    """What a terminal is sent about the attempt, without rich's own styles."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, color_system=None, width=400)
    console.print(sum_up(Ended.of(record)), highlight=False)
    asked = Scenario.model_validate({**SCENARIO, "goal": GOAL, "steps": ["launch"]})
    return screen.getvalue() + explain(record, asked, None)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_whatever_an_app_says_is_kept_and_told_in_plain_lines(text: str, action: str) -> None:
    with rig(_app(text, action)) as phone:
        profile = {"errors": [{"xpath": "//android.widget.Toast"}]}
        record = phone.attempt(["launch", {"tap": {"id": "go"}}], GOAL, profile=profile)
        kept = phone.kept
    assert record.verdict.outcome is not Outcome.HARNESS_ERROR
    assert AttemptRecord.model_validate_json(record.model_dump_json()) == record
    assert len(record.model_dump_json()) < 30_000
    assert sum(map(len, kept.values())) < 1_500_000
    shown = _shown(record)
    assert all(line.isprintable() for line in shown.split("\n"))
    assert max(map(len, shown.split("\n"))) < 500


def _words(text: str) -> Iterator[str]:
    """Every way of a text into a record, as a server that mends nothing would send it."""
    match = Match(
        target="#x",
        locator=ById(id="x"),
        position=1,
        candidates=1,
        box=Box(left=0, top=0, right=1, bottom=1),
    )
    found = Found(Seen("1", match.box, text, enabled=True, checked=False), match)
    yield from (Sight(found, "other_text").words.zh, Sight(found, "other_text").words.en)
    yield from crashes(("FATAL EXCEPTION: main", f"Process: {PACKAGE}, PID: 1", text), PACKAGE)
    yield quote(text)
    yield quote_line(text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_words_are_one_printable_line_of_bounded_length(text: str) -> None:
    for words in _words(text):
        words.encode()
        assert words.isprintable()
        assert len(words) <= 6 * LONGEST_LINE  # spelt out, a character may take six


def test_short_plain_text_is_quoted_as_it_is() -> None:
    assert quote("社保缴费查询 (2026)") == "“社保缴费查询 (2026)”"
    assert quote("办事\u3000大厅") == r"“办事\u3000大厅”"
