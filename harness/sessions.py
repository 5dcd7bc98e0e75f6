"""Devices in use: starts what a device needs, opens a session once, and reuses it.

A session that met trouble is discarded, and the next attempt gets a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Self

from harness.appium_driver import open_session
from harness.driver import Driver
from harness.errors import SessionNotStarted
from harness.model import Device, RemoteDevice, SimulatedDevice, phones_of
from harness.processes.simulated_phone import SimulatedPhone


class Sessions:
    """The open sessions of one worker, by the name of the phone. Use as a context manager."""

    def __init__(self, devices: Mapping[str, Device]) -> None:
        self._devices = devices
        self._phones: dict[str, SimulatedPhone] = {}
        self._drivers: dict[str, Driver] = {}

    def driver(self, name: str) -> Driver:
        """The session on the device, opened when there is none.

        Raises:
            SessionNotStarted: the device could not be reached or refused.
        """
        if name not in self._drivers:
            self._drivers[name] = self._open(name)
        return self._drivers[name]

    def discard(self, name: str) -> None:
        """Ends the device's session, if there is one, and what was started for it."""
        # Our own phone first: one that hangs would let the session's end wait for its answer.
        if name in self._phones:
            self._phones.pop(name).stop()
        if name in self._drivers:
            self._drivers.pop(name).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            for name in {*self._drivers, *self._phones}:
                stack.callback(self.discard, name)

    def _open(self, name: str) -> Driver:
        device = phones_of(self._devices, name)[name]
        if isinstance(device, RemoteDevice):
            return open_session(device.url, device.capabilities)
        if not isinstance(device, SimulatedDevice) or device.stack == "android":
            raise SessionNotStarted(f"{name}: this kind of device is not there yet")
        if name not in self._phones or not self._phones[name].alive:
            self._phones[name] = SimulatedPhone.start(device)
        return open_session(self._phones[name].url, {})
