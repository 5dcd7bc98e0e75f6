"""An adb server: the user's for phones on a cable, one of our own for phones that are ours.

Two servers cannot share a cable, but our own phones must not turn up in the
user's `adb devices`, nor the user's in ours.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Self

from adbutils import AdbClient, AdbDevice, AdbError
from adbutils._adb import AdbConnection  # adbutils exports none to build on

from harness.clock import Clock
from harness.errors import NoAnswer, SessionNotStarted, UsageError
from harness.model import Words
from harness.processes import android_sdk
from harness.processes.folders import per_user
from harness.processes.ports import LOOPBACK, free_port
from harness.processes.supervised import Supervised
from harness.quoting import quote_line
from harness.waiting import wait

STANDARD_PORT = 5037
STARTS_WITHIN_S = 30.0
ANSWERS_WITHIN_S = 10.0
CONNECTS_WITHIN_S = 15.0
SHELL_WITHIN_S = 30.0
"""`dumpsys` itself gives up after 10 s; a phone that has just booted is slow. More is a hang."""
INSTALLS_WITHIN_S = 600.0
TRIES = 3
"""A port that was free may be taken by the time that the server wants it."""
BY_NAME_ONLY = {"ADB_EMU": "0", "ADB_USB": "0", "ADB_MDNS": "0"}
"""No scan of emulators' ports, no cables, no network: only what is connected by name.
An emulator that was told this server's port reports to it by itself."""


class AdbServer:
    """The user's adb server, which is started when there is none, and never stopped.

    Attributes:
        port: where it listens, on loopback.
        environment: what programs are given that use it, so that they find it, and
            should it have died, start it again as it was.
    """

    def __init__(self, port: int, environment: Mapping[str, str], clock: Clock) -> None:
        self.port = port
        self.environment = {**environment, "ANDROID_ADB_SERVER_PORT": str(port)}
        self._clock = clock
        self._client = _Client(LOOPBACK, port)

    @classmethod
    def standard(cls, clock: Clock) -> AdbServer:
        """The server that `adb` uses when it is not told otherwise, running.

        Raises:
            UsageError: ANDROID_ADB_SERVER_PORT is not a port.
            SessionNotStarted: it could not be started; with what adb said.
        """
        named = os.environ.get("ANDROID_ADB_SERVER_PORT") or str(STANDARD_PORT)
        if not named.isdecimal() or not 0 < int(named) < 1 << 16:
            zh = f"ANDROID_ADB_SERVER_PORT 是 {named!r}：请给一个端口，或者不设它"
            en = f"ANDROID_ADB_SERVER_PORT is {named!r}: give a port, or unset it"
            raise UsageError(Words(zh=zh, en=en))
        server = cls(int(named), {}, clock)
        server.restart()
        return server

    def healthy(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self._client.server_version())  # type: ignore[no-untyped-call]
        except (AdbError, OSError, ValueError):
            return False

    def restart(self) -> None:
        """Starts the server unless it answers; what was connected by name is to be connected anew.

        Raises:
            SessionNotStarted: it did not start; with what it said.
        """
        if self.healthy():
            return
        command = [str(android_sdk.find().adb), "-P", str(self.port), "start-server"]
        try:
            ran = subprocess.run(
                command, capture_output=True, text=True, timeout=STARTS_WITHIN_S, check=False
            )
            said = ran.stderr
        except (OSError, subprocess.TimeoutExpired) as problem:
            said = str(problem)
        if not self.healthy():
            raise _not_started(self.port, said.strip().split("\n")[-1])

    def stop(self) -> None:
        """Leaves the user's server running."""

    def serials(self) -> dict[str, str]:
        """What is connected, by serial: `device`, `offline`, `unauthorized`, ...

        Raises:
            NoAnswer: the server has died or hangs.
        """
        try:
            return {info.serial: info.state for info in self._client.list()}
        except (AdbError, OSError) as problem:
            raise _no_answer(f"the adb server at port {self.port}", problem) from problem

    def sees(self, serial: str) -> bool:
        """Whether the phone is connected and takes commands."""
        return self.healthy() and self.serials().get(serial) == "device"

    def connect(self, address: str) -> None:
        """Connects a phone by `host:port`, its serial from then on; nothing if it is connected.

        Raises:
            SessionNotStarted: nobody answers there, or not as a phone does.
        """
        said = ""
        # A phone that was restarted is known as offline: it is let go, and connected once more.
        for _ in range(2):
            try:
                said = self._client.connect(address, timeout=CONNECTS_WITHIN_S)
            except (AdbError, OSError) as problem:
                said = str(problem)
            if "connected to" in said and self._await(address):
                return
            self.disconnect(address)
        raise SessionNotStarted(
            f"adb could not connect to the phone at {address} within {CONNECTS_WITHIN_S:g} s; "
            f"it said: {quote_line(said)}"
        )

    def announce(self, console_port: int) -> None:
        """Tells the server of an emulator on this machine, as the emulator does at its start.

        Nothing happens when nobody listens there. A server that was started again knows
        of no emulator: none reports twice.
        """
        said = f"host:emulator:{console_port + 1}"
        try:
            with socket.create_connection((LOOPBACK, self.port), ANSWERS_WITHIN_S) as server:
                server.sendall(f"{len(said):04x}{said}".encode())
        except OSError:
            return

    def disconnect(self, address: str) -> None:
        """Lets a phone go that was connected by name; nothing if it is not."""
        try:
            self._client.disconnect(address)
        except (AdbError, OSError):
            return

    def device(self, serial: str) -> AdbDevice:
        """The phone, for what adbutils can do with one."""
        return self._client.device(serial)

    def shell(self, serial: str, command: str, within_s: float = SHELL_WITHIN_S) -> tuple[str, int]:
        """What a command on the phone says, errors among it, and its exit code.

        Raises:
            NoAnswer: the phone or the server is gone, or took too long.
        """
        try:
            ran = self.device(serial).shell2(command, timeout=within_s, v2=True)
        except (AdbError, OSError) as problem:
            raise _no_answer(serial, problem) from problem
        return str(ran.output), ran.returncode

    def install(self, serial: str, apk: Path, *, grant: bool = True) -> None:
        """Installs an App, keeping its data; if `grant`, with all that it asks leave for.

        Raises:
            NoAnswer: the phone did not take it; with what it said.
        """
        there = f"/data/local/tmp/{apk.name}"
        try:
            device = self.device(serial)
            device.sync.push(apk, there)
            quoted = shlex.quote(there)
            install = f"pm install -r {'-g ' if grant else ''}{quoted}"
            ran = device.shell2(install, timeout=INSTALLS_WITHIN_S, v2=True)
            device.shell2(f"rm -f {quoted}", timeout=SHELL_WITHIN_S, v2=True)
        except (AdbError, OSError) as problem:
            raise _no_answer(serial, problem) from problem
        if ran.returncode != 0 or "Success" not in ran.output:
            raise NoAnswer(f"{serial} did not install {apk.name}: {quote_line(str(ran.output))}")

    def _await(self, serial: str) -> bool:
        waited = wait(lambda: self.sees(serial) or None, self._clock, CONNECTS_WITHIN_S)
        return waited.result is not None


