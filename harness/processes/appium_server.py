"""Our own Appium server, with the driver for Android: on a free port, and ended with us."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

from harness.clock import Clock
from harness.errors import SessionNotStarted, UsageError
from harness.model import Words
from harness.processes import android_sdk
from harness.processes.adb_server import AdbServer
from harness.processes.folders import PROJECT
from harness.processes.node import installed_version, module, require_node
from harness.processes.ports import LOOPBACK, free_port
from harness.processes.supervised import Supervised
from harness.quoting import quote_line

DRIVER = "appium-uiautomator2-driver"
STARTS_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 10.0
TRIES = 3
"""A port that was free may be taken by the time that the server wants it."""
LONGEST_LOG = 8 << 20
"""Bytes: of some hundred sessions at level info."""
KEPT_OF_LOG = 1 << 20


class AppiumServer:
    """A running server."""

    def __init__(self, launch: Callable[[], tuple[Supervised, int]]) -> None:
        self._launch = launch
        self._program, self._port = launch()

    @classmethod
    def start(
        cls,
        adb: AdbServer,
        log_folder: Path,
        clock: Clock,
        ports: Callable[[], int] = free_port,
        project: Path = PROJECT,
    ) -> Self:
        """Starts a server on a free port, and returns once it is ready for sessions.

        Args:
            adb: what it reaches phones by; sessions ask for `adb.port` as `appium:adbPort`.
            log_folder: gets `appium.log`.
            clock: waits.
            ports: free ports, one at each call.
            project: the folder with node_modules.

        Raises:
            UsageError: Node.js or Appium is not installed; says what to do.
            SessionNotStarted: it did not start; with what it said.
        """
        return cls(partial(_launch, adb, log_folder / "appium.log", clock, ports, project))

    @property
    def url(self) -> str:
        """Where sessions are opened; another after a restart."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def log(self) -> Path:
        """The file with what it says, kept small."""
        return self._program.log

    @property
    def alive(self) -> bool:
        """Whether its process still runs."""
        return self._program.alive

    def healthy(self) -> bool:
        """Whether it would take a session now."""
        _cut(self._program.log)
        return self.alive and _is_ready(self._port)

    def restart(self) -> None:
        """Ends what is left of the server and starts another, at another `url`.

        Raises:
            SessionNotStarted: it did not start; with what it said.
        """
        self._program.stop()
        self._program, self._port = self._launch()

    def stop(self) -> None:
        """Ends the server with all that it has started; open sessions are lost."""
        self._program.stop()


def _launch(
    adb: AdbServer, log: Path, clock: Clock, ports: Callable[[], int], project: Path
) -> tuple[Supervised, int]:
    command = _command(project)
    environment = _environment(adb, project)
    for _ in range(TRIES):
        port = ports()
        program = Supervised.start(
            [*command, "--port", str(port)], log=log, environment=environment
        )
        if program.wait_until(partial(_is_up, program, port), clock, STARTS_WITHIN_S):
            return program, port
        program.stop()
    raise SessionNotStarted(
        f"Appium did not start within {STARTS_WITHIN_S:g} s; it said: "
        f"{quote_line(program.last_words())} (all of it: {log})"
    )


def _command(project: Path) -> list[str]:
    node = require_node()
    for package in ("appium", DRIVER):
        if installed_version(package, project) is None:
            zh = f"没有安装 {package}。请运行 make android"
            raise UsageError(Words(zh=zh, en=f"{package} is not installed. Run: make android"))
    return [
        *(str(node.path), str(module("appium", project) / "index.js"), "server"),
        *("--address", LOOPBACK, "--use-drivers", "uiautomator2"),
        *("--log-level", "info", "--log-timestamp", "--log-no-colors"),
        # For vital signs. Whoever reaches this port reaches that of adb as well, which allows it.
        *("--allow-insecure", "uiautomator2:adb_shell"),
    ]


def _environment(adb: AdbServer, project: Path) -> dict[str, str]:
    home = str(android_sdk.home_for_appium(android_sdk.find()))
    return {
        **os.environ,
        **adb.environment,
        "APPIUM_HOME": str(project),
        "ANDROID_HOME": home,
        "ANDROID_SDK_ROOT": home,
        # A proxy for the world outside is none for what is on this machine.
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
    }


def _is_up(program: Supervised, port: int) -> bool:
    return program.listens_on(port) and _is_ready(port)


def _is_ready(port: int) -> bool:
    """Whether an Appium answers on the port, and takes sessions."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWERS_WITHIN_S)
    try:
        connection.request("GET", "/status")
        return bool(json.load(connection.getresponse())["value"]["ready"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return False
    finally:
        connection.close()


def _cut(log: Path) -> None:
    """Keeps the end of a log that has grown long. Its writer appends: what is cut stays away."""
    if log.stat().st_size <= LONGEST_LOG:
        return
    with log.open("r+b") as file:
        file.seek(-KEPT_OF_LOG, os.SEEK_END)
        kept = file.read()
        file.truncate(0)
        file.seek(0)
        file.write(b"[the beginning was left out]\n" + kept.partition(b"\n")[2])
