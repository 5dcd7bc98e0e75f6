"""`date`, `uptime`, `sleep`: the phone's own time."""

from __future__ import annotations

import re
from datetime import datetime

from harness.phone.android.call import (
    NOTHING,
    Call,
    Follow,
    Outcome,
    Program,
    Refusal,
    read_letters,
    said,
)


def date(call: Call) -> Outcome:
    """The phone's time, in its time zone; +FORMAT as strftime has it."""
    options = read_letters(call, "u", "D")
    at = call.system.phone.wall_time()
    form = next((each[1:] for each in options.operands if each.startswith("+")), "")
    if not form and options.operands:
        raise Refusal("date: cannot set date: Operation not permitted")
    return said(at.strftime(_portable(form or "%a %b %e %H:%M:%S %Z %Y", at)))


def _portable(form: str, at: datetime) -> str:
    """The format with what Python's strftime does otherwise filled in: %s, %N, %3N."""

    def filled(match: re.Match[str]) -> str:
        if match[0] == "%s":
            return str(int(at.timestamp()))
        return match[0] if match[0] == "%%" else f"{at:%f}000"[: int(match[1] or 9)]

    return re.sub(r"%%|%s|%(\d?)N", filled, form)


def uptime(call: Call) -> Outcome:
    """How long the phone has been on."""
    at = call.system.phone.wall_time()
    minutes = int((at - call.system.started_at).total_seconds() // 60)
    up = f"up {minutes // 60:2d}:{minutes % 60:02d}" if minutes >= 60 else f"up {minutes} min"
    return said(f" {at:%H:%M:%S} {up},  0 users,  load average: 0.00, 0.00, 0.00")


class Sleep(Follow):
    """Does nothing until its time is over."""

    def __init__(self, call: Call, seconds: float) -> None:
        self._clock = call.system.phone.clock
        self._due = self._clock.monotonic() + seconds

    def more(self) -> bytes:
        """What has come since the last call."""
        return b""

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._clock.monotonic() >= self._due

    def close(self) -> None:
        """Ends it."""
        self._due = 0.0


def sleep(call: Call) -> Outcome:
    """Waits for so many seconds (s), minutes (m), hours (h) or days (d)."""
    given = re.fullmatch(r"(\d{1,9}(?:\.\d{0,9})?)([smhd]?)", call.first)
    if given is None:
        raise Refusal(f"sleep: Unknown suffix '{call.first[:40]}'")
    seconds = float(given[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[given[2]]
    return Sleep(call, seconds) if seconds else NOTHING


PROGRAMS: dict[str, Program] = {"date": date, "sleep": sleep, "uptime": uptime}
