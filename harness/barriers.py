"""Passes barriers: by the phone's inbox, by a person, by a prepared secret, or not at all.

Nothing is bypassed, and no software solves what is meant for a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from harness.driver import Inbox, Seen
from harness.errors import StepFailed
from harness.helpdesk import SHORTEST_CODE, HelpDesk, Question, code_in
from harness.hierarchy import elements
from harness.landing import at
from harness.model import Barrier, BarrierKind, Name, Words
from harness.obstacles import obstacles
from harness.stage import Stage
from harness.waiting import wait

IN_CHINESE: Mapping[BarrierKind, str] = {
    "sms_code": "短信验证码",
    "slider": "滑块",
    "face_check": "人脸核验",
    "id_document": "证件核验",
    "password": "密码",
}
"""What people call each kind; in English its name does."""
LIKE_A_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
BANNER_S = 10.0
"""How long a notification may stay over the App: Android's own go after five."""
UNSEEN_FOR_S = 0.5
"""A barrier that is passed is not seen for so long: longer than an App takes to draw it anew."""
LIVE_EVERY_S = 0.7
"""A person who helps sees a new picture so often."""


def pass_barrier(name: Name, stage: Stage, messages_before: int) -> str | None:
    """Returns when the barrier is passed, or with the code that passes it once it is written.

    Whoever has the code, and whoever types it: from now on it is kept nowhere.

    Args:
        name: of the barrier that is there now.
        stage: the attempt's.
        messages_before: how many text messages the phone had when the attempt began.

    Raises:
        StepFailed: the run passes no such barrier, nobody is there, or it took too long.
    """
    barrier = stage.task.profile.barriers[name]
    code = _passed(name, barrier, stage, messages_before)
    cover_messages(barrier, stage)
    if code is None:
        _learn_what_was_typed(barrier, stage)
    elif len(code) >= SHORTEST_CODE:
        stage.redaction.learn_secret(code)
    return code


def cover_messages(barrier: Barrier, stage: Stage) -> None:
    """For some time pictures are kept without what a notification may show of a barrier's code."""
    if barrier.kind == "sms_code" or barrier.inbox is not None:
        stage.redaction.banner_until = stage.clock.monotonic() + BANNER_S


def _passed(name: Name, barrier: Barrier, stage: Stage, messages_before: int) -> str | None:
    match stage.task.barriers:
        case "stop":
            raise _stopped(barrier, "按 --barriers stop 到此为止", "--barriers stop ends here")
        case "secret":
            return _by_secret(barrier, stage)
        case "assist":
            return _by_help(name, barrier, stage)
    if barrier.inbox is not None and barrier.into is not None:
        return _by_inbox(barrier, stage, messages_before)
    _by_person(barrier, stage)
    return None


def secret_of(barrier: Barrier) -> str | None:
    """The placeholder's name of the secret that was prepared for a barrier: `secret:NAME`."""
    prepared = barrier.secret is not None and barrier.into is not None
    return f"secret:{barrier.secret}" if prepared else None


def _by_secret(barrier: Barrier, stage: Stage) -> str:
    name = secret_of(barrier)
    if name is None:
        raise _stopped(
            barrier,
            "档案没有为它准备 secret:，--barriers secret 到此为止",
            "its profile prepares no secret: for it, so --barriers secret ends here",
        )
    return stage.task.secrets[name]


# --- by the phone's inbox -------------------------------------------------------------------------


def _by_inbox(barrier: Barrier, stage: Stage, messages_before: int) -> str:
    """The code of the newest message."""

    def code() -> str | None:
        inbox = stage.driver.inbox()
        new = inbox.total > messages_before
        return find_code(barrier.inbox or "", inbox.newest) if new else None

    waited = wait(code, stage.clock, barrier.within_s)
    if waited.result is None:
        for unread in _codes_in(stage.driver.inbox(), messages_before):
            stage.redaction.learn_secret(unread)
        raise StepFailed(
            "barrier",
            expected=Words(zh="带验证码的短信", en="a text message with a code"),
            seen=_met(
                barrier,
                f"{barrier.within_s:g} s 内没有收到验证码",
                f"no code within {barrier.within_s:g} s",
            ),
        )
    return waited.result


def _codes_in(inbox: Inbox, messages_before: int) -> list[str]:
    """What may be a code in a new message that no pattern fits: the App's log may repeat it."""
    return LIKE_A_CODE.findall(inbox.newest) if inbox.total > messages_before else []


def find_code(pattern: str, message: str) -> str | None:
    """The pattern's first group in the message, or all that it matches when it has none.

    Whatever widths the message writes its digits in, the code has plain ones.
    """
    found = re.search(pattern, message)
    return None if found is None else code_in(found[1 if found.re.groups else 0])


# --- by the person at the phone -------------------------------------------------------------------


def _by_person(barrier: Barrier, stage: Stage) -> None:
    if not stage.task.attended:
        raise StepFailed(
            "barrier",
            expected=Words(zh="手机旁有人", en="somebody at the phone"),
            seen=_met(barrier, "这台设备无人看管", "nobody attends this device"),
        )
    passage = _Passage(barrier, stage)
    waited = wait(lambda: passage.look() == "passed" or None, stage.clock, barrier.within_s)
    if waited.result is None:
        raise _not_passed(
            barrier,
            f"{barrier.within_s:g} s 内无人通过",
            f"nobody passed it within {barrier.within_s:g} s",
        )


