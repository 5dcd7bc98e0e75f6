"""The vital signs of an App on its phone: what it took of memory, processor, frames, network.

They are read over Android's own shell once when an attempt begins and once when it is over, never
while a response is timed; what that took is kept with them. Where an endpoint hands out no shell
(`mobile: shell` needs its leave), memory alone is read, by a command that needs none. What was
not given, or could not be read, is None: not measured, which is not zero.

Sources of the formats: AOSP's `dumpsys` of meminfo, gfxinfo, netstats and activity exit-info
from Android 9 to 15, and toybox's `ps`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.clock import Clock
from harness.driver import Driver
from harness.errors import DeviceTrouble
from harness.model import Vitals

_MARK = "=== zhangce "
_BEFORE: Mapping[str, str] = {
    "packages": "pm list packages -U {package}",
    # The counters are gathered every half hour, or when they are asked for.
    "network": "dumpsys netstats --poll > /dev/null; dumpsys netstats --uid",
    "exits": "dumpsys activity exit-info {package}",
}
"""What an attempt's difference is of: these go on counting over the ends of processes."""
_AFTER: Mapping[str, str] = {
    **_BEFORE,
    "memory": "dumpsys meminfo {package}",
    # The rest of it is the view hierarchy and the times of single frames.
    "frames": "dumpsys gfxinfo {package} | grep -E 'frames|percentile'",
    "processes": "ps -A -o TIME+,NAME",
}


@dataclass(frozen=True)
class Traffic:
    """Bytes of one App since the phone began to count."""

    received: int
    sent: int


@dataclass(frozen=True)
class Frames:
    """Frames of an App's process since it began."""

    drawn: int
    janky: int | None
    p95_ms: float | None


@dataclass(frozen=True)
class Exit:
    """The end of a process: `key` tells one from another."""

    key: str
    reason: str


@dataclass
class Monitor:
    """Reads the vital signs of one attempt."""

    driver: Driver
    package: str
    clock: Clock
    _before: Mapping[str, str] = field(default_factory=dict)
    _cost_s: float = 0.0

    def begin(self) -> None:
        """Reads what a difference will be made of. Before the App is launched."""
        began = self.clock.monotonic()
        self._before = self._read(_BEFORE)
        self._cost_s = self.clock.monotonic() - began

    def end(self) -> Vitals:
        """Reads the rest. When the attempt's time has been taken; the App still runs."""
        began = self.clock.monotonic()
        after = self._read(_AFTER)
        memory_kb = read_memory(after["memory"]) if "memory" in after else self._memory_kb()
        frames = read_frames(after.get("frames", ""))
        traffic = self._traffic(after)
        exits = _new_exits(
            read_exits(self._before.get("exits", "")), read_exits(after.get("exits", ""))
        )
        return Vitals(
            memory_kb=memory_kb,
            cpu_s=read_processor(after.get("processes", ""), self.package),
            frames=frames.drawn if frames else None,
            janky_frames=frames.janky if frames else None,
            frame_p95_ms=frames.p95_ms if frames else None,
            received_bytes=traffic.received if traffic else None,
            sent_bytes=traffic.sent if traffic else None,
            exits=exits,
            cost_s=self._cost_s + self.clock.monotonic() - began,
        )

    def _read(self, asked: Mapping[str, str]) -> dict[str, str]:
        """What the phone says to each question; nothing where it hands out no shell."""
        script = "; ".join(f"echo '{_MARK}{name}'; {one}" for name, one in asked.items())
        try:
            said = self.driver.shell(f"{script.format(package=self.package)}; true")
        except DeviceTrouble:
            # The attempt's own commands will run into it, if it lasts: this is no part of them.
            return {}
        parts = (said or "").split(_MARK)[1:]
        return {name: text for name, _, text in (part.partition("\n") for part in parts)}

    def _memory_kb(self) -> int | None:
        try:
            return self.driver.memory_kb(self.package)
        except DeviceTrouble:
            return None

    def _traffic(self, after: Mapping[str, str]) -> Traffic | None:
        """Bytes between the two readings."""
        before, now = (_traffic_in(said, self.package) for said in (self._before, after))
        if before is None or now is None:
            return None
        # Counters that went back have been set to nothing in between.
        received, sent = now.received - before.received, now.sent - before.sent
        return Traffic(received, sent) if min(received, sent) >= 0 else None


def _traffic_in(said: Mapping[str, str], package: str) -> Traffic | None:
    uid = read_uid(said.get("packages", ""), package)
    return None if uid is None else read_traffic(said.get("network", ""), uid)


