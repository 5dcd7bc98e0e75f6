"""From what was seen to an outcome, with the reasons in words.

Pure. The rule is that no App is blamed on one signal: that something was not
seen becomes a finding only when the App was in front, the hierarchy could be
read and no dialog of the system lay over it; a crash needs two of dialog, log
and a process that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.model import Outcome, Symptoms, Verdict


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
        return Verdict(outcome=Outcome.HARNESS_ERROR, reasons=(trouble,))
    if symptoms is None:
        return _completed(barriers)
    return next(_findings(symptoms))


def _completed(barriers: tuple[str, ...]) -> Verdict:
    if barriers:
        names = ", ".join(barriers)
        return Verdict(
            outcome=Outcome.COMPLETED_ASSISTED, reasons=(f"barriers passed with help: {names}",)
        )
    return Verdict(outcome=Outcome.COMPLETED, reasons=("the goal was seen",))


def _findings(seen: Symptoms) -> Iterator[Verdict]:
    """The verdicts that fit, the weightiest first; the last always fits."""
    if seen.refused:
        yield _verdict(Outcome.CORRECT_REFUSAL, "the App refused as it should")
    if seen.failure == "barrier":
        yield _verdict(Outcome.BLOCKED, seen.seen)
    yield from _died(seen)
    yield from _not_ours_to_judge(seen)
    yield from _answered_wrongly(seen)
    yield _never_came(seen)


def _died(seen: Symptoms) -> Iterator[Verdict]:
    crash = tuple(_crash_signals(seen))
    if len(crash) >= 2:
        yield _verdict(Outcome.CRASHED, *crash)
    if seen.system_dialog == "not_responding":
        dialog = "the system says that the App is not responding"
        if seen.anr_log:
            yield _verdict(Outcome.NOT_RESPONDING, dialog, f"in the log: {seen.anr_log[0]}")


def _crash_signals(seen: Symptoms) -> Iterator[str]:
    if seen.system_dialog == "crash":
        yield "the system says that the App has stopped"
    if seen.crash_log:
        yield f"in the log: {seen.crash_log[0]}"
    if seen.app_state == "not_running":
        yield "its process is gone"


def _not_ours_to_judge(seen: Symptoms) -> Iterator[Verdict]:
    """Where a second signal against the App is missing, the error is ours."""
    if not seen.hierarchy_readable:
        yield _verdict(Outcome.HARNESS_ERROR, "the view hierarchy could not be read")
    if seen.system_dialog:
        yield _verdict(Outcome.HARNESS_ERROR, "a dialog of the system lay over the App")
    if seen.app_state != "foreground":
        yield _verdict(
            Outcome.HARNESS_ERROR,
            f"the App was not in front ({seen.app_state}), but {seen.foreground or 'nothing'}",
            "nothing says that it crashed: a person should look",
        )


def _answered_wrongly(seen: Symptoms) -> Iterator[Verdict]:
    missed = f"expected {seen.expected}, saw {seen.seen}"
    if seen.app_error:
        yield _verdict(Outcome.APP_ERROR, f"the App says {seen.app_error}", missed)
    if seen.failure == "time_limit":
        yield _verdict(Outcome.TIMED_OUT, seen.seen, *_signs(seen))
    if seen.failure in ("other_text", "other_state"):
        yield _verdict(Outcome.WRONG_RESULT, missed, "the App was in front and answered")
    if seen.waiting:
        yield _verdict(Outcome.TIMED_OUT, missed, *_signs(seen))
    if seen.failure == "still_seen":
        yield _verdict(Outcome.WRONG_RESULT, missed, "the App was in front and answered")


def _never_came(seen: Symptoms) -> Verdict:
    outcome = Outcome.TIMED_OUT if seen.step == "wait_for" else Outcome.NOT_FOUND
    missed = f"expected {seen.expected}, saw {seen.seen}"
    return _verdict(outcome, missed, "the App was in front and answered", *_signs(seen))


def _signs(seen: Symptoms) -> Iterator[str]:
    if seen.waiting:
        yield f"it was still loading: {seen.waiting}"
    if seen.unchanged_since_touch:
        yield "the last touch changed nothing on the screen"


def _verdict(outcome: Outcome, *reasons: str) -> Verdict:
    return Verdict(outcome=outcome, reasons=reasons)
