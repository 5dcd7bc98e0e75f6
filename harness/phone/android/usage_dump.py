"""`dumpsys` of what Apps use and how they ended, in the words of Android 13; see `usage`."""

from __future__ import annotations

from collections.abc import Iterator

from harness.phone.android import usage
from harness.phone.android.packages import Package
from harness.phone.android.system import System
from harness.phone.android.usage import Exit

_KEPT_EXITS = 16
"""Of each package, as Android does it."""

_MEMORY_KB = (
    ("Native Heap", 18000, 17500, 24000, 40960, 17000),
    ("Dalvik Heap", 9000, 8800, 15000, 12288, 8200),
    ("Dalvik Other", 2400, 2300, 4000, None, None),
    ("Stack", 900, 900, 920, None, None),
    (".so mmap", 4200, 300, 30000, None, None),
    (".apk mmap", 1500, 0, 6000, None, None),
    ("EGL mtrack", 12000, 12000, 12000, None, None),
    ("GL mtrack", 6000, 6000, 6000, None, None),
)
"""Pss, private dirty and Rss of each part, and size and use of the heaps, of any process."""


def dump_memory(system: System, arguments: tuple[str, ...]) -> list[str]:
    """`meminfo` of a package or a process; what screens take is under `Unknown`."""
    name = next((each for each in arguments if not each.startswith("-")), "")
    pid = system.pid_of(name) or (int(name) if name.isdecimal() else 0)
    shown = next((each.name for each in system.processes() if each.pid == pid), "")
    if not shown:
        return [f"No process found for: {name}"]
    life = usage.life_of(system.phone, shown)
    screens_kb = 1000 + (life.screens_kb if life else 0)
    parts = (*_MEMORY_KB, ("Unknown", screens_kb, screens_kb, screens_kb, None, None))
    rows = [_memory_row(*part) for part in parts]
    pss, dirty, rss = (sum(each) for each in zip(*(part[1:4] for part in parts), strict=True))
    return [
        "Applications Memory Usage (in Kilobytes):",
        *_uptime(system),
        f"** MEMINFO in pid {pid} [{shown}] **",
        "                   Pss  Private  Private  SwapPss      Rss     Heap     Heap     Heap",
        "                 Total    Dirty    Clean    Dirty    Total     Size    Alloc     Free",
        "                ------   ------   ------   ------   ------   ------   ------   ------",
        *rows,
        _memory_row("TOTAL", pss, dirty, rss, 53248, 25200),
        " ",
        " App Summary",
        "                       Pss(KB)                        Rss(KB)",
        "                        ------                         ------",
        "           Java Heap:     9000                          15000",
        "         Native Heap:    18000                          24000",
        f"           TOTAL PSS: {pss:8d}            TOTAL RSS: {rss:8d}"
        "      TOTAL SWAP PSS:        0",
    ]


def _memory_row(
    name: str, pss: int, dirty: int, rss: int, size: int | None, used: int | None
) -> str:
    heap = f" {size:8d} {used:8d} {size - used:8d}" if size and used else ""
    return f"{name:>13s} {pss:8d} {dirty:8d} {0:8d} {0:8d} {rss:8d}{heap}"


def dump_graphics(system: System, arguments: tuple[str, ...]) -> list[str]:
    """`gfxinfo` of a package: the frames of its process since it began."""
    name = next((each for each in arguments if "." in each), "")
    pid = system.pid_of(name)
    if not pid:
        return [f"No process found for: {name}"]
    life = usage.life_of(system.phone, name)
    frames, janky = (life.frames, life.janky_frames) if life else (0, 0)
    return [
        "Applications Graphics Acceleration Info:",
        *_uptime(system),
        f"** Graphics info for pid {pid} [{name}] **",
        "",
        "Stats since: 0ns",
        f"Total frames rendered: {frames}",
        f"Janky frames: {janky} ({100 * janky / max(1, frames):.2f}%)",
        f"Janky frames (legacy): {janky} ({100 * janky / max(1, frames):.2f}%)",
        "50th percentile: 5ms",
        "90th percentile: 8ms",
        f"95th percentile: {17 if janky else 9}ms",
        "99th percentile: 21ms",
        "Number Missed Vsync: 0",
        "",
        "Profile data in ms:",
    ]