def _new_exits(
    before: tuple[Exit, ...] | None, after: tuple[Exit, ...] | None
) -> tuple[str, ...] | None:
    """Why processes have ended in between, the newest first."""
    if before is None or after is None:
        return None
    known = Counter(before)
    return tuple(each.reason for each in after if each not in known)


# --- what Android's programs print ----------------------------------------------------------------


def read_memory(said: str) -> int | None:
    """The Pss of an App in kB, of `dumpsys meminfo`: its share of all memory in use."""
    # As of Android 11 the summary has a line of its own; before, the table's last row begins so.
    found = re.search(r"TOTAL PSS:\s+(\d+)", said) or re.search(r"^\s*TOTAL:?\s+(\d+)", said, re.M)
    return int(found[1]) if found else None


def read_frames(said: str) -> Frames | None:
    """The frames of all processes of an App, of `dumpsys gfxinfo`; p95 of the busiest."""
    sections = re.split(r"^Total frames rendered:", said, flags=re.M)[1:]
    processes = [_frames_of(section) for section in sections]
    if not processes:
        return None
    janky = [each.janky for each in processes if each.janky is not None]
    return Frames(
        drawn=sum(each.drawn for each in processes),
        janky=sum(janky) if janky else None,
        p95_ms=max(processes, key=lambda each: each.drawn).p95_ms,
    )


def _frames_of(section: str) -> Frames:
    drawn = re.match(r"\s*(\d+)", section)
    janky = re.search(r"^Janky frames:\s*(\d+)", section, re.M)
    p95 = re.search(r"^95th percentile:\s*(\d+)ms", section, re.M)
    count = int(drawn[1]) if drawn else 0
    return Frames(
        drawn=count,
        janky=int(janky[1]) if janky else None,
        # Of no frames at all some versions print the largest number that there is.
        p95_ms=float(p95[1]) if p95 and count else None,
    )


def read_processor(said: str, package: str) -> float | None:
    """Seconds of one core that an App's processes have had, of `ps -A -o TIME+,NAME`."""
    times = [
        _seconds(found[1])
        for found in re.finditer(r"^\s*([\d:.-]+)\s+(\S+)\s*$", said, re.M)
        if found[2] == package or found[2].startswith(f"{package}:")
    ]
    return sum(times) if times else None


def _seconds(time: str) -> float:
    """`1:02.34`, `3:01:02`, `1-03:01:02` in seconds."""
    days, _, rest = time.rpartition("-")
    seconds = 0.0
    for part in rest.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds + 86400 * int(days or 0)


def read_uid(said: str, package: str) -> int | None:
    """The uid of an App, of `pm list packages -U`, which lists all that contain the name."""
    found = re.search(rf"^package:{re.escape(package)} uid:(\d+)", said, re.M)
    return int(found[1]) if found else None


def read_traffic(said: str, uid: int) -> Traffic | None:
    """The bytes of a uid, of `dumpsys netstats --uid`; None where nothing is told by uid."""
    _, told, rest = said.partition("UID stats:")
    if not told:
        return None
    section = re.split(r"^\S.*stats:", rest, maxsplit=1, flags=re.M)[0]
    counted, received, sent = False, 0, 0
    for line in section.splitlines():
        if (whose := re.search(r"\buid=(-?\d+) .*\btag=(0x[0-9a-f]+)", line)) is not None:
            # What a tag marks is counted with the rest as well.
            counted = whose[1] == str(uid) and int(whose[2], 16) == 0
        elif counted:
            received += _number(r"\b(?:rb|rxBytes)=(\d+)", line)
            sent += _number(r"\b(?:tb|txBytes)=(\d+)", line)
    return Traffic(received, sent)


def _number(pattern: str, line: str) -> int:
    found = re.search(pattern, line)
    return int(found[1]) if found else 0


def read_exits(said: str) -> tuple[Exit, ...] | None:
    """Ends of processes, of `dumpsys activity exit-info`; None before Android 11, that has none."""
    if "EXIT INFO" not in said:
        return None
    records = said.split("ApplicationExitInfo ")[1:]
    return tuple(each for record in records if (each := _exit_of(record)) is not None)


def _exit_of(record: str) -> Exit | None:
    key = re.search(r"timestamp=(.+?) pid=(\d+)", record)
    reason = re.search(r"\breason=\d+ \((.*?)\)(?= (?:sub[rR]eason|status)=)", record)
    return Exit(f"{key[1]} {key[2]}", reason[1]) if key and reason else None
