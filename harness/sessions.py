"""Devices in use: starts what a device needs, opens a session once, and reuses it.

A session that met trouble is discarded, and the next attempt gets a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Self

from harness.appium_driver import open_session
from harness.driver import Driver
from harness.errors import NodeDied
from harness.grid import requests_waiting
from harness.model import Device, RemoteDevice, phones_of
from harness.processes.android_stack import AndroidStack
from harness.stations import Outfit, Reached, Station, station

ASKS_AGAIN_AFTER_S = 2.0
"""A Grid looks for nodes that have died every so many seconds, as it was told."""


class Sessions:
    """The open sessions of one worker, by the name of the phone. Use as a context manager."""

    def __init__(self, devices: Mapping[str, Device], outfit: Outfit) -> None:
        self._devices = devices
        self._outfit = outfit
        self._stack = AndroidStack(outfit.log_folder, outfit.clock)
        self._stations: dict[str, Station] = {}
        self._drivers: dict[str, Driver] = {}

    def driver(self, name: str) -> Driver:
        """The session on the phone, opened when there is none.

        Raises:
            SessionNotStarted: the phone could not be reached or refused.
            UsageError: what is needed to reach it is not there.
        """
        if name not in self._drivers:
            self._drivers[name] = self._open(self._station(name).reach())
        return self._drivers[name]

    def give_way(self, name: str) -> None:
        """Ends the session on a phone of a Grid for whose phones others wait in its queue."""
        match phones_of(self._devices, name)[name]:
            case RemoteDevice(url=url) if name in self._drivers and requests_waiting(url):
                self._drivers.pop(name).close()

    def diagnose(self, name: str) -> str:
        """After trouble: what has died behind the phone's session; empty when nothing of ours."""
        return self._stations[name].diagnose() if name in self._stations else ""

    def discard(self, name: str) -> None:
        """Ends a session that met trouble, and what may have caused it."""
        # Our own phone first: one that hangs would let the session's end wait for its answer.
        if name in self._stations:
            self._stations[name].give_up()
        if name in self._drivers:
            self._drivers.pop(name).close()

    def leave(self, name: str) -> None:
        """Ends the phone's session and all that was started for it."""
        if name in self._drivers:
            self._drivers.pop(name).close()
        if name in self._stations:
            self._stations.pop(name).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            stack.callback(self._stack.close)
            for name in {*self._drivers, *self._stations}:
                stack.callback(self.leave, name)

    def _open(self, reached: Reached) -> Driver:
        """A session; a Grid that sends us to a node that has died is asked until it has noticed."""
        clock = self._outfit.clock
        began = clock.monotonic()
        while True:
            try:
                return open_session(
                    reached.url,
                    reached.capabilities,
                    reached.made_ready,
                    reached.waits_s,
                    grants_permissions=reached.grants_permissions,
                )
            except NodeDied:
                if clock.monotonic() - began > reached.waits_s:
                    raise
            clock.sleep(ASKS_AGAIN_AFTER_S)

    def _station(self, name: str) -> Station:
        if name not in self._stations:
            phone = phones_of(self._devices, name)[name]
            self._stations[name] = station(phone, self._stack, self._outfit)
        return self._stations[name]
