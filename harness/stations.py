"""What stands behind a phone's session: the processes, the connection, the phone made ready.

One class for each way to reach a phone. `reach` starts whatever does not run, so that
it can be asked again after any trouble; `give_up` ends what is doubtful by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.clock import Clock
from harness.errors import UsageError
from harness.model import (
    Capabilities,
    EmulatorDevice,
    Name,
    Phone,
    RemoteDevice,
    SimulatedDevice,
    UsbDevice,
)
from harness.processes.android_stack import AndroidStack, reached_by
from harness.processes.emulator import Emulator
from harness.processes.simulated_phone import SimulatedPhone
from harness.readiness import await_boot, make_ready, wishes

COMES_BACK_WITHIN_S = 60.0
"""How long a phone is waited for whose cable was pulled out, or that restarts."""


@dataclass(frozen=True)
class Reached:
    """Where a session can be opened, and with which capabilities.

    `made_ready` is what was set on the phone before, for the record; `waits_s` how
    long the session may take to open.
    """

    url: str
    capabilities: Capabilities = field(default_factory=dict)
    made_ready: Mapping[str, str] = field(default_factory=dict)
    waits_s: float = 60.0


class Station(Protocol):
    """A way to reach one phone."""

    def reach(self) -> Reached:
        """Makes sure that a session can be opened. Raises `SessionNotStarted`, `UsageError`."""
        ...

    def give_up(self) -> None:
        """After trouble: ends what may have caused it; the next `reach` starts it again."""
        ...

    def close(self) -> None:
        """Ends all that was started."""
        ...


class Remote:
    """Somebody else's endpoint."""

    def __init__(self, device: RemoteDevice) -> None:
        self._device = device

    def reach(self) -> Reached:
        """Nothing to start."""
        device = self._device
        return Reached(device.url, device.capabilities, waits_s=device.waits_s)

    def give_up(self) -> None:
        """Nothing of ours."""

    def close(self) -> None:
        """Nothing of ours."""


class Embedded:
    """Our own phone, by its built-in endpoint."""

    def __init__(self, device: SimulatedDevice) -> None:
        self._device = device
        self._phone: SimulatedPhone | None = None

    def reach(self) -> Reached:
        """Starts the phone, unless it runs."""
        if self._phone is None or not self._phone.alive:
            self._phone = SimulatedPhone.start(self._device)
        return Reached(self._phone.url)

    def give_up(self) -> None:
        """Ends the phone."""
        self.close()

    def close(self) -> None:
        """Ends the phone."""
        if self._phone is not None:
            self._phone.stop()
            self._phone = None


class SimulatedAndroid:
    """Our own phone behind adb, Appium and the UiAutomator2 driver."""

    def __init__(self, device: SimulatedDevice, stack: AndroidStack) -> None:
        self._device = device
        self._stack = stack
        self._phone: SimulatedPhone | None = None

    def reach(self) -> Reached:
        """Starts the phone unless it runs, and connects adb with it."""
        if self._phone is None or not self._phone.alive:
            self.close()
            self._phone = SimulatedPhone.start(self._device)
        adb = self._stack.own_adb()
        adb.connect(self._phone.serial)
        return Reached(self._stack.url(), reached_by(self._phone.serial, adb))

    def give_up(self) -> None:
        """Ends Appium and the phone."""
        self._stack.give_up()
        self.close()

    def close(self) -> None:
        """Ends the phone, and lets adb forget it."""
        if self._phone is not None:
            self._phone.stop()
            self._stack.note_unknown(self._phone.unknown)
            self._stack.own_adb().disconnect(self._phone.serial)
            self._phone = None


@dataclass(frozen=True)
class Outfit:
    """What makes a phone ready beside its entry in devices.yaml."""

    packages: Mapping[Name, str]
    """The packages of Apps, by App."""
    root: Path
    """What paths of APKs are relative to."""
    clock: Clock
    log_folder: Path


class Booted:
    """An emulator that we boot."""

    def __init__(self, device: EmulatorDevice, stack: AndroidStack, outfit: Outfit) -> None:
        self._device = device
        self._stack = stack
        self._outfit = outfit
        self._emulator: Emulator | None = None
        self._made_ready: Mapping[str, str] = {}

    def reach(self) -> Reached:
        """Boots the emulator unless it runs, and makes it ready once."""
        adb, outfit = self._stack.own_adb(), self._outfit
        if self._emulator is None or not self._emulator.alive:
            self.close()
            self._emulator = Emulator.start(self._device, adb, outfit.log_folder, outfit.clock)
            self._made_ready = make_ready(
                adb,
                self._emulator.serial,
                self._device,
                outfit.packages,
                outfit.root,
                outfit.clock,
                boots_within_s=self._device.boots_within_s,
            )
        serial = self._emulator.serial
        await_boot(adb, serial, outfit.clock, self._device.boots_within_s)
        capabilities = {**reached_by(serial, adb), **wishes(self._device)}
        return Reached(
            self._stack.url(), {**capabilities, **self._device.capabilities}, self._made_ready
        )

    def give_up(self) -> None:
        """Ends Appium only: an emulator takes minutes to boot."""
        self._stack.give_up()

    def close(self) -> None:
        """Stops the emulator."""
        if self._emulator is not None:
            self._emulator.stop()
            self._emulator = None


class Plugged:
    """A phone at the user's adb, by cable or network."""

    def __init__(self, device: UsbDevice, stack: AndroidStack, outfit: Outfit) -> None:
        self._device = device
        self._stack = stack
        self._outfit = outfit
        self._made_ready: Mapping[str, str] | None = None

    def reach(self) -> Reached:
        """Finds the phone, and makes it ready once."""
        adb, outfit = self._stack.standard_adb(), self._outfit
        serial = self._device.udid or only_phone(adb.serials())
        await_boot(adb, serial, outfit.clock, COMES_BACK_WITHIN_S)
        if self._made_ready is None:
            self._made_ready = make_ready(
                adb, serial, self._device, outfit.packages, outfit.root, outfit.clock
            )
        capabilities = {**reached_by(serial, adb), **wishes(self._device)}
        return Reached(
            self._stack.url(), {**capabilities, **self._device.capabilities}, self._made_ready
        )

    def give_up(self) -> None:
        """Ends Appium only: the phone is not ours to restart."""
        self._stack.give_up()

    def close(self) -> None:
        """The phone stays as it is."""


def only_phone(serials: Mapping[str, str]) -> str:
    """The serial of the one phone that there is.

    Raises:
        UsageError: there is none, or more than one.
    """
    there = [serial for serial, state in serials.items() if state == "device"]
    if len(there) == 1:
        return there[0]
    if there:
        raise UsageError(
            f"adb sees several phones: name one under udid: in devices.yaml: {', '.join(there)}"
        )
    others = ", ".join(f"{serial} is {state}" for serial, state in serials.items())
    raise UsageError(
        "adb sees no phone: connect one with USB debugging switched on and its question on the "
        f"screen answered{f' ({others})' if others else ''}"
    )


def station(phone: Phone, stack: AndroidStack, outfit: Outfit) -> Station:
    """The way to reach a phone."""
    match phone:
        case SimulatedDevice(stack="android"):
            return SimulatedAndroid(phone, stack)
        case SimulatedDevice():
            return Embedded(phone)
        case EmulatorDevice():
            return Booted(phone, stack, outfit)
        case UsbDevice():
            return Plugged(phone, stack, outfit)
        case RemoteDevice():
            return Remote(phone)
