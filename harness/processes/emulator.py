"""An Android emulator that we boot and stop. Written for the real program, not yet run with it."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from filelock import FileLock, Timeout

from harness.clock import Clock
from harness.errors import SessionNotStarted, UsageError
from harness.model import EmulatorDevice, Words
from harness.processes.adb_server import AdbServer
from harness.processes.android_sdk import emulator_program, virtual_devices
from harness.processes.folders import per_user
from harness.processes.ports import LOOPBACK
from harness.processes.supervised import Supervised
from harness.quoting import quote_line
from harness.readiness import await_boot

FIRST_PORT, LAST_PORT = 5586, 5682
"""The even ports that an emulator may take and that no adb server looks at by itself: others'
would keep ours off the emulator, which serves one at a time. adb is on the port after it."""
STOPS_WITHIN_S = 30.0
"""A running emulator writes its disks before it ends."""
COMPLAINT = re.compile(r"\b(ERROR|FATAL|PANIC)\b")
"""Marks the lines of the emulator's output that say why it ends; advice follows them."""
KVM = re.compile(r"\bKVM\b|hardware acceleration|/dev/kvm", re.IGNORECASE)
GET_KVM = "it needs KVM: see that /dev/kvm is there and yours (sudo adduser $USER kvm)"
LONGEST_WORDS = 3


class Emulator:
    """A running emulator. Attributes: `serial`, what adb calls it."""

    def __init__(
        self, device: EmulatorDevice, program: Supervised, port: int, lease: FileLock
    ) -> None:
        self._device = device
        self._program = program
        self._port = port
        self._lease = lease
        self.serial = f"emulator-{port}"

    @classmethod
    def start(cls, device: EmulatorDevice, adb: AdbServer, log_folder: Path) -> Emulator:
        """Starts the device's AVD without a window; it boots from now on.

        Args:
            device: what its entry in devices.yaml says.
            adb: the server that it reports to.
            log_folder: gets a log named after the AVD.

        Raises:
            UsageError: there is no emulator program here, or no such AVD; says what to do.
            SessionNotStarted: all ports are taken.
        """
        path = emulator_program()
        check_avd(device.avd, virtual_devices(path))
        port, lease = take_port()
        program = Supervised.start(
            command(str(path), device, port),
            log=log_folder / f"emulator-{device.avd}.log",
            environment={**os.environ, "ANDROID_ADB_SERVER_PORT": str(adb.port)},
            grace_s=STOPS_WITHIN_S,
        )
        return cls(device, program, port, lease)

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self._program.alive

    def await_boot(self, adb: AdbServer, clock: Clock, within_s: float) -> None:
        """Returns when the launcher is in front.

        Raises:
            SessionNotStarted: it ended before that, or took too long; with what it said.
        """

        def lost() -> bool:
            # A server that was started again knows of no emulator: each reports but once.
            if not adb.sees(self.serial):
                adb.announce(self._port)
            return not self.alive

        try:
            await_boot(adb, self.serial, clock, within_s, lost=lost)
        except SessionNotStarted as exc:
            if self.alive:
                raise
            raise SessionNotStarted(f"{self._name()} ended while it booted: {self._why()}") from exc

    def stop(self) -> None:
        """Ends the emulator; returns when it has ended."""
        self._program.stop()
        self._lease.release()

    def _name(self) -> str:
        return f"the emulator {self._device.avd} ({self.serial})"

    def _why(self) -> str:
        """Its last words, with advice where we know some."""
        lines = self._program.lines()
        complaints = [line for line in lines if COMPLAINT.search(line)] or lines[-1:] or ["nothing"]
        said = quote_line("; ".join(complaints[-LONGEST_WORDS:]))
        advice = f"; {GET_KVM}" if KVM.search("\n".join(lines)) else ""
        return f"it said: {said}{advice} (all of it: {self._program.log})"


def check_avd(avd: str, there: tuple[str, ...]) -> None:
    """Holds a virtual device against those that there are.

    Raises:
        UsageError: there is none of the name; says which there are, and what makes one.
    """
    if avd in there:
        return
    make = (
        f"avdmanager create avd --name {avd} --package "
        '"system-images;android-33;google_apis;x86_64"'
    )
    zh = (
        f"没有叫 {avd} 的 AVD；现有：{'、'.join(there) or '一个也没有'}。"
        f"请改正 devices.yaml 的 avd:，或建一个：{make}"
    )
    en = (
        f"no AVD is called {avd}; there are: {', '.join(there) or 'none'}. Correct avd: in "
        f"devices.yaml, or make it: {make}"
    )
    raise UsageError(Words(zh=zh, en=en))


def command(program: str, device: EmulatorDevice, port: int) -> list[str]:
    """The command that boots a device.

    No snapshot is saved at the end, so that the one that is there stays as it was made.
    The picture is drawn by the processor: a CI machine has nothing else.
    """
    cold = ["-no-snapshot-load"] if device.boot == "cold" else []
    return [
        *(program, "-avd", device.avd, "-port", str(port), "-no-window", "-no-audio"),
        *("-no-boot-anim", "-no-metrics", "-no-snapshot-save", *cold),
        *("-gpu", "swiftshader_indirect", "-camera-back", "none", "-camera-front", "none"),
    ]


def take_port() -> tuple[int, FileLock]:
    """The first port that is free, with the one after it for adb, and our lease on it.

    The lease keeps another worker off until the emulator listens: that takes seconds.

    Raises:
        SessionNotStarted: all are taken.
    """
    folder = per_user() / "emulators"
    folder.mkdir(exist_ok=True)
    for port in range(FIRST_PORT, LAST_PORT + 1, 2):
        lease = FileLock(folder / f"{port}.lock")
        try:
            lease.acquire(blocking=False)
        except Timeout:
            continue
        if _is_free(port) and _is_free(port + 1):
            return port, lease
        lease.release()
    raise SessionNotStarted(
        f"no free port for an emulator between {FIRST_PORT} and {LAST_PORT}: stop some of those "
        "that run (adb devices)"
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
