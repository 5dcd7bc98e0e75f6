"""Where an attempt asks a person at a barrier, and the person answers: between two threads.

The attempt asks, shows what the phone shows, and takes answers; a page or a terminal reads
the question and gives them. Everything stays in memory: neither pictures nor codes are kept.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal

from harness.model import BarrierKind, Name, Words, has_keys

SHORTEST_CODE, LONGEST_CODE = 4, 200
"""Characters: what is shorter is no code, and could not be hidden without hiding everything."""

Ending = Literal["passed", "given_up", "too_late", "broken_off"]
"""What came of a question; `broken_off`: the attempt ended while it stood."""


@dataclass(frozen=True)
class Question:
    """What a person is asked to do.

    Attributes:
        attempt: its id.
        task: what the citizen's task is called.
        app: what the App is called.
        barrier: its name in the profile.
        kind: of the barrier.
        wants_code: whether a code is asked for, else a deed at the phone.
        by_keys: whether the code is typed key by key.
    """

    attempt: str
    task: Words
    app: Words
    barrier: Name
    kind: BarrierKind
    wants_code: bool
    by_keys: bool = False


@dataclass(frozen=True)
class Answer:
    """What a person has said: a code, that it cannot be done, or neither, to be looked after."""

    code: str = ""
    gives_up: bool = False


def code_in(said: str) -> str:
    """The code in what a person has typed: full-width digits are digits, blanks around are none."""
    return unicodedata.normalize("NFKC", said).strip()


def fault_in(code: str, question: Question | None) -> Words | None:
    """Why a code cannot be the answer to a question; None if it may be."""
    if not SHORTEST_CODE <= len(code) <= LONGEST_CODE:
        sizes = f"{SHORTEST_CODE}–{LONGEST_CODE}"
        return Words(zh=f"一个码有 {sizes} 个字符", en=f"a code has {sizes} characters")
    if question is not None and question.by_keys and not has_keys(code):
        return Words(
            zh="这里按键输入，只能是字母、数字和符号",
            en="this one is typed key by key: letters, digits and signs of ASCII only",
        )
    return None


@dataclass(frozen=True)
class Notice:
    """What there is to see at the desk at one moment.

    Attributes:
        number: of the question, counted from 1; 0 before the first.
        question: that stands; None between two.
        left_s: seconds until it is too late.
        pictures: how many pictures were shown so far.
        visible: whether the last of them shows anything: a screen may forbid it.
        still_there: whether the person said that it is done, and it was not.
        ending: what came of the last question.
    """

    number: int = 0
    question: Question | None = None
    left_s: float = 0.0
    pictures: int = 0
    visible: bool = False
    still_there: bool = False
    ending: Ending | None = None


Call = Callable[[Question, "HelpDesk"], AbstractContextManager[None]]
"""Tells a person elsewhere, a terminal, as long as a question stands."""


class HelpDesk:
    """The desk of one worker, at which one question stands at a time."""

    def __init__(self, call: Call = lambda _question, _desk: nullcontext()) -> None:
        self._call = call
        self._lock = Lock()
        self._notice = Notice()
        self._picture: bytes | None = None
        self._answers: deque[Answer] = deque()
        self._looks = 0

    # --- the attempt's side

    @contextmanager
    def asking(self, question: Question, within_s: float) -> Iterator[None]:
        """The question stands in here, for `within_s` seconds at most."""
        with self._lock:
            self._answers.clear()
            before = self._notice
            self._notice = Notice(before.number + 1, question, within_s, before.pictures)
        try:
            with self._call(question, self):
                yield
        finally:
            self.end("broken_off")

    def end(self, ending: Ending) -> None:
        """The question no longer stands; nothing of it stays. The first end counts."""
        with self._lock:
            self._answers.clear()
            self._picture = None
            if self._notice.question is not None:
                now = self._notice
                self._notice = Notice(now.number, pictures=now.pictures, ending=ending)

    def show(self, picture: bytes | None, left_s: float) -> None:
        """What the phone shows now, as PNG, None where it is forbidden; seconds that are left."""
        with self._lock:
            self._picture = picture
            self._notice = replace(
                self._notice,
                left_s=left_s,
                pictures=self._notice.pictures + 1,
                visible=picture is not None,
            )

    def say_still_there(self) -> None:
        """What the person has done did not pass the barrier."""
        with self._lock:
            self._notice = replace(self._notice, still_there=True)

    def take(self) -> Answer | None:
        """The next answer to the question that stands."""
        with self._lock:
            return self._answers.popleft() if self._answers else None

    # --- the person's side

    @property
    def notice(self) -> Notice:
        """What there is to see."""
        with self._lock:
            return self._notice

    def look(self) -> bytes | None:
        """The phone's picture, as PNG; None where there is none."""
        with self._lock:
            return self._picture

    def answer(self, answer: Answer, number: int | None = None) -> bool:
        """Answers the question of a number, or whichever stands; whether it does."""
        with self._lock:
            now = self._notice
            stands = now.question is not None and number in (None, now.number)
            if stands:
                self._answers.append(answer)
                self._notice = replace(now, still_there=False)
            return stands
