"""Asks App and phone what is the matter, once a step has failed: the court's evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lxml import etree

from harness.driver import Driver, Seen
from harness.errors import NoAnswer, StepFailed
from harness.finder import Finder
from harness.hierarchy import readable
from harness.likeness import likeness, says, unknown_dialog
from harness.model import (
    AppProfile,
    ById,
    ByText,
    Likeness,
    Locator,
    Network,
    PlannedStep,
    Scenario,
    ScrollTo,
    Step,
    Symptoms,
    SystemDialog,
    Target,
    name_target,
)
from harness.obstacles import obstacles
from harness.quoting import quote, quote_line
from harness.stage import Stage
from harness.upcoming import needed
from harness.variables import fill
from harness.waiting import wait

SYSTEM_CLOSE = ById(id="android:id/aerr_close")
SYSTEM_WAIT = ById(id="android:id/aerr_wait")
"""The buttons of Android's own crash and not-responding dialogs; only the latter can wait."""
PERMISSIONS = re.compile(r"^com\.(google\.)?android\.(permissioncontroller|packageinstaller)$")
"""Whose window asks leave for an App."""
CRASH_HEAD = "FATAL EXCEPTION"
CRASH_DETAIL_LINES = 3
ANSWERS_WITHIN_S = 6.0
"""How long an App is given to answer the back key: Android calls it hung after five."""


@dataclass(frozen=True)
class Memory:
    """What an attempt remembers of the time before a step failed.

    Attributes:
        toasts: what toasts have said since the last touch.
        network_before: what the phone said of its network before the attempt.
        known: whether the profile has found the step's element before.
        kept_waiting: whether Android was told since the last touch to wait for the App.
        intercepted: the interruption that may have taken that touch.
        typed: what was typed last.
    """

    toasts: tuple[str, ...] = ()
    network_before: Network = "unknown"
    known: bool = False
    kept_waiting: bool = False
    intercepted: str = ""
    typed: str = ""


def examine(
    failed: StepFailed,
    *,
    planned: PlannedStep,
    stage: Stage,
    log: list[str],
    unchanged: bool,
    memory: Memory,
) -> Symptoms:
    """Everything that bears on why the step failed.

    The screen first, then what is asked of the phone. An App whose screen the last
    touch has not changed is given the back key at the very end: does it live?

    Args:
        failed: what the step ran into.
        planned: the step.
        stage: the attempt's.
        log: the lines of the device's log since the attempt began; it grows by what is new.
        unchanged: whether the screen looks as before the last touch.
        memory: of the attempt.

    Raises:
        DeviceTrouble: the phone no longer answers.
    """
    driver, finder, profile = stage.driver, stage.finder, stage.task.profile
    finder.enter("native")
    package, refusal = profile.android.package, stage.task.scenario.refusal
    there = _elements(driver)
    dialog = "" if there is None else unknown_dialog(profile, there, driver.screen())
    error, waiting = finder.first_of(profile.errors), finder.first_of(profile.waiting)
    closed = finder.first_of(profile.maintenance)
    nothing = finder.first_of(profile.no_results)
    refused = refusal is not None and finder.sight(refusal).lacks is None
    began_at = stage.clock.monotonic()
    health = driver.health()
    control_s = stage.clock.monotonic() - began_at
    state, foreground = driver.app_state(package), driver.package()
    window = _package(there or ())
    hung = memory.kept_waiting or (unchanged and not waiting)
    in_question = hung and not error and window == foreground == package
    answers_back = _answers_back(stage) if in_question else None
    # What was refused was found; and what the profile has found before, it fits.
    in_doubt = not (memory.known or unchanged or failed.failure in ("commit_point", "ambiguous"))
    log.extend(driver.log())
    return Symptoms(
        failure=failed.failure,
        step=planned.step.tag,
        expected=failed.expected,
        seen=failed.seen,
        app_state=state,
        foreground=foreground,
        window=window,
        system_dialog=_system_dialog(driver, window, foreground, package),
        crash_log=tuple(crashes(tuple(log), package)),
        anr_log=tuple(quote_line(line) for line in log if f"ANR in {package}" in line),
        app_error="" if error is None else quote(error[1].text),
        toast_error=_error_of(profile.errors, (*memory.toasts, *_toasts(there or ()))),
        no_results="" if nothing is None else _say(*nothing),
        searched=memory.typed if memory.typed == _service(stage.task.scenario) else "",
        maintenance="" if closed is None else quote(closed[1].text),
        dialog=dialog,
        obstacle=_obstacle(stage, there or ()),
        kept_waiting=memory.kept_waiting,
        intercepted=memory.intercepted,
        waiting="" if waiting is None else _say(*waiting),
        hierarchy_readable=there is not None,
        unchanged_since_touch=unchanged,
        answers_back=answers_back,
        network=health.network,
        network_before=memory.network_before,
        control_s=control_s,
        likeness=_likeness(planned, profile, there or ()) if in_doubt else None,
        refused=refused,
    )


