"""Starting activities: what `am start` does and tells."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.phone.android.call import Call, Finished, Options, Outcome, Refusal, said
from harness.phone.android.intents import HOME, LAUNCHER_CATEGORY, MAIN, Intent, read_intent
from harness.phone.android.packages import SETTINGS_APP, short
from harness.phone.android.system import System
from harness.phone.device import BACKGROUND, FOREGROUND, NotInstalled

SETTINGS_SERVICE = f"{SETTINGS_APP}/{SETTINGS_APP}.ForegroundService"
_NEW_TASK = 0x10000000
_TOP_MOST = (
    "Warning: Activity not started, intent has been delivered to currently running top-most "
    "instance."
)


@dataclass(frozen=True)
class _Start:
    """What has come of starting an activity."""

    component: str
    state: str
    milliseconds: int
    warning: str = ""


class _NotStarted(Exception):
    """An activity was not started; the message says why, over several lines."""


def start(call: Call) -> Outcome:
    """Starts an activity; -W tells how long that took, which the phone never waits for."""
    intent, options = read_intent(call.arguments)
    if not (intent.action or intent.component or intent.data or intent.package):
        raise Refusal("Error: No intent supplied", 255)
    shown = _default(intent)
    lines = []
    if options.has("-S") and intent.target:
        call.system.stop_package(intent.target)
        lines.append(f"Stopping: {intent.target}")
    lines.append(f"Starting: {shown}")
    try:
        started = _start(call.system, shown)
    except _NotStarted as problem:
        return _answer(lines, str(problem).splitlines(), options)
    if not options.has("-W"):
        return _answer(lines, [started.warning] if started.warning else [], options)
    return said(
        *lines,
        *([started.warning] if started.warning else []),
        "Status: ok",
        f"LaunchState: {started.state}",
        f"Activity: {started.component}",
        f"TotalTime: {started.milliseconds}",
        f"WaitTime: {started.milliseconds}",
        "Complete",
    )


def _answer(lines: list[str], problems: list[str], options: Options) -> Finished:
    """Problems go to the standard error, with -W to the standard output."""
    if options.has("-W"):
        return said(*lines, *problems)
    problem = "".join(f"{line}\n" for line in problems)
    return Finished(said(*lines).stdout, problem.encode("utf-8", "replace"))


def _default(intent: Intent) -> Intent:
    """The intent with what `am` adds: a new task; MAIN and LAUNCHER for a package alone."""
    intent = replace(intent, flags=intent.flags or _NEW_TASK)
    if intent.package and not (intent.action or intent.data or intent.component):
        return replace(intent, action=MAIN, categories=(LAUNCHER_CATEGORY,))
    return intent


def _start(system: System, intent: Intent) -> _Start:
    if HOME in intent.categories and not intent.component:
        system.phone.home()
        front, activity = system.front()
        return _Start(f"{front}/{short(front, activity)}", "HOT", 0)
    if intent.component:
        return _start_component(system, intent)
    if intent.data:
        return _open_link(system, intent)
    package = system.packages.get(intent.package)
    if package is None or not package.launcher:
        raise _NotStarted(f"Error: Activity not started, unable to resolve {intent}")
    component = package.component(package.launcher)
    return _start_component(system, replace(intent, component=component))


def _start_component(system: System, intent: Intent) -> _Start:
    name, activity = intent.target, intent.activity
    package = system.packages.get(name)
    if name == SETTINGS_APP and package and activity == f"{SETTINGS_APP}.Settings":
        # It only starts its service, and closes itself.
        system.start_service(SETTINGS_SERVICE)
        return _Start(package.component(activity), "COLD", 0)
    if package is None or activity not in package.activities:
        raise _NotStarted(
            f"Error type 3\nError: Activity class {{{name}/{activity}}} does not exist."
        )
    if name not in system.phone.apps:
        if package.system:
            system.phone.home()
            return _Start(package.component(activity), "HOT", 0)
        raise _NotStarted("Error: Activity not started, unknown error code 102")
    before = _Before.of(system, name)
    if activity == package.launcher:
        system.phone.launch(name)
    else:
        system.phone.start_activity(name, short(name, activity))
    return before.outcome(package.component(activity))


def _open_link(system: System, intent: Intent) -> _Start:
    before = {name: _Before.of(system, name) for name in system.phone.apps}
    try:
        system.phone.open_link(intent.data, intent.package)
    except NotInstalled as problem:
        raise _NotStarted(f"Error: Activity not started, unable to resolve {intent}") from problem
    package, activity = system.front()
    return before[package].outcome(f"{package}/{short(package, activity)}")


@dataclass(frozen=True)
class _Before:
    """How things were before an App was started."""

    system: System
    package: str
    state: int
    changes: int
    """How much had changed on the phone so far: a start that changes nothing was none."""

    @classmethod
    def of(cls, system: System, package: str) -> _Before:
        state = system.phone.app_state(package)
        return cls(system, package, state, len(system.phone.changes))

    def outcome(self, component: str) -> _Start:
        if self.state == BACKGROUND:
            return _Start(component, "HOT", 0)
        if self.state == FOREGROUND:
            same = self.changes == len(self.system.phone.changes)
            return _Start(component, "UNKNOWN (0)", 0, _TOP_MOST if same else "")
        app = self.system.phone.apps[self.package]
        return _Start(component, "COLD", round(app.cold_start_s * 1000))
