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
from collections.abc import Iterator

from harness.model import Likeness, Outcome, Symptoms, Verdict, name_target

SLUGGISH_S = 2.0
"""A phone that takes longer to tell of itself is not well; 0.1 s is usual."""
OF_THE_NETWORK = re.compile(r"网络|断网|联网|连接失败|无法连接|network|offline", re.IGNORECASE)
"""How an App says that it cannot reach its server."""

Why = tuple[str, tuple[str, ...]]
"""A reason, and the fields of the symptoms that it rests on."""
IN_FRONT: Why = (
    "the App was in front and answered",
    ("app_state", "window", "hierarchy_readable", "control_s"),
)

_MEND_COMMIT = defaultdict(
    lambda: (
        "no step, barrier or interruption may touch it: correct what this one points to, in "
        "the task or the App's profile"
    ),
    tap="write commit: in place of tap: if the task means it, else correct what it points to",
)


def judge(
    symptoms: Symptoms | None, *, trouble: str = "", barriers: tuple[str, ...] = ()
) -> Verdict:
    """The verdict on an attempt.

    Args:
        symptoms: what was seen when a step failed; None when none did.
        trouble: what went wrong on our side; it outweighs everything.
        barriers: those that were passed with help.
    """
    if trouble:
        return _verdict(Outcome.HARNESS_ERROR, (trouble, ("trouble",)))
    if symptoms is None:
        return _completed(barriers)
    return next(_findings(symptoms))


def _completed(barriers: tuple[str, ...]) -> Verdict:
    if barriers:
        names = ", ".join(barriers)
        why = f"barriers passed with help: {names}"
        return _verdict(Outcome.COMPLETED_ASSISTED, (why, ("barriers",)))
    return _verdict(Outcome.COMPLETED, ("the goal was seen", ()))


def _findings(seen: Symptoms) -> Iterator[Verdict]:
    """The verdicts that fit, the weightiest first; the last always fits."""
    yield from _refused_by_us(seen)
    if seen.refused:
        yield _verdict(Outcome.CORRECT_REFUSAL, ("the App refused as it should", ("refused",)))
    yield from _died(seen)
    yield from _not_well(seen)
    yield from _closed(seen)
    yield from _says_it_failed(seen)
    if seen.failure == "barrier" and seen.app_state != "not_running":
        yield _verdict(Outcome.BLOCKED, (seen.seen, ("failure", "seen")))
    yield from _not_in_front(seen)
    yield from _not_in_the_profile(seen)
    yield from _answered_wrongly(seen)
    yield from _never_came(seen)


def _refused_by_us(seen: Symptoms) -> Iterator[Verdict]:
    """A step that would have touched a commit point says nothing of the App: somebody must look."""
    if seen.failure == "commit_point":
        yield _verdict(
            Outcome.OUTDATED,
            (f"not touched: {seen.seen}", ("failure", "seen")),
            (f"{_MEND_COMMIT[seen.step]}; if the element only reads like a commit point, name it "
             "under safe: in the App's profile", ("step",)),
        )  # fmt: skip


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
        yield "the system says that the App has stopped", ("system_dialog",)
    if seen.crash_log:
        yield f"in the log: {seen.crash_log[0]}", ("crash_log",)
    if seen.app_state == "not_running":
        yield "its process is gone", ("app_state",)


def _hang_signals(seen: Symptoms) -> Iterator[Why]:
    complains = seen.system_dialog == "not_responding"
    dead = seen.unchanged_since_touch and seen.answers_back is False
    if complains:
        yield "the system says that the App is not responding", ("system_dialog",)
    if seen.anr_log and (complains or dead):  # else it is of long ago
        yield f"in the log: {seen.anr_log[0]}", ("anr_log",)
    if dead:
        yield "neither a touch nor the back key changed anything", ("answers_back",)


# --- the phone, and us ----------------------------------------------------------------------------


def _not_well(seen: Symptoms) -> Iterator[Verdict]:
    """Where the phone or the driver may be to blame, the error is ours."""
    if seen.control_s is not None and seen.control_s > SLUGGISH_S:
        slow = f"the phone took {seen.control_s:.1f} s to tell of itself"
        yield _ours((f"{slow}: what seems slow may be the phone", ("control_s",)))
    if not seen.hierarchy_readable:
        yield _ours(("the view hierarchy could not be read", ("hierarchy_readable",)))
    if seen.system_dialog == "permission":
        why = "Android asked leave for the App: grant it, or name the question an interruption"
        yield _ours((why, ("system_dialog", "foreground")))
    if seen.system_dialog:
        yield _ours(("a dialog of the system lay over the App", ("system_dialog", "window")))
    if seen.failure == "left":
        yield _ours(
            (f"{seen.expected}: twice it was seen, and gone when it was touched", ("failure",)),
            ("nothing says whether the App draws it anew or the driver loses it", ("seen",)),
        )


