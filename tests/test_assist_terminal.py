"""The terminal at which a person answers: a pair of pseudo-terminals, and no page."""

from __future__ import annotations

import os
import termios
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue

import pytest

from harness.assist.terminal import reading
from harness.helpdesk import Answer, HelpDesk, Question
from harness.model import Words

QUESTION = Question("a", Words(zh="任务"), Words(zh="应用"), "gate", "sms_code", True)


class Desk(HelpDesk):
    """One that says when it is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.given: Queue[Answer] = Queue()

    def answer(self, answer: Answer, number: int | None = None) -> bool:
        self.given.put(answer)
        return super().answer(answer, number)


@dataclass
class Terminal:
    """One end is a person's, the other the harness opens by its name."""

    person: int
    path: Path

    def type(self, line: str) -> None:
        os.write(self.person, line.encode() + b"\n")

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.person)[3] & termios.ECHO)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    person, harness = os.openpty()
    yield Terminal(person, Path(os.ttyname(harness)))
    os.close(person)
    os.close(harness)


def test_a_line_is_an_answer_and_is_not_shown(terminal: Terminal) -> None:
    desk = Desk()
    said: Queue[str] = Queue()
    with desk.asking(QUESTION, 20), reading(desk, terminal.path, said.put):
        assert not terminal.echoes()
        terminal.type("12")
        assert "4" in said.get(timeout=10)
        terminal.type(" 482913 ")
        assert desk.given.get(timeout=10) == Answer("482913")
        terminal.type("")
        assert desk.given.get(timeout=10) == Answer()
    assert terminal.echoes()


def test_a_code_in_wide_digits_is_plain_and_what_no_key_types_is_refused(
    terminal: Terminal,
) -> None:
    desk = Desk()
    said: Queue[str] = Queue()
    by_keys = replace(QUESTION, by_keys=True)
    with desk.asking(by_keys, 20), reading(desk, terminal.path, said.put):
        terminal.type("验证码四位")
        assert "letters, digits and signs" in said.get(timeout=10)
        terminal.type("４８２９１３")
        assert desk.given.get(timeout=10) == Answer("482913")


def test_without_a_terminal_the_page_alone_is_asked(tmp_path: Path) -> None:
    desk = Desk()
    for path in (tmp_path / "none", Path(os.devnull)):
        with desk.asking(QUESTION, 20), reading(desk, path, print):
            assert desk.answer(Answer("482913"))
            assert desk.take() == Answer("482913")
