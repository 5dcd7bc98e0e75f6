"""What a person is asked to do at each kind of barrier, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from harness.barriers import IN_CHINESE
from harness.helpdesk import Question
from harness.model import BarrierKind, Words

DEEDS: Mapping[BarrierKind, Words] = {
    "sms_code": Words(zh="请输入收到的短信验证码", en="Type the code that came in a text message"),
    "slider": Words(zh="请在手机上拖动滑块", en="Drag the slider on the phone"),
    "face_check": Words(zh="请在手机前完成人脸核验", en="Pass the face check at the phone"),
    "id_document": Words(zh="请在手机上完成证件核验", en="Show the document at the phone"),
    "password": Words(zh="请输入密码", en="Type the password"),
}
BY_HAND = Words(zh="请在手机上通过这一关", en="Pass this barrier on the phone")
"""Of a code for which the profile names no field."""
NEVER_TAPS = Words(
    zh="掌测不会替您点按或拖动：它只看，看到过关就继续",
    en="Zhangce neither taps nor drags for you: it looks, and goes on once the barrier is gone",
)


def deed(question: Question) -> Words:
    """What to do."""
    is_code = question.kind in ("sms_code", "password")
    return BY_HAND if is_code and not question.wants_code else DEEDS[question.kind]


def name_kind(kind: BarrierKind) -> Words:
    """What people call a kind of barrier."""
    return Words(zh=IN_CHINESE[kind], en=kind.replace("_", " "))


def call(question: Question, url: str, *, reads_terminal: bool) -> str:
    """The lines by which a terminal calls a person."""
    kind = name_kind(question.kind)
    head = f"遇到关卡 barrier: {kind} · {question.app.zh} · {question.attempt}"
    lines = [head, f"  {deed(question)}", f"  协助页 page: {url}"]
    if reads_terminal and question.wants_code:
        lines.append(
            "  或在此输入后按回车（不显示） / or type it here, then Enter (it is not shown)"
        )
    elif reads_terminal:
        lines.append("  做完可按回车，让掌测再看一次 / Enter once it is done: Zhangce looks again")
    return "\n".join(lines)