class OwnAdbServer(AdbServer):
    """A server for our own phones, which sees no others and ends with us."""

    def __init__(self, program: Supervised, port: int, log_folder: Path, clock: Clock) -> None:
        super().__init__(port, _environment(), clock)
        self._program = program
        self._log_folder = log_folder

    @classmethod
    def start(cls, log_folder: Path, clock: Clock, ports: Callable[[], int] = free_port) -> Self:
        """Starts a server on a free port, and returns once it listens.

        Raises:
            SessionNotStarted: it did not start; with what it said.
        """
        for _ in range(TRIES):
            port = ports()
            program = _launch(port, log_folder)
            listens = partial(program.listens_on, port)
            if program.wait_until(listens, clock, STARTS_WITHIN_S):
                return cls(program, port, log_folder, clock)
            program.stop()
        raise _not_started(port, program.last_words())

    def restart(self) -> None:
        """Starts the server again on its port unless it answers; phones are to be connected anew.

        Raises:
            SessionNotStarted: it did not start; with what it said.
        """
        if self.healthy():
            return
        self._program.stop()
        self._program = _launch(self.port, self._log_folder)
        if not self._program.wait_until(self.healthy, self._clock, STARTS_WITHIN_S):
            raise _not_started(self.port, self._program.last_words())

    def stop(self) -> None:
        """Ends the server, also one that somebody has started in its place."""
        self._program.stop()
        try:
            self._client.server_kill()  # type: ignore[no-untyped-call]
        except (AdbError, OSError):
            return


class _Connection(AdbConnection):
    """Tells that a server has died, where adbutils would start the user's."""

    def _safe_connect(self) -> socket.socket:
        made: socket.socket = self._create_socket()  # type: ignore[no-untyped-call]
        return made


class _Client(AdbClient):
    def make_connection(self, timeout: float | None = None) -> AdbConnection:
        connection = _Connection(self.host, self.port)
        connection.conn.settimeout(timeout or ANSWERS_WITHIN_S)
        return connection


def _launch(port: int, log_folder: Path) -> Supervised:
    # In the foreground: a server that daemonises would not be on our leash.
    command = [str(android_sdk.find().adb), "-P", str(port), "nodaemon", "server"]
    environment = {**os.environ, **_environment()}
    return Supervised.start(command, log=log_folder / "adb.log", environment=environment)


def _environment() -> dict[str, str]:
    home = per_user() / "home"  # adb writes keys and ports into it: the user's own stay as they are
    home.mkdir(exist_ok=True)
    return {**BY_NAME_ONLY, "HOME": str(home)}


def _not_started(port: int, said: str) -> SessionNotStarted:
    return SessionNotStarted(
        f"the adb server did not start on port {port} within {STARTS_WITHIN_S:g} s; "
        f"it said: {quote_line(said)}"
    )


def _no_answer(who: str, problem: Exception) -> NoAnswer:
    return NoAnswer(f"{who} did not answer adb: {quote_line(str(problem))}")
