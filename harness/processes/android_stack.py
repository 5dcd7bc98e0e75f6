"""The servers between the harness and Android phones: adb and Appium, one of each for a worker.

They are started when a phone needs them first, and again whenever they have died.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from harness.clock import Clock
from harness.processes.adb_server import AdbServer, OwnAdbServer
from harness.processes.appium_server import AppiumServer
from harness.processes.ports import free_port

UNKNOWN = "unknown_commands.log"
"""Where a real phone would have answered and ours could not: a test holds that it stays away."""
CHROMEDRIVERS = ("chromedriver", "chromium.chromedriver")


class AndroidStack:
    """One worker's servers.

    Args:
        log_folder: where they write what they say.
        clock: waits for them.
    """

    def __init__(self, log_folder: Path, clock: Clock) -> None:
        self._log_folder = log_folder
        self._clock = clock
        self._own: OwnAdbServer | None = None
        self._standard: AdbServer | None = None
        self._appium: AppiumServer | None = None

    def own_adb(self) -> AdbServer:
        """Our own adb server, for phones that we have started; running.

        Raises:
            SessionNotStarted: it does not start.
        """
        if self._own is None:
            self._own = OwnAdbServer.start(self._log_folder, self._clock)
        self._own.restart()
        return self._own

    def standard_adb(self) -> AdbServer:
        """The user's adb server, for phones on a cable; running.

        Raises:
            SessionNotStarted: it does not start.
        """
        if self._standard is None:
            self._standard = AdbServer.standard(self._clock)
        self._standard.restart()
        return self._standard

    def url(self) -> str:
        """Appium's endpoint; it answers.

        Raises:
            UsageError: it is not installed.
            SessionNotStarted: it does not start.
        """
        if self._appium is None:
            self._appium = AppiumServer.start(self.own_adb(), self._log_folder, self._clock)
        elif not self._appium.healthy():
            self._appium.restart()
        return self._appium.url

    def note_unknown(self, commands: Sequence[str]) -> None:
        """Keeps beside the logs what a simulated phone was asked and did not know."""
        if commands:
            self._log_folder.mkdir(parents=True, exist_ok=True)
            with (self._log_folder / UNKNOWN).open("a", encoding="utf-8") as log:
                log.writelines(f"{command!r}\n" for command in commands)

    def give_up(self) -> None:
        """Ends Appium with its sessions: one whose phone is gone would hold the end up for 20 s."""
        if self._appium is not None:
            self._appium.stop()
            self._appium = None

    def close(self) -> None:
        """Ends what was started; the user's adb server stays."""
        if self._appium is not None:
            self._appium.stop()
        if self._own is not None:
            self._own.stop()


def reached_by(serial: str, adb: AdbServer) -> dict[str, str | int | bool]:
    """The capabilities that lead Appium to one phone, and keep it off others' ports."""
    capabilities: dict[str, str | int | bool] = {
        "appium:udid": serial,
        "appium:adbPort": adb.port,
        "appium:systemPort": free_port(),
    }
    driver = next(filter(None, map(shutil.which, CHROMEDRIVERS)), None)
    if driver is not None:
        capabilities["appium:chromedriverExecutable"] = driver
    return capabilities
