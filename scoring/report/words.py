"""What pages call things, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from harness.model import Outcome, Words

Tone = Literal["good", "helped", "bad", "none"]

OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.COMPLETED: Words(zh="完成", en="completed"),
    Outcome.CORRECT_REFUSAL: Words(zh="正确拒绝", en="correct refusal"),
    Outcome.COMPLETED_ASSISTED: Words(zh="协助完成", en="completed with help"),
    Outcome.NOT_FOUND: Words(zh="未找到", en="not found"),
    Outcome.TIMED_OUT: Words(zh="超时", en="timed out"),
    Outcome.WRONG_RESULT: Words(zh="结果错误", en="wrong result"),
    Outcome.APP_ERROR: Words(zh="App 报错", en="App error"),
    Outcome.CRASHED: Words(zh="崩溃", en="crashed"),
    Outcome.NOT_RESPONDING: Words(zh="无响应", en="not responding"),
    Outcome.ABSENT: Words(zh="没有该服务", en="absent"),
    Outcome.BLOCKED: Words(zh="受阻", en="blocked"),
    Outcome.OUTDATED: Words(zh="档案过时", en="profile outdated"),
    Outcome.HARNESS_ERROR: Words(zh="测具故障", en="our own error"),
}

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


def tone(outcome: Outcome) -> Tone:
    """How an outcome is coloured: for the App, with help, against it, or says nothing of it."""
    if outcome is Outcome.COMPLETED_ASSISTED:
        return "helped"
    if outcome.completed:
        return "good"
    return "bad" if outcome.finding else "none"
