"""What the Apps use of the phone: memory, processor, frames, network; and how they ended.

Nothing of this is measured, as the phone's Apps draw and load nothing while nobody looks. It
follows what they do, by the phone's own record of it: each different screen that a process
has shown takes memory, each change of the screen takes frames and processor time, and each
screen that opens counts as a request to a server. So the numbers are the same for the same
course of events, and plausible; they say nothing of a real App.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from harness.phone.device import FIRST_PID, Phone

FRAMES_A_CHANGE = 18
"""A transition of 0.3 s at 60 frames a second."""
JANKY_A_SCREEN = 2
PROCESSOR_S_A_FRAME = 0.004
PROCESSOR_S_A_START = 0.35
KB_A_SCREEN = 2400
RECEIVED_A_SCREEN = 24_000
SENT_A_SCREEN = 1_800
"""Bytes."""


@dataclass(frozen=True)
class Exit:
    """How a process ended, in the words and numbers of Android's ApplicationExitInfo.

    `at` is in seconds of the phone's monotonic clock.
    """

    at: float
    pid: int
    reason: int
    words: str
    status: int = 0


@dataclass
class Life:
    """One process of an App, from its start to now or to its end."""

    pid: int
    screens: list[str] = field(default_factory=list)
    """Those that came to the front, one after the other."""
    changes: int = 0
    hung: bool = False
    crashed: bool = False
    exit: Exit | None = None

    @property
    def frames(self) -> int:
        """How many were drawn."""
        return FRAMES_A_CHANGE * self.changes

    @property
    def janky_frames(self) -> int:
        """How many of them came late."""
        return min(self.frames, JANKY_A_SCREEN * len(self.screens))

    @property
    def processor_s(self) -> float:
        """Seconds of one core."""
        return PROCESSOR_S_A_START + PROCESSOR_S_A_FRAME * self.frames

    @property
    def screens_kb(self) -> int:
        """Memory for the screens it has shown, beyond what it takes at first."""
        return KB_A_SCREEN * len(set(self.screens))


def lives(phone: Phone, package: str) -> tuple[Life, ...]:
    """The processes of an App so far, the last of which may still run."""
    found: list[Life] = []
    for at, pid, kind, detail in _events(phone.changes, package):
        if kind == "launch":
            found.append(Life(pid))
        elif found and found[-1].exit is None:
            _note(found[-1], kind, detail, at)
    return tuple(found)


def _note(life: Life, kind: str, detail: str, at: float) -> None:
    if kind == "process ended":
        life.exit = _exit(life, at)
        return
    if kind == "crash":
        life.exit = Exit(at, life.pid, 4, "APP CRASH(EXCEPTION)")
        return
    life.changes += 1
    life.hung = kind == "hang" or (life.hung and kind != "thaw")
    if kind == "screen":
        life.screens.append(detail)


def _exit(life: Life, at: float) -> Exit:
    if life.hung:
        return Exit(at, life.pid, 6, "ANR")
    return Exit(at, life.pid, 10, "USER REQUESTED")


def _events(
    changes: Iterable[tuple[float, str]], package: str
) -> Iterator[tuple[float, int, str, str]]:
    """What happened to an App: when, the last process that was started, what, which screen."""
    pid = FIRST_PID
    for at, words in changes:
        kind, _, rest = words.partition(" ")
        if words.startswith("process ended "):
            kind, rest = "process ended", words.removeprefix("process ended ")
        pid += kind == "launch"
        whose, _, detail = rest.partition("/" if kind == "screen" else " ")
        if whose == package:
            yield at, pid, kind, detail


def life_of(phone: Phone, package: str) -> Life | None:
    """The process of an App that runs now."""
    last = lives(phone, package)[-1:]
    return last[0] if last and last[0].exit is None else None


def traffic(phone: Phone, package: str) -> tuple[int, int]:
    """Bytes that an App has received and sent since the phone was switched on."""
    screens = sum(len(life.screens) for life in lives(phone, package))
    return RECEIVED_A_SCREEN * screens, SENT_A_SCREEN * screens
