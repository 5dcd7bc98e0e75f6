"""Passes barriers: by the phone's inbox, by the person who attends it, or not at all.

Nothing is bypassed, and no software solves what is meant for a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.errors import StepFailed
from harness.model import Barrier, BarrierKind, Words
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


def pass_barrier(barrier: Barrier, stage: Stage, messages_before: int) -> str | None:
    """Returns when the barrier is passed, or with the code that passes it once it is written.

    Args:
        barrier: that is there now.
        stage: the attempt's.
        messages_before: how many text messages the phone had when the attempt began.

    Raises:
        StepFailed: nobody attends the phone, or it took too long.
    """
    if barrier.inbox is not None and barrier.into is not None:
        return _by_inbox(barrier, stage, messages_before)
    _by_person(barrier, stage)
    return None


def _by_inbox(barrier: Barrier, stage: Stage, messages_before: int) -> str:
    """The code of the newest message."""

    def code() -> str | None:
        inbox = stage.driver.inbox()
        new = inbox.total > messages_before
        return find_code(barrier.inbox or "", inbox.newest) if new else None

    waited = wait(code, stage.clock, barrier.within_s)
    if waited.result is None:
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


def find_code(pattern: str, message: str) -> str | None:
    """The pattern's first group in the message, or all that it matches when it has none."""
    found = re.search(pattern, message)
    return None if found is None else found[1 if found.re.groups else 0]


def _by_person(barrier: Barrier, stage: Stage) -> None:
    if not stage.task.attended:
        raise StepFailed(
            "barrier",
            expected=Words(zh="手机旁有人", en="somebody at the phone"),
            seen=_met(barrier, "这台设备无人看管", "nobody attends this device"),
        )
    waited = wait(
        lambda: None if stage.driver.look(barrier.seen) else True, stage.clock, barrier.within_s
    )
    if waited.result is None:
        raise StepFailed(
            "barrier",
            expected=Words(
                zh=f"{IN_CHINESE[barrier.kind]}关卡被通过",
                en=f"the {barrier.kind} barrier to be passed",
            ),
            seen=_met(
                barrier,
                f"{barrier.within_s:g} s 内无人通过",
                f"nobody passed it within {barrier.within_s:g} s",
            ),
        )


def _met(barrier: Barrier, zh: str, en: str) -> Words:
    """The barrier, and what came of it."""
    return Words(
        zh=f"遇到{IN_CHINESE[barrier.kind]}关卡，{zh}", en=f"a {barrier.kind} barrier, and {en}"
    )
