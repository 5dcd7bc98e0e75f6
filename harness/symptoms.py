"""Asks App and phone what is the matter, once a step has failed: the court's evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.driver import Driver, Seen
from harness.errors import NoAnswer, StepFailed
from harness.finder import Finder
from harness.model import AppProfile, ById, Locator, Symptoms, SystemDialog, name_target
from harness.quoting import quote, quote_line
from harness.stage import Stage

SYSTEM_CLOSE = ById(id="android:id/aerr_close")
SYSTEM_WAIT = ById(id="android:id/aerr_wait")
"""The buttons of Android's own crash and not-responding dialogs; only the latter can wait."""
CRASH_HEAD = "FATAL EXCEPTION"
CRASH_DETAIL_LINES = 3


def examine(
    failed: StepFailed,
    *,
    step: str,
    stage: Stage,
    log: tuple[str, ...],
    unchanged: bool,
) -> Symptoms:
    """Everything that bears on why the step failed.

    Args:
        failed: what the step ran into.
        step: the kind of the step.
        stage: the attempt's.
        log: the lines of the device's log since the attempt began.
        unchanged: whether the screen looks as before the last touch.

    Raises:
        DeviceTrouble: the phone no longer answers.
    """
    driver, finder, profile = stage.driver, stage.finder, stage.task.profile
    finder.enter("native")
    package, refusal = profile.android.package, stage.task.scenario.refusal
    error = finder.first_of(profile.errors)
    waiting = finder.first_of(profile.waiting)
    return Symptoms(
        failure=failed.failure,
        step=step,
        expected=failed.expected,
        seen=failed.seen,
        app_state=driver.app_state(package),
        foreground=driver.package(),
        system_dialog=_system_dialog(driver),
        crash_log=tuple(crashes(log, package)),
        anr_log=tuple(quote_line(line) for line in log if f"ANR in {package}" in line),
        app_error="" if error is None else quote(error[1].text),
        waiting="" if waiting is None else _say_waiting(*waiting),
        hierarchy_readable=_readable(driver),
        unchanged_since_touch=unchanged,
        refused=refusal is not None and finder.sight(refusal).lacks is None,
    )


def in_the_way(driver: Driver, finder: Finder, profile: AppProfile) -> bool:
    """Whether waiting on is of no use: the App has failed, or is not in front any more."""
    return (
        driver.package() != profile.android.package or finder.first_of(profile.errors) is not None
    )


def crashes(log: tuple[str, ...], package: str) -> Iterator[str]:
    """The lines that report a crash of this App's process, and the exception's own."""
    for number, line in enumerate(log):
        after = log[number + 1 : number + 1 + CRASH_DETAIL_LINES]
        if CRASH_HEAD in line and any(f"Process: {package}," in detail for detail in after):
            yield from (_message(detail) for detail in (line, *after))


def _message(line: str) -> str:
    """A line of the log without its time, process and thread."""
    return quote_line(re.sub(r"^\S+ \S+ +\d+ +\d+ [VDIWEF] ", "", line))


def _say_waiting(locator: Locator, spinner: Seen) -> str:
    return quote(spinner.text) if spinner.text else name_target(locator)


def _system_dialog(driver: Driver) -> SystemDialog:
    if driver.look(SYSTEM_WAIT):
        return "not_responding"
    if driver.look(SYSTEM_CLOSE):
        return "crash"
    return "other" if driver.package() == "android" else ""


def _readable(driver: Driver) -> bool:
    try:
        return "<" in driver.hierarchy()
    except NoAnswer:
        return False
