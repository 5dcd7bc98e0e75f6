"""The phone as the Android tools see it: adb in front, the UiAutomator2 server inside."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from harness.phone.android.adbd import Adbd
from harness.phone.android.automation import Automation
from harness.phone.android.services import Services
from harness.phone.android.system import System
from harness.phone.device import Phone
from harness.phone.protocol import Endpoint
from harness.phone.server import STOP_S, Application, listen, server, url_of


class Handset:
    """A phone with its two ways in: its own endpoint, and adb.

    Attributes:
        phone: the phone behind both.
        system: the Android around its Apps.
    """

    def __init__(
        self, phone: Phone, adb: socket.socket, endpoint: socket.socket, boot_s: float = 0
    ) -> None:
        self.phone = phone
        self.system = System(phone, serial=address_of(adb), boot_s=boot_s)
        self.system.unix_sockets = lambda: [each.name for each in phone.devtools()]
        self.url = url_of(endpoint)
        self._adb = adb
        self._automation = listen()
        self._sockets = [endpoint, self._automation]
        self._applications: Mapping[int, Application] = {
            endpoint.getsockname()[1]: Endpoint(phone),
            self._automation.getsockname()[1]: Automation(
                phone, self.system.unknown.append, self._automation_ended
            ),
        }

    @property
    def serial(self) -> str:
        """What to connect adb to: `127.0.0.1:40001`."""
        return self.system.serial

    async def serve(self, until: Callable[[Callable[[], None]], None]) -> None:
        """Serves both until the function that `until` is handed is called."""
        running = server(self._application)

        def stop() -> None:
            running.should_exit = True

        until(stop)
        adbd = asyncio.create_task(self._adbd().serve())
        try:
            await running.serve(sockets=self._sockets)
        finally:
            adbd.cancel()
            self.phone.close()

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        """Which of the two servers is meant says the port."""
        await self._applications[scope["server"][1]](scope, receive, send)

    def _adbd(self) -> Adbd:
        async def unplug(seconds: float) -> None:
            await adbd.unplug(seconds)

        automation = self._automation.getsockname()
        services = Services(self.system, automation, unplug, self._web_view)
        adbd = Adbd(self._adb, self._banner(), services.find)
        return adbd

    def _banner(self) -> str:
        names = ("ro.product.name", "ro.product.model", "ro.product.device")
        known = self.system.properties
        return "".join(f"{name}={known[name].replace(' ', '_')};" for name in names)

    def _automation_ended(self) -> None:
        self.system.automation_running = False

    def _web_view(self, name: str) -> tuple[str, int] | None:
        """Where the DevTools of a web view listen, by the name of their abstract socket."""
        there = {each.name: (each.host, each.port) for each in self.phone.devtools()}
        return there.get(name)


def address_of(listening: socket.socket) -> str:
    """Host and port of a socket."""
    host, port = listening.getsockname()
    return f"{host}:{port}"


@contextmanager
def serving_handset(phone: Phone) -> Iterator[Handset]:
    """Serves a phone from a thread of this process.

    The phone is not made for two threads: touch it from outside only while nothing
    is under way.
    """
    handset = Handset(phone, listen(), listen())
    ends: list[Callable[[], None]] = []
    thread = threading.Thread(
        target=lambda: asyncio.run(handset.serve(ends.append)), name="handset", daemon=True
    )
    thread.start()
    try:
        yield handset
    finally:
        for end in ends:
            end()
        thread.join(STOP_S)
