"""What `dumpsys activity` tells: activities, services, processes."""

from __future__ import annotations

from harness.phone.android.packages import SETTINGS_APP, full, identity, short
from harness.phone.android.system import Process, System
from harness.phone.android.usage_dump import dump_exits
from harness.phone.android.window_dump import record, task
from harness.phone.hierarchy import bounds
from harness.phone.scene import Placed


def dump_activity(system: System, arguments: tuple[str, ...]) -> list[str]:
    """The dump of activities, or of the part that is named."""
    what, *rest = [each for each in arguments if not each.startswith("-")] or ["activities"]
    part = _PARTS.get(what)
    if part is None:
        return [f"Bad activity command, or no activities match: {what}"]
    return part(system, rest)


def _activities(system: System, _rest: list[str]) -> list[str]:
    package, activity = system.front()
    current = record(system)
    return [
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)",
        "Display #0 (activities from top to bottom):",
        f"  * Task{{{identity(package)} #{task(package)} type=standard A={system.user(package)}:"
        f"{package} U=0 visible=true mode=fullscreen translucent=false sz=1}}",
        f"    * Hist  #0: {current}",
        f"      packageName={package} processName={package}",
        f"      mActivityComponent={package}/{short(package, activity)}",
        "      state=RESUMED",
        f"    topResumedActivity={current}",
        "",
        f"  mResumedActivity: {current}",
        f"  ResumedActivity: {current}",
        f"  mFocusedApp={current}",
        "  isSleeping=" + str(not system.awake).lower(),
    ]


def _services(system: System, rest: list[str]) -> list[str]:
    wanted = rest[0] if rest else ""
    lines = ["ACTIVITY MANAGER SERVICES (dumpsys activity services)"]
    shown = [each for each in sorted(system.services) if _meant(each, wanted)]
    if not shown:
        return [*lines, "  (nothing)"]
    lines.append("  User 0 active services:")
    for component in shown:
        package, _, name = component.partition("/")
        brief = f"{package}/{short(package, name)}"
        lines += [
            f"  * ServiceRecord{{{identity(component)} u0 {brief}}}",
            f"    intent={{cmp={brief}}}",
            f"    packageName={package}",
            f"    processName={package}",
            f"    app=ProcessRecord{{{identity(package)} {system.pid_of(package)}:{package}/"
            f"{system.user(package)}}}",
            f"    isForeground={str(package == SETTINGS_APP).lower()} foregroundId=1",
            "    startRequested=true",
        ]
    return lines


def _meant(component: str, wanted: str) -> bool:
    package, _, name = component.partition("/")
    asked, slash, asked_name = wanted.partition("/")
    if slash:
        return package == asked and name == full(asked, asked_name)
    return wanted in component


def _processes(system: System, _rest: list[str]) -> list[str]:
    own = [each for each in system.processes() if each.user not in ("root", "shell")]
    return [
        "ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)",
        "  All known processes:",
        *(f"  *APP* UID {_uid(system, each)} {_record(each)}" for each in own),
        "",
        "  Process LRU list (sorted by oom_adj):",
        *(f"    Proc # {place}: {_record(each)}" for place, each in enumerate(own)),
    ]


def _record(process: Process) -> str:
    name = f"{process.pid}:{process.name}/{process.user}"
    return f"ProcessRecord{{{identity(process.name)} {name}}}"


def _uid(system: System, process: Process) -> int:
    package = system.packages.get(process.name)
    return package.uid if package else 1000


def _top(system: System, _rest: list[str]) -> list[str]:
    """The activity in front with its views."""
    package, activity = system.front()
    return [
        f"TASK {package} id={task(package)} userId=0",
        f"  ACTIVITY {package}/{short(package, activity)} {identity(activity)} "
        f"pid={system.pid_of(package)}",
        "    View Hierarchy:",
        *_views(system.phone.front().shown.root, 6),
    ]


def _views(placed: Placed, indent: int) -> list[str]:
    own = f"{' ' * indent}{placed.widget.view_class}{{{bounds(placed.box)} {placed.widget.id}}}"
    return [own, *(line for child in placed.children for line in _views(child, indent + 2))]


_PARTS = {
    "a": _activities,
    "activities": _activities,
    "exit-info": dump_exits,
    "p": _processes,
    "processes": _processes,
    "recents": _activities,
    "s": _services,
    "services": _services,
    "top": _top,
}
