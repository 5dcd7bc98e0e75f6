"""An Android emulator that we boot and stop. Written for the real program, not yet run with it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from harness.clock import Clock
from harness.errors import SessionNotStarted
from harness.model import EmulatorDevice
from harness.processes.adb_server import AdbServer
from harness.processes.android_sdk import emulator_program
from harness.processes.supervised import Supervised

FIRST_PORT, LAST_PORT = 5554, 5682
"""The even ports that an emulator may take; adb is on the one after. Source: its documentation."""
STOPS_WITHIN_S = 30.0
"""A running emulator writes its disks before it ends."""
APPEARS_WITHIN_S = 60.0
"""Until adb sees it; booting comes after."""


class Emulator:
    """A running emulator. Attributes: `serial`, what adb calls it."""

    def __init__(self, program: Supervised, serial: str) -> None:
        self._program = program
        self.serial = serial

    @classmethod
    def start(
        cls, device: EmulatorDevice, adb: AdbServer, log_folder: Path, clock: Clock
    ) -> Emulator:
        """Starts the device's AVD without a window, and returns once adb sees it.

        Raises:
            UsageError: there is no emulator program here.
            SessionNotStarted: it ended, or adb did not see it in time; with what it said.
        """
        port = _free_port()
        serial = f"emulator-{port}"
        program = Supervised.start(
            command(str(emulator_program()), device, port),
            log=log_folder / f"{serial}.log",
            environment={**os.environ, "ANDROID_ADB_SERVER_PORT": str(adb.port)},
            grace_s=STOPS_WITHIN_S,
        )
        if not program.wait_until(lambda: adb.sees(serial), clock, APPEARS_WITHIN_S):
            said = program.last_words()
            program.stop()
            raise SessionNotStarted(
                f"the emulator {device.avd} did not appear within {APPEARS_WITHIN_S:g} s; "
                f"it said: {said}"
            )
        return cls(program, serial)

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self._program.alive

    def stop(self) -> None:
        """Ends the emulator; returns when it has ended."""
        self._program.stop()


def command(program: str, device: EmulatorDevice, port: int) -> list[str]:
    """The command that boots a device.

    Nothing is saved at the end, so that each run begins with the same phone. The
    picture is drawn by the processor: a CI machine has nothing else.
    """
    snapshot = "-no-snapshot-load" if device.boot == "cold" else "-force-snapshot-load"
    return [
        *(program, "-avd", device.avd, "-port", str(port), "-no-window", "-no-audio"),
        *("-no-boot-anim", "-no-metrics", "-no-snapshot-save", snapshot),
        *("-gpu", "swiftshader_indirect", "-camera-back", "none", "-camera-front", "none"),
    ]


def _free_port() -> int:
    """The first port of an emulator that is free, and the one after it for adb.

    Raises:
        SessionNotStarted: all are taken.
    """
    for port in range(FIRST_PORT, LAST_PORT + 1, 2):
        if all(map(_is_free, _ports(port))):
            return port
    raise SessionNotStarted(
        f"no free port for an emulator between {FIRST_PORT} and {LAST_PORT}: stop some of those "
        "that run (adb devices)"
    )


def _ports(port: int) -> Iterator[int]:
    yield from (port, port + 1)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
