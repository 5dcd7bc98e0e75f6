"""How often attempts begin on an App: no more within any hour than its profile says.

Kept across runs and workers of one person on this machine, so that no public
service is flooded: a small file an App, changed under a file lock. It is read
and written by the wall clock, for a process that ends must not start an hour anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from harness.clock import Clock
from harness.errors import UsageError
from harness.model import Frozen, Words

HOUR_S = 3600.0
KEEPS_SESSION_S = 240.0
"""A wait that a session outlasts: the driver ends one that gets no command for 300 s."""


class _Begun(Frozen):
    """When attempts on an App have begun within the last hour."""

    at: tuple[datetime, ...] = ()


class Pace:
    """Lets attempts begin, each in its turn.

    Args:
        clock: says when, and waits.
        tell: told how long is waited, and why.
        place: where it is kept; a folder of this person's own when None.
    """

    def __init__(
        self, clock: Clock, tell: Callable[[str], None], place: Path | None = None
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._place = pace_place() if place is None else place

    def wait_for_turn(
        self, package: str, limit: int, where: str, leave: Callable[[], None]
    ) -> datetime:
        """Returns when another attempt on the App may begin: it is counted from that moment.

        Args:
            package: the App's, which two profiles may share.
            limit: how many may begin within any hour.
            where: what says so, for whoever reads why it waits.
            leave: called once before a long wait: no session lasts as long without a command.

        Raises:
            UsageError: nothing can be kept at the place.
        """
        told = False
        while (turn := self._begin(package, limit)) is None:
            wait_s = waits_s(begun_before(package, self._clock.now(), self._place), limit)
            if not told:
                until = (self._clock.now() + timedelta(seconds=wait_s)).astimezone()
                self._tell(
                    f"等待 waiting {say_minutes(wait_s)}, until {until:%H:%M}: {limit} attempts "
                    f"have begun on {package} within the hour, as many as {where} allows; "
                    "Ctrl-C ends the run, --resume latest goes on with it"
                )
                if wait_s > KEEPS_SESSION_S:
                    leave()
                told = True
            self._clock.sleep(wait_s)
        return turn

    def give_back(self, package: str, turn: datetime) -> None:
        """Takes an attempt back that was counted and never reached the App."""
        with _held(self._place, package) as path:
            _write(path, (each for each in _read(path) if each != turn))

    def _begin(self, package: str, limit: int) -> datetime | None:
        """Counts an attempt that begins now; None when it must wait."""
        with _held(self._place, package) as path:
            now = self._clock.now()
            begun = _recent(_read(path), now)
            if waits_s(ages(begun, now), limit) > 0:
                return None
            _write(path, (*begun, now))
        return now


def begun_before(package: str, now: datetime, place: Path | None = None) -> tuple[float, ...]:
    """How many seconds ago attempts have begun on an App within the last hour; starts nothing."""
    path = _file(pace_place() if place is None else place, package)
    return ages(_recent(_read(path), now), now)


# --- pure -----------------------------------------------------------------------------------------


def ages(begun: Sequence[datetime], now: datetime) -> tuple[float, ...]:
    """How many seconds ago each was, the oldest first."""
    return tuple(sorted(((now - each).total_seconds() for each in begun), reverse=True))


def waits_s(begun_ago_s: Sequence[float], limit: int) -> float:
    """How long the next attempt must wait, when others have begun so many seconds ago."""
    if len(begun_ago_s) < limit:
        return 0.0
    return max(0.0, HOUR_S - sorted(begun_ago_s)[limit - 1])


def last_begins_s(begun_ago_s: Sequence[float], limit: int, attempts: int) -> float:
    """When the last of so many attempts may begin, in seconds from now, none waiting for another.

    Attempts that take their time begin no earlier.
    """
    begins = [-ago for ago in begun_ago_s]
    for _ in range(attempts):
        begins.append(_next_begins(begins, limit))
    return max(0.0, begins[-1]) if begins else 0.0


def _next_begins(begins: Sequence[float], limit: int) -> float:
    """The earliest moment for another attempt after those that begin at these, in seconds."""
    now = max(0.0, *begins) if begins else 0.0
    return now if len(begins) < limit else max(now, begins[-limit] + HOUR_S)


def say_minutes(seconds: float) -> str:
    """`40 s`, `38 min`; rounded up, so that nobody looks too early."""
    return f"{seconds:.0f} s" if seconds < 60 else f"{-(-seconds // 60):.0f} min"


# --- where it is kept -----------------------------------------------------------------------------


def pace_place() -> Path:
    """The folder of this person's cache in which it is kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zhangce" / "pace"


@contextmanager
def _held(place: Path, package: str) -> Iterator[Path]:
    """The App's file, which nobody else changes meanwhile."""
    path = _file(place, package)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            yield path
    except OSError as exc:
        zh = (
            f"写不了（{exc.strerror}）；这里记着本机一小时内试了真实 App 多少次。"
            "请把 XDG_CACHE_HOME 设到能写的文件夹"
        )
        en = (
            f"cannot be kept: {exc.strerror}; it says how often this machine has tried a "
            "real App within the hour. Set XDG_CACHE_HOME to a folder that can be written"
        )
        raise UsageError(f"{path}: {Words(zh=zh, en=en)}") from exc


def _file(place: Path, package: str) -> Path:
    return place / f"{package}.json"


def _read(path: Path) -> tuple[datetime, ...]:
    """What is kept; one that was damaged says nothing, and is written anew."""
    try:
        return _Begun.model_validate_json(path.read_text(encoding="utf-8")).at
    except (OSError, ValidationError, UnicodeDecodeError):
        return ()


def _write(path: Path, begun: Iterable[datetime]) -> None:
    """Keeps it whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(_Begun(at=tuple(begun)).model_dump_json(), encoding="utf-8")
    new.replace(path)


def _recent(begun: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """Those of the last hour; one of the future is of a clock that was wrong."""
    return tuple(each for each in begun if 0 <= (now - each).total_seconds() < HOUR_S)
