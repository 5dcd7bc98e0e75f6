"""`am` and `cmd activity`: starts, stops, broadcasts, and the instrumentation of a test runner."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    Follow,
    NotUnderstood,
    Options,
    Outcome,
    Program,
    Refusal,
    read_options,
    said,
)
from harness.phone.android.intents import HOME, LAUNCHER_CATEGORY, MAIN, Intent, read_intent
from harness.phone.android.packages import AUTOMATION, SETTINGS_APP, full, short
from harness.phone.android.settings_app import receive
from harness.phone.android.system import System
from harness.phone.device import BACKGROUND, FOREGROUND, NotInstalled

SETTINGS_SERVICE = f"{SETTINGS_APP}/{SETTINGS_APP}.ForegroundService"
_NEW_TASK = 0x10000000
_TOP_MOST = (
    "Warning: Activity not started, intent has been delivered to currently running top-most "
    "instance."
)
_BROUGHT = "Warning: Activity not started, its current task has been brought to the front"


def am(call: Call) -> Outcome:
    """The activity manager's commands."""
    program = _COMMANDS.get(call.first)
    if program is None:
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    return program(call.rest())


# --- starting activities -------------------------------------------------------------------------


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

    state: int
    windows: tuple[str, int]
    cold_start_ms: int
    front: System

    @classmethod
    def of(cls, system: System, package: str) -> _Before:
        app = system.phone.apps[package]
        return cls(
            system.phone.app_state(package),
            (system.phone.foreground()[1], len(system.phone.changes)),
            round(app.cold_start_s * 1000),
            system,
        )

    def outcome(self, component: str) -> _Start:
        if self.state == BACKGROUND:
            return _Start(component, "HOT", 0)
        if self.state == FOREGROUND:
            same = self.windows == (
                self.front.phone.foreground()[1],
                len(self.front.phone.changes),
            )
            return _Start(component, "UNKNOWN (0)", 0, _TOP_MOST if same else "")
        return _Start(component, "COLD", self.cold_start_ms)


# --- stopping ------------------------------------------------------------------------------------


def force_stop(call: Call) -> Outcome:
    """Ends all that runs of a package; of one that is not there too, without a word."""
    for name in read_options(call.arguments, (), {"--user": 1}).operands:
        call.system.stop_package(name)
    return NOTHING


def kill(call: Call) -> Outcome:
    """Ends an App that is in the background."""
    for name in read_options(call.arguments, (), {"--user": 1}).operands:
        if call.system.phone.app_state(name) == BACKGROUND and name in call.system.phone.apps:
            call.system.phone.terminate(name)
    return NOTHING


def kill_all(call: Call) -> Outcome:
    """Ends all Apps that are in the background."""
    names = tuple(call.system.phone.apps)
    return kill(replace(call, arguments=names))


def crash(call: Call) -> Outcome:
    """Lets an App die of an exception."""
    for name in read_options(call.arguments, (), {"--user": 1}).operands:
        if name in call.system.phone.apps:
            reason = "android.app.RemoteServiceException$CrashedByAdbException: shell-induced crash"
            call.system.phone.crash(name, reason)
    return NOTHING


# --- broadcasts and services ---------------------------------------------------------------------


def broadcast(call: Call) -> Outcome:
    """Sends a broadcast; those that Appium's settings App receives have their effect."""
    intent, _ = read_intent(call.arguments)
    shown = replace(intent, flags=intent.flags or 0x400000)
    answered = receive(call.system, intent)
    return said(f"Broadcasting: {shown}", f"Broadcast completed: {answered}")


def start_service(call: Call) -> Outcome:
    """Starts a service of a package that is there."""
    intent, _ = read_intent(call.arguments)
    if call.system.packages.get(intent.target) is None or not intent.component:
        raise Refusal(f"Starting service: {intent}\nError: Not found; no service started.", 255)
    call.system.start_service(f"{intent.target}/{intent.activity}")
    return said(f"Starting service: {intent}")


def stop_service(call: Call) -> Outcome:
    """Stops a service. That it is stopped is said as an error, as Android does."""
    intent, _ = read_intent(call.arguments)
    component = f"{intent.target}/{intent.activity}"
    stopped = component in call.system.services
    call.system.services.discard(component)
    message = b"Service stopped\n" if stopped else b"Service not stopped: was not running.\n"
    return Finished(said(f"Stopping service: {intent}").stdout, message, 255)


