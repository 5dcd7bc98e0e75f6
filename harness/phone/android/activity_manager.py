"""`am` and `cmd activity`: starts, stops, broadcasts, and the instrumentation of a test runner."""

from __future__ import annotations

from dataclasses import replace

from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    NotUnderstood,
    Outcome,
    Program,
    Refusal,
    read_options,
    said,
)
from harness.phone.android.instrumentation import instrument
from harness.phone.android.intents import read_intent
from harness.phone.android.settings_app import receive
from harness.phone.android.starting import start
from harness.phone.device import BACKGROUND


def am(call: Call) -> Outcome:
    """The activity manager's commands."""
    program = _COMMANDS.get(call.first)
    if program is None:
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    return program(call.rest())


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
