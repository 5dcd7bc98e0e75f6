"""Reads a person's answers from the terminal, whatever pytest has done with stdin.

What is typed is not shown: a terminal's contents end up in logs.
"""

from __future__ import annotations

import os
import select
import termios
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

from harness.helpdesk import Answer, HelpDesk, code_in, fault_in
from harness.model import Words

TERMINAL = Path("/dev/tty")
LONGEST_LINE = 4096
"""Bytes of a line: a terminal hands out no longer one."""


def is_there(terminal: Path) -> bool:
    """Whether somebody sits at this process."""
    try:
        os.close(os.open(terminal, os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


@contextmanager
def reading(desk: HelpDesk, terminal: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Answers the question that stands with what is typed in here; nothing without a terminal."""
    with ExitStack() as open_:
        with suppress(OSError):  # nobody sits at this process
            lines = os.open(terminal, os.O_RDONLY | os.O_NOCTTY)
            open_.callback(os.close, lines)
            if os.isatty(lines) and not _in_background(lines):
                open_.enter_context(_unseen(lines))
                open_.enter_context(_listening(lines, desk, tell))
        yield


def _in_background(terminal: int) -> bool:
    """Whether the terminal is another job's by now: who touches it then is stopped by it."""
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:
        return False  # a terminal that controls nobody stops nobody


@contextmanager
def _unseen(terminal: int) -> Iterator[None]:
    """What is typed is not shown; what was typed too late is thrown away."""
    before = termios.tcgetattr(terminal)
    silent = termios.tcgetattr(terminal)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


@contextmanager
def _listening(terminal: int, desk: HelpDesk, tell: Callable[[str], None]) -> Iterator[None]:
    """Hands each line to the desk, from a thread that ends with this."""
    is_over, over = os.pipe()

    def listen() -> None:
        while True:
            ready, _, _ = select.select([terminal, is_over], [], [])
            if is_over in ready or not (line := os.read(terminal, LONGEST_LINE)):
                return
            fault = hand_in(line.decode(errors="replace"), desk)
            if fault is not None:
                tell(str(fault))

    thread = Thread(target=listen, name="terminal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.write(over, b"\n")
        thread.join()
        os.close(is_over)
        os.close(over)


def hand_in(line: str, desk: HelpDesk) -> Words | None:
    """Takes a line as an answer: a code, or that something was done; says why it can be neither."""
    code = code_in(line)
    fault = fault_in(code, desk.notice.question) if code else None
    if fault is None:
        desk.answer(Answer(code))
    return fault
