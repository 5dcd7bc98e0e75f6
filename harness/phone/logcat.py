"""The phone's log, in the words and the `threadtime` format of Android's logcat."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from harness.phone.app import App, Screen

SYSTEM_PID = 1523
SHELL_PID = 7001
KEPT = 10_000
"""Lines that the log keeps; Android's ring buffer also forgets the oldest."""

Level = Literal["I", "W", "E"]


def line(at: datetime, pid: int, level: Level, tag: str, message: str) -> str:
    """One line as `logcat -v threadtime` prints it; `at` in the phone's own time zone."""
    stamp = at.strftime("%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03d}"
    # The log is UTF-8, which has no half of a surrogate pair.
    words = message.encode("utf-8", "replace").decode()
    return f"{stamp} {pid:5d} {pid:5d} {level} {tag}: {words}"


def duration(seconds: float) -> str:
    """A duration as the ActivityTaskManager writes it: `+612ms`, `+1s20ms`."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"+{whole}s{thousandths}ms" if whole else f"+{thousandths}ms"


class Logcat:
    """The lines so far, oldest first."""

    def __init__(self) -> None:
        self.written = 0
        self._lines: deque[tuple[datetime, str, str]] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[str]:
        return (text for _, _, text in self._lines)

    def entries(self, since: int = 0) -> tuple[tuple[datetime, str, str], ...]:
        """The lines after the first `since`, each with its moment and its level (I, W or E)."""
        forgotten = self.written - len(self._lines)
        return tuple(self._lines)[max(0, since - forgotten) :]

    def _add(self, at: datetime, pid: int, level: Level, tag: str, message: str) -> None:
        self.written += 1
        self._lines.append((at, level, line(at, pid, level, tag, message)))

    def noted(self, at: datetime, level: Level, tag: str, message: str) -> None:
        """Somebody at a shell writes into the log."""
        self._add(at, SHELL_PID, level, tag, message)

    def started(self, at: datetime, app: App, screen: Screen) -> None:
        """An activity is asked for."""
        intent = f"{{act=android.intent.action.MAIN cmp={app.package}/{screen.activity}}}"
        self._add(at, SYSTEM_PID, "I", "ActivityTaskManager", f"START u0 {intent} from uid 10000")

    def displayed(self, at: datetime, app: App, screen: Screen, seconds: float) -> None:
        """An activity shows its first picture, so many seconds after it was asked for."""
        what = f"Displayed {app.package}/{screen.activity}: {duration(seconds)}"
        self._add(at, SYSTEM_PID, "I", "ActivityTaskManager", what)

    def process_started(self, at: datetime, app: App, pid: int) -> None:
        """An App's process is there."""
        what = f"Start proc {pid}:{app.package}/u0a{pid % 1000} for next-top-activity"
        self._add(at, SYSTEM_PID, "I", "ActivityManager", what)

    def process_gone(self, at: datetime, app: App, pid: int, why: str) -> None:
        """An App's process is gone."""
        what = f"Killing {pid}:{app.package}/u0a{pid % 1000} (adj 0): {why}"
        self._add(at, SYSTEM_PID, "I", "ActivityManager", what)

    def crashed(self, at: datetime, app: App, pid: int, activity: str, exception: str) -> None:
        """The App's main thread has died of this exception."""
        name = activity.lstrip(".") or "MainApplication"
        for text in (
            "FATAL EXCEPTION: main",
            f"Process: {app.package}, PID: {pid}",
            exception,
            f"\tat {app.package}.{name}.onClick({name}.java:87)",
            "\tat android.view.View.performClick(View.java:7506)",
            "\tat android.os.Handler.dispatchMessage(Handler.java:99)",
            "\tat android.os.Looper.loop(Looper.java:288)",
            "\tat android.app.ActivityThread.main(ActivityThread.java:7872)",
        ):
            self._add(at, pid, "E", "AndroidRuntime", text)
        what = f"  Force finishing activity {app.package}/{activity}"
        self._add(at, SYSTEM_PID, "W", "ActivityTaskManager", what)
        died = f"Process {app.package} (pid {pid}) has died: fg  TOP"
        self._add(at, SYSTEM_PID, "I", "ActivityManager", died)

    def not_responding(
        self, at: datetime, app: App, pid: int, activity: str, waited: float
    ) -> None:
        """The App has left an input unanswered for so many seconds."""
        for text in (
            f"ANR in {app.package} ({app.package}/{activity})",
            f"PID: {pid}",
            f"Reason: Input dispatching timed out ({app.package}/{app.package}{activity} is not "
            f"responding. Waited {round(waited * 1000)}ms for MotionEvent)",
        ):
            self._add(at, SYSTEM_PID, "E", "ActivityManager", text)