def _not_in_front(seen: Symptoms) -> Iterator[Verdict]:
    if seen.app_state != "foreground":
        yield _ours(
            (
                f"the App was not in front ({seen.app_state}), but {seen.foreground or 'nothing'}",
                ("app_state", "foreground"),
            ),
            (
                "nothing says that it crashed: a person should look",
                ("crash_log", "system_dialog"),
            ),
        )


def _closed(seen: Symptoms) -> Iterator[Verdict]:
    """No network, or the App is closed for a time: no attempt at all."""
    if seen.app_state != "foreground":
        return
    if seen.network == "none":
        yield _verdict(Outcome.BLOCKED, ("the phone has no network", ("network",)), _missed(seen))
    if seen.network == "unchecked" and seen.network_before == "checked":
        yield _verdict(
            Outcome.BLOCKED,
            (
                "the phone's network has led nowhere since the attempt began",
                ("network", "network_before"),
            ),
            _missed(seen),
        )
    says = next(filter(OF_THE_NETWORK.search, (seen.app_error, seen.toast_error, seen.dialog)), "")
    if seen.network == "unchecked" and says:
        yield _verdict(
            Outcome.BLOCKED,
            ("the phone's network does not lead to the internet", ("network",)),
            (f"the App says {says}", ("app_error", "toast_error", "dialog")),
        )
    if seen.maintenance:
        yield _verdict(
            Outcome.BLOCKED,
            (f"the App is closed for a time: {seen.maintenance}", ("maintenance",)),
            _missed(seen),
        )


# --- the App's screen -----------------------------------------------------------------------------


def _says_it_failed(seen: Symptoms) -> Iterator[Verdict]:
    if seen.app_state != "foreground":
        return
    missed = _missed(seen)
    if seen.app_error:
        yield _verdict(
            Outcome.APP_ERROR, (f"the App says {seen.app_error}", ("app_error",)), missed
        )
    if seen.toast_error:
        said = f"the App said in a toast {seen.toast_error}"
        yield _verdict(Outcome.APP_ERROR, (said, ("toast_error",)), missed)


def _not_in_the_profile(seen: Symptoms) -> Iterator[Verdict]:
    """The profile no longer fits the App: a person must confirm it."""
    if seen.failure not in ("not_seen", "time_limit"):
        return
    if seen.dialog:
        yield _verdict(
            Outcome.OUTDATED,
            (f"a dialog lies over the App that its profile does not know: {seen.dialog}",
             ("dialog", "window")),
            _missed(seen),
        )  # fmt: skip
    if seen.likeness is not None and not seen.waiting and seen.failure == "not_seen":
        yield _verdict(
            Outcome.OUTDATED,
            (seen.likeness.why, ("likeness",)),
            _missed(seen),
            IN_FRONT,
            (f"proposed, for a person to confirm: {_proposal(seen.likeness)}", ("likeness",)),
        )


def _proposal(likeness: Likeness) -> str:
    return f"{likeness.element} may be {name_target(likeness.locator)} by now"


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
    front: Why = ("the App was in front", IN_FRONT[1]) if frozen else IN_FRONT
    yield _verdict(outcome, _missed(seen), front, *_signs(seen))


def _signs(seen: Symptoms) -> Iterator[Why]:
    if seen.waiting:
        yield f"it was still loading: {seen.waiting}", ("waiting",)
    if seen.unchanged_since_touch:
        yield "the last touch changed nothing on the screen", ("unchanged_since_touch",)
    if seen.answers_back is False:
        yield "nor did the back key: it does not answer at all", ("answers_back",)
    if seen.answers_back:
        yield "it does answer the back key", ("answers_back",)


# --- words ----------------------------------------------------------------------------------------


def _missed(seen: Symptoms) -> Why:
    return f"expected {seen.expected}, saw {seen.seen}", ("failure", "expected", "seen")


def _ours(*reasons: Why) -> Verdict:
    return _verdict(Outcome.HARNESS_ERROR, *reasons)


def _verdict(outcome: Outcome, *reasons: Why) -> Verdict:
    return Verdict(
        outcome=outcome,
        reasons=tuple(words for words, _ in reasons),
        rests_on=tuple(fields for _, fields in reasons),
    )
