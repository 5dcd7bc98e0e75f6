"""What pages call things, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from harness.model import Outcome, Words
from scoring.review.events import HEURISTICS as NIELSEN

Tone = Literal["good", "helped", "bad", "none"]

OUTCOMES: Mapping[Outcome, Words] = {outcome: outcome.words for outcome in Outcome}

CLOCK: Mapping[str, Words] = {
    "app": Words(zh="App 让人等", en="the App makes people wait"),
    "action": Words(zh="操作", en="touching"),
    "tool": Words(zh="测具", en="the harness"),
    "barrier": Words(zh="关卡", en="barrier"),
    "evidence": Words(zh="留证（停表后）", en="evidence (clock stopped)"),
}
"""Where a step's time goes, in the order in which it is drawn."""

KINDS: Mapping[str, Words] = {
    "information": Words(zh="信息", en="information"),
    "transaction": Words(zh="办事", en="transaction"),
    "participation": Words(zh="参与", en="participation"),
}

STATUS: Mapping[str, Words] = {
    "done": Words(zh="完成", en="done"),
    "failed": Words(zh="失败", en="failed"),
    "not_taken": Words(zh="未执行", en="not taken"),
}


HEURISTICS: tuple[Words, ...] = tuple(
    Words(zh=zh, en=en)
    for zh, en in zip(
        (
            "系统状态可见",
            "贴近现实",
            "用户掌控与自由",
            "一致与标准",
            "预防错误",
            "识别优于回忆",
            "灵活高效",
            "简洁美观",
            "帮助从错误中恢复",
            "帮助与文档",
        ),
        NIELSEN,
        strict=True,
    )
)

SEVERITIES: tuple[Words, ...] = (
    Words(zh="不是问题", en="no problem"),
    Words(zh="外观", en="cosmetic"),
    Words(zh="轻微", en="minor"),
    Words(zh="严重", en="major"),
    Words(zh="灾难", en="catastrophe"),
)
"""Nielsen's, from 0."""

SAYS: Mapping[str, Words] = {
    "agree": Words(zh="同意", en="agrees"),
    "disagree": Words(zh="不同意", en="disagrees"),
    "unsure": Words(zh="不确定", en="is unsure"),
}

QUESTIONS: tuple[tuple[str, Words, int], ...] = (
    ("efficiency", Words(zh="办事效率", en="efficiency"), 5),
    ("guidance", Words(zh="办事指南精确度", en="precision of the guide"), 5),
    ("convenience", Words(zh="办事便捷度", en="convenience"), 5),
    ("operability", Words(zh="平台操作性", en="operability"), 5),
    (
        "ease",
        Words(zh="总体难易（1 很难，7 很易）", en="overall, 1 very difficult, 7 very easy"),
        7,
    ),
)
"""Fields of a questionnaire, and of how many points: 好差评 of online services, then SEQ."""


def tone(outcome: Outcome) -> Tone:
    """How an outcome is coloured: for the App, with help, against it, or says nothing of it."""
    if outcome is Outcome.COMPLETED_ASSISTED:
        return "helped"
    if outcome.completed:
        return "good"
    return "bad" if outcome.finding else "none"
