"""The servers between the harness and Android phones: adb, and an Appium for each adb server.

They are started when a phone needs them first, and again whenever they have died.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from harness.clock import Clock
from harness.errors import NoAnswer
from harness.personal import star
from harness.processes.adb_server import AdbServer, OwnAdbServer
from harness.processes.appium_server import AppiumServer
from harness.processes.ports import free_port

UNKNOWN = "unknown_commands.log"
"""Where a real phone would have answered and ours could not: a test holds that it stays away."""
OF_THE_USER = "user_adb"
"""The folder for the log of the Appium that works with the user's adb server."""
ON_DEVICE_SERVER = "io.appium.uiautomator2.server"
LOOKS_WITHIN_S = 10.0
"""A phone that works answers in a tenth of a second; an attempt has already gone wrong."""
ADB_DIED = (
    "the adb server on port {port} has died; the next attempt starts it again. If it dies again, "
    "look for a program that ends it: an adb of another version, Android Studio"
)
PHONE_LOST = (
    "adb has lost the phone {serial}; the next attempt looks for it. If it is gone again, "
    "look at its cable, its network, its battery"
)
APPIUM_DIED = "Appium has died; the next attempt starts it again. What it said: {log}"
SERVER_DIED = (
    "the UiAutomator2 server on the phone has ended; the next attempt starts it again. If it ends "
    "again, the phone's log says why: too little memory, or other automation on the same phone"
)
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
        self._appium: dict[int, AppiumServer] = {}

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

    def url(self, adb: AdbServer | None = None) -> str:
        """The endpoint of the Appium that works with an adb server, ours unless given; it answers.

        Each has one of its own: should the server die, Appium starts it again by itself,
        in the environment that it was given. Ours is blind to cables, the user's is not.

        Raises:
            UsageError: it is not installed.
            SessionNotStarted: it does not start.
        """
        adb = adb or self.own_adb()
        appium = self._appium.get(adb.port)
        if appium is None:
            folder = self._log_folder if adb is self._own else self._log_folder / OF_THE_USER
            appium = self._appium[adb.port] = AppiumServer.start(adb, folder, self._clock)
        elif not appium.healthy():
            appium.restart()
        return appium.url

    def note_unknown(self, commands: Sequence[str]) -> None:
        """Keeps beside the logs what a simulated phone was asked and did not know."""
        if commands:
            self._log_folder.mkdir(parents=True, exist_ok=True)
            with (self._log_folder / UNKNOWN).open("a", encoding="utf-8") as log:
                log.writelines(f"{star(repr(command))}\n" for command in commands)

    def give_up(self, adb: AdbServer | None = None) -> None:
        """Ends the Appium of an adb server, ours unless given, with its sessions.

        One whose phone is gone would hold the end up for 20 s.
        """
        adb = adb or self._own
        if adb is not None and adb.port in self._appium:
            self._appium.pop(adb.port).stop()

    def diagnose(self, serial: str, *, of_user: bool = False) -> str:
        """What has died of all that a session on the phone needs; empty when nothing has.

        Starts nothing again, and takes half a minute at the most.

        Args:
            serial: of the phone.
            of_user: whether it is at the user's adb server, not at ours.
        """
        adb = self._standard if of_user else self._own
        if adb is None:
            return ""
        if not adb.healthy():
            return ADB_DIED.format(port=adb.port)
        try:
            return self._diagnose(adb, serial)
        except NoAnswer as exc:
            return f"the phone hangs: {exc}"

    def _diagnose(self, adb: AdbServer, serial: str) -> str:
        if not adb.sees(serial):
            return PHONE_LOST.format(serial=serial)
        appium = self._appium.get(adb.port)
        if appium is not None and not appium.healthy():
            return APPIUM_DIED.format(log=appium.log)
        _, code = adb.shell(serial, f"pidof {ON_DEVICE_SERVER}", within_s=LOOKS_WITHIN_S)
        return "" if code == 0 else SERVER_DIED

    def close(self) -> None:
        """Ends what was started; the user's adb server stays."""
        for appium in self._appium.values():
            appium.stop()
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