# --- instrumentation -----------------------------------------------------------------------------


class Instrumentation(Follow):
    """The on-device UiAutomator2 server: it runs until its stream is closed or it is killed."""

    def __init__(self, system: System) -> None:
        system.end_process(AUTOMATION)
        self._system = system
        self._process = system.start_process(AUTOMATION)
        self._told = False

    def more(self) -> bytes:
        """What has come since the last call."""
        if self.ended and not self._told:
            self._told = True
            return b"INSTRUMENTATION_RESULT: shortMsg=Process crashed.\nINSTRUMENTATION_CODE: 0\n"
        return b""

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._system.process(AUTOMATION) is not self._process

    def close(self) -> None:
        """Ends it."""
        if not self.ended:
            self._system.end_process(AUTOMATION)


def instrument(call: Call) -> Outcome:
    """Runs a package's test runner. The only one that does anything here is the driver's server."""
    bare = ("-w", "-r", "-m", "--no-window-animation", "--no-hidden-api-checks", "--no-restart")
    more = ("--no-test-api-access", "--no-isolated-storage", "-rawmode", "--always-check-signature")
    taking = {"-e": 2, "-p": 1, "-f": 1, "--user": 1, "--abi": 1}
    options = read_options(call.arguments, (*bare, *more), taking)
    component = options.operands[0] if options.operands else ""
    name, _, runner = component.partition("/")
    package = call.system.packages.get(name)
    if package is None or package.instrumentation is None:
        return _no_instrumentation(name, f"instrumentation info for: ComponentInfo{{{component}}}")
    if package.instrumentation[0] != full(name, runner):
        return _no_instrumentation(name, f"instrumentation info for: ComponentInfo{{{component}}}")
    target = package.instrumentation[1]
    if call.system.packages.get(target) is None:
        return _no_instrumentation(component, f"instrumentation target package: {target}")
    call.system.stop_package(target)
    return Instrumentation(call.system)


def _no_instrumentation(component: str, what: str) -> Finished:
    told = said(
        "INSTRUMENTATION_STATUS: id=ActivityManagerService",
        f"INSTRUMENTATION_STATUS: Error=Unable to find {what}",
        "INSTRUMENTATION_STATUS_CODE: -1",
    )
    failed = f"android.util.AndroidException: INSTRUMENTATION_FAILED: {component}\n"
    return Finished(told.stdout, failed.encode("utf-8", "replace"), 1)


# --- the rest ------------------------------------------------------------------------------------


def current_user(_call: Call) -> Outcome:
    """There is one user."""
    return said("0")


def stack(call: Call) -> Outcome:
    """The tasks: the App in front, and the launcher under it."""
    if call.arguments not in (("list",), ()):
        raise NotUnderstood(f"Error: unknown command '{call.first}'", 255)
    package, activity = call.system.front()
    metrics = call.system.phone.metrics
    return said(
        f"RootTask id=1 bounds=[0,0][{metrics.width},{metrics.height}] displayId=0 userId=0",
        f"  taskId=1: {package}/{activity} bounds=[0,0][{metrics.width},{metrics.height}] "
        f"userId=0 visible=true topActivity=ComponentInfo{{{package}/{activity}}}",
    )


def nothing(_call: Call) -> Outcome:
    """Something that has no effect on these Apps."""
    return NOTHING


def idle(_call: Call) -> Outcome:
    """There are no broadcasts under way, ever."""
    return said("All broadcast queues are idle!")


_COMMANDS: dict[str, Program] = {
    "broadcast": broadcast,
    "clear-debug-app": nothing,
    "crash": crash,
    "force-stop": force_stop,
    "get-current-user": current_user,
    "instrument": instrument,
    "kill": kill,
    "kill-all": kill_all,
    "send-trim-memory": nothing,
    "set-debug-app": nothing,
    "stack": stack,
    "start": start,
    "start-activity": start,
    "start-foreground-service": start_service,
    "start-service": start_service,
    "startforegroundservice": start_service,
    "startservice": start_service,
    "stop-app": force_stop,
    "stop-service": stop_service,
    "stopservice": stop_service,
    "task": nothing,
    "wait-for-broadcast-idle": idle,
}

PROGRAMS: dict[str, Program] = {"am": am}