def in_the_way(driver: Driver, finder: Finder, profile: AppProfile) -> bool:
    """Whether waiting on is of no use: the App has failed, or is not in front any more."""
    return (
        driver.package() != profile.android.package
        or finder.first_of((*profile.errors, *profile.maintenance)) is not None
    )


# --- what the screen says -------------------------------------------------------------------------


def _elements(driver: Driver) -> Sequence[etree._Element] | None:
    """The elements of the hierarchy; None when it cannot be read, or says nothing."""
    with suppress(NoAnswer):
        return readable(driver.hierarchy()) or None
    return None


def _obstacle(stage: Stage, there: Sequence[etree._Element]) -> str:
    """The interruption that is still there and hides the App, or that nobody may send away."""
    found = obstacles(stage.task.interruptions, there, stage.task.profile.android.package)
    hiding = (one for one in found if one.own_window or one.interruption.dismiss == "never")
    return next((one.name for one in hiding), "")


def _package(there: Sequence[etree._Element]) -> str:
    """Whose window lies on top: the package of the first element that has one."""
    return next((each.get("package", "") for each in there if each.get("package")), "")


def _toasts(there: Sequence[etree._Element]) -> Iterator[str]:
    for each in there:
        if each.get("class") == "android.widget.Toast":
            yield each.get("text", "")


def _error_of(errors: tuple[Locator, ...], toasts: Iterable[str]) -> str:
    """What a toast says that is one of the App's own errors; such are told by their text."""
    texts = [error.text for error in errors if isinstance(error, ByText)]
    found = (toast for toast in toasts if any(says(toast, text) for text in texts))
    return next(map(quote, found), "")


def _likeness(
    planned: PlannedStep, profile: AppProfile, there: Sequence[etree._Element]
) -> Likeness | None:
    name = _wanted(planned.step)
    return likeness(name, planned.step.tag, profile, there) if isinstance(name, str) else None


def _wanted(step: Step) -> Target | None:
    """What the step wants to see on the App's own screens."""
    if isinstance(step, ScrollTo):
        return step.scroll_to.to
    condition = needed(step)
    return None if condition is None or condition.context != "native" else condition.visible


# --- what the phone says --------------------------------------------------------------------------


def _answers_back(stage: Stage) -> bool:
    """Whether the App lives: the back key changes what is on the screen, or Android complains."""
    before = stage.driver.hierarchy()
    stage.driver.back()

    def look() -> bool | None:
        return stage.driver.hierarchy() != before or None

    changed = wait(look, stage.clock, ANSWERS_WITHIN_S).result is not None
    return changed and not stage.driver.look(SYSTEM_WAIT)


def crashes(log: tuple[str, ...], package: str) -> Iterator[str]:
    """The lines that report a crash of this App's process, and the exception's own."""
    for number, line in enumerate(log):
        after = log[number + 1 : number + 1 + CRASH_DETAIL_LINES]
        if CRASH_HEAD in line and any(f"Process: {package}," in detail for detail in after):
            yield from (_message(detail) for detail in (line, *after))


def _message(line: str) -> str:
    """A line of the log without its time, process and thread."""
    return quote_line(re.sub(r"^\S+ \S+ +\d+ +\d+ [VDIWEF] ", "", line))


def _say(locator: Locator, seen: Seen) -> str:
    return quote(seen.text) if seen.text else name_target(locator)


def _service(scenario: Scenario) -> str | None:
    """What the task's service is called, with the task's data filled in."""
    return None if scenario.service is None else fill(scenario.service, scenario.data)


def _system_dialog(driver: Driver, window: str, foreground: str, package: str) -> SystemDialog:
    if driver.look(SYSTEM_WAIT):
        return "not_responding"
    if driver.look(SYSTEM_CLOSE):
        return "crash"
    if PERMISSIONS.match(foreground) or PERMISSIONS.match(window):
        return "permission"
    # A dialog of the system is no activity: the App still counts as the one in front.
    covered = foreground in ("android", package) and window not in ("", package)
    return "other" if covered or foreground == "android" else ""