class _Passage:
    """Whether a barrier is passed: it is not seen for a while, on the App's own bare screen.

    One look in which it is not seen says little: the App may draw it anew after a wrong try,
    a dialog may lie over it, or the person may be in another App, to read a message.
    """

    def __init__(self, barrier: Barrier, stage: Stage) -> None:
        self._barrier = barrier
        self._stage = stage
        self._unseen_since: float | None = None

    def look(self) -> Literal["there", "unsure", "passed"]:
        """Looks once."""
        began_at = self._stage.clock.monotonic()
        if self._stage.driver.look(self._barrier.seen):
            self._unseen_since = None
            return "there"
        if not self._shows_the_app():
            self._unseen_since = None
            return "unsure"
        if self._unseen_since is None:
            self._unseen_since = began_at
        return "passed" if began_at - self._unseen_since >= UNSEEN_FOR_S else "unsure"

    def _shows_the_app(self) -> bool:
        """Whether the App is in front, with nothing over it that could hide a barrier."""
        task, driver = self._stage.task, self._stage.driver
        package = task.profile.android.package
        if driver.package() != package:
            return False
        if driver.page is not None:
            return True
        there = driver.elements()
        on_top = next((each.get("package") for each in there if each.get("package")), "")
        covering = (one for one in obstacles(task.interruptions, there, package) if one.own_window)
        # Of a hierarchy that cannot be read nobody knows more than whose App is in front.
        return on_top in ("", package) and next(covering, None) is None


# --- by a person who is asked ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Helped:
    """How a person has helped; the code is empty where it was done at the phone."""

    how: Literal["passed", "given_up"]
    code: str = ""


def _by_help(name: Name, barrier: Barrier, stage: Stage) -> str | None:
    """The code that a person types, or None once the person has passed the barrier at the phone."""
    desk = stage.desk
    if desk is None:
        raise AssertionError("who asks for help opens a desk")
    question = Question(
        attempt=stage.task.planned.id,
        task=stage.task.scenario.title,
        app=stage.task.profile.name,
        barrier=name,
        kind=barrier.kind,
        wants_code=barrier.into is not None,
        by_keys=barrier.how == "keys",
    )
    with desk.asking(question, barrier.within_s):
        helped = _wait_for_help(barrier, stage, desk, question)
        desk.end("too_late" if helped is None else helped.how)
    if helped is None or helped.how == "given_up":
        nobody = f"{barrier.within_s:g} s 内无人协助", f"no help came within {barrier.within_s:g} s"
        gave_up = "协助的人放弃了", "the person who was asked gave it up"
        raise _not_passed(barrier, *(nobody if helped is None else gave_up))
    return helped.code or None


def _wait_for_help(
    barrier: Barrier, stage: Stage, desk: HelpDesk, question: Question
) -> _Helped | None:
    """Shows the phone until a person has answered, or too long: None.

    What asks for no code is passed as soon as it is gone. A field is no barrier any more as soon
    as somebody types into it at the phone, so that there the person says when it is done.
    """
    began_at = shown_at = stage.clock.monotonic()
    passage, is_done = _Passage(barrier, stage), False

    def show(now: float) -> None:
        desk.show(stage.shot(), barrier.within_s - (now - began_at))

    def look() -> _Helped | None:
        nonlocal shown_at, is_done
        answer, now = desk.take(), stage.clock.monotonic()
        if answer is not None and answer.gives_up:
            return _Helped("given_up")
        if answer is not None and answer.code and question.wants_code:
            return _Helped("passed", answer.code)
        asked = answer is not None
        is_done = is_done or asked
        sight = passage.look() if is_done or not question.wants_code else "there"
        if sight == "passed":
            return _Helped("passed")
        if is_done and sight == "there":
            is_done = False
            desk.say_still_there()
        if asked or now - shown_at >= LIVE_EVERY_S:
            shown_at = now
            show(now)
        return None

    show(began_at)
    return wait(look, stage.clock, barrier.within_s).result


def _learn_what_was_typed(barrier: Barrier, stage: Stage) -> None:
    """A code that was typed at the phone is as secret as one that the harness types."""
    found = None if barrier.into is None else stage.finder.find(barrier.into, "native")
    typed = "" if found is None else _typed(found.seen, elements(stage.driver.hierarchy()))
    if len(typed) >= SHORTEST_CODE and typed.isascii():  # a hint in Chinese is no code
        stage.redaction.learn_secret(typed)


def _typed(seen: Seen, there: Sequence[etree._Element]) -> str:
    """What a field holds; of one for a single character, what it and its like hold together."""
    text, field = seen.text.strip(), at(there, seen.box)
    for holder in () if len(text) != 1 or field is None else field.iterancestors("*"):
        said = "".join(filter(_is_one, (str(each.get("text", "")) for each in holder.iter("*"))))
        if len(said) >= SHORTEST_CODE:
            return said
    return text


def _is_one(text: str) -> bool:
    return len(text) == 1


# --- words ----------------------------------------------------------------------------------------


def _stopped(barrier: Barrier, zh: str, en: str) -> StepFailed:
    """The run goes no further than this barrier, whoever is there."""
    return StepFailed(
        "barrier",
        expected=Words(zh="没有关卡的路", en="a way without barriers"),
        seen=_met(barrier, zh, en),
    )


def _not_passed(barrier: Barrier, zh: str, en: str) -> StepFailed:
    return StepFailed(
        "barrier",
        expected=Words(
            zh=f"{IN_CHINESE[barrier.kind]}关卡被通过",
            en=f"the {barrier.kind} barrier to be passed",
        ),
        seen=_met(barrier, zh, en),
    )


def _met(barrier: Barrier, zh: str, en: str) -> Words:
    """The barrier, and what came of it."""
    return Words(
        zh=f"遇到{IN_CHINESE[barrier.kind]}关卡，{zh}", en=f"a {barrier.kind} barrier, and {en}"
    )
