"""From what was seen to an outcome, with the reasons in words and what each rests on.

Pure. The rule is that no App is blamed on one signal: that something was not
seen becomes a finding only when the App was in front, the hierarchy could be
read, no dialog of the system lay over it and the phone itself was well; a crash
needs two of dialog, log and a process that is gone; an App that does not answer
needs two of dialog, log and a back key that changed nothing. What stays unknown
is called ours, or is left to a person, and counts neither for nor against the App.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from harness.model import Likeness, Outcome, Symptoms, Verdict, Words, name_target

SLUGGISH_S = 2.0
"""A phone that takes longer to tell of itself is not well; 0.1 s is usual."""
OF_THE_NETWORK = re.compile(r"网络|断网|联网|连接失败|无法连接|network|offline", re.IGNORECASE)
"""How an App says that it cannot reach its server."""

Why = tuple[Words, tuple[str, ...]]
"""A reason, and the fields of the symptoms that it rests on."""
IN_FRONT: Why = (
    Words(zh="App 在前台，且有响应", en="the App was in front and answered"),
    ("app_state", "window", "hierarchy_readable", "control_s"),
)
STATES: Mapping[str, str] = {
    "not_installed": "未安装",
    "not_running": "未运行",
    "background": "在后台",
    "foreground": "在前台",
    "unknown": "状态不明",
}
"""What people call each state of an App; in English its name does."""

_MEND_COMMIT = defaultdict(
    lambda: Words(
        zh="步骤、关卡、打断都不得触碰它：请改正任务或档案里它所指的元素",
        en="no step, barrier or interruption may touch it: correct what this one points to, in "
        "the task or the App's profile",
    ),
    tap=Words(
        zh="任务确要提交时请把 tap: 写成 commit:，否则请改正它所指的元素",
        en="write commit: in place of tap: if the task means it, else correct what it points to",
    ),
)
_SAFE = Words(
    zh="如果它只是看起来像提交点，请在档案的 safe: 下写明",
    en="if the element only reads like a commit point, name it under safe: in the App's profile",
)


def judge(
    symptoms: Symptoms | None, *, trouble: Words | None = None, barriers: tuple[str, ...] = ()
) -> Verdict:
    """The verdict on an attempt.

    Args:
        symptoms: what was seen when a step failed; None when none did.
        trouble: what went wrong on our side; it outweighs everything.
        barriers: those that were passed with help.
    """
    if trouble is not None:
        return _verdict(Outcome.HARNESS_ERROR, (trouble, ("trouble",)))
    if symptoms is None:
        return _completed(barriers)
    return next(_findings(symptoms))


def _completed(barriers: tuple[str, ...]) -> Verdict:
    if barriers:
        why = Words(
            zh=f"在协助下通过关卡：{'、'.join(barriers)}",
            en=f"barriers passed with help: {', '.join(barriers)}",
        )
        return _verdict(Outcome.COMPLETED_ASSISTED, (why, ("barriers",)))
    return _verdict(Outcome.COMPLETED, (Words(zh="看到了目标", en="the goal was seen"), ()))


def _findings(seen: Symptoms) -> Iterator[Verdict]:
    """The verdicts that fit, the weightiest first; the last always fits."""
    yield from _refused_by_us(seen)
    yield from _unclear(seen)
    if seen.refused:
        why = Words(zh="App 如预期告知不符合条件", en="the App refused as it should")
        yield _verdict(Outcome.CORRECT_REFUSAL, (why, ("refused",)))
    yield from _died(seen)
    yield from _not_well(seen)
    yield from _closed(seen)
    yield from _says_it_failed(seen)
    if seen.failure == "barrier" and seen.app_state != "not_running":
        yield _verdict(Outcome.BLOCKED, (seen.seen, ("failure", "seen")))
    yield from _not_in_front(seen)
    yield from _intercepted(seen)
    yield from _not_offered(seen)
    yield from _not_in_the_profile(seen)
    yield from _answered_wrongly(seen)
    yield from _never_came(seen)


def _refused_by_us(seen: Symptoms) -> Iterator[Verdict]:
    """A step that would have touched a commit point says nothing of the App: somebody must look."""
    if seen.failure == "commit_point":
        untouched = Words(zh=f"没有触碰：{seen.seen.zh}", en=f"not touched: {seen.seen.en}")
        mend = _MEND_COMMIT[seen.step]
        advice = Words(zh=f"{mend.zh}；{_SAFE.zh}", en=f"{mend.en}; {_SAFE.en}")
        yield _verdict(Outcome.OUTDATED, (untouched, ("failure", "seen")), (advice, ("step",)))


def _unclear(seen: Symptoms) -> Iterator[Verdict]:
    """Nor does one that may mean several things: somebody must say which."""
    if seen.failure == "ambiguous":
        advice = Words(
            zh="请写更长的文字，或者在档案里给它起名，写 check: {box: 名称}",
            en="write more of its words, or name it in the profile and write check: {box: name}",
        )
        yield _verdict(Outcome.OUTDATED, _missed(seen), (advice, ("failure",)))


# --- the App's process ----------------------------------------------------------------------------


def _died(seen: Symptoms) -> Iterator[Verdict]:
    crash = tuple(_crash_signals(seen))
    if len(crash) >= 2:
        yield _verdict(Outcome.CRASHED, *crash)
    hung = tuple(_hang_signals(seen))
    if len(hung) >= 2:
        yield _verdict(Outcome.NOT_RESPONDING, *hung)


def _crash_signals(seen: Symptoms) -> Iterator[Why]:
    if seen.system_dialog == "crash":
        stopped = Words(zh="系统提示 App 已停止运行", en="the system says that the App has stopped")
        yield stopped, ("system_dialog",)
    if seen.crash_log:
        yield _in_the_log(seen.crash_log[0]), ("crash_log",)
    if seen.app_state == "not_running":
        yield Words(zh="它的进程已经不在", en="its process is gone"), ("app_state",)


def _hang_signals(seen: Symptoms) -> Iterator[Why]:
    complains = seen.system_dialog == "not_responding"
    dead = (seen.unchanged_since_touch or seen.kept_waiting) and seen.answers_back is False
    if complains:
        hangs = Words(zh="系统提示 App 无响应", en="the system says that the App is not responding")
        yield hangs, ("system_dialog",)
    elif seen.kept_waiting and dead:
        waited = Words(
            zh="系统提示过 App 无响应，等了也没有恢复",
            en="the system said that the App is not responding, and waiting did not help",
        )
        yield waited, ("kept_waiting",)
    if seen.anr_log and (complains or dead):  # else it is of long ago
        yield _in_the_log(seen.anr_log[0]), ("anr_log",)
    if dead:
        nothing = Words(
            zh="触摸和返回键都没有引起任何变化",
            en="neither a touch nor the back key changed anything",
        )
        yield nothing, ("answers_back",)


def _in_the_log(line: str) -> Words:
    return Words(zh=f"日志中有：{line}", en=f"in the log: {line}")


# --- the phone, and us ----------------------------------------------------------------------------


def _not_well(seen: Symptoms) -> Iterator[Verdict]:
    """Where the phone or the driver may be to blame, the error is ours."""
    if seen.control_s is not None and seen.control_s > SLUGGISH_S:
        slow = Words(
            zh=f"手机过了 {seen.control_s:.1f} s 才报出自身状态：看似慢的可能是手机",
            en=f"the phone took {seen.control_s:.1f} s to tell of itself: "
            "what seems slow may be the phone",
        )
        yield _ours((slow, ("control_s",)))
    if not seen.hierarchy_readable:
        unread = Words(zh="读不到视图层级", en="the view hierarchy could not be read")
        yield _ours((unread, ("hierarchy_readable",)))
    if seen.system_dialog == "permission":
        asked = Words(
            zh="Android 在为 App 询问权限：请授权，或在档案里把它列入 interruptions",
            en="Android asked leave for the App: grant it, or name the question an interruption",
        )
        yield _ours((asked, ("system_dialog", "foreground")))
    if seen.system_dialog:
        over = Words(zh="系统的对话框盖住了 App", en="a dialog of the system lay over the App")
        yield _ours((over, ("system_dialog", "window")))
    if seen.failure == "left":
        yield _ours(*_left_twice(seen))


def _left_twice(seen: Symptoms) -> Iterator[Why]:
    left = Words(
        zh=f"{seen.expected.zh}：两次看到它，触摸时都不见了",
        en=f"{seen.expected.en}: twice it was seen, and gone when it was touched",
    )
    yield left, ("failure",)
    unclear = Words(
        zh="无从得知是 App 重绘了它，还是驱动丢了它",
        en="nothing says whether the App draws it anew or the driver loses it",
    )
    yield unclear, ("seen",)


def _intercepted(seen: Symptoms) -> Iterator[Verdict]:
    """What opens under the finger takes the touch: then that nothing came of it says nothing."""
    if seen.intercepted and seen.unchanged_since_touch and not seen.waiting:
        taken = Words(
            zh=f"最后一次触摸可能落在了打断 {seen.intercepted} 上：它正好在那时出现",
            en=f"the last touch may have landed on the interruption {seen.intercepted}, which "
            "came at that moment",
        )
        yield _ours((taken, ("intercepted", "unchanged_since_touch")), _missed(seen))


def _not_in_front(seen: Symptoms) -> Iterator[Verdict]:
    if seen.app_state != "foreground":
        behind = Words(
            zh=f"App 不在前台（{STATES[seen.app_state]}），前台：{seen.foreground or '无'}",
            en=f"the App was not in front ({seen.app_state}), but {seen.foreground or 'nothing'}",
        )
        unclear = Words(
            zh="没有迹象说明它闪退了：请人工查看",
            en="nothing says that it crashed: a person should look",
        )
        yield _ours(
            (behind, ("app_state", "foreground")), (unclear, ("crash_log", "system_dialog"))
        )


def _closed(seen: Symptoms) -> Iterator[Verdict]:
    """No network, or the App is closed for a time: no attempt at all."""
    if seen.app_state != "foreground":
        return
    yield from _no_network(seen)
    if seen.maintenance:
        closed = Words(
            zh=f"App 暂停服务：{seen.maintenance}",
            en=f"the App is closed for a time: {seen.maintenance}",
        )
        yield _verdict(Outcome.BLOCKED, (closed, ("maintenance",)), _missed(seen))


def _no_network(seen: Symptoms) -> Iterator[Verdict]:
    if seen.network == "none":
        none = Words(zh="手机没有网络", en="the phone has no network")
        yield _verdict(Outcome.BLOCKED, (none, ("network",)), _missed(seen))
    if seen.network == "unchecked" and seen.network_before == "checked":
        lost = Words(
            zh="尝试开始以后，手机的网络不通了",
            en="the phone's network has led nowhere since the attempt began",
        )
        yield _verdict(Outcome.BLOCKED, (lost, ("network", "network_before")), _missed(seen))
    says = next(filter(OF_THE_NETWORK.search, (seen.app_error, seen.toast_error, seen.dialog)), "")
    if seen.network == "unchecked" and says:
        closed_in = Words(
            zh="手机的网络连不到互联网", en="the phone's network does not lead to the internet"
        )
        yield _verdict(
            Outcome.BLOCKED,
            (closed_in, ("network",)),
            (_app_says(says), ("app_error", "toast_error", "dialog")),
        )


# --- the App's screen -----------------------------------------------------------------------------


def _says_it_failed(seen: Symptoms) -> Iterator[Verdict]:
    if seen.app_state != "foreground":
        return
    missed = _missed(seen)
    if seen.app_error:
        yield _verdict(Outcome.APP_ERROR, (_app_says(seen.app_error), ("app_error",)), missed)
    if seen.toast_error:
        said = Words(
            zh=f"App 弹出提示：{seen.toast_error}",
            en=f"the App said in a toast {seen.toast_error}",
        )
        yield _verdict(Outcome.APP_ERROR, (said, ("toast_error",)), missed)


def _app_says(text: str) -> Words:
    return Words(zh=f"App 提示：{text}", en=f"the App says {text}")


def _not_offered(seen: Symptoms) -> Iterator[Verdict]:
    """The App's own search, asked for the service by its name, says that there is nothing.

    Only where the network is known to work, and nothing unknown lies over the App: else what was
    not found is `not_found` and no more.
    """
    asked = seen.no_results and seen.searched and seen.failure in ("not_seen", "other_text")
    if asked and seen.network == "checked" and not (seen.dialog or seen.waiting):
        nothing = Words(
            zh=f"按名称搜索“{seen.searched}”，App 的搜索答复：{seen.no_results}",
            en=f"to a search for “{seen.searched}” the App itself answers {seen.no_results}",
        )
        checked = Words(zh="手机的网络是通的", en="the phone's network works")
        yield _verdict(
            Outcome.ABSENT, (nothing, ("no_results", "searched")), (checked, ("network",)), IN_FRONT
        )


def _not_in_the_profile(seen: Symptoms) -> Iterator[Verdict]:
    """The profile no longer fits the App: a person must confirm it."""
    if seen.failure not in ("not_seen", "time_limit"):
        return
    if seen.obstacle:
        over = Words(
            zh=f"打断 {seen.obstacle} 挡在 App 前面，没有被关掉",
            en=f"the interruption {seen.obstacle} lay over the App and was not sent away",
        )
        advice = Words(
            zh="若任务本该处理它（如同意隐私政策），请写一步 tap；否则请改正它的 dismiss",
            en="if the task is to deal with it, as with consent, write a tap for it; else correct "
            "its dismiss",
        )
        yield _verdict(
            Outcome.OUTDATED, (over, ("obstacle", "window")), _missed(seen), (advice, ("step",))
        )
    if seen.dialog:
        unknown = Words(
            zh=f"App 上盖着档案里没有的对话框：{seen.dialog}",
            en=f"a dialog lies over the App that its profile does not know: {seen.dialog}",
        )
        yield _verdict(Outcome.OUTDATED, (unknown, ("dialog", "window")), _missed(seen))
    if seen.likeness is not None and not seen.waiting and seen.failure == "not_seen":
        yield _verdict(
            Outcome.OUTDATED,
            (seen.likeness.why, ("likeness",)),
            _missed(seen),
            IN_FRONT,
            (_proposal(seen.likeness), ("likeness",)),
        )


def _proposal(likeness: Likeness) -> Words:
    now = name_target(likeness.locator)
    return Words(
        zh=f"建议，请人工确认：{likeness.element} 现在可能是 {now}",
        en=f"proposed, for a person to confirm: {likeness.element} may be {now} by now",
    )


def _answered_wrongly(seen: Symptoms) -> Iterator[Verdict]:
    missed = _missed(seen)
    if seen.failure == "time_limit":
        yield _verdict(Outcome.TIMED_OUT, (seen.seen, ("failure", "seen")), IN_FRONT, *_signs(seen))
    if seen.failure in ("other_text", "other_state"):
        yield _verdict(Outcome.WRONG_RESULT, missed, IN_FRONT)
    if seen.waiting:
        yield _verdict(Outcome.TIMED_OUT, missed, *_signs(seen))
    if seen.failure == "still_seen":
        yield _verdict(Outcome.WRONG_RESULT, missed, IN_FRONT)


def _never_came(seen: Symptoms) -> Iterator[Verdict]:
    frozen = seen.unchanged_since_touch and seen.answers_back is False
    outcome = Outcome.TIMED_OUT if seen.step == "wait_for" or frozen else Outcome.NOT_FOUND
    in_front = Words(zh="App 在前台", en="the App was in front")
    front = (in_front, IN_FRONT[1]) if frozen else IN_FRONT
    yield _verdict(outcome, _missed(seen), front, *_signs(seen))


def _signs(seen: Symptoms) -> Iterator[Why]:
    if seen.waiting:
        loading = Words(zh=f"还在加载：{seen.waiting}", en=f"it was still loading: {seen.waiting}")
        yield loading, ("waiting",)
    if seen.unchanged_since_touch:
        unmoved = Words(
            zh="最后一次触摸后屏幕没有变化", en="the last touch changed nothing on the screen"
        )
        yield unmoved, ("unchanged_since_touch",)
    if seen.answers_back is False:
        dead = Words(
            zh="按返回键也没有变化：它毫无响应",
            en="nor did the back key: it does not answer at all",
        )
        yield dead, ("answers_back",)
    if seen.answers_back:
        alive = Words(zh="它对返回键有响应", en="it does answer the back key")
        yield alive, ("answers_back",)


# --- words ----------------------------------------------------------------------------------------


def say_missed(expected: Words, seen: Words) -> Words:
    """What had to be on the screen, and what was there instead."""
    return Words(
        zh=f"应看到 {expected.zh}，实际：{seen.zh}", en=f"expected {expected.en}, saw {seen.en}"
    )


def _missed(seen: Symptoms) -> Why:
    return say_missed(seen.expected, seen.seen), ("failure", "expected", "seen")


def _ours(*reasons: Why) -> Verdict:
    return _verdict(Outcome.HARNESS_ERROR, *reasons)


def _verdict(outcome: Outcome, *reasons: Why) -> Verdict:
    return Verdict(
        outcome=outcome,
        reasons=tuple(words for words, _ in reasons),
        rests_on=tuple(fields for _, fields in reasons),
    )