def dump_processor(system: System, _arguments: tuple[str, ...]) -> list[str]:
    """`cpuinfo`: nobody has a share of the last moments, in which nobody looked."""
    own = [
        f"  0% {each.pid}/{each.name}: 0% user + 0% kernel / faults: 0 minor"
        for each in system.processes()
    ]
    return ["Load: 0.0 / 0.0 / 0.0", "CPU usage from 0ms to 0ms ago:", *own, "0% TOTAL: 0% user"]


def processor_s(system: System, process: str) -> float:
    """Seconds of one core that a process has had; of one that is no App's none."""
    life = usage.life_of(system.phone, process)
    return life.processor_s if life else 0.0


def dump_network(system: System, arguments: tuple[str, ...]) -> list[str]:
    """`netstats`; with `--uid`, that of each App as well."""
    if "--poll" in arguments:
        return ["Forced poll"]
    ident = "  ident=[{type=1, metered=false, defaultNetwork=true}]"
    apps = list(_traffic(system)) if "--uid" in arguments or "detail" in arguments else []
    received, sent = (sum(each[place] for each in _traffic(system)) for place in (1, 2))
    return [
        "Active interfaces:",
        f"  iface=wlan0{ident[1:]}",
        "Xt stats:",
        "  Pending bytes: 0",
        "  History since boot:",
        f"{ident} uid=-1 set=ALL tag=0x0",
        "    NetworkStatsHistory: bucketDuration=3600",
        f"      st=0 rb={received} rp={received // 1000} tb={sent} tp={sent // 1000} op=0",
        *(["UID stats:", "  Pending bytes: 0", "  Complete history:"] if apps else []),
        *(
            line
            for uid, rb, tb in apps
            for line in (
                f"{ident} uid={uid} set=FOREGROUND tag=0x0",
                "    NetworkStatsHistory: bucketDuration=7200",
                f"      st=0 rb={rb} rp={rb // 1000} tb={tb} tp={tb // 1000} op=0",
            )
        ),
    ]


def _traffic(system: System) -> Iterator[tuple[int, int, int]]:
    """Uid, bytes received and bytes sent of each App."""
    for name in system.phone.apps:
        package = system.packages.get(name)
        if package is not None:
            yield package.uid, *usage.traffic(system.phone, name)


def dump_exits(system: System, rest: list[str]) -> list[str]:
    """`activity exit-info` of a package, or of all: the newest end of a process first."""
    names = rest[:1] or list(system.phone.apps)
    return [
        "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)",
        "Last Timestamp of Persistence Into Persistent Storage: 0",
        *(line for name in names for line in _exits(system, name)),
    ]


def _exits(system: System, name: str) -> list[str]:
    package = system.packages.get(name)
    ends = [life.exit for life in usage.lives(system.phone, name) if life.exit is not None]
    if package is None or not ends:
        return []
    newest = list(reversed(ends))[:_KEPT_EXITS]
    return [
        f"  package: {name}",
        f"    Historical Process Exit for uid={package.uid}",
        *(
            line
            for number, end in enumerate(newest)
            for line in _exit(system, number, end, package)
        ),
    ]


def _exit(system: System, number: int, end: Exit, package: Package) -> list[str]:
    uid = package.uid
    wall = system.moment(end.at)
    at = wall.strftime("%Y-%m-%d %H:%M:%S.") + f"{wall.microsecond // 1000:03d}"
    return [
        f"        ApplicationExitInfo #{number}:",
        f"          timestamp={at} pid={end.pid} realUid={uid} packageUid={uid} "
        f"definingUid={uid} user=0",
        f"          process={package.name} reason={end.reason} ({end.words}) subreason=0 (UNKNOWN) "
        f"status={end.status}",
        "          importance=100 pss=0.00 rss=0.00 description=null state=empty trace=null",
    ]


def _uptime(system: System) -> list[str]:
    up = round((system.phone.wall_time() - system.started_at).total_seconds() * 1000)
    return [f"Uptime: {up} Realtime: {up}", ""]
